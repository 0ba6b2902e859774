package host

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
)

func stunServer(t *testing.T, text string) netcheck.ICEServer {
	t.Helper()
	u, err := netcheck.ParseServerURL(text)
	if err != nil {
		t.Fatal(err)
	}
	return netcheck.ICEServer{URL: u}
}

// Names are looked up at most once a minute and by nobody who waits; what was found stays when a look-up fails.
func TestOutsideServers(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	servers := []netcheck.ICEServer{stunServer(t, "stun:198.51.100.9"), stunServer(t, "stun:a.example"), stunServer(t, "stun:b.example:5000")}
	var pending []func()
	o := newOutside(t.Context(), servers, func() time.Time { return now }, func(f func()) { pending = append(pending, f) })
	at := map[string]string{"a.example": "::ffff:203.0.113.1", "b.example": "2001:db8::1"}
	var mu sync.Mutex
	asked := 0
	o.resolve = func(_ context.Context, name string) ([]netip.Addr, error) {
		mu.Lock()
		defer mu.Unlock()
		if asked++; at[name] == "" {
			return nil, errors.New("no answer")
		}
		return []netip.Addr{netip.MustParseAddr(at[name])}, nil
	}
	want := func(step string, addrs ...string) {
		t.Helper()
		for _, a := range []string{"198.51.100.9", "203.0.113.1", "203.0.113.2", "2001:db8::1", "8.8.8.8"} {
			if got := o.has(netip.MustParseAddr(a)); got != slices.Contains(addrs, a) {
				t.Errorf("%s: %s: %v", step, a, got)
			}
		}
	}
	lookUp := func(n int) {
		t.Helper()
		if len(pending) != n {
			t.Fatalf("%d look-ups are wanted, not %d", n, len(pending))
		}
		for _, f := range pending {
			f()
		}
		pending = nil
	}
	want("before any look-up has ended", "198.51.100.9")
	lookUp(1)
	want("both names are known", "198.51.100.9", "203.0.113.1", "2001:db8::1")
	lookUp(0)
	at["a.example"], at["b.example"] = "203.0.113.2", ""
	now = now.Add(outsideEvery - time.Second)
	want("a little later", "198.51.100.9", "203.0.113.1", "2001:db8::1")
	lookUp(0)
	now = now.Add(time.Second)
	o.has(netip.MustParseAddr("8.8.8.8"))
	lookUp(1)
	want("one has moved and one is not found", "198.51.100.9", "203.0.113.2", "2001:db8::1")
	if asked != 4 {
		t.Errorf("%d questions", asked)
	}
}

// A leg is told of the servers that are known at the moment, and waits for no look-up.
func TestKnownServersOfLegs(t *testing.T) {
	servers := []netcheck.ICEServer{stunServer(t, "stun:a.example:5000"), stunServer(t, "stun:198.51.100.9")}
	var pending []func()
	o := newOutside(t.Context(), servers, time.Now, func(f func()) { pending = append(pending, f) })
	o.resolve = func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("203.0.113.1")}, nil
	}
	known := o.known(servers)
	fixed, found := netip.MustParseAddrPort("198.51.100.9:3478"), netip.MustParseAddrPort("203.0.113.1:5000")
	if got := known(netcheck.Family4); !slices.Equal(got, []netip.AddrPort{fixed}) || len(pending) != 1 {
		t.Fatalf("before the look-up has ended: %v, %d look-ups", got, len(pending))
	}
	pending[0]()
	if got := known(netcheck.Family4); !slices.Equal(got, []netip.AddrPort{found, fixed}) {
		t.Errorf("afterwards: %v", got)
	}
	if got := known(netcheck.Family6); !slices.Equal(got, []netip.AddrPort{netip.MustParseAddrPort("[2001:db8::1]:5000")}) {
		t.Errorf("of IP version 6: %v", got)
	}
}

// The servers of the host's user are allowed though no guest was seen there, in any port and for every guest.
func TestServersOfTheHostAreAllowed(t *testing.T) {
	h, _ := startTest(t, usual, func(c *hosting.Config) {
		c.STUN = []netcheck.ICEServer{stunServer(t, "stun:198.51.100.9"), stunServer(t, "stun:224.0.0.9")}
	})
	turn, err := h.turn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{h: h, turn: turn}
	for a, want := range map[string]bool{"198.51.100.9": true, "::ffff:198.51.100.9": true, "198.51.100.10": false, "224.0.0.9": false} {
		if got := g.allowed(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

// What the guest is told of refused candidates names them and what to do, and is left out where that would not help.
func TestRefusalsAreExplained(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	turn, err := h.turn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{h: h, turn: turn}
	r := &refusals{guest: g, path: netcheck.PathRelayUDP}
	r.allowed(netip.MustParseAddr("10.255.255.1"))
	if f := r.explain(); f != nil {
		t.Errorf("of an address that nobody can reach: %v", f)
	}
	relay := netip.MustParseAddr("9.9.9.9")
	if first, second := r.allowed(relay), r.allowed(relay); first || second {
		t.Fatal("it was allowed")
	}
	const text = "The other computer sends only to addresses that it has seen itself, and the relay at 9.9.9.9 is none of them."
	if f := r.explain(); f == nil || f.Code != netcheck.ReasonFarRefused || f.Text != text || !strings.Contains(f.Advice, "--stun") || !strings.Contains(f.Advice, "--any-candidate") {
		t.Errorf("%+v", f)
	}
	g.see(netip.AddrPortFrom(relay, 1))
	if !r.allowed(relay) || r.explain() != nil {
		t.Errorf("after it was seen: %v", r.explain())
	}
	direct := &refusals{guest: g, path: netcheck.PathDirect}
	for _, a := range []string{"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1"} {
		direct.allowed(netip.MustParseAddr(a))
	}
	if f := direct.explain(); f == nil || !strings.Contains(f.Text, "none of the addresses 8.8.8.8, 8.8.4.4, 1.1.1.1 is one of them.") || strings.Contains(f.Advice, "--stun") {
		t.Errorf("%+v", f)
	}
	h.cfg.AnyCandidate = true
	any := &refusals{guest: g}
	if any.allowed(netip.MustParseAddr("192.0.2.1")); any.explain() != nil {
		t.Errorf("though all may be named: %v", any.explain())
	}
}
