package present

import (
	"math"
	"testing"
	"time"

	"echopath/netcheck"
)

// One path is 6.1 s: 0.3 to connect, 0.5 warm-up, 5 to measure, 0.3 to drain.
func TestProgress(t *testing.T) {
	const s = time.Second
	sample := func(index, sent, lost int) netcheck.Body {
		return netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: index, Sent: sent, LostUp: lost,
			Answered: sent - lost, RTTMean: 610 * time.Microsecond}}
	}
	steps := []struct {
		at   time.Duration
		path netcheck.Path
		body netcheck.Body
		left time.Duration
		line string
	}{
		{0, "", netcheck.SessionStarted{}, 12200 * time.Millisecond, "0:13 left"},
		{0, "direct", netcheck.PathEnded{State: netcheck.StateNotApplicable}, 12200 * time.Millisecond, "0:13 left"},
		{0, "stun", netcheck.PathStarted{}, 12200 * time.Millisecond, "STUN (1 of 2), 0:13 left, connecting"},
		{s, "stun", netcheck.ProbeStarted{Duration: 5500 * time.Millisecond}, 11900 * time.Millisecond, "STUN (1 of 2), 0:12 left"},
		{2 * s, "stun", sample(0, 10, 0), 10900 * time.Millisecond, "STUN (1 of 2), 0:11 left, RTT 0.61 ms, lost 0 of 10"},
		{2 * s, "stun", sample(0, 10, 2), 10900 * time.Millisecond, "STUN (1 of 2), 0:11 left, RTT 0.61 ms, lost 2 of 10"}, // a newer view of the same window
		{3 * s, "stun", sample(1, 10, 0), 9900 * time.Millisecond, "STUN (1 of 2), 0:10 left, RTT 0.61 ms, lost 2 of 20"},
		{6700 * time.Millisecond, "stun", netcheck.Noted{}, 6200 * time.Millisecond, "STUN (1 of 2), 0:07 left, waiting for the last answers"},
		{9 * s, "stun", netcheck.PathEnded{}, 6100 * time.Millisecond, "0:07 left"},
		{9 * s, "relay-udp", netcheck.PathStarted{}, 6100 * time.Millisecond, "Relay UDP (2 of 2), 0:07 left, connecting"},
		{14 * s, "relay-udp", netcheck.PathEnded{State: netcheck.StateBlocked}, 0, "0:00 left"},
	}
	p := NewProgress(turnPlan(t, "turn:a.example"))
	before := 0.0
	for i, step := range steps {
		p.Apply(netcheck.Event{At: step.at, Path: step.path, Body: step.body})
		if left, line := p.Left(step.at), p.Line(step.at); left != step.left || line != step.line {
			t.Errorf("step %d: %v left, %q; want %v, %q", i, left, line, step.left, step.line)
		}
		share := p.Share(step.at)
		if share < before || share > 1 || math.IsNaN(share) {
			t.Errorf("step %d: the share went from %v to %v", i, before, share)
		}
		before = share
	}
	if before != 1 {
		t.Errorf("at the end %v is done", before)
	}
}

// The account of open windows does not grow with the session.
func TestProgressIsBounded(t *testing.T) {
	p := NewProgress(selfPlan(t, nil))
	for i := range 10_000 {
		p.Apply(netcheck.Event{Body: netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: i, Sent: 10}}})
	}
	if l := p.live[netcheck.CarrierSRTP]; l.sent != 100_000 || len(l.views) > keepWindows {
		t.Errorf("%d sent, %d windows kept", l.sent, len(l.views))
	}
}

// A window that is told of again when its beginnings are forgotten is not counted twice.
func TestProgressForgetsNothingTwice(t *testing.T) {
	p := NewProgress(selfPlan(t, nil))
	sample := func(i, lost int) {
		p.Apply(netcheck.Event{Body: netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: i, Sent: 10, LostUp: lost}}})
	}
	for i := range 500 {
		sample(i, 0)
	}
	for i := range 500 { // the final view, as it comes at a path's end
		sample(i, 1)
	}
	if l := p.live[netcheck.CarrierSRTP]; l.sent != 5000 || l.lost != keepWindows || len(l.views) > keepWindows {
		t.Errorf("%d sent, %d lost, %d windows kept", l.sent, l.lost, len(l.views))
	}
	sample(5000, 0)
	if l := p.live[netcheck.CarrierSRTP]; l.sent != 5010 || len(l.views) != 1 {
		t.Errorf("behind a hole: %d sent, %d windows kept", l.sent, len(l.views))
	}
}

func TestProgressFacts(t *testing.T) {
	type facts struct {
		path              netcheck.Path
		number, total     int
		probing, draining bool
	}
	const s = time.Second
	p := NewProgress(turnPlan(t, "turn:a.example"))
	steps := []struct {
		at   time.Duration
		path netcheck.Path
		body netcheck.Body
		want facts
	}{
		{0, "", netcheck.SessionStarted{}, facts{"", 1, 2, false, false}},
		{0, "stun", netcheck.PathStarted{}, facts{"stun", 1, 2, false, false}},
		{s, "stun", netcheck.ProbeStarted{Duration: 5 * s}, facts{"stun", 1, 2, true, false}},
		{7 * s, "stun", netcheck.Noted{}, facts{"stun", 1, 2, true, true}},
		{8 * s, "stun", netcheck.PathEnded{}, facts{"", 1, 2, false, false}},
		{8 * s, "relay-udp", netcheck.PathStarted{}, facts{"relay-udp", 2, 2, false, false}},
		{9 * s, "relay-udp", netcheck.PathEnded{State: netcheck.StateBlocked}, facts{"", 2, 2, false, false}},
	}
	for i, step := range steps {
		p.Apply(netcheck.Event{At: step.at, Path: step.path, Body: step.body})
		if got := (facts{p.Path(), p.Number(), p.Total(), p.Probing(), p.Draining(step.at)}); got != step.want {
			t.Errorf("step %d: got %+v, want %+v", i, got, step.want)
		}
	}
}
