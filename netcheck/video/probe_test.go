package video_test

import (
	"context"
	"errors"
	"image"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/stats"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outcome is what one run of the probe gave.
type outcome struct {
	sum     *netcheck.VideoSummary
	err     error
	rows    stats.Frames
	samples []netcheck.VideoSample
	happens []netcheck.VideoHappened
	bodies  []netcheck.Body
}

func (o *outcome) note(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.FramesDecided:
		o.rows = append(o.rows, b.Frames...)
	case netcheck.VideoSampleTaken:
		o.samples = append(o.samples, b.Sample)
	case netcheck.VideoHappened:
		o.happens = append(o.happens, b)
	default:
		o.bodies = append(o.bodies, b)
	}
}

func (o *outcome) happened(what netcheck.Happening) (list []netcheck.VideoHappened) {
	for _, h := range o.happens {
		if h.What == what {
			list = append(list, h)
		}
	}
	return list
}

// plan is a small picture, so that the tests are quick with the race detector too.
func plan(change ...func(*netcheck.VideoPlan)) netcheck.VideoPlan {
	p := netcheck.DefaultVideoPlan(netcheck.VideoAlone)
	p.Width, p.Height, p.FPS, p.Duration = 320, 180, 15, 3*time.Second
	p.StartKbps, p.MaxKbps = 1000, 1500
	for _, f := range change {
		f(&p)
	}
	return p
}

// world is what a run meets.
type world struct {
	out, back netchecktest.MediaImpair
	own       func() float64 // what this end's controller allows
	ownBack   func() float64 // the far end's
	change    func(*video.Probe)
	serve     func(context.Context, netcheck.Link) error
	source    video.Source
}

// run runs the probe between two ends in memory. It must be called inside a synctest bubble.
func (w world) run(ctx context.Context, t *testing.T, p netcheck.VideoPlan) outcome {
	t.Helper()
	near, far := netchecktest.NewMedia(w.out, w.back)
	near.Own, far.Own = w.own, w.ownBack
	l, f := netchecktest.NewLink(nil, nil, netchecktest.WithMedia(near, far))
	serve := w.serve
	if serve == nil {
		serve = echo.Responder{}.Serve
	}
	served := make(chan error, 1)
	go func() { served <- serve(t.Context(), f) }()
	var o outcome
	var mu sync.Mutex
	source := w.source
	if source == nil {
		source = picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1)
	}
	probe := &video.Probe{Path: netcheck.PathDirect, Plan: p, Start: time.Now(), Source: source}
	if w.change != nil {
		w.change(probe)
	}
	sum, err := probe.Run(ctx, l, func(e netcheck.Event) {
		mu.Lock()
		defer mu.Unlock()
		o.note(e)
	})
	if sum != nil {
		o.sum = sum.(*netcheck.VideoSummary)
	}
	if o.err = err; l.Close() != nil {
		t.Error("the link did not close")
	}
	if err := <-served; err != nil {
		t.Errorf("responder: %v", err)
	}
	return o
}

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

// slow is a source that is late now and then, as a busy computer is.
type slow struct {
	video.Source
	n     int
	every int
	by    time.Duration
}

func (s *slow) Next(ctx context.Context, dst *image.YCbCr) error {
	if s.n++; s.n%s.every == 0 {
		time.Sleep(s.by) // virtual time
	}
	return s.Source.Next(ctx, dst)
}

func TestPicturesThatThisComputerIsTooLateFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		source := &slow{Source: picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1), every: 10, by: 150 * time.Millisecond}
		o := world{source: source}.run(t.Context(), t, p)
		if s := o.sum.Stats; o.err != nil || s.Skipped == 0 || s.Sent+s.Skipped != 45 || s.Shown != s.Sent {
			t.Errorf("%v, %+v: want some pictures skipped and all others shown", o.err, s)
		}
		wantRows(t, o)
	})
}

func TestASlowCameraIsNotSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan(func(p *netcheck.VideoPlan) { p.Source = netcheck.VideoSource{Kind: netcheck.SourceCamera}; p.FPS = 30 })
		source := &slow{Source: picture.NewSynthetic(p.Width, p.Height, netcheck.DifficultyNormal, p.FPS, 1), every: 1, by: 100 * time.Millisecond}
		o := world{source: source}.run(t.Context(), t, p)
		s := o.sum.Stats
		if o.err != nil || s.Skipped != 0 || s.Sent < 28 || s.Sent > 31 {
			t.Errorf("%v, %+v: a camera gives ten pictures a second", o.err, s)
		}
		if o.sum.Partial || o.sum.Span > 3200*time.Millisecond {
			t.Errorf("it took %v, partial %v: the plan's time counts, not the number of pictures", o.sum.Span, o.sum.Partial)
		}
	})
}

type broken struct {
	video.Source
	after int
	err   error
}

func (b *broken) Next(ctx context.Context, dst *image.YCbCr) error {
	if b.after--; b.after < 0 {
		return b.err
	}
	return b.Source.Next(ctx, dst)
}

func TestTheSourceGivesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		gone := &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The camera was unplugged."}
		o := world{source: &broken{picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1), 15, gone}}.run(t.Context(), t, p)
		if !errors.Is(o.err, gone) || o.sum == nil || !o.sum.Partial || o.sum.Stats.Sent != 15 || o.sum.Stats.Shown != 15 {
			t.Errorf("%v, %+v: what was measured until then is kept", o.err, o.sum)
		}
	})
}

func TestStopping(t *testing.T) {
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 1500 * time.Millisecond, 2900 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				o := world{out: netchecktest.MediaPerfect(20 * time.Millisecond)}.run(ctx, t, plan())
				var f *netcheck.Failure
				if !errors.As(o.err, &f) || f.Code != netcheck.ReasonCancelled {
					t.Fatalf("ended with %v", o.err)
				}
				if after < time.Second {
					return
				}
				if o.sum == nil || !o.sum.Partial || o.sum.Stats.Missing != 0 || !o.sum.DirectionKnown || o.sum.AfterRepair.Lost != 0 {
					t.Errorf("%+v: pictures that nobody waited for are not missing, and the far end's account is fetched", o.sum)
				}
				wantRows(t, o)
			})
		})
	}
}

func TestTheLinkBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := world{serve: func(ctx context.Context, l netcheck.Link) error {
			ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
			defer cancel()
			err := echo.Responder{}.Serve(ctx, l)
			return errors.Join(err, l.Close())
		}}.run(t.Context(), t, plan())
		var f *netcheck.Failure
		if !errors.As(o.err, &f) || f.Code != netcheck.ReasonLinkLost || o.sum == nil || !o.sum.Partial || o.sum.Stats.Shown == 0 {
			t.Errorf("%v, %+v", o.err, o.sum)
		}
	})
}

func TestTheFarEndDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := world{serve: func(ctx context.Context, l netcheck.Link) error {
			for {
				if _, err := l.Media().Control().Receive(ctx); err != nil {
					return nil
				}
			}
		}}.run(t.Context(), t, plan())
		var f *netcheck.Failure
		if !errors.As(o.err, &f) || f.Code != netcheck.ReasonLinkLost || o.sum != nil {
			t.Errorf("%v, %+v", o.err, o.sum)
		}
	})
}

func TestNothingComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := world{back: lose(0, func(int, *netcheck.MediaPacket) bool { return true })}.run(t.Context(), t, plan())
		s := o.sum.Stats
		if o.err != nil || s.Sent != 45 || s.Shown != 0 || s.Missing != 45 || s.Freezes != 0 || s.DelayOK || o.sum.Down.Received != 0 {
			t.Errorf("%v, %+v, %+v", o.err, s, o.sum.Down)
		}
	})
}

// screen counts what it is shown.
type screen struct {
	mu           sync.Mutex
	sent, echoed int
	pairs        int
}

func (s *screen) Sent(netcheck.Path, uint32, *image.YCbCr) { s.mu.Lock(); s.sent++; s.mu.Unlock() }

func (s *screen) Echoed(_ netcheck.Path, _ uint32, captured, echoed *image.YCbCr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.echoed++
	if captured != nil && captured.Bounds() == echoed.Bounds() {
		s.pairs++
	}
}

func TestPicturesAreShownAndRecorded(t *testing.T) {
	dir := t.TempDir()
	for _, what := range []string{"received", "sent"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s screen
				file := filepath.Join(dir, what+".webm")
				o := world{change: func(p *video.Probe) {
					p.Screen, p.Record, p.RecordSent = &s, record.Options{Path: file}, what == "sent"
				}}.run(t.Context(), t, plan())
				if o.err != nil || s.sent != 45 || s.echoed != 45 || s.pairs != 45 {
					t.Errorf("%v; shown %d sent, %d echoed, %d beside their original", o.err, s.sent, s.echoed, s.pairs)
				}
				if len(o.happened(netcheck.RecordingBegan)) != 1 || len(o.happened(netcheck.RecordingEnded)) != 1 || o.sum.Self.SkippedRecording != 0 {
					t.Errorf("told %v, skipped %d", o.happens, o.sum.Self.SkippedRecording)
				}
			})
		})
	}
}

// TestPacketsGivenUpAreToldLive: the live count of what repair could not bring back is that of the summary, once nothing is open.
func TestPacketsGivenUpAreToldLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := map[int]bool{40: true, 41: true, 120: true}
		o := world{out: lose(5*time.Millisecond, func(n int, _ *netcheck.MediaPacket) bool { return lost[n] })}.run(t.Context(), t, plan())
		given := 0
		for _, s := range o.samples {
			given += s.LostAfter
		}
		if o.err != nil || given != len(lost) || o.sum.AfterRepair.Lost != len(lost) {
			t.Errorf("%v; given up live %d, in the end %d, want %d", o.err, given, o.sum.AfterRepair.Lost, len(lost))
		}
	})
}
