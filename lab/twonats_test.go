package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/internal/netns"
)

// twoNATs are two routers one behind the other, each with a NAT, and what must be said of them. A STUN server stands between the two, as in a
// company's or a carrier's own network: without one, the outer NAT is all that can be seen.
//
//	a - nata - between - natb - srv
//	                      |
//	                    office
type twoNATs struct {
	name         string
	inner, outer netip.Addr // of nata towards natb, and of natb towards nata
	office       netip.Addr // the server between them
	id           string     // the finding
	say          []string   // parts of its detail
}

// addrOut is natb's address in the world.
var addrOut = netip.MustParseAddr("11.0.3.1")

func scenarioDiagnoseTwoNATs(t *testing.T) {
	for _, n := range []twoNATs{
		{name: "at home behind a company's", inner: netip.MustParseAddr("192.168.7.2"), outer: netip.MustParseAddr("192.168.7.1"), office: netip.MustParseAddr("192.168.8.2"),
			id: "net_double_nat", say: []string{"192.168.8.2 sees this computer at 192.168.7.2", "11.0.3.2 sees it at " + addrOut.String()}},
		{name: "at home behind a carrier's", inner: netip.MustParseAddr("100.64.7.2"), outer: netip.MustParseAddr("100.64.7.1"), office: netip.MustParseAddr("100.64.8.2"),
			id: "net_cgnat", say: []string{"100.64.8.2 sees this computer at 100.64.7.2", "RFC 6598"}},
	} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, n.topology(), 4*time.Minute)
			var s relayServer
			s.serve(w)
			w.stunServer("office", n.office)
			office := fmt.Sprintf("stun:%s:%d", n.office, stunPort)
			r := w.diagnosis(w.diagnose(goodPassword, slices.Concat(s.flags(), []string{"--turn-ca", w.ca, "--stun", office}, w.page(AddrSrv))...))
			n.check(t, r)
			alone := w.diagnosis(w.diagnose(goodPassword, slices.Concat(s.flags(), []string{"--turn-ca", w.ca})...))
			graver(t, alone)
			if f := alone.Finding(n.id); f != nil {
				t.Errorf("it was said without a server that could show it: %+v", f)
			}
		})
	}
}

func (n twoNATs) check(t *testing.T, r Report) {
	t.Helper()
	defer probes(t, r)
	graver(t, r)
	f := r.Finding(n.id)
	if f == nil || f.Severity != "info" {
		t.Fatalf("%s is %+v", n.id, f)
	}
	t.Logf("%s. %s %s", f.Title, f.Detail, f.Advice)
	for _, part := range n.say {
		if !strings.Contains(f.Detail, part) {
			t.Errorf("%q is not in %q", part, f.Detail)
		}
	}
	if r.Verdict.Grade != "good" || r.NAT == nil || r.NAT.Mapping != eim || r.NAT.Filtering != apdm || r.NAT.SharedAddress {
		t.Errorf("%s, NAT %+v", r.Verdict.Grade, r.NAT)
	}
}

func (n twoNATs) topology() netns.Topology {
	rules := table("filter", guard, stateful) + table("nat", hide)
	office := n.office.Prev()
	return netns.Topology{
		Nodes: []netns.Node{
			{Name: "a", Routes: leads("10.1.0.1")},
			{Name: "nata", Forward: true, Routes: leads(n.outer.String()), Rules: rules},
			{Name: "natb", Forward: true, Routes: leads(AddrSrv.String()), Rules: rules},
			{Name: "office", Routes: leads(office.String())},
			{Name: "srv", Routes: leads(addrOut.String())},
		},
		Links: []netns.Link{
			{A: plug("a", "eth0", AddrA), B: plug("nata", "lan", netip.MustParseAddr("10.1.0.1"))},
			{A: plug("nata", "wan", n.inner), B: plug("natb", "lan", n.outer)},
			{A: plug("natb", "office", office), B: plug("office", "eth0", n.office)},
			{A: plug("natb", "wan", addrOut), B: plug("srv", "eth0", AddrSrv, AddrSrvAlt)},
		},
	}
}

// stunServer starts one that does nothing else, and waits until it answers.
func (w *world) stunServer(node string, at netip.Addr) {
	w.t.Helper()
	w.start(node, "stun-"+node, nil, "turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--stun-only", "--log-file", "stdout", "--simple-log",
		"--pidfile", w.dir+"/stun-pid-"+node, "--userdb", w.dir+"/stundb-"+node, "--listening-ip", at.String(), "--listening-port", fmt.Sprint(stunPort))
	w.finish(w.helper(node, "ready", netip.AddrPortFrom(at, stunPort).String()))
}
