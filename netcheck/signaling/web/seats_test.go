package web

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"
)

// Who takes all wires from some addresses, and proves nothing, keeps neither others out nor guests that come again; they lose none.
func TestStrangersKeepNobodyOut(t *testing.T) {
	var in atomic.Pointer[[]netip.Addr]
	in.Store(&[]netip.Addr{})
	h := NewHandler(HandlerConfig{MaxWires: 64, MaxPerAddress: 16, Known: func() []netip.Addr { return *in.Load() }})
	t.Cleanup(func() { _ = h.Close() }) // after all have left
	enter := func(address string) *seat {
		s, no := h.enter(&http.Request{RemoteAddr: address})
		if no != nil {
			return nil
		}
		t.Cleanup(func() { h.leave(s) })
		return s
	}
	flood := func() {
		for range 3 {
			for n := range 40 {
				enter(fmt.Sprintf("198.51.100.%d:1", n))
			}
		}
	}
	flood()
	guest := enter("192.0.2.1:1")
	if flood(); guest == nil || guest.lost {
		t.Fatal("a newcomer is kept out, or thrown out again")
	}
	in.Store(&[]netip.Addr{netip.MustParseAddr("::ffff:192.0.2.1")})
	for n := range 3 {
		if enter("192.0.2.1:2") == nil {
			t.Errorf("wire %d of a guest is refused", n+2)
		}
	}
	if flood(); guest.lost || h.count() > 64 {
		t.Errorf("a guest has lost its wire (%v), or there are %d", guest.lost, h.count())
	}
}

// A wire that has lost its place ends, and so does what serves it.
func TestLostSeatEndsTheWire(t *testing.T) {
	probe, err := net.Listen("tcp4", "127.0.9.1:0")
	if err != nil {
		t.Skipf("SKIPPED: this system has no address 127.0.9.1: %v", err)
	}
	_ = probe.Close()
	h := newHost(t, func(c *HandlerConfig, _ *http.Server) {
		c.MaxWires, c.Known = 1, func() []netip.Addr { return nil }
	})
	_, first := h.connect(t, h.target())
	other := h.target()
	other.Local = netip.MustParseAddr("127.0.9.1")
	_, second := h.connect(t, other)
	if _, err := first.Receive(within(t)); !errors.Is(err, errBroken) {
		t.Errorf("the first wire: %v", err)
	}
	if second.Remote().Addr() != other.Local {
		t.Errorf("the second one is from %s", second.Remote())
	}
	if n := h.count(); n != 1 {
		t.Errorf("%d wires, want 1", n)
	}
}
