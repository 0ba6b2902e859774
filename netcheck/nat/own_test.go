package nat_test

import (
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/nat"
	"echopath/turnserver"
)

// own runs our server, and skips where its addresses are not to be had.
func own(t *testing.T, address, second string) (*turnserver.Server, nat.Config) {
	t.Helper()
	c := turnserver.Config{Address: netip.MustParseAddr(address), TCPPort: turnserver.PortOff, TLSPort: turnserver.PortOff, AltUDPPort: turnserver.PortAny, NATDiscovery: true}
	for _, a := range []string{address, second} {
		if a == "" {
			continue
		}
		l, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(a), 0)))
		if err != nil {
			t.Skipf("SKIPPED: %s is not to be had here: %v", a, err)
		}
		_ = l.Close()
	}
	if second != "" {
		c.AltAddress = netip.MustParseAddr(second)
	}
	s, err := turnserver.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	server := nat.Server{Addr: s.UDPAddr()}
	if second == "" {
		server.AltPort = s.AltUDPAddr().Port()
	}
	return s, nat.Config{Servers: []nat.Server{server}}
}

// What our own server tells, without a NAT: all of it with two addresses, and with one as much as that can.
func TestOwnServer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, address, second string
		filtering             netcheck.Behavior
		method                netcheck.NATMethod
	}{
		{"two addresses", "127.0.0.1", "127.0.0.2", netcheck.BehaviorEndpointIndependent, netcheck.NATByTwoAddresses},
		{"one address", "127.0.0.1", "", netcheck.BehaviorIndependentOrAddress, netcheck.NATByTwoPorts},
		{"IPv6", "::1", "", netcheck.BehaviorIndependentOrAddress, netcheck.NATByTwoPorts},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, c := own(t, tt.address, tt.second)
			var p nat.Prober
			r := p.Discover(within(t), c)
			b := r.Facts.NAT
			if r.State != netcheck.NetOK || b.Mapping != netcheck.BehaviorNone || b.Filtering != tt.filtering || b.Method != tt.method || b.PortsPreserved != 5 {
				t.Errorf("%+v\n%+v", r, b)
			}
			for _, test := range b.Tests {
				if test.From == "" || test.Code != 0 {
					t.Errorf("%+v", test)
				}
			}
			if r := p.MTU(within(t), c); r.State != netcheck.NetOK || r.Facts.MTU != 1500 || r.Facts.MTULost != 0 {
				t.Errorf("%+v", r)
			}
			if r := p.Lifetime(within(t), c, 4*time.Second); r.State != netcheck.NetOK || r.Facts.AtLeast < 4*time.Second || r.Facts.AtMost != 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// The mark of a packet, in both families.
func TestOwnServerDSCP(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: the server reads marks on Linux")
	}
	for _, address := range []string{"127.0.0.1", "::1"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			_, c := own(t, address, "")
			var p nat.Prober
			if r := p.DSCP(within(t), c); r.State != netcheck.NetOK || r.Facts.DSCPSent != 46 || r.Facts.DSCPArrived != 46 {
				t.Errorf("%+v", r)
			}
		})
	}
}
