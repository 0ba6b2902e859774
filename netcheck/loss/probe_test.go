package loss_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/loss"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/stats"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outcome is what one run of the probe gave.
type outcome struct {
	sum     *netcheck.LossSummary
	err     error
	events  []netcheck.Event
	rows    map[netcheck.Carrier][]stats.Packet
	samples map[netcheck.Carrier]map[int]netcheck.Sample
}

func (o outcome) carrier(t *testing.T, c netcheck.Carrier) netcheck.CarrierResult {
	t.Helper()
	for _, r := range o.sum.Carriers {
		if r.Carrier == c {
			return r
		}
	}
	t.Fatalf("no result for %s", c)
	return netcheck.CarrierResult{}
}

func plan() netcheck.LossPlan {
	return netcheck.LossPlan{Carriers: netcheck.AllCarriers(), Rate: 100, Size: 200, Duration: 2 * time.Second,
		Warmup: 200 * time.Millisecond, LateAfter: 150 * time.Millisecond}
}

// probe runs the loss probe between two ends in memory. It must be called inside a synctest bubble.
func probe(ctx context.Context, t *testing.T, p netcheck.LossPlan, local, far *netchecktest.Link) outcome {
	t.Helper()
	served := make(chan error, 1)
	go func() { served <- echo.Responder{}.Serve(t.Context(), far) }()
	o := outcome{rows: map[netcheck.Carrier][]stats.Packet{}, samples: map[netcheck.Carrier]map[int]netcheck.Sample{}}
	seen := make(chan netcheck.Event, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range seen {
			o.note(e)
		}
	}()
	lp := loss.Probe{Path: netcheck.PathDirect, Plan: p, Start: time.Now()}
	sum, err := lp.Run(ctx, local, func(e netcheck.Event) { seen <- e })
	close(seen)
	<-done
	if sum != nil {
		o.sum = sum.(*netcheck.LossSummary)
	}
	o.err = err
	if err := local.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("responder: %v", err)
	}
	return o
}

func (o *outcome) note(e netcheck.Event) {
	o.events = append(o.events, e)
	switch b := e.Body.(type) {
	case netcheck.PacketsDecided:
		o.rows[b.Carrier] = append(o.rows[b.Carrier], b.Packets...)
	case netcheck.SampleTaken:
		if o.samples[b.Sample.Carrier] == nil {
			o.samples[b.Sample.Carrier] = map[int]netcheck.Sample{}
		}
		o.samples[b.Sample.Carrier][b.Sample.Index] = b.Sample
	}
}

// drop loses the measured datagrams with the given numbers; delay is for the others. Control of the warm-up: 20 packets.
const warmup = 20

func drop(delay time.Duration, which func(n int) bool) netchecktest.Impair {
	return func(_ netcheck.Carrier, n int, _ []byte) []time.Duration {
		if n >= warmup && which(n-warmup) {
			return nil
		}
		return []time.Duration{delay}
	}
}

func TestCleanLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far := netchecktest.NewLink(netchecktest.Perfect(20*time.Millisecond), netchecktest.Perfect(30*time.Millisecond))
		o := probe(t.Context(), t, plan(), local, far)
		if o.err != nil {
			t.Fatal(o.err)
		}
		for _, c := range netcheck.AllCarriers() {
			r := o.carrier(t, c)
			if s := r.Stats; s.Up.Sent != 200 || s.Total.Lost != 0 || !s.Up.Known || s.RTT.P50US != 50_000 || s.RTT.MaxUS != 50_000 {
				t.Errorf("%s: %+v", c, s)
			}
			if !r.Self.LogComplete || r.Partial || r.Self.MissedSends+r.Self.SkippedSender != 0 || r.Span != 2*time.Second {
				t.Errorf("%s: self check %+v, span %v", c, r.Self, r.Span)
			}
			if len(o.rows[c]) != 200 || len(o.samples[c]) != 20 {
				t.Errorf("%s: %d rows, %d samples, want 200 and 20", c, len(o.rows[c]), len(o.samples[c]))
			}
		}
	})
}

func TestGridIsAbsoluteAndInterleaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Rate = 300 // an interval that is no whole number of microseconds
		local, far := netchecktest.NewLink(nil, nil)
		o := probe(t.Context(), t, p, local, far)
		dc, srtp := o.rows[netcheck.CarrierDataChannel], o.rows[netcheck.CarrierSRTP]
		for i := range dc {
			want := dc[0].SentUS + int64(float64(i)*1e6/300+0.5)
			if d := dc[i].SentUS - want; d < -1 || d > 1 {
				t.Fatalf("packet %d sent at %d, want %d: the grid drifts", i, dc[i].SentUS, want)
			}
			if d := srtp[i].SentUS - dc[i].SentUS; d < 1665 || d > 1668 {
				t.Fatalf("packet %d: carriers %d us apart, want half an interval (1667)", i, d)
			}
		}
	})
}

