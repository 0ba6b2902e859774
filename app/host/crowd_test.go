package host

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// member is what one guest of a crowd has seen of its host, and measured.
type member struct {
	Standings []signaling.Standing
	Waited    time.Duration // from the first word about its run to its being admitted
	First     time.Duration // from there to its first probe packet
	Sent      int           // probe packets that count, of all carriers
	Lost      int           // on either way
	Skipped   int           // by the host
	Missed    int           // by the guest itself
	Trouble   string        // why nothing was measured
}

// takePart joins, runs the plan when its turn comes, and leaves.
func takePart(ctx context.Context, plan netcheck.Plan) member {
	var m member
	var asked, admitted, started time.Time
	standing := func(s signaling.Standing) {
		m.Standings = append(m.Standings, s)
		switch {
		case s.Run != "" && asked.IsZero():
			asked = time.Now()
			fallthrough
		case s.State == signaling.StandingAdmitted:
			admitted = time.Now()
		}
	}
	r, err := session.Run(ctx, plan, session.Options{Join: session.JoinOptions{Standing: standing}}, func(e netcheck.Event) {
		switch body := e.Body.(type) {
		case netcheck.SessionStarted:
			started = body.Started
		case netcheck.ProbeEnded:
			if body.Loss != nil && len(body.Loss.Carriers) > 0 {
				m.First = started.Add(body.Loss.Carriers[0].Begin - plan.Loss.Warmup).Sub(admitted)
			}
		}
	})
	m.Waited = admitted.Sub(asked)
	if err != nil || len(r.Paths) != 1 || !r.Paths[0].State.Measured() {
		m.Trouble = fmt.Sprintf("%+v, %v", r.Paths, err)
		return m
	}
	for _, c := range netcheck.AllCarriers() {
		if result, ok := r.Paths[0].Carrier(c); ok {
			s := result.Stats
			m.Sent, m.Lost, m.Skipped, m.Missed = m.Sent+s.Up.Sent, m.Lost+s.Total.Lost, m.Skipped+s.SkippedByReflector, m.Missed+s.SkippedBySender
		}
	}
	return m
}

// checkStandings wants a place in the queue that only ever goes down, one by one, until the run is admitted.
func checkStandings(t *testing.T, name string, m member) {
	t.Helper()
	last, admitted := 0, false
	for _, s := range m.Standings {
		switch {
		case s.Run == "":
		case s.State == signaling.StandingQueued:
			if admitted || s.Position < 1 || s.Position > s.Of || last != 0 && s.Position > last {
				t.Errorf("%s: place %d of %d after %d, admitted %v", name, s.Position, s.Of, last, admitted)
			}
			last = s.Position
		case s.State == signaling.StandingAdmitted:
			if admitted {
				t.Errorf("%s was admitted twice", name)
			}
			admitted = true
		}
	}
	if !admitted || m.Trouble != "" {
		t.Errorf("%s: admitted %v; %s", name, admitted, m.Trouble)
	}
}

// mostActive gives how many runs were admitted at the same time, and the guests in the order of their admission.
func mostActive(events []hosting.Event) (most int, order []string) {
	active := 0
	for _, e := range events {
		switch e.Kind {
		case hosting.EventAdmitted:
			active++
			order = append(order, e.Guest)
		case hosting.EventRunEnded:
			active--
		}
		most = max(most, active)
	}
	return most, order
}

