package session

import (
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// What long network probes cost is in the order: their time, and the load of the one that has any, as far as the host takes part in it.
func TestOrderOfLongProbes(t *testing.T) {
	for _, tt := range []struct {
		long  []netcheck.ProbeKind
		limit float64
		kbps  float64
		least time.Duration
	}{
		{nil, 20_000, 0, 0},
		{[]netcheck.ProbeKind{netcheck.ProbeIdle}, 20_000, 0, 5 * time.Minute},
		{[]netcheck.ProbeKind{netcheck.ProbeRate}, 20_000, 4000, 90 * time.Second},
		{[]netcheck.ProbeKind{netcheck.ProbeRate, netcheck.ProbeIdle}, 3000, 3000, 6 * time.Minute},
	} {
		granted := netcheck.Plan{Network: netcheck.NetworkPlan{On: true, Only: true, Long: tt.long}}
		r := withProbes(orderOf(granted), granted.Network, signaling.Limits{Kbps: tt.limit})
		if r.Kbps != tt.kbps || r.Duration < tt.least || r.PacketsPerSecond != 0 || r.Packets != 0 {
			t.Errorf("%v: %+v", tt.long, r)
		}
	}
}
