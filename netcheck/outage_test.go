package netcheck

import (
	"testing"

	"echopath/netcheck/stats"
)

func TestOutageIsAFinding(t *testing.T) {
	gap := func(n int) PathReport {
		return measuredPath(PathDirect, resultOf(CarrierSRTP, fates(2000, 20*ms, func(i int, p *stats.Packet) {
			if i >= 500 && i < 500+n {
				p.Status = stats.StatusLostUp
			}
		})))
	}
	if got := findOutage(Report{}, gap(100)); got != nil {
		t.Errorf("a second: %+v", got)
	}
	got := findOutage(Report{}, gap(310))
	if len(got) != 1 || got[0].ID != "outage" || got[0].Title != "Direct: nothing passed for 3.1 s" {
		t.Errorf("three seconds: %+v", got)
	}
}
