package rtc

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/transport/v5/stdnet"

	"echopath/netcheck"
)

// seen is a view of an end at local, which sends to remote.
func seen(typ, local, remote string, own netcheck.Tri) view {
	v := view{own: own}
	v.pair.Local = netcheck.Candidate{Type: typ, Address: netip.MustParseAddrPort(local)}
	v.pair.Remote = netcheck.Candidate{Type: "prflx", Address: netip.MustParseAddrPort(remote)}
	return v
}

func relayed(v view, protocol string, tls bool) view {
	v.pair.Local.RelayProtocol = protocol
	if tls {
		v.pair.Local.TLS = &netcheck.TLSEvidence{Version: "1.3"}
	}
	return v
}

// The addresses of these tests: two public hosts, what a NAT before each shows, and a relay.
const (
	hostA, hostB = "198.51.100.1:1000", "203.0.113.1:2000"
	homeB, natA  = "10.2.0.2:2000", "198.51.100.9:1111"
	natB, relay  = "203.0.113.9:2222", "192.0.2.1:3333"
)

func TestProveRemote(t *testing.T) {
	for _, tt := range []struct {
		name      string
		path      netcheck.Path
		near, far view
		ok        bool
		nat       netcheck.Tri
	}{
		{"direct", netcheck.PathDirect, seen("host", hostA, hostB, ""), seen("host", hostB, hostA, ""), true, netcheck.No},
		{"direct out of a NAT", netcheck.PathDirect, seen("host", "10.1.0.2:1000", hostB, ""), seen("host", hostB, natA, ""), true, netcheck.Yes},
		{"direct to a 1:1 NAT", netcheck.PathDirect, seen("host", hostA, natB, ""), seen("host", natB, hostA, netcheck.No), true, netcheck.Yes},
		{"direct and reflexive", netcheck.PathDirect, seen("host", hostA, natB, ""), seen("srflx", natB, hostA, netcheck.No), false, ""},
		{"stun", netcheck.PathSTUN, seen("srflx", natA, natB, netcheck.No), seen("srflx", natB, natA, netcheck.No), true, netcheck.Yes},
		{"stun without a NAT", netcheck.PathSTUN, seen("srflx", hostA, hostB, netcheck.Yes), seen("srflx", hostB, hostA, netcheck.Yes), true, netcheck.No},
		{"stun to a host of its own address", netcheck.PathSTUN, seen("srflx", natA, hostB, netcheck.No), seen("host", hostB, natA, ""), true, netcheck.Yes},
		{"stun to a host that a NAT hides", netcheck.PathSTUN, seen("srflx", natA, natB, netcheck.No), seen("host", homeB, natA, ""), false, ""},
		{"stun from a host", netcheck.PathSTUN, seen("host", hostA, hostB, netcheck.Yes), seen("srflx", hostB, hostA, netcheck.Yes), false, ""},
		{"relay", netcheck.PathRelayUDP, relayed(seen("relay", relay, hostB, netcheck.Yes), "udp", false), seen("host", hostB, relay, ""), true, netcheck.No},
		{"relay to a NAT", netcheck.PathRelayUDP, relayed(seen("relay", relay, natB, netcheck.Yes), "udp", false), seen("host", homeB, relay, ""), true, netcheck.Yes},
		{"relay by a proxy", netcheck.PathRelayTLS, relayed(seen("relay", relay, hostB, netcheck.Unknown), "tls", true), seen("host", hostB, relay, ""), true, netcheck.Unknown},
		{"relay of another transport", netcheck.PathRelayTLS, relayed(seen("relay", relay, hostB, ""), "tls", false), seen("host", hostB, relay, ""), false, ""},
		{"two relays", netcheck.PathRelayUDP, relayed(seen("relay", relay, relay, netcheck.Yes), "udp", false), relayed(seen("relay", relay, relay, ""), "udp", false), false, ""},
	} {
		f := proveRemote(tt.path, tt.near, tt.far)
		if (f == nil) != tt.ok || f != nil && f.Code != netcheck.ReasonNoProof {
			t.Errorf("%s: %v", tt.name, f)
		}
		if got := natOnRemote(tt.path, tt.near, tt.far); tt.ok && got != tt.nat {
			t.Errorf("%s: nat between %q, want %q", tt.name, got, tt.nat)
		}
	}
}

// Two computers behind one NAT that meet inside it do not show the path through it.
func TestStayedInside(t *testing.T) {
	system, err := stdnet.NewNet()
	must(t, err)
	p := &peer{net: newNetwork(system, netip.Addr{})}
	for _, tt := range []struct {
		path netcheck.Path
		own  netcheck.Tri
		from string
		want bool
	}{
		{netcheck.PathSTUN, netcheck.No, "127.0.0.1:1000", true}, {netcheck.PathSTUN, netcheck.No, natA, false},
		{netcheck.PathSTUN, netcheck.Yes, "127.0.0.1:1000", false}, {netcheck.PathDirect, netcheck.No, "127.0.0.1:1000", false},
	} {
		f := p.stayedInside(tt.path, view{own: tt.own}, seen("srflx", natB, tt.from, "").pair)
		if (f != nil) != tt.want || f != nil && f.Code != netcheck.ReasonNoHairpin {
			t.Errorf("%+v: %v", tt, f)
		}
	}
}

// A relay that may not send to the other computer: the reason names its address.
func TestRemotePeerIgnored(t *testing.T) {
	noLeaks(t)
	s := newTestServerWith(t, "127.0.0.1", func(net.Addr, net.IP) bool { return false })
	h := loopbackHost(t)
	leg := remote(s.leg(netcheck.PathRelayUDP))
	leg.Timeout = 1500 * time.Millisecond
	f := failure(t, &Connector{Remote: h.order}, leg, nil, netcheck.ReasonNoPair)
	if !strings.Contains(f.Text, "did not answer the request") || !strings.Contains(f.Text, "127.0.0.1 port") || f.Server == "" {
		t.Errorf("%+v", f)
	}
	if got := <-h.links; got.err == nil || !strings.Contains(got.err.Error(), `gave up the path. It says: "The TURN server gave`) {
		t.Errorf("the other end: %v", got.err)
	}
}
