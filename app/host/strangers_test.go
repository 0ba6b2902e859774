package host

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"testing"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling/web"
)

// stranger is one of 120 addresses of this computer that have no invite.
func stranger(n int) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 9, byte(n + 1)}) }

const strangers = 120

// Strangers with many addresses take all connections of the TLS port, some with TLS that says nothing and some with wires on which nobody proves
// himself. A guest comes in all the same, and measures a path through that port while they go on trying.
func TestStrangersKeepNoGuestOut(t *testing.T) {
	probe, err := net.Listen("tcp4", "127.0.9.1:0")
	if err != nil {
		t.Skipf("SKIPPED: this system has no address 127.0.9.1: %v", err)
	}
	_ = probe.Close()
	h, _ := startTest(t, usual, func(c *hosting.Config) { c.MaxGuests, c.MaxPerAddress = 8, 4 })
	all, _ := maxConns(h.cfg)
	invite, text := newInvite(t, h, 1)
	ctx, cancel := context.WithTimeout(t.Context(), hostingtest.Within)
	defer cancel()
	once := func(n int) {
		from := stranger(n)
		d := tls.Dialer{NetDialer: &net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}, Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // of this test
		if conn, err := d.DialContext(ctx, "tcp4", h.turn.TLSAddr().String()); err == nil {
			t.Cleanup(func() { _ = conn.Close() })
		}
		if n%3 != 0 {
			return
		}
		target := web.Target{Addresses: invite.Addresses, Pin: invite.Pin, Local: from, Dialer: func(local netip.Addr) *dial.Dialer { return &dial.Dialer{Local: local} }}
		if wire, err := web.Dial(ctx, target); err == nil {
			t.Cleanup(func() { _ = wire.Close() })
		}
	}
	for n := range strangers {
		once(n)
	}
	if got := h.turn.Totals(); got.Connections < all-all/16 || got.ConnsDisplaced == 0 {
		t.Fatalf("%d connections of %d, %d displaced: the strangers do not fill the port", got.Connections, all, got.ConnsDisplaced)
	}
	still, stop := context.WithCancel(ctx)
	tried := make(chan struct{})
	go func() {
		defer close(tried)
		for n := 0; still.Err() == nil; n++ {
			once(n % strangers)
		}
	}()
	plan := planFor(text, netcheck.PathRelayTLS)
	plan.Interface = "127.0.0.1"
	r, err := session.Run(ctx, plan, session.Options{}, nil)
	stop()
	<-tried
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Paths[0]; !p.State.Measured() {
		t.Errorf("%s: %s %s", p.Path, p.State, p.Reason)
	}
}
