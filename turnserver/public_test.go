package turnserver

import (
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// shown stands for the public side of a 1:1 NAT. Nothing in these tests sends there: what is meant for this side of the NAT
// stays on it.
var shown = netip.MustParseAddr("192.0.2.7")

func TestPublicAddress(t *testing.T) {
	s := start(t, Config{Public: shown, Names: []string{"turn.example.com", "192.0.2.9"}})
	for _, url := range s.URLs() {
		if !strings.Contains(url, shown.String()+":") {
			t.Errorf("URL %s does not name %s", url, shown)
		}
	}
	if got := s.LocalURLs(); len(got) != 4 || !slices.Contains(got, "stun:"+s.UDPAddr().String()) {
		t.Errorf("local URLs %q", got)
	}
	block, _ := pem.Decode(s.CertificatePEM())
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"127.0.0.1", shown.String(), "turn.example.com", "192.0.2.9", "localhost"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
}

// Two relays find each other by the addresses that their clients were told, and so does a peer that the caller named by its public one.
func TestRelaysBehindNAT(t *testing.T) {
	s := start(t, Config{Public: shown})
	session := newSession(t, s)
	_, one := newClient(t, s, session, TransportUDP)
	_, two := newClient(t, s, session, TransportTCP)
	for _, relay := range []net.PacketConn{one, two} {
		addr := addrPortOf(relay.LocalAddr())
		if addr.Addr() != shown || !session.Owns(addr) || !session.Owns(netip.AddrPortFrom(s.UDPAddr().Addr(), addr.Port())) {
			t.Errorf("a relay on %s, which the session owns: %v", addr, session.Owns(addr))
		}
		if err := session.AllowPeer(addr); err == nil {
			t.Error("a relay's public address was allowed as if it were somebody else's")
		}
	}
	exchange := func(a, b net.PacketConn) {
		t.Helper()
		for _, word := range []string{"opens the permission", "comes through"} { // the first may come before the other end's permission
			if _, err := a.WriteTo([]byte(word), b.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			if word == "comes through" {
				break
			}
			if _, err := b.WriteTo([]byte(word), a.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			wantDatagram(t, a, word)
		}
	}
	exchange(one, two)
	conn, local := service(t)
	public := netip.AddrPortFrom(shown, local.Port())
	if err := session.AllowPeer(public); err != nil {
		t.Fatal(err)
	}
	if _, err := one.WriteTo([]byte("to the echo peer"), net.UDPAddrFromAddrPort(public)); err != nil {
		t.Fatal(err)
	}
	from := wantDatagram(t, conn, "to the echo peer")
	if _, err := conn.WriteTo([]byte("back"), from); err != nil {
		t.Fatal(err)
	}
	if got := addrPortOf(wantDatagram(t, one, "back")); got != public {
		t.Errorf("the echo peer answers from %s, and the client knows it as %s", got, public)
	}
	for _, a := range s.Allocations() {
		if a.Relay.Addr() != shown {
			t.Errorf("the list shows a relay on %s", a.Relay)
		}
	}
}

func TestCounters(t *testing.T) {
	s := start(t, Config{})
	session, other := newSession(t, s), newSession(t, s)
	_, one := newClient(t, s, session, TransportUDP)
	_, two := newClient(t, s, session, TransportUDP)
	newClient(t, s, other, TransportUDP)
	if _, err := one.WriteTo([]byte("12345"), two.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return session.Counters().FromPeers.Packets > 0 })
	want := SessionCounters{Allocations: 2, AllocationsMade: 2, ToPeers: Traffic{1, 5}, FromPeers: Traffic{1, 5}}
	if got := session.Counters(); got != want {
		t.Errorf("counters %+v, want %+v", got, want)
	}
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	want.Allocations = 0
	if got := session.Counters(); got != want {
		t.Errorf("after the end: %+v, want %+v", got, want)
	}
	if got := other.Counters(); got.AllocationsMade != 1 || got.ToPeers.Packets != 0 {
		t.Errorf("another session's: %+v", got)
	}
}
