package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"

	"echopath/app/host"
	"echopath/app/hosting/hostingtest"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// The address of an interface is looked up for each wire: it may be another one than before.
func TestSourceOfEachWire(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has all of 127.0.0.0/8 for loopback")
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	from := make(chan string, 2)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			from <- conn.RemoteAddr().(*net.TCPAddr).IP.String()
			_ = conn.Close() // it is no host
		}
	})
	defer serving.Wait()
	defer func() { _ = l.Close() }()
	r := newReach(invite.Invite{Addresses: []string{l.Addr().String()}}, JoinOptions{Interface: "wlan0"}, new(sync.Mutex))
	n := 1
	r.source = func(name string) (netip.Addr, error) {
		if n++; name != "wlan0" || n > 3 {
			return netip.Addr{}, localFailure(errors.New("gone"))
		}
		return netip.MustParseAddr(fmt.Sprintf("127.0.0.%d", n)), nil
	}
	for _, want := range []string{"127.0.0.2", "127.0.0.3"} {
		if _, err := r.dial(t.Context()); err == nil {
			t.Fatal("there was a host")
		}
		if got := <-from; got != want {
			t.Errorf("the wire came from %s, want %s", got, want)
		}
	}
	_, err = r.dial(t.Context())
	if netcheck.AsFailure(err, "").Code != netcheck.ReasonLocal || errors.As(err, new(*signaling.Gone)) {
		t.Errorf("an interface that is away for now: %v", err)
	}
}

// A session that copy and paste began goes on over TCP if that is possible by then, and is over if not.
func TestRedialAfterPaste(t *testing.T) {
	h, err := host.Start(t.Context(), hostingtest.Config(nil))
	if err != nil {
		t.Fatal(err)
	}
	i, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := newReach(i, JoinOptions{Paste: func(string) { t.Error("a second answer") }}, new(sync.Mutex))
	r.pasted = true
	w, err := r.dial(t.Context())
	if err != nil || w.Way() != signaling.WayWebSocket {
		t.Fatalf("%v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	for _, only := range []signaling.Way{"", signaling.WayPaste} {
		r.options.Only = only
		var gone *signaling.Gone
		if _, err := r.dial(t.Context()); !errors.As(err, &gone) || gone.Code != signaling.CodeLost {
			t.Errorf("only %q: %v", only, err)
		}
	}
}

// A host on this computer's loopback interface is met there, and any other where the system sends to.
func TestMeetingAt(t *testing.T) {
	chosen := netip.MustParseAddr("192.0.2.1")
	for _, tt := range []struct {
		addresses    []string
		chosen, want netip.Addr
	}{
		{[]string{"192.0.2.7:443"}, netip.Addr{}, netip.Addr{}},
		{[]string{"127.0.0.5:443"}, netip.Addr{}, netip.MustParseAddr("127.0.0.5")},
		{[]string{"host.example:443", "[::1]:443"}, netip.Addr{}, netip.IPv6Loopback()},
		{[]string{"127.0.0.5:443"}, chosen, chosen},
	} {
		r := newReach(invite.Invite{Addresses: tt.addresses}, JoinOptions{}, new(sync.Mutex))
		if got := r.meetingAt(tt.chosen); got != tt.want {
			t.Errorf("%q, chosen %v: %v, want %v", tt.addresses, tt.chosen, got, tt.want)
		}
	}
}

// An answer that nobody took is told when the time is over, with what to look at on both sides; what package rtc knows better stands.
func TestNeverMet(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if f := netcheck.AsFailure(neverMet(ctx, ctx.Err()), ""); f.Code != netcheck.ReasonNoPair || f.Advice == "" || !errors.Is(f, context.DeadlineExceeded) {
		t.Errorf("%+v", f)
	}
	known := &netcheck.Failure{Code: netcheck.ReasonDTLS, Text: "x"}
	if got := neverMet(ctx, known); got != error(known) {
		t.Errorf("%v", got)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if got := neverMet(stopped, stopped.Err()); !errors.Is(got, context.Canceled) || errors.As(got, new(*netcheck.Failure)) {
		t.Errorf("%v", got)
	}
}
