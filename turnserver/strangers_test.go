package turnserver

import (
	"crypto/tls"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// from opens a TLS connection from an address of this computer; the error tells that it was not let in.
func from(t *testing.T, s *Server, address string) (*tls.Conn, error) {
	t.Helper()
	d := tls.Dialer{NetDialer: &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}, Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // of this process
	conn, err := d.DialContext(t.Context(), "tcp4", s.TLSAddr().String())
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*tls.Conn), nil
}

// 40 addresses hold all the places that there are for them with TLS connections that say nothing and prove nothing. Another computer gets in all the same, stays in while
// they try again, and once it has proved itself it has as many connections as it needs.
func TestStrangersKeepNobodyOut(t *testing.T) {
	probe, err := net.Listen("tcp4", "127.0.9.1:0")
	if err != nil {
		t.Skipf("SKIPPED: this system has no address 127.0.9.1: %v", err)
	}
	_ = probe.Close()
	const all, addresses = 64, 40
	s := start(t, Config{MaxConns: all, MaxConnsPerIP: 16, HandshakeTimeout: time.Hour, IdleTimeout: time.Hour})
	flood := func() {
		for range 3 {
			for n := range addresses {
				_, _ = from(t, s, netip.AddrFrom4([4]byte{127, 0, 9, byte(n + 1)}).String()) // some are turned away, and some throw others out
			}
		}
	}
	flood()
	if got := s.Totals().Connections; got < all-all/32 {
		t.Fatalf("%d connections of strangers, want as good as all %d", got, all)
	}
	user, pass := newSession(t, s).Credentials()
	friend := func() *rawClient {
		t.Helper()
		conn, err := from(t, s, "127.0.10.1")
		if err != nil {
			t.Fatalf("strangers keep others out: %v", err)
		}
		return &rawClient{t: t, conn: conn, user: user, pass: pass}
	}
	first := friend()
	flood()
	first.mustAllocate() // by which it is known
	for range 3 {
		friend().mustAllocate()
	}
	flood()
	if answer := first.exchange(stun.BindingRequest); answer.Type != stun.BindingSuccess {
		t.Errorf("the first one is answered with %s", answer.Type)
	}
	if got := s.Totals(); got.Connections > all || got.ConnsDisplaced == 0 || got.Allocations != 4 {
		t.Errorf("%+v", got)
	}
}

// What lost its place is closed, and takes nothing any more.
func TestDisplacedIsClosed(t *testing.T) {
	s := start(t, Config{MaxConns: 1, HandshakeTimeout: time.Hour, IdleTimeout: time.Hour})
	old := dial(t, s, TransportTLS)
	e := newStreamEndpoint(s, TransportTCP, namedConn{discard(t), net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:1"))})
	if !s.remember(e) {
		t.Fatal("a newcomer is turned away for a stranger")
	}
	wantClosed(t, old)
	s.forget(e)
	s.forget(e) // once is enough
	waitFor(t, func() bool { return s.Totals().Connections == 0 })
}

// discard is an end of a pipe.
func discard(t *testing.T) net.Conn {
	near, far := net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	return near
}
