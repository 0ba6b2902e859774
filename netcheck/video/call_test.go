package video_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/stats"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
)

// called is what one call gave.
type called struct {
	mu      sync.Mutex // guards what events say
	sum     *netcheck.CallSummary
	err     error
	samples []netcheck.CallSample
	happens []netcheck.VideoHappened
	notes   []string
	began   bool
	failed  []error // that the answering end's owner was told of
}

// meeting is what a call meets.
type meeting struct {
	up, down       netchecktest.MediaImpair
	own, ownFar    func() float64 // what the controllers allow
	round          time.Duration  // what RTCP says; 0: nothing
	source, theirs video.Source
	change         func(*video.Call)
	answer         func(*video.Answer)
	serve          func(context.Context, *video.Answer, netcheck.Link) error
}

func (m meeting) link() (l, far *netchecktest.Link) {
	near, other := netchecktest.NewMedia(m.up, m.down)
	near.Own, other.Own = m.own, m.ownFar
	if m.round > 0 {
		near.Counted = func(c netcheck.MediaCounters) netcheck.MediaCounters {
			c.RTT, c.RTTCount = m.round, c.PacketsSent/10
			return c
		}
	}
	return netchecktest.NewLink(nil, nil, netchecktest.WithMedia(near, other))
}

// answering makes the other end.
func (m meeting) answering(o *called) *video.Answer {
	a := &video.Answer{Failed: func(err error) { o.failed = append(o.failed, err) },
		Open: func(_ context.Context, width, height, fps int) (video.Source, netcheck.SourceKind, error) {
			if m.theirs != nil {
				return m.theirs, netcheck.SourceFile, nil
			}
			return picture.NewSynthetic(width, height, netcheck.DifficultyNormal, fps, 2), netcheck.SourceSynthetic, nil
		}}
	if m.answer != nil {
		m.answer(a)
	}
	return a
}

// call calls between two ends in memory. It must be called inside a synctest bubble.
func (m meeting) call(ctx context.Context, t *testing.T, p netcheck.VideoPlan) *called {
	t.Helper()
	l, far := m.link()
	o := &called{}
	answer, serve := m.answering(o), m.serve
	if serve == nil {
		serve = func(ctx context.Context, a *video.Answer, l netcheck.Link) error { return a.Serve(ctx, l.Media()) }
	}
	served := make(chan error, 1)
	go func() { served <- serve(t.Context(), answer, far) }()
	c := &video.Call{Path: netcheck.PathDirect, Plan: p, Start: time.Now(), Source: m.source}
	if c.Source == nil {
		c.Source = picture.NewSynthetic(p.Width, p.Height, netcheck.DifficultyNormal, p.FPS, 1)
	}
	if m.change != nil {
		m.change(c)
	}
	sum, err := c.Run(ctx, l, o.note)
	if sum != nil {
		o.sum = sum.(*netcheck.CallSummary)
	}
	if o.err = err; l.Close() != nil {
		t.Error("the link did not close")
	}
	if err := <-served; err != nil {
		t.Errorf("answer: %v", err)
	}
	return o
}

func (o *called) note(e netcheck.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch b := e.Body.(type) {
	case netcheck.CallSampleTaken:
		o.samples = append(o.samples, b.Sample)
	case netcheck.VideoHappened:
		o.happens = append(o.happens, b)
	case netcheck.Noted:
		o.notes = append(o.notes, b.Text)
	case netcheck.ProbeStarted:
		o.began = b.Probe == netcheck.ProbeCall
	}
}

func callPlan(change ...func(*netcheck.VideoPlan)) netcheck.VideoPlan {
	p := plan(change...)
	p.Mode = netcheck.VideoCall
	return p
}

// wantCallSamples holds the live windows against the summary. A loss behind which nothing came is not known live.
func wantCallSamples(t *testing.T, o *called) {
	t.Helper()
	newest := map[int]netcheck.CallSample{}
	for _, s := range o.samples {
		newest[s.Index] = s
	}
	var up, down netcheck.CallWindow
	for i := range len(newest) {
		s, ok := newest[i]
		if !ok {
			t.Fatalf("no window %d of %d", i, len(newest))
		}
		for into, w := range map[*netcheck.CallWindow]netcheck.CallWindow{&up: s.Up, &down: s.Down} {
			into.Sent += w.Sent
			into.Shown += w.Shown
			into.Dropped += w.Dropped
			into.Skipped += w.Skipped
			into.Lost += w.Lost
			into.Frozen += w.Frozen
			into.PLI += w.PLI
		}
		if o.sum.Up.Known && !s.Whole {
			t.Errorf("window %d is not whole: %+v", i, s)
		}
	}
	for _, d := range []struct {
		name string
		live netcheck.CallWindow
		sum  netcheck.CallDirection
	}{{"up", up, o.sum.Up}, {"down", down, o.sum.Down}} {
		if l, s := d.live, d.sum; l.Sent != s.Sent || l.Shown != s.Shown || l.Dropped != s.Dropped || l.Skipped != s.Skipped || l.PLI != s.PLI ||
			l.Frozen.Microseconds() != s.FrozenUS || l.Lost > s.BeforeRepair.Lost {
			t.Errorf("%s: the samples sum up to %+v, the summary is %+v", d.name, l, s)
		}
	}
}