func TestLossIsAttributedToItsDirection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := func(n int) bool { return n%10 == 3 || n == 199 }
		// The reflector's n-th answer: what went missing on the way up has none.
		down := func(n int) bool { return n%20 == 5 }
		local, far := netchecktest.NewLink(drop(time.Millisecond, up), drop(time.Millisecond, down))
		o := probe(t.Context(), t, plan(), local, far)
		if o.err != nil {
			t.Fatal(o.err)
		}
		for _, c := range netcheck.AllCarriers() {
			s := o.carrier(t, c).Stats
			if s.Up.Lost != 21 || s.Down.Sent != 179 || s.Down.Lost != 9 || !s.Up.Known {
				t.Errorf("%s: up %d lost, down %d of %d lost; want 21, 9 of 179", c, s.Up.Lost, s.Down.Lost, s.Down.Sent)
			}
			sum := netcheck.Sample{}
			for _, w := range o.samples[c] {
				sum.Sent += w.Sent
				sum.LostUp += w.LostUp
				sum.LostDown += w.LostDown
				sum.LostUnknown += w.LostUnknown
			}
			if sum.Sent != 200 || sum.LostUp != 21 || sum.LostDown != 9 || sum.LostUnknown != 0 {
				t.Errorf("%s: samples add up to %+v", c, sum)
			}
			if again := stats.Summarize(stats.Packets(o.rows[c]), stats.Options{LateAfterUS: 150_000}); again != s {
				t.Errorf("%s: recomputed from the rows:\n%+v\nwant\n%+v", c, again, s)
			}
		}
	})
}

func TestLateIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		step := func(_ netcheck.Carrier, n int, _ []byte) []time.Duration {
			if n >= warmup+100 {
				return []time.Duration{700 * time.Millisecond}
			}
			return []time.Duration{10 * time.Millisecond}
		}
		local, far := netchecktest.NewLink(step, nil)
		s := probe(t.Context(), t, plan(), local, far).carrier(t, netcheck.CarrierSRTP).Stats
		if s.Late != 100 || s.Total.Lost != 0 {
			t.Errorf("late %d, lost %d; want 100 and 0", s.Late, s.Total.Lost)
		}
	})
}

func TestReorderedAndCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := func(_ netcheck.Carrier, n int, _ []byte) []time.Duration {
			switch {
			case n >= warmup && n%10 == 0:
				return []time.Duration{25 * time.Millisecond} // two overtake it
			case n >= warmup && n%10 == 5:
				return []time.Duration{time.Millisecond, 2 * time.Millisecond}
			}
			return []time.Duration{time.Millisecond}
		}
		back := func(_ netcheck.Carrier, n int, _ []byte) []time.Duration {
			if n == warmup+50 {
				return []time.Duration{time.Millisecond, time.Millisecond}
			}
			return []time.Duration{time.Millisecond}
		}
		local, far := netchecktest.NewLink(out, back)
		s := probe(t.Context(), t, plan(), local, far).carrier(t, netcheck.CarrierSRTP).Stats
		if s.Up.Reordered != 20 || s.Up.Duplicate != 20 || s.Down.Duplicate != 1 || s.Total.Lost != 0 {
			t.Errorf("reordered up %d, copies up %d and down %d, lost %d; want 20, 20, 1, 0",
				s.Up.Reordered, s.Up.Duplicate, s.Down.Duplicate, s.Total.Lost)
		}
	})
}

func TestNothingComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far := netchecktest.NewLink(drop(0, func(int) bool { return true }), nil)
		s := probe(t.Context(), t, plan(), local, far).carrier(t, netcheck.CarrierSRTP).Stats
		if s.Total.Lost != 200 || s.Up.LossRatio != 1 || s.RTT.OK || s.Down.RatioOK {
			t.Errorf("%+v", s)
		}
	})
}

func TestCancelledHalfWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far := netchecktest.NewLink(drop(time.Millisecond, func(n int) bool { return n == 7 }), nil)
		ctx, cancel := context.WithTimeout(t.Context(), 1200*time.Millisecond)
		defer cancel()
		begin := time.Now()
		o := probe(ctx, t, plan(), local, far)
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("took %v after being cancelled", took-1200*time.Millisecond)
		}
		var f *netcheck.Failure
		if !errors.As(o.err, &f) || f.Code != netcheck.ReasonCancelled {
			t.Errorf("error %v, want cancelled", o.err)
		}
		r := o.carrier(t, netcheck.CarrierSRTP)
		if s := r.Stats; s.Up.Sent < 99 || s.Up.Sent > 101 || s.Up.Lost != 1 || !s.Up.Known || !r.Partial {
			t.Errorf("%+v", r)
		}
	})
}

func TestLinkDiesHalfWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far := netchecktest.NewLink(drop(time.Millisecond, func(n int) bool { return n == 7 }), nil)
		timer := time.AfterFunc(1200*time.Millisecond, func() { _ = local.Close() })
		defer timer.Stop()
		o := probe(t.Context(), t, plan(), local, far)
		var f *netcheck.Failure
		if !errors.As(o.err, &f) || f.Code != netcheck.ReasonLinkLost {
			t.Errorf("error %v, want link_lost", o.err)
		}
		r := o.carrier(t, netcheck.CarrierSRTP)
		if s := r.Stats; s.Up.Sent < 99 || s.Up.Lost != 1 || r.Self.LogComplete {
			t.Errorf("without the log the bitmaps should still tell one packet lost on the way up: %+v", r)
		}
	})
}

func TestFullQueuesSkipAndSaySo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far := netchecktest.NewLink(nil, nil)
		local.Carrier(netcheck.CarrierDataChannel).SetQueued(1 << 20)
		far.Carrier(netcheck.CarrierSRTP).SetQueued(1 << 20)
		o := probe(t.Context(), t, plan(), local, far)
		dc, srtp := o.carrier(t, netcheck.CarrierDataChannel), o.carrier(t, netcheck.CarrierSRTP)
		if dc.Self.SkippedSender != 200 || dc.Stats.Up.Sent != 0 || dc.Stats.Total.RatioOK || dc.Self.QueuedMax != 1<<20 {
			t.Errorf("data channel: %+v", dc)
		}
		if srtp.Self.SkippedReflector != 200 || srtp.Stats.Up.Received != 200 || srtp.Stats.Total.Lost != 0 || srtp.Stats.Down.Sent != 0 {
			t.Errorf("srtp: %+v", srtp)
		}
	})
}

func TestSendErrorsEndTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far := netchecktest.NewLink(nil, nil)
		local.Carrier(netcheck.CarrierSRTP).SetSendError(errors.New("no buffer space"))
		o := probe(t.Context(), t, plan(), local, far)
		if o.err == nil || o.carrier(t, netcheck.CarrierSRTP).Stats.Up.Sent != 0 {
			t.Errorf("error %v, result %+v", o.err, o.sum)
		}
	})
}

func TestLiveViewKnowsTheDirectionBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Duration = 3 * time.Second
		local, far := netchecktest.NewLink(drop(time.Millisecond, func(n int) bool { return n == 12 }),
			drop(time.Millisecond, func(n int) bool { return n == 30 }))
		o := probe(t.Context(), t, p, local, far)
		up, down := false, false
		for _, e := range o.events {
			if s, ok := e.Body.(netcheck.SampleTaken); ok && s.Sample.Carrier == netcheck.CarrierSRTP {
				up = up || s.Sample.LostUp == 1
				down = down || s.Sample.LostDown == 1
			}
			if _, ok := e.Body.(netcheck.PacketsDecided); ok {
				break
			}
		}
		if !up || !down {
			t.Errorf("before the log came: loss up seen %v, down seen %v", up, down)
		}
	})
}

// steady delays everything by d, from the n-th datagram on by later.
func steady(d time.Duration, n int, later time.Duration) netchecktest.Impair {
	return func(_ netcheck.Carrier, i int, _ []byte) []time.Duration {
		if i >= n {
			return []time.Duration{later}
		}
		return []time.Duration{d}
	}
}

// TestDelayIsNeverLoss stops and ends runs on links that lose nothing.
func TestDelayIsNeverLoss(t *testing.T) {
	const far = 1 << 30
	for name, c := range map[string]struct {
		out       netchecktest.Impair
		stop      time.Duration // 0: at the plan's end
		lateAfter time.Duration
	}{
		"stopped at a long round trip":         {steady(600*time.Millisecond, far, 0), 1500 * time.Millisecond, 150 * time.Millisecond},
		"stopped at a very long round trip":    {steady(1800*time.Millisecond, far, 0), 2100 * time.Millisecond, 150 * time.Millisecond},
		"a late limit beyond the usual drain":  {steady(6*time.Second, far, 0), 0, 20 * time.Second},
		"the delay jumps in the last moments":  {steady(10*time.Millisecond, warmup+170, 1500*time.Millisecond), 0, 150 * time.Millisecond},
		"stopped while the last are under way": {steady(600*time.Millisecond, far, 0), 2300 * time.Millisecond, 150 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.stop > 0 {
					timer := time.AfterFunc(c.stop, cancel)
					defer timer.Stop()
				}
				p := plan()
				p.LateAfter = c.lateAfter
				local, farEnd := netchecktest.NewLink(c.out, nil)
				s := probe(ctx, t, p, local, farEnd).carrier(t, netcheck.CarrierSRTP).Stats
				if s.Total.Lost != 0 || s.Total.Received+s.Undecided != s.Up.Sent+s.Undecided || s.Up.Sent == 0 && s.Undecided == 0 {
					t.Errorf("%+v", s)
				}
				t.Logf("%d answered, %d late, %d undecided", s.Total.Received, s.Late, s.Undecided)
			})
		})
	}
}
