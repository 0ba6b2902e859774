package desktop

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/app/view"
	"echopath/netcheck"
)

func TestNetworkIsKeptAndExported(t *testing.T) {
	s := newStage(t, presenttest.Probed(presenttest.HomeNAT, nil))
	s.start(view.TrialNetwork)
	s.until("the end", func() bool { return s.network.Phase() == model.PhaseDone })
	if v := s.network.View(0); v.Banner.Mark.Word != "GOOD" || !strings.Contains(v.Banner.More, s.settings.ResultsDir) {
		t.Errorf("%+v", v.Banner)
	}
	if s.model.Phase() != model.PhaseIdle || s.results[view.TrialTest].Ran || !s.results[view.TrialNetwork].Ran {
		t.Error("the run counts for another screen")
	}
	path := filepath.Join(t.TempDir(), "a.json")
	answered := false
	s.exportJSON(view.TrialNetwork, path, func(_ []string, err error) {
		if answered = true; err != nil {
			t.Error(err)
		}
	})
	s.until("the export", func() bool { return answered })
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `"probes"`) {
		t.Errorf("%v: %s", err, text)
	}
}

// endlessNetwork asks, gets no answer, and ends when it is stopped.
func endlessNetwork(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
	granted, err := plan.Grant()
	if err != nil {
		return netcheck.Report{}, err
	}
	s := presenttest.NewStage(granted, observe)
	s.Emit("", netcheck.SessionStarted{ID: "TESTTESTTESTTEST", Plan: plan, Granted: granted})
	s.Emit("", netcheck.NetworkStarted{Probes: []netcheck.NetPlanned{{ID: "ipv6", Kind: netcheck.ProbeIPv6}}})
	<-ctx.Done()
	s.Emit("", netcheck.SessionEnded{Ended: netcheck.EndedCancelled})
	return s.Report, ctx.Err()
}

func TestNetworkStopsAtOnce(t *testing.T) {
	s := newStage(t, endlessNetwork)
	s.start(view.TrialNetwork)
	s.until("the start", func() bool { return s.network.Phase() == model.PhaseRunning })
	s.stop()
	if s.network.Phase() != model.PhaseStopping {
		t.Error(s.network.Phase())
	}
	s.until("the end", func() bool { return s.network.Phase() == model.PhaseDone })
	if v := s.network.View(0); !strings.Contains(v.Banner.More, "Stopped after") {
		t.Errorf("%+v", v.Banner)
	}
}
