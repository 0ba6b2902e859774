package session

import (
	"testing"
	"time"

	"echopath/netcheck"
)

// A host is told how long the network probes of a run take, since they need no leg of it.
func TestOrderTellsOfNetworkProbes(t *testing.T) {
	long := []netcheck.ProbeKind{netcheck.ProbeLifetime, netcheck.ProbeIdle}
	for name, tt := range map[string]struct {
		network netcheck.NetworkPlan
		least   time.Duration
	}{
		"none":             {netcheck.NetworkPlan{}, 0},
		"quick":            {netcheck.NetworkPlan{On: true, Only: true}, netcheck.DefaultNetworkLimit},
		"long":             {netcheck.NetworkPlan{On: true, Only: true, Long: long}, 8 * time.Minute},
		"before the paths": {netcheck.NetworkPlan{On: true}, netcheck.DefaultNetworkLimit},
	} {
		plan := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite, Invite: "x"}, Network: tt.network}
		if !tt.network.Only {
			plan.Paths, plan.Loss = netcheck.AllPaths(), netcheck.Presets()[0].Loss
		}
		g, err := plan.Grant()
		if err != nil {
			t.Fatal(err)
		}
		r := orderOf(g)
		if r.Probing < tt.least || (r.Probing > 0) != tt.network.On || r.Probing > r.Duration || (r.Probing < r.Duration) == tt.network.Only {
			t.Errorf("%s: %v of %v for network probes, want %v at least", name, r.Probing, r.Duration, tt.least)
		}
	}
}
