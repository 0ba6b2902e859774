package host

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// ahead is a clock that the test sets forward.
type ahead struct{ by atomic.Int64 }

func (a *ahead) now() time.Time        { return time.Now().Add(time.Duration(a.by.Load())) }
func (a *ahead) add(d time.Duration)   { a.by.Add(int64(d)) }
func (a *ahead) on(c *hosting.Config)  { c.Now = a.now }
func (a *ahead) unseen() (p patience)  { p = usual; p.look = time.Hour; return p } // the test alone looks
func (a *ahead) looking() (p patience) { p = usual; p.look = 10 * time.Millisecond; return p }

// heldPlace tells whether a look of the host leaves the only guest its run.
func heldPlace(h *Host) bool {
	h.mu.Lock()
	defer h.events.deliver()
	defer h.mu.Unlock()
	h.overdue(h.cfg.Now())
	return slices.ContainsFunc(values(h.guests), func(g *guest) bool { return g.run != nil })
}

func values(m map[string]*guest) (out []*guest) {
	for _, g := range m {
		out = append(out, g)
	}
	return out
}

// Network probes ask the server and need no leg: a run that begins with some keeps its place while they take, and no longer than it said, with
// a fifth on top, nor than a quarter of an hour. Half a minute more it has to connect, as every run.
func TestNetworkProbesNeedNoLeg(t *testing.T) {
	for name, tt := range map[string]struct {
		run  signaling.Run
		idle time.Duration // that it is left
	}{
		"none":      {signaling.Run{Duration: time.Hour}, 0},
		"quick":     {signaling.Run{Duration: time.Minute, Probing: 10 * time.Second}, 12 * time.Second},
		"long":      {signaling.Run{Duration: 20 * time.Minute, Probing: 10 * time.Minute}, 12 * time.Minute},
		"for hours": {signaling.Run{Duration: 8 * time.Hour, Probing: 8 * time.Hour}, 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			var clock ahead
			h, _ := startTest(t, clock.unseen(), clock.on)
			i, _ := newInvite(t, h, 1)
			c := raw(t, i)
			tt.run.ID = "probes"
			ask(t, c, tt.run)
			hear(t, c, "probes", signaling.StandingAdmitted)
			clock.add(tt.idle + usual.idle - time.Second)
			if !heldPlace(h) {
				t.Fatal("it has lost its place too early")
			}
			clock.add(time.Minute)
			if heldPlace(h) {
				t.Fatal("it holds its place without using it")
			}
			if s := hear(t, c, "probes", signaling.StandingIn); s.Code != codeIdle {
				t.Errorf("%+v", s)
			}
		})
	}
}

// Once it has had a leg, the probes are over.
func TestProbesAreOverWithTheFirstLeg(t *testing.T) {
	var clock ahead
	h, l := startTest(t, clock.unseen(), clock.on)
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	ask(t, c, signaling.Run{ID: "check", PacketsPerSecond: 10, Packets: 10, Duration: 10 * time.Minute, Probing: 10 * time.Minute})
	hear(t, c, "check", signaling.StandingAdmitted)
	h.mu.Lock()
	g := values(h.guests)[0]
	h.mu.Unlock()
	first := &leg{path: netcheck.PathDirect}
	h.legBegins(g, first)
	h.legEnds(g, first, hosting.Event{Kind: hosting.EventLegFailed})
	l.Wait(t, hosting.EventLegFailed, 1)
	clock.add(usual.idle - time.Second)
	if !heldPlace(h) {
		t.Error("it has lost its place between two legs")
	}
	clock.add(2 * time.Second)
	if heldPlace(h) {
		t.Error("it holds its place without using it")
	}
}

// Long probes have relays until their end: those that were made stay, and what makes new ones is renewed in time.
func TestRelaysDuringLongProbes(t *testing.T) {
	var clock ahead
	h, _ := startTest(t, clock.looking(), clock.on)
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	ctx, cancel := context.WithTimeout(t.Context(), hostingtest.Within)
	defer cancel()
	next := func() signaling.Message {
		m, err := c.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var first, newest signaling.Server
	for first.Username == "" {
		if m := next(); m.Welcome != nil {
			first = m.Welcome.Servers[1]
		}
	}
	ask(t, c, signaling.Run{ID: "long", Kbps: 4000, Duration: 20 * time.Minute, Probing: 13 * time.Minute})
	hear(t, c, "long", signaling.StandingAdmitted)
	if err := relay(t, h, first); err != nil {
		t.Errorf("a relay at the begin: %v", err)
	}
	const steps = 2
	for n := range steps {
		clock.add(credentialsEvery + time.Second)
		for newest.Username = ""; newest.Username == ""; {
			if m := next(); m.Servers != nil {
				newest = m.Servers.Servers[1]
			}
		}
		if err := relay(t, h, newest); err != nil {
			t.Errorf("a relay after %v: %v", time.Duration(n+1)*credentialsEvery, err)
		}
	}
	if live := h.turn.Totals().Allocations; live != 1+steps {
		t.Errorf("%d relays live, want all %d that were made", live, 1+steps)
	}
	if relay(t, h, first) == nil {
		t.Error("the first credentials make relays for ever")
	}
	for n := 1 + steps; n < allocationsOfGuest; n++ {
		if err := relay(t, h, newest); err != nil {
			t.Errorf("relay %d of the run: %v", n+1, err)
		}
	}
}
