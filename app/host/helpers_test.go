package host

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
	"echopath/netcheck/signaling/web"
)

var loopback4 = netip.MustParseAddr("127.0.0.1")

func startTest(t testing.TB, p patience, change func(*hosting.Config)) (*Host, *hostingtest.Log) {
	t.Helper()
	l := hostingtest.NewLog()
	c := hostingtest.Config(l.Observe)
	c.MaxPerAddress = 64
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
	return i, textOf(t, i)
}

func textOf(t testing.TB, i invite.Invite) netcheck.Secret {
	t.Helper()
	text, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	return netcheck.Secret(text)
}

// raw joins without what an honest guest does, each time as another guest.
func raw(t testing.TB, i invite.Invite) signaling.Conn {
	t.Helper()
	return joinAs(t, i, [32]byte{})
}

// joinAs is raw with an identity of its own; zero is another one each time.
func joinAs(t testing.TB, i invite.Invite, identity [32]byte) signaling.Conn {
	t.Helper()
	target := web.Target{Addresses: i.Addresses, Pin: i.Pin, Dialer: func(local netip.Addr) *dial.Dialer { return &dial.Dialer{Local: local} }}
	c, err := signaling.Join(t.Context(), signaling.JoinConfig{Self: signaling.Hello{Name: "raw", Versions: [2]int{1, 1}}, Room: i.Room, Secret: i.Secret,
		Identity: identity, ResumeFor: time.Second, Dial: func(ctx context.Context) (signaling.Wire, error) { return web.Dial(ctx, target) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// hear reads until the host says how a run stands, in one of these ways.
func hear(t testing.TB, c signaling.Conn, run string, states ...signaling.StandingState) signaling.Standing {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hostingtest.Within)
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
