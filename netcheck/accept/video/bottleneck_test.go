package video_test

import (
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

const oneWay = 20 * time.Millisecond

// narrow is a way through a bottleneck with a queue of usual length.
func narrow(kbps float64) vlab.Shape {
	return vlab.Shape{Kbps: kbps, Queue: 300 * time.Millisecond, Delay: oneWay}
}

func wide() []vlab.Phase { return []vlab.Phase{{Shape: vlab.Shape{Delay: oneWay}}} }

// The way out gets narrow in the middle of a call.
func TestCapacityFalls(t *testing.T) {
	const (
		fall     = 5 * time.Second
		duration = 25 * time.Second
		enough   = 500 // kbit/s
	)
	o := trial{seed: 3, path: netcheck.PathDirect, start: 2000, duration: duration,
		up: []vlab.Phase{{Shape: narrow(2600)}, {From: fall, Shape: narrow(600)}}, down: wide()}.run(t)
	o.checkTruth(t)
	o.printLine(t, vlab.Up, duration)
	total, worst := frozen(o.stands(), o.shaped+fall)
	o.limit(t, "frozen in all after the fall", total, 2*time.Second)
	o.limit(t, "worst gap after the fall", worst, 600*time.Millisecond)
	again, ok := o.recovery(enough, fall)
	o.limit(t, "500 kbit/s again after", again, 10*time.Second)
	if !ok {
		o.wrong(t, "the target never came back to %d kbit/s", enough)
	}
	o.checkMoves(t, o.shaped+duration-5*time.Second)
	o.checkFits(t, vlab.Up, 600, o.begun+duration-5*time.Second)
}

// The way back gets narrow in the middle of a call: what the far end says about it waits in the same queue, but this end sees its
// pictures come back late.
func TestCapacityFallsOnTheWayBack(t *testing.T) {
	const (
		fall     = 5 * time.Second
		duration = 20 * time.Second
	)
	o := trial{seed: 5, path: netcheck.PathDirect, start: 2000, duration: duration,
		up: wide(), down: []vlab.Phase{{Shape: narrow(2600)}, {From: fall, Shape: narrow(600)}}}.run(t)
	o.checkTruth(t)
	o.printLine(t, vlab.Down, duration)
	total, worst := frozen(o.stands(), o.shaped+fall)
	o.limit(t, "frozen in all after the fall", total, 2*time.Second)
	o.limit(t, "worst gap after the fall", worst, 600*time.Millisecond)
	again, ok := o.recovery(500, fall)
	o.limit(t, "500 kbit/s again after", again, 10*time.Second)
	if !ok {
		o.wrong(t, "the target never came back to 500 kbit/s")
	}
	o.checkMoves(t, o.shaped+duration-5*time.Second)
}

// The way back is narrower than the way out, which only the far end can see.
func TestNarrowWayBack(t *testing.T) {
	const duration = 20 * time.Second
	o := trial{seed: 4, path: netcheck.PathDirect, duration: duration, up: wide(), down: []vlab.Phase{{Shape: narrow(800)}}}.run(t)
	o.checkTruth(t)
	o.printLine(t, vlab.Down, duration)
	_, worst := frozen(o.stands(), 0)
	o.limit(t, "worst gap", worst, 600*time.Millisecond)
	o.checkMoves(t, o.shaped+duration-5*time.Second)
	o.checkFits(t, vlab.Down, 800, o.begun+duration-5*time.Second)
	for _, s := range o.samples {
		if s.PeerKbps > 0 && s.TargetKbps > s.PeerKbps+1 {
			t.Errorf("at %v the target is %.0f kbit/s, though the far end can return %.0f", s.At, s.TargetKbps, s.PeerKbps)
		}
	}
}

// recovery is how long after a moment of the shapes the sender was allowed so much again, having been below it.
func (o outcome) recovery(kbps float64, after time.Duration) (time.Duration, bool) {
	below := false
	for _, s := range o.samples {
		switch since := s.At - o.shaped - after; {
		case since < 0:
		case s.TargetKbps < kbps:
			below = true
		case below:
			return since, true
		}
	}
	return 0, !below
}

// checkMoves makes sure that no freeze lasts: of the pictures sent from some time on, most come back.
func (o outcome) checkMoves(t *testing.T, from time.Duration) {
	t.Helper()
	sent, shown := 0, 0
	for _, f := range o.frames {
		if time.Duration(f.CaptureUS)*time.Microsecond < from {
			continue
		}
		switch f.Status {
		case stats.FrameShown:
			sent, shown = sent+1, shown+1
		case stats.FrameMissing:
			sent++
		}
	}
	t.Logf("at the end %d of %d pictures came back", shown, sent)
	if sent == 0 || 2*shown < sent {
		o.wrong(t, "at the end %d of %d pictures came back: it stands still", shown, sent)
	}
}

// checkFits makes sure that a sender has found the capacity: from some time on it does not offer much more.
func (o outcome) checkFits(t *testing.T, d vlab.Direction, kbps float64, from time.Duration) {
	t.Helper()
	bits := 0
	for _, p := range o.wire[d] {
		if p.At >= from {
			bits += p.OnWire() * 8
		}
	}
	if got := float64(bits) / 1000 / (o.drained - from).Seconds(); got > 1.5*kbps {
		o.wrong(t, "at the end %.0f kbit/s are offered to a way that carries %.0f", got, kbps)
	}
}

// printLine logs what the bottleneck saw.
func (o outcome) printLine(t *testing.T, d vlab.Direction, duration time.Duration) {
	t.Helper()
	const step = 500 * time.Millisecond
	for at := time.Duration(0); at < duration; at += step {
		offered, full, longest := 0, 0, time.Duration(0)
		for _, p := range o.wire[d] {
			if p.At < o.begun+at || p.At >= o.begun+at+step {
				continue
			}
			offered += p.OnWire()
			if longest = max(longest, p.Queued); p.Full {
				full++
			}
		}
		t.Logf("%5v: offered %4.0f kbit/s, carried %4.0f, %3d packets too many, wait up to %v", at, float64(offered)*8/1000/step.Seconds(),
			carried(o.wire[d], o.begun+at, o.begun+at+step), full, longest.Round(time.Millisecond))
	}
}
