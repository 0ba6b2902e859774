package host

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// cable passes TCP connections on to an address, until it is cut.
type cable struct {
	net.Listener
	to    string
	mu    sync.Mutex
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{Listener: l, to: to, conns: map[net.Conn]bool{}}
	c.wg.Go(c.accept)
	t.Cleanup(func() {
		_ = l.Close()
		c.cut()
		c.wg.Wait()
	})
	return c
}

func (c *cable) accept() {
	for {
		in, err := c.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp4", c.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		c.mu.Lock()
		c.conns[in], c.conns[out] = true, true
		c.mu.Unlock()
		for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
			c.wg.Go(func() {
				_, _ = io.Copy(way[0], way[1])
				_, _ = way[0].Close(), way[1].Close()
			})
		}
	}
}

func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}

// The signalling of a guest breaks in the middle of a run and comes back: the run goes on over it, and nothing is missing in its view.
func TestSignallingBreaksDuringARun(t *testing.T) {
	h, l := startTest(t, usual, nil)
	wire := newCable(t, h.turn.TLSAddr().String())
	i, _ := newInvite(t, h, 1)
	i.Addresses = []string{wire.Addr().String()}
	plan := planFor(textOf(t, i), netcheck.PathDirect, netcheck.PathRelayTCP)
	plan.Loss.Duration = 2 * time.Second
	samples := 0
	r, err := session.Run(t.Context(), plan, session.Options{}, func(e netcheck.Event) {
		if _, ok := e.Body.(netcheck.SampleTaken); ok {
			if samples++; samples == 5 {
				wire.cut()
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Paths {
		if !p.State.Measured() {
			t.Errorf("%s: %s, %s", p.Path, p.State, p.Reason)
		}
	}
	l.Wait(t, hosting.EventGuestAway, 1)
	l.Wait(t, hosting.EventGuestBack, 1)
	l.Wait(t, hosting.EventGuestLeft, 1)
	seen := l.Runs()[0]
	if seen.Ended != netcheck.EndedComplete || len(seen.Paths) != 2 || !seen.Paths[1].State.Measured() {
		t.Errorf("the host has seen %+v", seen)
	}
}

// A proxy that breaks WebSockets leaves the other way.
func TestGuestByServerSentEvents(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	_, text := newInvite(t, h, 1)
	plan := planFor(text, netcheck.PathRelayTLS)
	r, err := session.Run(t.Context(), plan, session.Options{Join: session.JoinOptions{Only: signaling.WaySSE}}, nil)
	if err != nil || r.Other.Way != string(signaling.WaySSE) || !r.Paths[0].State.Measured() {
		t.Errorf("%+v, %+v, %v", r.Other, r.Paths, err)
	}
}

// Credentials become new before the old ones end.
func TestCredentialsAreRenewed(t *testing.T) {
	var mu sync.Mutex
	var ahead time.Duration
	p := usual
	p.look = 5 * time.Millisecond
	h, _ := startTest(t, p, func(c *hosting.Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(ahead) }
	})
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	ctx, cancel := context.WithTimeout(t.Context(), hostingtest.Within)
	defer cancel()
	var users []string
	for len(users) < 3 {
		m, err := c.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var servers []signaling.Server
		switch {
		case m.Welcome != nil:
			servers = m.Welcome.Servers
		case m.Servers != nil:
			servers = m.Servers.Servers
		default:
			continue
		}
		if len(servers) != 4 || servers[0].Username != "" || servers[3].Password == "" || len(servers[3].Pins) != 1 {
			t.Fatalf("servers %+v", servers)
		}
		users = append(users, servers[3].Username)
		mu.Lock()
		ahead += credentialsEvery + time.Second
		mu.Unlock()
	}
	if users[0] == users[1] || users[1] == users[2] {
		t.Errorf("users %q", users)
	}
}

// The echo peer sends to those that the host has seen, whatever a guest names.
func TestAllowed(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	turn, err := h.turn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{h: h, turn: turn}
	seen, observed := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("198.51.100.8")
	g.see(netip.AddrPortFrom(seen, 4000))
	if err := turn.ObserveParticipant(observed); err != nil {
		t.Fatal(err)
	}
	for a, want := range map[string]bool{seen.String(): true, "::ffff:198.51.100.7": true, observed.String(): true,
		"8.8.8.8": false, "127.0.0.1": false, "192.168.1.1": false, "224.0.0.1": false, "0.0.0.0": false, "255.255.255.255": false} {
		if got := g.allowed(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
	h.cfg.AnyCandidate = true
	for a, want := range map[string]bool{"8.8.8.8": true, "10.255.255.1": false, "224.0.0.1": false} {
		if got := g.allowed(netip.MustParseAddr(a)); got != want {
			t.Errorf("with any candidate, %s: %v", a, got)
		}
	}
}
