package lab

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"echopath/internal/netns"
)

// The addresses of the network without IPv4.
var (
	addr6Srv    = netip.MustParseAddr("2600:3::2")
	addr6SrvAlt = netip.MustParseAddr("2600:3::3")
	addr6Nobody = netip.MustParseAddr("2600:9::9") // what is for it is dropped on the way
)

// newWorld6 is a network in which there is IPv6 alone, also at the server: a - nata - srv.
func newWorld6(t *testing.T) *world {
	t.Helper()
	nata, outside := netip.MustParseAddr("2600:1::1"), netip.MustParseAddr("2600:3::1")
	end := func(node, name string, addrs ...netip.Addr) netns.End {
		e := netns.End{Node: node, Interface: name}
		for _, a := range addrs {
			e.Addresses = append(e.Addresses, netip.PrefixFrom(a, 64))
		}
		return e
	}
	return newWorldOf(t, netns.Topology{
		IPv6: true,
		Nodes: []netns.Node{{Name: "a", Routes: []netns.Route{{To: "default", Via: nata}}}, {Name: "nata", Forward: true},
			{Name: "srv", Routes: []netns.Route{{To: "default", Via: outside}}}},
		Links: []netns.Link{{A: end("a", "eth0", netip.MustParseAddr("2600:1::2")), B: end("nata", "lan", nata)},
			{A: end("nata", "wan", outside), B: end("srv", "eth0", addr6Srv, addr6SrvAlt)}},
	}, 4*time.Minute)
}

// noIPv4 is told of IPv4 alone where all goes well by IPv6.
func noIPv4(t *testing.T) {
	r := diagnose6(newWorld6(t))
	fault{id: "net_no_ipv4", severity: "warning", advice: []string{"Use STUN and TURN servers with IPv6 addresses"}}.check(t, r)
}

// healthy6 is the same, seen as a network in order: all but IPv4 is well, and quickly so.
func healthy6(t *testing.T) {
	w := newWorld6(t)
	r := diagnose6(w)
	w.judgeTime("healthy, by IPv6", r, fastReport)
	graver(t, r, "net_no_ipv4")
	if r.Verdict.Grade != "good" {
		t.Errorf("the grade is %s: %s", r.Verdict.Grade, r.Verdict.Sentence)
	}
	probes(t, r)
}

func diagnose6(w *world) Report {
	w.t.Helper()
	s := relayServer{addrs: []netip.Addr{addr6Srv, addr6SrvAlt}}
	s.serve(w)
	return w.diagnosis(w.diagnose(withPassword(), slices.Concat(s.flags(), []string{"--turn-ca", w.ca}, w.page(addr6Srv))...))
}

// silence6 has nobody answer by IPv6.
func silence6(t *testing.T) {
	w := newWorld6(t)
	w.run("nata", "ip", "-6", "route", "add", "blackhole", netip.PrefixFrom(addr6Nobody, 64).Masked().String())
	r := w.diagnosis(w.diagnose(goodPassword, append(turnFlags(addr6Nobody), "--portal", "http://["+addr6Nobody.String()+"]/")...))
	if f := r.Finding("net_no_answer"); f == nil || f.Advice == "" {
		t.Error("no net_no_answer")
	}
	graver(t, r, "net_no_answer", "net_no_ipv4")
	if r.Verdict.Grade != "failed" {
		t.Errorf("the grade is %s", r.Verdict.Grade)
	}
	probes(t, r)
}
