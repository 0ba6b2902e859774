package turnserver

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// dialAlt opens one socket that asks both ports.
func dialAlt(t *testing.T, address string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), 0)))
	if err != nil && address != "127.0.0.1" {
		t.Skipf("SKIPPED: this system has no address %s: %v", address, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// mappedAt asks a port where it sees the socket.
func mappedAt(t *testing.T, conn *net.UDPConn, server netip.AddrPort) netip.AddrPort {
	t.Helper()
	request := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.RawAttribute{Type: stun.AttrSoftware, Value: []byte("test")}, stun.Fingerprint)
	if _, err := conn.WriteToUDPAddrPort(request.Raw, server); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 2000)
	n, from, err := conn.ReadFromUDPAddrPort(p)
	if err != nil {
		t.Fatal(err)
	}
	answer := &stun.Message{Raw: p[:n]}
	var seen stun.XORMappedAddress
	if err := errors.Join(answer.Decode(), seen.GetFrom(answer), stun.Fingerprint.Check(answer)); err != nil {
		t.Fatal(err)
	}
	if plain(from) != server || answer.TransactionID != request.TransactionID || answer.Type != stun.BindingSuccess {
		t.Fatalf("%s from %s, asked was %s", answer.Type, from, server)
	}
	return plain((&net.UDPAddr{IP: seen.IP, Port: seen.Port}).AddrPort())
}

// Both ports see the same socket, in both IP versions.
func TestSecondPort(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1"} {
		s := start(t, Config{Address: netip.MustParseAddr(address), AltUDPPort: PortAny})
		conn := dialAlt(t, address)
		own := addrPortOf(conn.LocalAddr())
		if s.AltUDPAddr() == s.UDPAddr() || mappedAt(t, conn, s.UDPAddr()) != own || mappedAt(t, conn, s.AltUDPAddr()) != own {
			t.Errorf("%s: ports %s and %s do not see %s alike", address, s.UDPAddr(), s.AltUDPAddr(), own)
		}
	}
}

// Nothing but a Binding request is answered there, what is asked there opens no way, and no relay may be pointed at it.
func TestSecondPortIsNoTURN(t *testing.T) {
	s := start(t, Config{AltUDPPort: PortAny})
	session := newSession(t, s)
	conn := dialAlt(t, "127.0.0.1")
	for _, p := range [][]byte{
		stun.MustBuild(stun.TransactionID, allocate, overUDP, stun.Fingerprint).Raw, stun.MustBuild(stun.TransactionID, sendData).Raw,
		stun.MustBuild(stun.TransactionID, stun.BindingSuccess).Raw, []byte("x"), nil, make([]byte, maxBinding), make([]byte, maxBinding+100), {0x40, 0, 0, 0},
	} {
		if _, err := conn.WriteToUDPAddrPort(p, s.AltUDPAddr()); err != nil {
			t.Fatal(err)
		}
	}
	mappedAt(t, conn, s.AltUDPAddr()) // the first answer that comes is the one to this
	if got := s.Totals(); got.Malformed != 7 || got.TooLong != 1 || got.AllocationsMade != 0 {
		t.Errorf("%+v", got)
	}
	s.mu.RLock()
	seen := s.sightings.of(addrPortOf(conn.LocalAddr()).Addr(), time.Now())
	s.mu.RUnlock()
	if len(seen) != 0 {
		t.Errorf("the second port has noted %v", seen)
	}
	if err := session.AllowPeer(s.AltUDPAddr()); !errors.Is(err, ErrPeerDenied) {
		t.Errorf("the second port as a peer: %v", err)
	}
}

// Both ports draw on one account of a source.
func TestSecondPortIsRateLimited(t *testing.T) {
	clock := time.Now()
	s := start(t, Config{AltUDPPort: PortAny, Now: func() time.Time { return clock }})
	conn := dialAlt(t, "127.0.0.1")
	for range requestBurst - 1 {
		mappedAt(t, conn, s.AltUDPAddr())
	}
	mappedAt(t, conn, s.UDPAddr())
	request := stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw
	for _, at := range []netip.AddrPort{s.UDPAddr(), s.AltUDPAddr()} {
		if _, err := conn.WriteToUDPAddrPort(request, at); err != nil {
			t.Fatal(err)
		}
	}
	other := dialAlt(t, "127.0.0.2")
	mappedAt(t, other, s.AltUDPAddr()) // of another account, and behind what was dropped
	mappedAt(t, other, s.UDPAddr())
	if got := s.Totals().RateLimited; got != 2 {
		t.Errorf("%d requests were dropped, want 2", got)
	}
}

func TestSecondPortInUse(t *testing.T) {
	_, taken := service(t)
	s, err := Start(t.Context(), Config{AltUDPPort: int(taken.Port())})
	var port *PortError
	if !errors.As(err, &port) || !errors.Is(err, ErrPortInUse) || port.Port != int(taken.Port()) || port.Protocol != "udp" {
		t.Errorf("%v, %v", s, err)
	}
	for _, c := range []Config{{AltUDPPort: -3}, {AltUDPPort: 65536}, {UDPPort: 3478, AltUDPPort: 3478}} {
		if _, err := Start(t.Context(), c); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if off := start(t, Config{AltUDPPort: PortOff}); off.AltUDPAddr().IsValid() {
		t.Errorf("a port that is off listens at %s", off.AltUDPAddr())
	}
}

// Whatever comes, the second port answers nothing but a Binding request, with as much as such an answer takes.
func FuzzSecondPort(f *testing.F) {
	f.Add(stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.Fingerprint).Raw)
	f.Add(stun.MustBuild(stun.TransactionID, allocate, overUDP).Raw)
	f.Add([]byte{0x40, 0, 0, 0})
	from := netip.MustParseAddrPort("192.0.2.7:4000")
	f.Fuzz(func(t *testing.T, p []byte) {
		a := &altEndpoint{srv: &Server{cfg: Config{Now: time.Now}, limiter: newLimiter(requestsPerSec, requestBurst)}}
		answer := a.answer(from, p)
		if answer == nil {
			return
		}
		m := &stun.Message{Raw: answer}
		if err := m.Decode(); err != nil || m.Type != stun.BindingSuccess || !bytes.Equal(m.TransactionID[:], p[8:20]) || len(answer) != 40 {
			t.Errorf("%d bytes, %s, %v", len(answer), m.Type, err)
		}
		if class, method := classify(p); class != classRequest || method != methodBinding {
			t.Errorf("an answer to %d, %d", class, method)
		}
	})
}
