package turnserver

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"
)

// Nothing that is asked opens a way through a relay, and no relay may be pointed at the sockets that answer.
func TestDiscoveryOpensNothing(t *testing.T) {
	requireTwoAddresses(t)
	cfg := twoAddresses
	cfg.Public, cfg.AltPublic = shown, netip.MustParseAddr("192.0.2.8")
	s := start(t, cfg)
	session := newSession(t, s)
	a := newAsker(t, "127.0.0.1")
	for _, row := range spotsOf(s) {
		for _, addr := range row {
			a.ask(addr, padding(100))
			for _, side := range s.twoSided(addr) {
				if err := session.AllowPeer(side); !errors.Is(err, ErrPeerDenied) {
					t.Errorf("%s as a peer: %v", side, err)
				}
			}
		}
	}
	s.mu.RLock()
	seen := s.sightings.of(a.addr().Addr(), time.Now())
	s.mu.RUnlock()
	if len(seen) != 0 {
		t.Errorf("noted: %v", seen)
	}
}

// Behind a 1:1 NAT clients are told the addresses that they know.
func TestDiscoveryBehindNAT(t *testing.T) {
	requireTwoAddresses(t)
	cfg := twoAddresses
	cfg.Public, cfg.AltPublic = shown, netip.MustParseAddr("192.0.2.8")
	s := start(t, cfg)
	a := newAsker(t, "127.0.0.1")
	first, second := s.UDPAddr().Port(), s.AltUDPAddr().Port()
	want := netip.AddrPortFrom(cfg.AltPublic, second)
	if r := a.ask(s.UDPAddr()); r.origin() != netip.AddrPortFrom(shown, first) || r.other() != want || s.OtherAddr() != want {
		t.Errorf("%s, %s, %s", r.origin(), r.other(), s.OtherAddr())
	}
	if r := a.ask(s.UDPAddr(), change(flagChangeIP)); r.origin() != netip.AddrPortFrom(cfg.AltPublic, first) || r.from.Addr() != cfg.AltAddress {
		t.Errorf("%s from %s", r.origin(), r.from)
	}
}

func TestDiscoveryConfig(t *testing.T) {
	requireTwoAddresses(t)
	two, four, six, public := netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1"), netip.MustParseAddr("192.0.2.8")
	for i, c := range []Config{
		{NATDiscovery: true, UDPPort: PortOff},
		{AltAddress: two, AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: two},
		{NATDiscovery: true, AltAddress: two, AltUDPPort: PortOff},
		{NATDiscovery: true, AltAddress: four, AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: six, AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: netip.IPv4Unspecified(), AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: netip.MustParseAddr("224.0.0.1"), AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: two, AltPublic: public, Public: public, AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: two, Public: two, AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: two, Public: two, AltPublic: public, AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: two, Public: public, AltPublic: four, AltUDPPort: PortAny},
		{NATDiscovery: true, AltAddress: two, AltPublic: six, AltUDPPort: PortAny},
		{NATDiscovery: true, AltPublic: public, AltUDPPort: PortAny},
	} {
		s, err := Start(t.Context(), c)
		if !errors.Is(err, ErrConfig) {
			t.Errorf("%d: %v", i, err)
		}
		if s != nil {
			_ = s.Close()
		}
	}
}

// A port of the second address that is in use is named, and what was opened before is closed again.
func TestSecondAddressInUse(t *testing.T) {
	requireTwoAddresses(t)
	// Addresses of this process alone, and ports that no system hands out by itself.
	pid := os.Getpid()
	address := func(last byte) netip.Addr {
		return netip.AddrFrom4([4]byte{127, byte(100 + pid%100), byte(pid / 100), last})
	}
	cfg := twoAddresses
	cfg.Address, cfg.AltAddress, cfg.UDPPort, cfg.AltUDPPort = address(1), address(2), 20001, 20002
	taken, err := net.ListenUDP("udp4", &net.UDPAddr{IP: cfg.AltAddress.AsSlice(), Port: cfg.AltUDPPort})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for range 2 { // the second time shows that the first left no socket open
		var failed *PortError
		if s, err := Start(t.Context(), cfg); !errors.As(err, &failed) || !errors.Is(err, ErrPortInUse) || failed.Address != cfg.AltAddress || failed.Port != cfg.AltUDPPort {
			t.Fatalf("%v, %v", s, err)
		}
	}
}
