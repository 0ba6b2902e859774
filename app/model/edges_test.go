package model

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

func TestProgressNeverFalls(t *testing.T) {
	s := turnScript(t, netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP, netcheck.PathRelayTLS)
	s.add(netcheck.PathDirect, netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonSameMachine, Reason: "Both ends are here."})
	s.fail(netcheck.PathSTUN, netcheck.ReasonNoAnswer)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond))
	s.measure(netcheck.PathRelayTLS, steady(20*time.Millisecond))
	events := s.close(netcheck.EndedComplete)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		m := NewTest(Units{})
		m.Begin()
		last := m.View(0).Status.Progress
		look := func(now time.Duration) {
			p := m.View(now).Status.Progress
			if p < last || p > 1 {
				t.Fatalf("at %v: %v after %v", now, p, last)
			}
			last = p
		}
		for _, e := range events {
			m.Apply(e)
			look(e.At + time.Duration(rng.Int64N(int64(3*time.Second))) - time.Second)
		}
		m.End(Outcome{})
		if look(0); last != 1 {
			t.Errorf("it ends at %v", last)
		}
	}
}

// Streams come from files too: whatever they hold, the screen must stand.
func TestEventsInAnyOrder(t *testing.T) {
	events := recorded(t)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		m := NewTest(Units{})
		for range 200 {
			m.Apply(events[rng.IntN(len(events))])
			if rng.IntN(10) == 0 {
				_ = m.View(time.Duration(rng.Int64N(int64(time.Minute))))
				_ = m.Details(netcheck.AllPaths()[rng.IntN(5)])
			}
		}
		m.Stopping()
		m.End(Outcome{})
		if v := m.View(0); len(v.Rows) != 5 || v.Status.Busy {
			t.Errorf("%+v", v.Status)
		}
	}
}

func TestWhereTheDirectionOfLossIsNotKnown(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond).losing(10, stats.StatusLost))
	m := NewTest(Units{})
	now := replay(m, s.events, func(e netcheck.Event) bool { return e.At > 2*time.Second && isBody[netcheck.SampleTaken](e) })
	live := rowOf(m.View(now), netcheck.PathRelayUDP).Cells
	if !strings.HasSuffix(live[ColLossOut].Text, " in all") || live[ColLossBack].Text != present.None || !strings.Contains(live[ColLossBack].Hint, "not known yet") {
		t.Errorf("%+v %+v", live[ColLossOut], live[ColLossBack])
	}
	now = replay(m, s.events, nil)
	final := rowOf(m.View(now), netcheck.PathRelayUDP).Cells
	if final[ColLossOut].Text != "10 % in all" || !strings.HasPrefix(final[ColLossOut].Hint, "15 lost of 150 packets.") || !strings.Contains(final[ColLossBack].Hint, "not known on which way") {
		t.Errorf("%+v %+v", final[ColLossOut], final[ColLossBack])
	}
}

func TestAPathThatStaysSilent(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond).losing(1, stats.StatusLostUp))
	m := NewTest(Units{})
	replay(m, s.close(netcheck.EndedComplete), nil)
	m.End(Outcome{})
	v := m.View(0)
	c := rowOf(v, netcheck.PathRelayUDP).Cells
	if !strings.HasPrefix(c[ColLossOut].Text, "100 %") || c[ColLossBack].Text != present.None || !strings.Contains(c[ColLossBack].Hint, "Nothing reached the far end") ||
		c[ColRTT50].Text != present.None || c[ColJitter].Text != present.None || !strings.Contains(c[ColRTT50].Hint, "Too few answers") {
		t.Errorf("%+v", c)
	}
	if v.Banner.Mark.Word != "FAILED" || !strings.Contains(v.Banner.More, "no test packet came back") {
		t.Errorf("%+v", v.Banner)
	}
	for i := range m.Curves()[0].RTT.Len() {
		if !m.Curves()[0].RTT.At(i).IsGap() {
			t.Error("a round-trip time without an answer")
		}
	}
}

func TestTroubleAfterTheMeasurement(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond))
	m := NewTest(Units{})
	replay(m, s.close(netcheck.EndedComplete), nil)
	if v := m.View(time.Minute); v.Banner.Text != "Finishing: the results are being kept …" || m.Phase() != PhaseRunning || m.Elapsed(time.Minute) != time.Minute {
		t.Errorf("%+v", v.Banner)
	}
	m.End(Outcome{Err: errors.New("stop the embedded server: it hangs")})
	if v := m.View(0); v.Banner.Mark.Word != "GOOD" || v.Banner.More != "After the measurement: Stop the embedded server: it hangs." {
		t.Errorf("%+v", v.Banner)
	}
	if m.Elapsed(time.Hour) != m.report.Duration {
		t.Error(m.Elapsed(time.Hour))
	}
}

// The engine has the last word: what it refuses and the form did not find is told as well.
func TestTheEngineHasTheLastWord(t *testing.T) {
	r := &reading{plan: smallPlan(netcheck.TargetSelf, "by-pigeon"), problems: map[Field]string{}}
	r.plan.Loss.Size = 5000
	r.grant()
	if len(r.order) != 2 || !strings.HasPrefix(r.order[0], "Size must be from 64 to 1150 bytes") || !strings.Contains(r.order[1], "not a path") {
		t.Errorf("%q", r.order)
	}
	for _, s := range r.order {
		if !strings.HasSuffix(s, ".") {
			t.Errorf("%q", s)
		}
	}
}

// A stop that comes before the first event, and an event that comes after it.
func TestStoppedWhileStarting(t *testing.T) {
	m := NewTest(Units{})
	m.Stopping()
	if m.Phase() != PhaseIdle {
		t.Error("there is nothing to stop")
	}
	m.Begin()
	m.Stopping()
	s := turnScript(t, netcheck.PathRelayUDP)
	for _, e := range s.events {
		m.Apply(e)
	}
	if m.Phase() != PhaseStopping || m.View(0).Banner.Mark.Word != "STOPPING" {
		t.Error(m.Phase())
	}
	m.End(Outcome{Err: context.Canceled})
	if m.Phase() != PhaseDone {
		t.Error(m.Phase())
	}
}

func TestTheFormMayChangeWhileATestRuns(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.connect(netcheck.PathRelayUDP, "")
	m := NewTest(Units{})
	now := replay(m, s.events, nil)
	before := m.View(now).Rows
	f := m.Form()
	f.Paths = nil
	m.SetForm(f)
	v := m.View(now)
	for i, r := range v.Rows {
		if r.State != before[i].State {
			t.Errorf("%s: %v", r.Title, r.State)
		}
	}
	m.End(Outcome{})
	if v = m.View(now); v.CanStart || v.StartWhy != "Choose at least one path." || v.Phase != PhaseDone {
		t.Errorf("%+v", v)
	}
}

func TestFindingsOfSeveralPathsAreToldOnce(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP, netcheck.PathRelayTCP)
	s.fail(netcheck.PathRelayUDP, netcheck.ReasonRefused)
	s.fail(netcheck.PathRelayTCP, netcheck.ReasonRefused)
	m := NewTest(Units{})
	replay(m, s.close(netcheck.EndedComplete), nil)
	m.End(Outcome{})
	v := m.View(0)
	for _, f := range v.Findings {
		if f.Title == "Relay UDP and Relay TCP are blocked" {
			if f.Paths != "Relay UDP, Relay TCP" || !strings.HasPrefix(f.Evidence[0][0], "Relay UDP: ") {
				t.Errorf("%+v", f)
			}
			return
		}
	}
	t.Errorf("%+v", v.Findings)
}