// whole tells of a direction on which nothing went wrong.
func whole(d netcheck.CallDirection, pictures int) bool {
	return d.Known && d.Sent == pictures && d.Shown == pictures && d.Lost+d.Undecided+d.Dropped+d.Skipped+d.Freezes+d.QueueDropped+d.PLI == 0 &&
		d.KeyFrames == 1 && d.SentFull == pictures && d.BeforeRepair.RatioOK && d.BeforeRepair.Lost == 0 && d.AfterRepair.RatioOK && d.AfterRepair.Lost == 0 &&
		d.SentKbps > 100 && d.SentKbps == d.ReceivedKbps && d.JitterOK && d.JitterUS < 100
}

// gallery notes the pictures that one end shows.
type gallery struct {
	mu           sync.Mutex
	sent, echoed []uint32
	captured     int
	size         image.Point
}

func (g *gallery) Sent(_ netcheck.Path, n uint32, _ *image.YCbCr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent = append(g.sent, n)
}

func (g *gallery) Echoed(_ netcheck.Path, n uint32, captured, echoed *image.YCbCr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.echoed = append(g.echoed, n); captured != nil {
		g.captured++
	}
	g.size = echoed.Bounds().Size()
}

func TestCallOverACleanLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var near, far gallery
		o := meeting{up: netchecktest.MediaPerfect(20 * time.Millisecond), down: netchecktest.MediaPerfect(30 * time.Millisecond), round: 50 * time.Millisecond,
			change: func(c *video.Call) { c.Screen = &near }, answer: func(a *video.Answer) { a.Screen = &far }}.call(t.Context(), t, callPlan())
		if o.err != nil || o.sum.Partial || !o.began || len(o.happens)+len(o.notes)+len(o.failed) != 0 {
			t.Fatalf("%v, %+v, happened %v, noted %v", o.err, o.sum, o.happens, o.notes)
		}
		if !whole(o.sum.Up, 45) || !whole(o.sum.Down, 45) {
			t.Errorf("up %+v,\ndown %+v", o.sum.Up, o.sum.Down)
		}
		if r := o.sum.RTT; !r.OK || r.P50US != 50_000 || o.sum.Span.Round(time.Millisecond) != 3*time.Second || o.sum.FarSource != "synthetic" {
			t.Errorf("round trips %+v, span %v, source there %q", r, o.sum.Span, o.sum.FarSource)
		}
		if o.sum.Self != (netcheck.CallSelfCheck{}) || o.sum.Far != (netcheck.CallSelfCheck{}) {
			t.Errorf("self checks %+v, %+v", o.sum.Self, o.sum.Far)
		}
		for name, g := range map[string]*gallery{"here": &near, "there": &far} {
			if len(g.sent) != 45 || !slices.Equal(g.sent, g.echoed) || g.captured != 0 || g.size != image.Pt(320, 180) {
				t.Errorf("%s: sent %v, shown %v, %d beside an original, of %v", name, g.sent, g.echoed, g.captured, g.size)
			}
		}
		wantCallSamples(t, o)
	})
}

func TestEachDirectionOfACallIsItsOwn(t *testing.T) {
	oneLost := lose(5*time.Millisecond, func(n int, _ *netcheck.MediaPacket) bool { return n == 40 })
	for name, m := range map[string]meeting{"up": {up: oneLost}, "down": {down: oneLost}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := m.call(t.Context(), t, callPlan())
				if o.err != nil {
					t.Fatal(o.err)
				}
				hit, other := o.sum.Up, o.sum.Down
				if name == "down" {
					hit, other = other, hit
				}
				if !whole(other, 45) {
					t.Errorf("the other direction: %+v", other)
				}
				if hit.BeforeRepair.Lost != 1 || hit.AfterRepair.Lost != 1 || hit.KeyFrames != 2 || hit.PLI != 1 || hit.Lost == 0 || hit.Lost > 8 || hit.Freezes != 1 {
					t.Errorf("the direction with a loss: %+v", hit)
				}
				wantCallSamples(t, o)
				live := 0
				for _, s := range o.samples {
					if s.Whole {
						live += s.Up.Lost + s.Down.Lost
					}
				}
				if live != 1 {
					t.Errorf("live %d packets were lost", live)
				}
			})
		})
	}
}

// outage loses everything for a while of the test's time.
func outage(from, to time.Duration) netchecktest.MediaImpair {
	begin := time.Now()
	return lose(10*time.Millisecond, func(int, *netcheck.MediaPacket) bool {
		at := time.Since(begin)
		return at >= from && at < to
	})
}

