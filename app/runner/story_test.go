package runner

import (
	"context"
	"fmt"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// story is a session that emits a fixed series of events, a second's tenth after another, and stops with its context.
type story struct {
	at     int           // stops here by itself, or calls act; counted from 1
	act    func()        // nil: nothing
	pause  time.Duration // between events
	before error         // instead of the first event
	told   []netcheck.Event
}

func plan(t *testing.T) (plan, granted netcheck.Plan) {
	t.Helper()
	preset, err := netcheck.PresetByName("quick")
	if err != nil {
		t.Fatal(err)
	}
	plan = netcheck.Plan{Loss: preset.Loss, Paths: []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayTLS}}
	granted, err = plan.Grant()
	if err != nil {
		t.Fatal(err)
	}
	return plan, granted
}

func (s *story) run(ctx context.Context, p netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
	if s.before != nil {
		return netcheck.Report{}, s.before
	}
	granted, err := p.Grant()
	if err != nil {
		return netcheck.Report{}, err
	}
	begin := time.Now()
	stage := presenttest.NewStage(granted, func(e netcheck.Event) {
		s.told = append(s.told, e)
		observe(e)
		if s.act != nil && len(s.told) == s.at {
			s.act()
		}
	})
	emit := func(path netcheck.Path, b netcheck.Body) {
		wait(ctx, s.pause)
		stage.Now = time.Since(begin)
		if ctx.Err() == nil || stage.Report.ID == "" {
			stage.Emit(path, b)
		}
	}
	emit("", netcheck.SessionStarted{ID: "STORY", Started: begin, Plan: p, Granted: granted})
	for _, path := range granted.Paths {
		tellPath(stage, path, emit)
	}
	end := netcheck.SessionEnded{Ended: netcheck.EndedComplete, Duration: time.Since(begin)}
	if ctx.Err() != nil {
		end.Ended, err = netcheck.EndedCancelled, fmt.Errorf("session stopped: %w", context.Cause(ctx))
	}
	stage.Now = end.Duration
	stage.Emit("", end)
	return stage.Report, err
}

// tellPath has samples of two carriers, each taken twice, and packets.
func tellPath(stage *presenttest.Stage, path netcheck.Path, emit func(netcheck.Path, netcheck.Body)) {
	emit(path, netcheck.PathStarted{Family: netcheck.Family4})
	emit(path, netcheck.PathConnected{Connect: time.Millisecond, Direction: netcheck.DirectionLoop})
	emit(path, netcheck.ProbeStarted{Probe: "loss", Duration: 5 * time.Second, Packets: 500})
	for i := range 6 {
		for _, c := range netcheck.AllCarriers() {
			for _, index := range []int{i, i - 1} {
				if index >= 0 {
					emit(path, netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: c, Index: index, Sent: 10, Answered: 9 + i - index, RTTMin: 1, RTTMean: 2, RTTMax: 3}})
				}
			}
		}
	}
	var sum netcheck.LossSummary
	for _, c := range netcheck.AllCarriers() {
		// The stage makes the rows and tells them as the path that runs.
		sum.Carriers = append(sum.Carriers, stage.Carrier(c, presenttest.Series{RTT: 400, LostUp: presenttest.Every(50, 500)}))
	}
	emit(path, netcheck.ProbeEnded{Probe: "loss", Loss: &sum})
	emit(path, netcheck.PathEnded{State: netcheck.StateOK})
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