// A queue in which everybody knows its place: first come, first served, never more at once than there is room for, each of them really
// measured, and nothing left of anybody afterwards.
func TestCrowdTakesTurns(t *testing.T) {
	const places, guests, rate = 3, 9, 50.0
	p := usual
	p.idle = time.Hour
	h, l := startTest(t, p, func(c *hosting.Config) { c.Budget = places * 2 * rate })
	before := goleak.IgnoreCurrent()
	holders, _ := newInvite(t, h, places)
	var held []signaling.Conn
	for range places { // they keep every place until all guests have come
		c := raw(t, holders)
		ask(t, c, signaling.Run{ID: "held", PacketsPerSecond: 2 * rate, Duration: time.Hour})
		hear(t, c, "held", signaling.StandingAdmitted)
		held = append(held, c)
	}
	_, text := newInvite(t, h, guests)
	plan := planFor(text, netcheck.PathDirect)
	plan.Loss.Rate, plan.Loss.Warmup = rate, 100*time.Millisecond
	members := make([]member, guests)
	var crowd sync.WaitGroup
	for n := range guests {
		crowd.Go(func() { members[n] = takePart(t.Context(), plan) })
		l.Wait(t, hosting.EventQueued, n+1)
	}
	s := h.Snapshot()
	if s.Active != places || s.Queued != guests || s.Used != s.Budget || len(s.Guests) != places+guests {
		t.Errorf("%d active, %d queued, %.0f of %.0f used, %d guests", s.Active, s.Queued, s.Used, s.Budget, len(s.Guests))
	}
	for i, g := range s.Guests[places:] {
		if g.State != hosting.GuestQueued || g.Position != i+1 || g.Run == "" {
			t.Errorf("guest %d: %s at place %d", i, g.State, g.Position)
		}
	}
	for _, c := range held {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	crowd.Wait()
	for n, m := range members {
		checkStandings(t, fmt.Sprint("guest ", n), m)
		if m.Sent == 0 || m.Standings == nil {
			t.Errorf("guest %d: %+v", n, m)
		}
	}
	l.Wait(t, hosting.EventGuestLeft, places+guests)
	var arrived []string
	for _, g := range s.Guests {
		arrived = append(arrived, g.ID)
	}
	if most, order := mostActive(l.Events()); most != places || !slices.Equal(order, arrived) {
		t.Errorf("%d at once, in the order %q; they came as %q", most, order, arrived)
	}
	if s := h.Snapshot(); len(s.Guests) != 0 || s.Active != 0 || s.Used != 0 || s.Queued != 0 || s.Allocations != 0 {
		t.Errorf("after all have left: %+v", s)
	}
	if err := goleak.Find(before); err != nil { // the host goes on
		t.Errorf("of guests that have left: %v", err)
	}
}

// A hundred guests at once, over TLS and WebSocket: as many are admitted as the budget allows, the others know their place and move up
// one by one, and nothing is left of them when they have gone.
func TestHundredGuests(t *testing.T) {
	const guests, places = 100, 25
	p := usual
	p.idle = time.Hour // none of them orders a leg
	h, l := startTest(t, p, func(c *hosting.Config) {
		c.Budget, c.MaxGuests, c.MaxPerAddress, c.PeerPortMin, c.PeerPortMax = places*leastCost, guests, guests, 0, 0
	})
	before := goleak.IgnoreCurrent()
	i, _ := newInvite(t, h, guests)
	conns := make([]signaling.Conn, guests)
	for n := range conns {
		conns[n] = raw(t, i)
		ask(t, conns[n], signaling.Run{ID: "run", Duration: time.Hour})
		s := hear(t, conns[n], "run", signaling.StandingAdmitted, signaling.StandingQueued)
		if want := max(n+1-places, 0); s.Position != want || s.Of != want || (s.State == signaling.StandingAdmitted) != (n < places) {
			t.Errorf("guest %d: %+v", n, s)
		}
	}
	if s := h.Snapshot(); len(s.Guests) != guests || s.Active != places || s.Queued != guests-places || s.Used != s.Budget {
		t.Errorf("%d guests, %d active, %d queued, %.0f of %.0f used", len(s.Guests), s.Active, s.Queued, s.Used, s.Budget)
	}
	last := guests - places
	for n, c := range conns { // one after another ends, and who is first in the queue takes its place
		if err := c.Send(t.Context(), signaling.Message{RunEnded: &signaling.RunEnded{ID: "run"}}); err != nil {
			t.Fatal(err)
		}
		l.Wait(t, hosting.EventRunEnded, n+1)
		if next := n + places; next < guests {
			hear(t, conns[next], "run", signaling.StandingAdmitted)
		}
		if n+places < guests-1 {
			s := hear(t, conns[guests-1], "run", signaling.StandingQueued)
			if s.Position != last-1 || s.Of != last-1 {
				t.Errorf("after %d have ended, the last one was told %d of %d; before it was %d", n+1, s.Position, s.Of, last)
			}
			last--
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	l.Wait(t, hosting.EventGuestLeft, guests)
	if s := h.Snapshot(); len(s.Guests) != 0 || s.Active != 0 || s.Used != 0 || s.Queued != 0 {
		t.Errorf("after all have left: %+v", s)
	}
	if most, order := mostActive(l.Events()); most != places || len(order) != guests {
		t.Errorf("%d at once, %d in all", most, len(order))
	}
	if err := goleak.Find(before); err != nil { // the host goes on
		t.Errorf("of guests that have left: %v", err)
	}
}
