package nat_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/nat"
)

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// twoAddresses runs a coturn on 127.0.0.1 and on an address of loopback that nobody else uses.
func twoAddresses(t *testing.T, args ...string) (s *coturntest.Server, second netip.Addr) {
	t.Helper()
	n, pid := started.Add(1), os.Getpid()
	second = netip.AddrFrom4([4]byte{127, byte(pid>>8)%255 + 1, byte(pid), byte(n%250 + 2)})
	for try := range 20 {
		// Below the ports that systems choose themselves, so that none of the many sockets of these tests is in the way.
		port := 10000 + (pid*62+int(n)*14+try*1010)%20000
		if free(t, port, netip.AddrFrom4([4]byte{127, 0, 0, 1}), second) {
			args = append([]string{"--listening-ip", second.String(), "--alt-listening-port", fmt.Sprint(port), "--alt-tls-listening-port", fmt.Sprint(port + 1)}, args...)
			return coturntest.Start(t, coturntest.Options{Args: args}), second
		}
	}
	t.Fatal("no port is free")
	return nil, second
}

var started atomic.Int64

// free tells whether a port and the one after it can be had over UDP and TCP.
func free(t *testing.T, port int, on ...netip.Addr) bool {
	t.Helper()
	for _, a := range on {
		if l, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0))); err != nil {
			t.Skipf("SKIPPED: %s is not to be had here: %v", a, err)
		} else {
			_ = l.Close()
		}
		for _, p := range []int{port, port + 1} {
			at := netip.AddrPortFrom(a, uint16(p))
			u, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
			if err != nil {
				return false
			}
			_ = u.Close()
			l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
			if err != nil || l.Close() != nil {
				return false
			}
		}
	}
	return true
}

func TestCoturnTwoAddresses(t *testing.T) {
	t.Parallel()
	s, _ := twoAddresses(t)
	var p nat.Prober
	r := p.Discover(within(t), nat.Config{Servers: []nat.Server{{URL: s.STUN(), Addr: s.Addr}}})
	b := r.Facts.NAT
	if r.State != netcheck.NetOK || b.Method != netcheck.NATByTwoAddresses || b.Mapping != netcheck.BehaviorNone || b.Filtering != netcheck.BehaviorEndpointIndependent {
		t.Fatalf("%+v\n%+v", r, b)
	}
	if b.NAT != netcheck.No || b.PortsTried != 5 || b.PortsPreserved != 5 || b.Hairpin != netcheck.Unknown || r.Server != s.STUN() || !strings.Contains(r.Text, "open, no NAT") {
		t.Errorf("%s\n%+v", r.Text, b)
	}
	for _, test := range b.Tests {
		if test.From == "" || test.Code != 0 {
			t.Errorf("%+v", test)
		}
	}
}

// With one address coturn knows nothing of RFC 5780, refuses to answer from elsewhere (420), and passes over RESPONSE-PORT.
func TestCoturnOneAddress(t *testing.T) {
	t.Parallel()
	s := coturntest.Start(t, coturntest.Options{})
	var p nat.Prober
	servers := []nat.Server{{URL: s.STUN(), Addr: s.Addr, AltPort: s.Addr.Port() + 1}}
	b := p.Discover(within(t), nat.Config{Servers: servers}).Facts.NAT
	if b.Mapping != netcheck.BehaviorNone || b.Filtering != netcheck.BehaviorNotTested || !strings.Contains(b.FilteringNote, "error 420") {
		t.Errorf("%+v", b)
	}
	if r := p.Lifetime(within(t), nat.Config{Servers: servers}, 0); r.State != netcheck.NetNotTested || !strings.Contains(r.Text, "passes over") {
		t.Errorf("%+v", r)
	}
}

// A server that turns the tests of RFC 5780 off shows what a plain one does.
func TestCoturnWithoutDiscovery(t *testing.T) {
	t.Parallel()
	s, second := twoAddresses(t, "--no-rfc5780")
	var p nat.Prober
	b := p.Discover(within(t), nat.Config{Servers: []nat.Server{{Addr: s.Addr}, {Addr: netip.AddrPortFrom(second, s.Addr.Port())}}}).Facts.NAT
	if b.Method != netcheck.NATBySeveralServers || b.Mapping != netcheck.BehaviorNone || b.Filtering != netcheck.BehaviorNotTested || len(b.Servers) != 2 {
		t.Errorf("%+v", b)
	}
}

// Loopback takes packets of any size: what is tested here is that coturn answers padded requests, and with what.
func TestCoturnMTU(t *testing.T) {
	t.Parallel()
	s, _ := twoAddresses(t)
	var p nat.Prober
	r := p.MTU(within(t), nat.Config{Servers: []nat.Server{{Addr: s.Addr}}})
	if r.State != netcheck.NetOK || r.Facts.MTU != 1500 || r.Facts.MTULost != 0 || !strings.Contains(r.Text, "On the way back an answer of") {
		t.Errorf("%+v", r)
	}
	if r := p.DSCP(within(t), nat.Config{Servers: []nat.Server{{Addr: s.Addr}}}); r.State != netcheck.NetNotTested || r.Facts.DSCPArrived != -1 {
		t.Errorf("%+v", r)
	}
}

// A mapping is remembered on loopback for ever: coturn answers to another port when asked, and the search ends with its first round.
func TestCoturnLifetime(t *testing.T) {
	t.Parallel()
	s, _ := twoAddresses(t)
	var p nat.Prober
	r := p.Lifetime(within(t), nat.Config{Servers: []nat.Server{{Addr: s.Addr}}}, time.Second)
	if r.State != netcheck.NetOK || r.Facts.AtLeast < 4*time.Second || r.Facts.AtMost != 0 {
		t.Errorf("%+v", r)
	}
}

// ICMP tells that nobody listens; it is not taken for silence.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	gone := l.LocalAddr().(*net.UDPAddr).AddrPort()
	_ = l.Close()
	var p nat.Prober
	r := p.Discover(within(t), nat.Config{Servers: []nat.Server{{Addr: gone}}})
	if r.State != netcheck.NetBlocked || r.Code != netcheck.ReasonRefused && r.Code != netcheck.ReasonNoAnswer || !strings.Contains(r.Advice, fmt.Sprintf("UDP to 127.0.0.1, port %d", gone.Port())) {
		t.Errorf("%+v", r)
	}
}
