// Package presenttest plays whole sessions without a network, a clock or an engine, for tests of what is shown of them: events
// are stamped and folded as by netcheck.Run, and figures come from stats.Summarize. It judges and shows nothing.
package presenttest

import (
	"context"
	"net/netip"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// Stage plays a session.
type Stage struct {
	Plan   netcheck.Plan   // granted
	Now    time.Duration   // since the session's start; whoever plays moves it
	Report netcheck.Report // the fold of the events until now

	seq     uint64
	observe netcheck.Observer
}

// NewStage is a session in which nothing has happened.
func NewStage(granted netcheck.Plan, observe netcheck.Observer) *Stage {
	return &Stage{Plan: granted, observe: observe}
}

// RunFunc runs a plan, as app/session does.
type RunFunc = func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error)

// Play makes a RunFunc out of what happens on each path. A context that has ended by the last one makes a cancelled session; one with
// another computer that was over before ends with an error, as netcheck.Run has it.
func Play(paths func(s *Stage, p netcheck.Path)) RunFunc { return Probed(nil, paths) }

// Probed is the same with network probes before the paths, where the plan has some. They end one after another, each in its own time.
func Probed(network []netcheck.NetResult, paths func(s *Stage, p netcheck.Path)) RunFunc {
	return func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
		granted, err := plan.Grant()
		if err != nil {
			return netcheck.Report{}, err
		}
		s := NewStage(granted, observe)
		s.Emit("", netcheck.SessionStarted{ID: "TESTTESTTESTTEST", Started: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
			AppVersion: "1.2.3", OS: "linux/amd64", Plan: plan, Granted: granted, Other: otherEnd(granted)})
		if granted.Network.On && network != nil {
			s.network(network)
		}
		for _, p := range granted.Paths {
			paths(s, p)
		}
		end := netcheck.SessionEnded{Ended: netcheck.EndedComplete, Duration: s.Now}
		switch over := s.over(); {
		case ctx.Err() != nil:
			end.Ended, err = netcheck.EndedCancelled, ctx.Err()
		case over != nil:
			end.Ended, end.Error, err = netcheck.EndedError, over.Text, over
		}
		s.Emit("", end)
		return s.Report, err
	}
}

// over is why the session with the other computer was over before the last path; nil: it was not.
func (s *Stage) over() *netcheck.Failure {
	for _, p := range s.Report.Paths {
		switch p.Code {
		case netcheck.ReasonHostGone, netcheck.ReasonHostRefused, netcheck.ReasonInvite, netcheck.ReasonOtherVersion:
			return &netcheck.Failure{Code: p.Code, Text: p.Reason, Advice: p.Advice}
		}
	}
	return nil
}

// otherEnd is the second computer of a session with an invite.
func otherEnd(granted netcheck.Plan) *netcheck.OtherEnd {
	if granted.Target.Kind != netcheck.TargetInvite {
		return nil
	}
	return &netcheck.OtherEnd{Name: "Lab-PC", AppVersion: "0.5", OS: "linux/amd64", Way: "websocket", Address: "198.51.100.9:443", Host: true,
		Observed: "203.0.113.9:40123"}
}

// direction is what the two ways of the session are.
func (s *Stage) direction() netcheck.Direction {
	if s.Plan.Target.Kind == netcheck.TargetInvite {
		return netcheck.DirectionUpDown
	}
	return netcheck.DirectionLoop
}

// Emit stamps an event, folds it and hands it to the observer.
func (s *Stage) Emit(p netcheck.Path, b netcheck.Body) {
	s.seq++
	e := netcheck.Event{Seq: s.seq, At: s.Now, Path: p, Body: b}
	s.Report = netcheck.Fold(s.Report, e)
	s.observe(e)
}

// Start begins a path.
func (s *Stage) Start(p netcheck.Path) {
	s.Emit(p, netcheck.PathStarted{Family: netcheck.Family4})
}

// Connect brings a path up. The note is on what its proof does not show; most have none.
func (s *Stage) Connect(p netcheck.Path, took time.Duration, note string) {
	s.Now += took
	a, b := netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("192.0.2.1:40001")
	pair := netcheck.CandidatePair{Local: netcheck.Candidate{Type: "host", Address: a, Protocol: "udp"},
		Remote: netcheck.Candidate{Type: "host", Address: b, Protocol: "udp"}}
	s.Emit(p, netcheck.PathConnected{Connect: took, Local: pair, Far: pair, Direction: s.direction(), Note: note})
}

// Measure ends a path with a loss probe's result.
func (s *Stage) Measure(p netcheck.Path, end netcheck.PathEnded, carriers ...netcheck.CarrierResult) {
	l := s.Plan.Loss
	s.Emit(p, netcheck.ProbeStarted{Probe: "loss", Duration: l.Warmup + l.Duration, Packets: l.Packets()})
	s.Now += l.Warmup + l.Duration
	s.Emit(p, netcheck.ProbeEnded{Probe: "loss", Loss: &netcheck.LossSummary{Carriers: carriers}, Partial: end.State == netcheck.StateInterrupted})
	s.Emit(p, end)
}

// Carrier makes the packets of a series, hands them to the observer, and sums them up.
func (s *Stage) Carrier(c netcheck.Carrier, what Series) netcheck.CarrierResult {
	l := s.Plan.Loss
	n := what.Count
	if n == 0 {
		n = l.Packets()
	}
	span := time.Duration(n) * l.Interval()
	rows := what.packets(n, s.Now.Microseconds(), l.Interval().Microseconds())
	s.observeRows(c, rows)
	return netcheck.CarrierResult{Carrier: c, Span: span, Load: what.load(rows), Begin: s.Now, Self: netcheck.SelfCheck{LogComplete: !what.NoLog},
		Stats: stats.Summarize(rows, stats.Options{LateAfterUS: l.LateAfter.Microseconds()})}
}

// observeRows hands packets to the observers alone: the report holds none.
func (s *Stage) observeRows(c netcheck.Carrier, rows stats.Packets) {
	for len(rows) > 0 {
		n := min(len(rows), netcheck.MaxBlock)
		s.Emit(s.running(), netcheck.PacketsDecided{Carrier: c, Packets: rows[:n]})
		rows = rows[n:]
	}
}

// running is the path that started last.
func (s *Stage) running() netcheck.Path {
	for _, p := range s.Report.Paths {
		if p.State == netcheck.StateInterrupted && p.Code == "" {
			return p.Path
		}
	}
	return ""
}