func TestFreezesOfACall(t *testing.T) {
	for _, tt := range []struct {
		name          string
		from, to      time.Duration
		least, most   time.Duration // frozen
		lost          int           // pictures, at least
		froze, thawed int
	}{
		{"in the middle", time.Second, 2 * time.Second, 900 * time.Millisecond, 1300 * time.Millisecond, 15, 1, 1},
		{"until the end", time.Second, time.Minute, 1800 * time.Millisecond, 2 * time.Second, 30, 1, 0},
	} {
		for _, up := range []bool{true, false} {
			t.Run(fmt.Sprint(tt.name, ", up ", up), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var m meeting
					if m.up = outage(tt.from, tt.to); !up {
						m.down, m.up = m.up, nil
					}
					o := m.call(t.Context(), t, callPlan())
					if o.err != nil {
						t.Fatal(o.err)
					}
					hit, other := o.sum.Up, o.sum.Down
					if !up {
						hit, other = other, hit
					}
					frozen := time.Duration(hit.FrozenUS) * time.Microsecond
					if frozen < tt.least || frozen > tt.most || hit.Freezes != 1 || hit.Lost < tt.lost || hit.BeforeRepair.Lost == 0 || !whole(other, 45) {
						t.Errorf("hit %+v,\nthe other %+v", hit, other)
					}
					if froze, thawed := count(o, netcheck.Froze), count(o, netcheck.Thawed); !up && (froze != tt.froze || thawed != tt.thawed) {
						t.Errorf("told %d freezes and %d thaws: %v", froze, thawed, o.happens)
					}
					wantCallSamples(t, o)
				})
			})
		}
	}
}

func count(o *called, what netcheck.Happening) (n int) {
	for _, h := range o.happens {
		if h.What == what {
			n++
		}
	}
	return n
}

// TestJitterOfACall compares with what the packets' own times give.
func TestJitterOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var want stats.Jitter
		uneven := func(n int, p *netcheck.MediaPacket) []time.Duration {
			delay := time.Duration(5+n/30%2*20)*time.Millisecond + time.Duration(n%30)*100*time.Microsecond // one after another, else they overtake
			if len(p.Payload) > 0 {
				want.Add(int64(p.Timestamp)*100/9, time.Now().Add(delay).UnixMicro())
			}
			return []time.Duration{delay}
		}
		o := meeting{up: uneven}.call(t.Context(), t, callPlan())
		us, _ := want.Value()
		if d := o.sum.Up; o.err != nil || d.JitterUS < 500 || math.Abs(d.JitterUS-us) > us/20 || !whole(o.sum.Down, 45) || d.Shown != 45 {
			t.Errorf("%v; jitter %.0f µs, want %.0f: %+v", o.err, d.JitterUS, us, d)
		}
	})
}

// TestACallKeepsToItsOwnLegs: what an end could return, said on the link before, holds nothing back.
func TestACallKeepsToItsOwnLegs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := callPlan(func(p *netcheck.VideoPlan) { p.Duration, p.FPS = 6*time.Second, 30 })
		o := meeting{own: func() float64 { return 300 }, ownFar: func() float64 { return 900 }, serve: func(ctx context.Context, a *video.Answer, l netcheck.Link) error {
			return errors.Join(l.Media().ReturnRate(100), a.Serve(ctx, l.Media()))
		}}.call(t.Context(), t, p)
		if o.err != nil {
			t.Fatal(o.err)
		}
		for name, d := range map[string]struct {
			netcheck.CallDirection
			limit float64
		}{"up": {o.sum.Up, 300}, "down": {o.sum.Down, 900}} {
			if d.TargetKbps != d.limit || d.SentKbps > 1.1*d.limit || d.SentKbps < 0.7*d.limit {
				t.Errorf("%s: target %.0f, sent %.0f kbit/s, and the way allows %.0f", name, d.TargetKbps, d.SentKbps, d.limit)
			}
		}
	})
}

func TestTheSizeOfACallStepsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := callPlan(func(p *netcheck.VideoPlan) { p.Width, p.Height, p.FPS, p.StartKbps = 640, 360, 30, 900 })
		var near gallery
		o := meeting{ownFar: func() float64 { return 110 }, own: func() float64 { return 900 }, change: func(c *video.Call) { c.Screen = &near }}.call(t.Context(), t, p)
		if d := o.sum.Down; o.err != nil || d.Width != 320 || d.Height != 180 || d.SentFull == 0 || d.SentFull >= d.Sent || d.WidthAsked != 640 {
			t.Errorf("%v, %+v", o.err, d)
		}
		if u := o.sum.Up; u.Width != 640 || u.SentFull != u.Sent || near.size != image.Pt(640, 360) {
			t.Errorf("up %+v, shown at %v", u, near.size)
		}
	})
}
