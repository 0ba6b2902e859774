package turnserver

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestAllowPeer(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	tests := map[string]bool{
		"127.0.0.1:9":           true,
		"[::ffff:127.0.0.1]:99": true,
		"192.168.1.2:5000":      true,
		"127.0.0.1:0":           false,
		"0.0.0.0:5000":          false,
		"224.0.0.1:5000":        false,
		"255.255.255.255:5000":  false,
		"[::1]:5000":            false,
		s.UDPAddr().String():    false,
	}
	for addr, want := range tests {
		err := session.AllowPeer(netip.MustParseAddrPort(addr))
		if (err == nil) != want || !want && !errors.Is(err, ErrPeerDenied) {
			t.Errorf("AllowPeer(%s): %v, want success %v", addr, err, want)
		}
	}
	if !allowed(s, session, netip.MustParseAddrPort("127.0.0.1:99")) {
		t.Error("a mapped address is not found by its plain form")
	}
	if err := session.AllowPeer(netip.AddrPort{}); !errors.Is(err, ErrPeerDenied) {
		t.Errorf("AllowPeer of nothing: %v", err)
	}
}

func allowed(s *Server, session *Session, addr netip.AddrPort) bool {
	_, ok := s.route(session, addr)
	return ok
}

func TestRevokePeer(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	conn, addr := service(t)
	if err := session.AllowPeer(addr); err != nil {
		t.Fatal(err)
	}
	_, relay := newClient(t, s, session, TransportUDP)
	send := func() {
		t.Helper()
		if _, err := relay.WriteTo([]byte("a word"), net.UDPAddrFromAddrPort(addr)); err != nil {
			t.Fatal(err)
		}
	}
	send()
	wantDatagram(t, conn, "a word")
	session.RevokePeer(addr)
	session.RevokePeer(distant) // never granted
	denied := session.Counters().Denied
	send()
	waitFor(t, func() bool { return session.Counters().Denied > denied })
	if got := session.Counters(); got.ToPeers.Packets != 1 {
		t.Errorf("%d packets went to a peer that was revoked", got.ToPeers.Packets-1)
	}
}

func TestPeerSet(t *testing.T) {
	addr := netip.MustParseAddrPort("192.0.2.1:5000")
	sides := [2]netip.AddrPort{addr, addr}
	s := newPeerSet()
	s.observe(addr)
	if s.find(addr) != nil {
		t.Error("an address of nobody was observed")
	}
	s.join(addr.Addr())
	if s.find(addr) != nil || s.allowsIP(addr.Addr()) {
		t.Error("joining alone made a peer")
	}
	s.observe(netip.AddrPortFrom(addr.Addr(), 161))
	if s.allowsIP(addr.Addr()) {
		t.Error("a system port was observed")
	}
	s.observe(addr)
	s.grant(sides, grantPeer)
	s.revoke(sides, grantObserved)
	if s.find(addr) == nil {
		t.Error("revoking one of two reasons revoked the address")
	}
	s.revoke(sides, grantPeer)
	s.revoke(sides, grantPeer)
	if s.find(addr) != nil || s.allowsIP(addr.Addr()) || len(s.ips) != 0 {
		t.Error("an address is left without a reason")
	}
}

func TestPeerSetIsBounded(t *testing.T) {
	s := newPeerSet()
	for i := range 1000 {
		ip := netip.AddrFrom4([4]byte{192, 0, byte(i >> 8), byte(i)})
		s.join(ip)
		for port := range 100 {
			s.observe(netip.AddrPortFrom(ip, uint16(2000+port)))
		}
	}
	if len(s.participants) != maxParticipants || len(s.pairs) != maxParticipants*maxObservedEach {
		t.Errorf("%d participants with %d addresses", len(s.participants), len(s.pairs))
	}
	if s.find(netip.MustParseAddrPort("192.0.0.0:2099")) == nil || s.find(netip.MustParseAddrPort("192.0.0.0:2000")) != nil {
		t.Error("a new address does not take the place of the oldest")
	}
}

func TestSightings(t *testing.T) {
	now := time.Unix(1000, 0)
	s := newSightings()
	ip := netip.MustParseAddr("192.0.2.1")
	for port := range uint16(100) {
		s.add(netip.AddrPortFrom(ip, 2000+port), now)
	}
	if got := s.of(ip, now); len(got) != sightedPortsMax || got[len(got)-1].Port() != 2099 {
		t.Errorf("%d sightings, the last %v", len(got), got[len(got)-1])
	}
	if got := s.of(ip, now.Add(sightingAge+time.Second)); len(got) != 0 {
		t.Errorf("%d sightings are left when they are old", len(got))
	}
}

// A Binding request counts for the sessions with a participant at its address, in either order, and for no other.
func TestObservation(t *testing.T) {
	participant, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	s := start(t, Config{})
	early, late, stranger := newSession(t, s), newSession(t, s), newSession(t, s)
	if err := early.ObserveParticipant(participant); err != nil {
		t.Fatal(err)
	}
	if err := stranger.ObserveParticipant(other); err != nil {
		t.Fatal(err)
	}
	addr := netip.AddrPortFrom(participant, 5000)
	s.sighted(addr)
	if err := late.ObserveParticipant(participant); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		session *Session
		want    bool
	}{"before": {early, true}, "after": {late, true}, "another's": {stranger, false}} {
		if got := allowed(s, tt.session, addr); got != tt.want {
			t.Errorf("%s: allowed %v, want %v", name, got, tt.want)
		}
	}
	if err := early.ObserveParticipant(netip.IPv4Unspecified()); !errors.Is(err, ErrPeerDenied) {
		t.Errorf("ObserveParticipant(0.0.0.0): %v", err)
	}
}

// Two sessions behind one address: the client of one is no peer of the other, whatever it sends.
func TestOtherSessionsClientIsNotObserved(t *testing.T) {
	s := start(t, Config{})
	one, two := newSession(t, s), newSession(t, s)
	a, b := sessionRaw(t, s, one), sessionRaw(t, s, two)
	a.mustAllocate()
	b.mustAllocate()
	addrB := addrPortOf(b.conn.LocalAddr())
	s.sighted(addrB)
	if allowed(s, one, addrB) {
		t.Error("a client of session two is a peer of session one")
	}
	if !allowed(s, two, addrB) {
		t.Error("a client is not a peer of its own session")
	}
}
