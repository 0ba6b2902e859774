package host

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
	"echopath/netcheck/signaling/web"
)

var loopback4 = netip.MustParseAddr("127.0.0.1")

// within bounds every wait for something that must come.
const within = 30 * time.Second

// log keeps what a host told.
type log struct {
	mu      sync.Mutex
	events  []hosting.Event
	changed chan struct{}
}

func (l *log) observe(e hosting.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	close(l.changed)
	l.changed = make(chan struct{})
}

// wait gives the n-th event of a kind, from 1, once there is one.
func (l *log) wait(t testing.TB, kind hosting.EventKind, n int) hosting.Event {
	t.Helper()
	limit := time.NewTimer(within)
	defer limit.Stop()
	for {
		l.mu.Lock()
		left := n
		for _, e := range l.events {
			if e.Kind == kind {
				if left--; left == 0 {
					l.mu.Unlock()
					return e
				}
			}
		}
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-limit.C:
			t.Fatalf("the host told %s fewer than %d times", kind, n)
		}
	}
}

func startTest(t testing.TB, p patience, change func(*hosting.Config)) (*Host, *log) {
	t.Helper()
	l := &log{changed: make(chan struct{})}
	c := hosting.Config{Address: netip.MustParseAddr("127.0.0.1"), UDPPort: hosting.AnyPort, TCPPort: hosting.AnyPort, TLSPort: hosting.AnyPort,
		PeerPortMin: hosting.AnyPort, PeerPortMax: hosting.AnyPort, Budget: 1000, Name: "the host", Version: "1.2", Observe: l.observe, MaxPerAddress: 64}
	if change != nil {
		change(&c)
	}
	h, err := start(t.Context(), c, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the host: %v", err)
		}
	})
	return h, l
}

func newInvite(t testing.TB, h *Host, guests int) (invite.Invite, netcheck.Secret) {
	t.Helper()
	i, err := h.Invite(guests, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	return i, netcheck.Secret(text)
}

// raw joins without what an honest guest does.
func raw(t testing.TB, i invite.Invite) signaling.Conn {
	t.Helper()
	target := web.Target{Addresses: i.Addresses, Pin: i.Pin, Dialer: func(local netip.Addr) *dial.Dialer { return &dial.Dialer{Local: local} }}
	c, err := signaling.Join(t.Context(), signaling.JoinConfig{Self: signaling.Hello{Name: "raw", Versions: [2]int{1, 1}}, Room: i.Room, Secret: i.Secret,
		ResumeFor: time.Second, Dial: func(ctx context.Context) (signaling.Wire, error) { return web.Dial(ctx, target) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// hear reads until the host says how a run stands, in one of these ways.
func hear(t testing.TB, c signaling.Conn, run string, states ...signaling.StandingState) signaling.Standing {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for {
		m, err := c.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if s := m.Standing; s != nil && s.Run == run && slices.Contains(states, s.State) {
			return *s
		}
	}
}

func ask(t testing.TB, c signaling.Conn, r signaling.Run) {
	t.Helper()
	if err := c.Send(t.Context(), signaling.Message{Run: &r}); err != nil {
		t.Fatal(err)
	}
}

// planFor measures paths through a host for a second, with the rate of the preset quick.
func planFor(text netcheck.Secret, paths ...netcheck.Path) netcheck.Plan {
	plan := netcheck.Plan{Loss: netcheck.Presets()[0].Loss, Paths: paths, Target: netcheck.Target{Kind: netcheck.TargetInvite, Invite: text}}
	plan.Loss.Duration = time.Second
	return plan
}
