package turnserver

import (
	"net"
	"net/netip"
	"testing"

	"github.com/pion/stun/v3"
)

func TestRelayOverEachTransport(t *testing.T) {
	// At least 5 bytes: on streams the library's client holds shorter ones back until more arrives.
	texts := []string{"first", "second", "third one"}
	for _, transport := range []Transport{TransportUDP, TransportTCP, TransportTLS} {
		t.Run(transport.String(), func(t *testing.T) {
			s := start(t, Config{})
			session := newSession(t, s)
			_, a := newClient(t, s, session, transport)
			clientB, b := newClient(t, s, session, transport)
			if err := clientB.CreatePermission(a.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			for _, text := range texts {
				if _, err := a.WriteTo([]byte(text), b.LocalAddr()); err != nil {
					t.Fatal(err)
				}
				from := wantDatagram(t, b, text)
				if _, err := b.WriteTo([]byte("re: "+text), from); err != nil {
					t.Fatal(err)
				}
				wantDatagram(t, a, "re: "+text)
			}
			wantList(t, s, session, transport)
		})
	}
}

func wantList(t *testing.T, s *Server, session *Session, transport Transport) {
	t.Helper()
	const bytes = uint64(len("first") + len("second") + len("third one"))
	want := []Traffic{{3, bytes}, {3, bytes + 3*uint64(len("re: "))}}
	// A datagram is counted when the system has taken it, and may be at its destination by then.
	waitFor(t, func() bool { return s.Totals().ToPeers.Packets >= 6 })
	list := s.Allocations()
	if len(list) != 2 {
		t.Fatalf("%d allocations are listed, want 2", len(list))
	}
	for i, a := range list {
		if a.Session != session.ID() || a.Transport != transport || a.Denied != 0 {
			t.Errorf("allocation %+v, want session %s, transport %s and nothing denied", a, session.ID(), transport)
		}
		if a.ToPeers != want[i] || a.FromPeers != want[1-i] {
			t.Errorf("allocation %d: to peers %v, from peers %v; want %v, %v", i, a.ToPeers, a.FromPeers, want[i], want[1-i])
		}
	}
	totals := s.Totals()
	if totals.Allocations != 2 || totals.AllocationsMade != 2 || totals.ToPeers.Packets != 6 || totals.FromPeers.Packets != 6 {
		t.Errorf("totals %+v, want 2 allocations and 6 packets each way", totals)
	}
}

func TestOwnRelay(t *testing.T) {
	s := start(t, Config{})
	_, a := newClient(t, s, newSession(t, s), TransportUDP)
	if _, err := a.WriteTo([]byte("an echo"), a.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	wantDatagram(t, a, "an echo")
}

// Each attempt is followed by a datagram to the same service that is allowed: it must be the first to arrive.
func TestDeniedPeers(t *testing.T) {
	conn, addr := service(t)
	port := addr.Port()
	tests := []struct {
		peer      string
		permitted bool // a permission is for an IP address: where a peer lives it is granted, and the port is refused
	}{
		{"127.0.0.1", true},
		{"::ffff:127.0.0.1", false}, // of the other family, and so 443
		{"127.0.0.2", false},
		{"0.0.0.0", false},
		{"169.254.169.254", false},
		{"10.0.0.1", false},
		{"192.168.1.1", false},
		{"224.0.0.251", false},
		{"255.255.255.255", false},
		{"127.255.255.255", false},
		{"::1", false},
		{"::", false},
	}
	for _, tt := range tests {
		t.Run(tt.peer, func(t *testing.T) {
			s := start(t, Config{})
			session := newSession(t, s)
			c := sessionRaw(t, s, session)
			c.mustAllocate()
			peer := netip.AddrPortFrom(netip.MustParseAddr(tt.peer), port)

			answer := c.exchange(permission, peerAddress(peer))
			if granted := answer.Type.Class == stun.ClassSuccessResponse; granted != tt.permitted {
				t.Errorf("permission granted: %v, want %v", granted, tt.permitted)
			}
			channel := stun.RawAttribute{Type: stun.AttrChannelNumber, Value: []byte{0x40, 0, 0, 0}}
			c.exchange(channelBind, channel, peerAddress(peer))
			c.sendTo(peer, "to the service")
			c.send([]byte{0x40, 0, 0, 4, 'd', 'a', 't', 'a'})
			c.do(refresh, lifetime(600)) // when this is answered, the server has dealt with the above

			if err := session.AllowPeer(addr); err != nil {
				t.Fatal(err)
			}
			c.exchange(permission, peerAddress(addr))
			c.sendTo(addr, "allowed")
			wantDatagram(t, conn, "allowed")
			if denied := s.Allocations()[0].Denied; denied == 0 {
				t.Error("no denied peer is counted")
			}
		})
	}
}

func TestForeignRelayDenied(t *testing.T) {
	s := start(t, Config{})
	one, two := newSession(t, s), newSession(t, s)
	a := sessionRaw(t, s, one)
	a.mustAllocate()
	_, mine := newClient(t, s, one, TransportUDP)
	_, other := newClient(t, s, two, TransportUDP)
	foreign := addrPortOf(other.LocalAddr())
	a.exchange(permission, peerAddress(foreign))
	a.sendTo(foreign, "hello stranger")
	// The other session can not reach this one either, not even with what looks like an ICE check.
	check := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	_, _ = other.WriteTo(check.Raw, mine.LocalAddr())

	// Behind it, something that arrives: own relays on both sides.
	a.sendTo(addrPortOf(mine.LocalAddr()), "not for a stranger")
	client, mine2 := newClient(t, s, one, TransportUDP)
	if err := client.CreatePermission(mine.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if _, err := mine.WriteTo([]byte("friend"), mine2.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	wantDatagram(t, mine2, "friend")
	if _, err := other.WriteTo([]byte("own"), other.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	wantDatagram(t, other, "own")
	if totals := s.Totals(); totals.Denied < 2 {
		t.Errorf("%d datagrams denied, want one from each session", totals.Denied)
	}
}

// What a datagram from outside meets at a relay.
func TestInboundGuard(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	client, relay := newClient(t, s, session, TransportUDP)
	conn, addr := service(t)
	if err := client.CreatePermission(conn.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	write := func(conn *net.UDPConn, p []byte) {
		t.Helper()
		if _, err := conn.WriteTo(p, relay.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	write(conn, []byte("not a peer"))
	waitFor(t, func() bool { return s.Allocations()[0].Denied == 1 })
	if err := session.AllowPeer(addr); err != nil {
		t.Fatal(err)
	}
	write(conn, []byte("a peer"))
	wantDatagram(t, relay, "a peer")

	stranger, _ := service(t)
	check := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	write(stranger, []byte("a stranger"))
	write(stranger, check.Raw)
	write(stranger, []byte("a participant"))
	wantDatagram(t, relay, string(check.Raw))
	wantDatagram(t, relay, "a participant")
	if denied := s.Allocations()[0].Denied; denied != 2 {
		t.Errorf("%d datagrams denied, want 2", denied)
	}
}

// GO-2026-6163: with pion/stun before 3.1.5 this one datagram ends the process.
func TestZeroLengthPeerAddress(t *testing.T) {
	s := start(t, Config{})
	c := sessionRaw(t, s, newSession(t, s))
	c.mustAllocate()
	empty := stun.RawAttribute{Type: stun.AttrXORPeerAddress}
	data := stun.RawAttribute{Type: stun.AttrData, Value: []byte("data")}
	message := stun.MustBuild(stun.TransactionID, sendData, data, empty)
	if len(message.Raw) != 32 {
		t.Fatalf("the indication has %d bytes, want the 32 of the report", len(message.Raw))
	}
	c.send(message.Raw)
	c.do(permission, empty)
	if code, _ := c.do(refresh, lifetime(600)); code != 0 {
		t.Errorf("Refresh afterwards: error %d", code)
	}
}

func TestTooLongDatagram(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	client, relay := newClient(t, s, session, TransportUDP)
	conn, addr := service(t)
	if err := session.AllowPeer(addr); err != nil {
		t.Fatal(err)
	}
	if err := client.CreatePermission(conn.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	for _, p := range [][]byte{make([]byte, 1600), make([]byte, 3000), []byte("short")} {
		if _, err := conn.WriteTo(p, relay.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	wantDatagram(t, relay, "short")
	if got := s.Totals().TooLong; got != 2 {
		t.Errorf("%d datagrams counted as too long, want 2", got)
	}
}
