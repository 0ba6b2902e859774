package host

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// A guest that begins and ends runs without end is told to wait, and whoever hosts hears of few of them.
func TestRunsThatEndAtOnce(t *testing.T) {
	now := time.Now() // stands still
	h, l := startTest(t, usual, func(c *hosting.Config) { c.Now = func() time.Time { return now } })
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	refused := 0
	for n := range 100 {
		id := fmt.Sprint("run", n)
		ask(t, c, signaling.Run{ID: id, PacketsPerSecond: 1, Duration: time.Second})
		if s := hear(t, c, id, signaling.StandingAdmitted, signaling.StandingRefused); s.State == signaling.StandingRefused {
			if refused++; s.Code != codeBusy || !strings.Contains(s.Text, "wait") {
				t.Errorf("%+v", s)
			}
			continue
		}
		if err := c.Send(t.Context(), signaling.Message{RunEnded: &signaling.RunEnded{ID: id}}); err != nil {
			t.Fatal(err)
		}
		hear(t, c, id, signaling.StandingIn)
	}
	if refused != 100-runBurst || len(l.Events()) > 3*runBurst {
		t.Errorf("%d of 100 runs refused, %d events", refused, len(l.Events()))
	}
}

// A wire that breaks without end is told of a few times, and never that it is back without that it was away.
func TestWiresThatBreakWithoutEnd(t *testing.T) {
	now := time.Now() // stands still
	h, l := startTest(t, usual, func(c *hosting.Config) { c.Now = func() time.Time { return now } })
	i, _ := newInvite(t, h, 1)
	raw(t, i)
	id := l.Wait(t, hosting.EventGuestJoined, 1).Guest
	h.mu.Lock()
	g := h.guests[id]
	h.mu.Unlock()
	for range 100 {
		h.away(g.conn, true)
		if s := h.Snapshot(); s.Guests[0].State != hosting.GuestAway {
			t.Fatalf("%+v", s.Guests[0])
		}
		h.away(g.conn, false)
	}
	told := map[hosting.EventKind]int{}
	for _, e := range l.Events() {
		told[e.Kind]++
	}
	if told[hosting.EventGuestAway] != runBurst || told[hosting.EventGuestBack] != runBurst {
		t.Errorf("told %v", told)
	}
}

// Legs that fail at once are braked as well.
func TestLegsThatFailAtOnce(t *testing.T) {
	now := time.Now() // stands still
	h, l := startTest(t, usual, func(c *hosting.Config) { c.Now = func() time.Time { return now } })
	i, _ := newInvite(t, h, 1)
	f := newFree(t, raw(t, i), signaling.Run{ID: "legs", PacketsPerSecond: 1, Duration: time.Minute})
	for n := range legBurst + 5 {
		s, err := f.mux.OpenLeg(t.Context(), signaling.Leg{Path: netcheck.PathDirect, Family: netcheck.Family6, Timeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Receive(t.Context())
		if err != nil || got.Failure == nil || strings.Contains(got.Failure.Text, "too many") != (n >= legBurst) {
			t.Errorf("leg %d: %+v, %v", n, got.Failure, err)
		}
		_ = s.Close()
	}
	l.Wait(t, hosting.EventLegFailed, legBurst)
}
