package netcheck

import (
	"slices"
	"strings"
	"testing"
)

// Without a way out of this computer that is the first finding, before what paths met for want of it, and name servers are not blamed.
func TestNoWayOutComesFirst(t *testing.T) {
	noRoute := probe(ProbeInterfaces, says(NetFailed, ReasonNoRoute), func(r *NetResult) {
		r.Text, r.Advice = "This computer has an address (eth0 10.9.0.2) and no default route.", "Ask for the default router of this network."
	})
	name := about(ProbeDNS, own, says(NetBlocked, ReasonNameTimeout))
	r := withPaths([]NetResult{noRoute, name, udp(own, 3478, says(NetNotTested, ReasonNameTimeout))}, endedPath(PathRelayUDP, ReasonNameTimeout))
	v := Judge(r)
	if f := v.Findings[0]; f.ID != "net_offline" || f.Severity != SeverityCritical || !strings.Contains(f.Detail, "no default route") || f.Advice != "Ask for the default router of this network." {
		t.Errorf("the first finding is %+v", f)
	}
	if slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.ID == netOther || f.ID == "net_name_timeout" }) {
		t.Errorf("%+v", v.Findings)
	}
	if got := FirewallText(r, v); strings.Contains(got, "port 53") || strings.Contains(got, "No port") {
		t.Errorf("%s", got)
	}
}
