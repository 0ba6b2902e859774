package video_test

import (
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/stats"
	"echopath/netcheck/video"
)

func TestCleanLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const way = 20 * time.Millisecond
		began := time.Time{}
		o := world{out: netchecktest.MediaPerfect(way), back: netchecktest.MediaPerfect(way),
			change: func(p *video.Probe) { p.Began = func(at time.Time) { began = at } }}.run(t.Context(), t, plan())
		if o.err != nil {
			t.Fatal(o.err)
		}
		s := o.sum.Stats
		if s.Sent != 45 || s.Shown != 45 || s.Missing+s.Dropped+s.Skipped+s.Duplicated+s.Undecided != 0 || s.KeyFrames != 1 {
			t.Errorf("pictures: %+v", s)
		}
		if want := (2 * way).Microseconds(); s.DelayP50US != want || s.DelayMaxUS != want {
			t.Errorf("delay p50 %d µs, max %d, want %d: time stands still while a computer computes", s.DelayP50US, s.DelayMaxUS, want)
		}
		if s.Freezes != 0 || s.PSNRCount != 45 || s.PSNRMean < 28 || s.SSIMCount != 5 || s.SSIMMean < 0.7 || s.SSIMMean > 1 {
			t.Errorf("quality: %+v", s)
		}
		if o.sum.Partial || o.sum.Self.UnreadCodes != 0 || o.sum.PLI != 0 || len(o.happens) != 0 {
			t.Errorf("summary %+v, happened %v", o.sum, o.happens)
		}
		if !o.sum.DirectionKnown || o.sum.Up.Lost+o.sum.Down.Lost+o.sum.AfterRepair.Lost != 0 || o.sum.Up.Sent == 0 {
			t.Errorf("losses %+v, %+v, %+v", o.sum.Up, o.sum.Down, o.sum.AfterRepair)
		}
		if began.IsZero() || !slices.ContainsFunc(o.bodies, func(b netcheck.Body) bool { _, ok := b.(netcheck.ProbeStarted); return ok }) {
			t.Error("nobody was told that it began")
		}
		wantRows(t, o)
		wantSamples(t, o)
	})
}

// wantRows holds the rows against the summary: they are all there, in order, and give the same figures.
func wantRows(t *testing.T, o outcome) {
	t.Helper()
	end := int64(math.MinInt64)
	for i, f := range o.rows {
		if f.Number != uint32(i) { //nolint:gosec // small
			t.Fatalf("row %d is of picture %d", i, f.Number)
		}
		if f.Status == stats.FrameShown {
			end = max(end, f.ShownUS)
		} else if f.Status == stats.FrameMissing {
			end = max(end, f.CaptureUS)
		}
	}
	if o.sum == nil {
		t.Fatal("no summary")
	}
	if again := stats.SummarizeFrames(o.rows, end); again != o.sum.Stats {
		t.Errorf("the rows give %+v,\nthe summary says %+v", again, o.sum.Stats)
	}
}

// wantSamples holds the live windows against the summary.
func wantSamples(t *testing.T, o outcome) {
	t.Helper()
	var sum netcheck.VideoSample
	for i, s := range o.samples {
		if s.Index != i {
			t.Fatalf("sample %d has the index %d", i, s.Index)
		}
		sum.FramesSent += s.FramesSent
		sum.FramesShown += s.FramesShown
		sum.KeyFrames += s.KeyFrames
		sum.PacketsSent += s.PacketsSent
		sum.LostUp += s.LostUp
		sum.LostDown += s.LostDown
		sum.PSNRCount += s.PSNRCount
		sum.Frozen += s.Frozen
	}
	s := o.sum
	if sum.FramesSent != s.Stats.Sent || sum.FramesShown != s.Stats.Shown || sum.KeyFrames != s.Stats.KeyFrames ||
		sum.PacketsSent != s.Up.Sent || sum.PSNRCount != s.Stats.PSNRCount || sum.Frozen.Microseconds() != s.Stats.FrozenUS {
		t.Errorf("samples sum up to %+v, summary %+v, %+v", sum, s.Stats, s.Up)
	}
}

// lose drops packets by their place among those of one direction.
func lose(way time.Duration, which func(n int, p *netcheck.MediaPacket) bool) netchecktest.MediaImpair {
	return func(n int, p *netcheck.MediaPacket) []time.Duration {
		if which(n, p) {
			return nil
		}
		return []time.Duration{way}
	}
}

func TestALossWithoutRepairCostsAKeyFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := world{out: lose(5*time.Millisecond, func(n int, _ *netcheck.MediaPacket) bool { return n == 40 })}.run(t.Context(), t, plan())
		if o.err != nil {
			t.Fatal(o.err)
		}
		s := o.sum.Stats
		if o.sum.Up.Lost != 1 || o.sum.Down.Lost != 0 || o.sum.AfterRepair.Lost != 1 {
			t.Errorf("lost on the way out %d, back %d, after repair %d: want 1, 0, 1", o.sum.Up.Lost, o.sum.Down.Lost, o.sum.AfterRepair.Lost)
		}
		if s.Missing == 0 || s.Missing > 8 || s.KeyFrames != 2 || o.sum.PLI < 2 || len(o.happened(netcheck.KeyFrameAsked)) != 1 {
			t.Errorf("pictures %+v, key frames asked for %d (both ends) and told %v", s, o.sum.PLI, o.happens)
		}
		if s.Freezes != 1 || len(o.happened(netcheck.Thawed)) != 1 {
			t.Errorf("freezes %d, told %v", s.Freezes, o.happens)
		}
		wantRows(t, o)
		wantSamples(t, o)
	})
}

func TestLossesAreToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		every := func(k int) netchecktest.MediaImpair {
			return lose(time.Millisecond, func(n int, _ *netcheck.MediaPacket) bool { return n%k == k-1 })
		}
		o := world{out: every(20), back: every(10)}.run(t.Context(), t, plan())
		if o.err != nil {
			t.Fatal(o.err)
		}
		up, down := o.sum.Up, o.sum.Down
		if up.Lost != up.Sent/20 || down.Sent != up.Received || down.Lost != down.Sent/10 {
			t.Errorf("out %+v, back %+v: want a loss of 20 and one of 10", up, down)
		}
		const empty = 5 // packets behind the last picture, which belong to none
		if after := o.sum.AfterRepair; after.Sent != up.Sent-empty || after.Lost > up.Lost+down.Lost || after.Lost < up.Lost+down.Lost-empty {
			t.Errorf("after repair %+v, and there was none", after)
		}
		wantRows(t, o)
	})
}

func TestCopiesAndReorderingDoNoHarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		odd := func(n int, _ *netcheck.MediaPacket) []time.Duration {
			d := time.Duration(5+n%3*9) * time.Millisecond
			return []time.Duration{d, d + 2*time.Millisecond}
		}
		o := world{out: odd}.run(t.Context(), t, plan())
		if s := o.sum.Stats; o.err != nil || s.Shown != 45 || s.Duplicated != 0 || s.Freezes != 0 || o.sum.AfterRepair.Lost != 0 {
			t.Errorf("%v, %+v, %+v", o.err, o.sum.Stats, o.sum.AfterRepair)
		}
	})
}

func TestTheTargetIsKeptTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := 500.0
		p := plan(func(p *netcheck.VideoPlan) { p.Duration, p.FPS = 6*time.Second, 30 })
		o := world{ownBack: func() float64 { return limit }, own: func() float64 { return 800 }}.run(t.Context(), t, p)
		if o.err != nil {
			t.Fatal(o.err)
		}
		if o.sum.SentKbps > 1.1*limit || o.sum.SentKbps < 0.7*limit {
			t.Errorf("sent %.0f kbit/s, and the way back allows %.0f", o.sum.SentKbps, limit)
		}
		last := o.samples[len(o.samples)-2]
		if last.OwnKbps != 800 || last.PeerKbps != limit || last.TargetKbps != limit {
			t.Errorf("target %+v", last)
		}
	})
}

func TestTheSizeStepsDownAndUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		own := func() float64 {
			if s := time.Since(begin).Seconds(); s > 1 && s < 3 {
				return 110
			}
			return 900
		}
		p := plan(func(p *netcheck.VideoPlan) {
			p.Width, p.Height, p.FPS, p.MaxKbps, p.StartKbps, p.Duration = 640, 360, 30, 1000, 900, 9*time.Second
		})
		o := world{own: own}.run(t.Context(), t, p)
		if o.err != nil {
			t.Fatal(o.err)
		}
		var sizes []int
		for _, h := range o.happened(netcheck.SizeChanged) {
			sizes = append(sizes, h.Width)
		}
		if want := []int{320, 480}; !slices.Equal(sizes, want) || o.sum.Stats.SizeChanges != 2 {
			t.Errorf("widths %v (%d changes), want %v", sizes, o.sum.Stats.SizeChanges, want)
		}
		if s := o.sum.Stats; s.Missing != 0 || s.PSNRCount != s.Shown || o.sum.Self.UnreadCodes != 0 {
			t.Errorf("pictures %+v, unread codes %d", s, o.sum.Self.UnreadCodes)
		}
		if len(o.happened(netcheck.RateFell)) != 1 {
			t.Errorf("a target that fell was told %v", o.happened(netcheck.RateFell))
		}
		wantRows(t, o)
	})
}
