package rtc

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// labLeg is a leg between the two sites of a lab.
func labLeg(lab *vlab.Lab, p netcheck.Path) netcheck.Leg {
	at := lab.Server()
	leg := netcheck.Leg{Target: netcheck.TargetInvite, Far: netcheck.FarRemote, Path: p, Family: netcheck.Family4, Timeout: netcheck.DefaultConnectTimeout}
	if p != netcheck.PathDirect {
		u := netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: at.Addr().String(), Port: int(at.Port()), Transport: "udp"}
		leg.Servers = []netcheck.ICEServer{{URL: u, Username: vlab.User, Password: vlab.Password}}
	}
	return leg
}

// The table of two places behind address translators, as it was measured with the kernel's.
func TestRemoteNATs(t *testing.T) {
	noLeaks(t)
	const cone, sym = vlab.PortRestricted, vlab.Symmetric
	blocked := map[string]bool{}
	for _, path := range []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN} {
		for _, pair := range [][2]vlab.NAT{{cone, cone}, {cone, sym}, {sym, cone}, {sym, sym}} {
			blocked[fmt.Sprint(path, pair)] = path == netcheck.PathDirect || pair[0] != pair[1] || pair[0] != cone
		}
	}
	t.Run("all", func(t *testing.T) {
		for _, path := range labPaths {
			for _, near := range []vlab.NAT{vlab.Open, cone, sym} {
				for _, far := range []vlab.NAT{vlab.Open, cone, sym} {
					t.Run(fmt.Sprintf("%s/%s-%s", path, near, far), func(t *testing.T) {
						t.Parallel() // the blocked ones wait
						checkNATs(t, path, near, far, !blocked[fmt.Sprint(path, [2]vlab.NAT{near, far})])
					})
				}
			}
		}
	})
}

// seenOf is what a host allows that has seen its guest's signalling, and knows the relays of its own server.
func seenOf(lab *vlab.Lab) func(netip.Addr) bool {
	guest := netip.MustParseAddr("203.0.113.21") // whatever is between
	return func(a netip.Addr) bool { return a == guest || a == lab.Server().Addr() }
}

func checkNATs(t *testing.T, path netcheck.Path, near, far vlab.NAT, passes bool) {
	lab, err := vlab.New(vlab.Config{Seed: 1, Local: near, Far: far})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	h := newHost(t, &Acceptor{Net: lab.Far(), NamedServers: true, Allowed: seenOf(lab), AllowedPort: func(a netip.AddrPort) bool { return a.Port() >= 1024 }})
	h.respond = echo
	leg := labLeg(lab, path)
	c := &Connector{Net: lab.Local(), Remote: h.order}
	if !passes {
		leg.Timeout = 1500 * time.Millisecond
		f := failure(t, c, leg, nil, netcheck.ReasonNoPair)
		if !strings.Contains(f.Text, "203.0.113.22") && !strings.Contains(f.Text, "10.2.0.2") {
			t.Errorf("the text does not tell where the other end is: %s", f.Text)
		}
		if got := <-h.links; got.err == nil {
			t.Error("the other end has a link")
		}
		return
	}
	var rec recorder
	l, other := connectRemote(t, h, c, leg, rec.trace)
	checkRemoteProof(t, path, l, other)
	want := netcheck.TriOf(near != vlab.Open || far != vlab.Open)
	if got, _ := rec.connected(); got.NATBetween != want {
		t.Errorf("nat between %q, want %q: %+v", got.NATBetween, want, got)
	}
	for _, carrier := range netcheck.AllCarriers() {
		checkEcho(t, l, carrier, 200)
	}
}
