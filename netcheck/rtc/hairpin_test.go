package rtc

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"

	"echopath/netcheck"
)

// mappingServer is a STUN server that sees everyone at an address of another machine, as one behind a NAT does. Nothing can
// be sent there from a socket on the loopback interface, which is what a NAT without hairpinning comes to.
func mappingServer(tb testing.TB) int {
	tb.Helper()
	elsewhere := netip.MustParseAddr("198.51.100.7")
	return int(loopbackSTUN(tb, func(from netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(elsewhere, from.Port()) }).Port())
}

func TestNoHairpin(t *testing.T) {
	noLeaks(t)
	leg := legTo(&testServer{host: "127.0.0.1"}, netcheck.PathSTUN, mappingServer(t))
	leg.Target = netcheck.TargetTURN
	f := failure(t, &Connector{}, leg, nil, netcheck.ReasonNoHairpin)
	if !strings.Contains(f.Text, "198.51.100.7:") {
		t.Errorf("the text does not tell the mapped address: %s", f.Text)
	}
}

// loopingNet stands for a NAT that loops packets back and leaves their source as it is: what is sent to the mapped address
// arrives at this computer, from this computer's own address.
type loopingNet struct{ transport.Net }

type loopingConn struct{ transport.UDPConn }

func (n loopingNet) ListenUDP(network string, a *net.UDPAddr) (transport.UDPConn, error) {
	c, err := n.Net.ListenUDP(network, a)
	return loopingConn{c}, err
}

func (c loopingConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if a, ok := to.(*net.UDPAddr); ok && a.IP.Equal(net.IPv4(198, 51, 100, 7)) {
		to = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: a.Port}
	}
	return c.UDPConn.WriteTo(b, to)
}

// The ends meet then, and not one packet leaves the computer: that is no stun path.
func TestHairpinWithoutTranslation(t *testing.T) {
	noLeaks(t)
	leg := legTo(&testServer{host: "127.0.0.1"}, netcheck.PathSTUN, mappingServer(t))
	leg.Target = netcheck.TargetTURN
	system, err := stdnet.NewNet()
	must(t, err)
	failure(t, &Connector{Net: loopingNet{system}}, leg, nil, netcheck.ReasonNoHairpin)
}

func TestLoopedPairProvesNothing(t *testing.T) {
	system, err := stdnet.NewNet()
	must(t, err)
	here, mapped := netip.MustParseAddrPort("127.0.0.1:1000"), netip.MustParseAddrPort("198.51.100.7:1000")
	pair := func(local, remote netip.AddrPort) netcheck.CandidatePair {
		return netcheck.CandidatePair{Local: netcheck.Candidate{Address: local}, Remote: netcheck.Candidate{Address: remote}}
	}
	for _, tt := range []struct {
		name       string
		path       netcheck.Path
		local, far netcheck.CandidatePair
		looped     bool
	}{
		{"hairpin", netcheck.PathSTUN, pair(mapped, mapped), pair(mapped, mapped), false},
		{"far end sees this computer", netcheck.PathSTUN, pair(mapped, mapped), pair(mapped, here), true},
		{"this end sees this computer", netcheck.PathSTUN, pair(mapped, here), pair(mapped, mapped), true},
		{"no NAT", netcheck.PathSTUN, pair(here, here), pair(here, here), false},
		{"direct", netcheck.PathDirect, pair(here, here), pair(here, here), false},
	} {
		a := &attempt{connecting: &connecting{leg: netcheck.Leg{Path: tt.path}, nets: [2]transport.Net{system, system}}}
		if f := a.looped(tt.local, tt.far); (f != nil) != tt.looped || f != nil && f.Code != netcheck.ReasonNoHairpin {
			t.Errorf("%s: %v", tt.name, f)
		}
	}
}
