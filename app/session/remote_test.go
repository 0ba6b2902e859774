package session_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// A guest with nothing but an invite measures all five paths against the host, both ends prove each, and the host has seen the whole run.
func TestGuestMeasuresAllFivePaths(t *testing.T) {
	h, w := startHost(t, nil)
	var events []netcheck.Event
	r, err := run(t.Context(), t, remotePlan(inviteText(t, h, 1)), func(e netcheck.Event) { events = append(events, e) })
	if err != nil {
		t.Fatal(err)
	}
	if r.Ended != netcheck.EndedComplete || len(r.Paths) != 5 || r.Other == nil || r.Other.Name != "the host" || !r.Other.Host || r.Other.Way != "websocket" {
		t.Errorf("ended %s with %d paths, other end %+v", r.Ended, len(r.Paths), r.Other)
	}
	for _, p := range r.Paths {
		wantRemote(t, p)
	}
	w.Wait(t, hosting.EventGuestLeft, 1)
	got := w.Runs()
	if want := stored(t, events); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("the host saw\n%+v\nof\n%+v", got, want)
	}
	if kinds := w.Kinds(); kinds[0] != hosting.EventStarted || !slices.Contains(kinds, hosting.EventAdmitted) || !slices.Contains(kinds, hosting.EventRunEnded) {
		t.Errorf("the host told %v", kinds)
	}
	s := h.Snapshot()
	if len(s.Guests) != 0 || s.Active != 0 || s.Used != 0 || s.BytesIn == 0 || s.Invites[0].Used != 1 {
		t.Errorf("after the run: %+v", s)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// Two guests, and room for one of them: the other waits, knows its place, and comes to its turn.
func TestQueue(t *testing.T) {
	h, w := startHost(t, func(c *hosting.Config) { c.Budget = 250 })
	text := inviteText(t, h, 2)
	plan := remotePlan("")
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	one := join(t, text, session.JoinOptions{})
	var mu sync.Mutex
	var standings []signaling.Standing
	two := join(t, text, session.JoinOptions{Standing: func(s signaling.Standing) {
		mu.Lock()
		defer mu.Unlock()
		standings = append(standings, s)
	}})
	stop, first := keepBusy(t, plan, one)
	var r netcheck.Report
	var err error
	var second sync.WaitGroup
	second.Go(func() { r, err = session.Run(t.Context(), plan, session.Options{Remote: two}, nil) })
	w.Wait(t, hosting.EventQueued, 1)
	stop()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	if second.Wait(); err != nil {
		t.Fatal(err)
	}
	wantRemote(t, r.Paths[0])
	mu.Lock()
	defer mu.Unlock()
	var states []string
	for _, s := range standings {
		states = append(states, string(s.State))
		if s.State == signaling.StandingQueued && (s.Position != 1 || s.Of != 1) {
			t.Errorf("queued as %d of %d", s.Position, s.Of)
		}
	}
	if got := strings.Join(states, " "); !strings.HasPrefix(got, "in queued admitted") {
		t.Errorf("the second guest stood %s", got)
	}
}

func TestPlanAboveTheLimits(t *testing.T) {
	h, _ := startHost(t, func(c *hosting.Config) { c.Budget = 250 })
	plan := remotePlan(inviteText(t, h, 1))
	plan.Loss.Rate = 200
	_, err := run(t.Context(), t, plan, func(netcheck.Event) { t.Error("an event was emitted") })
	var wrong *netcheck.PlanError
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "400 packets a second") {
		t.Errorf("error %v", err)
	}
}

// Several runs over one session, one after another.
func TestRunsOverOneSession(t *testing.T) {
	h, w := startHost(t, nil)
	remote := join(t, inviteText(t, h, 1), session.JoinOptions{})
	plan := remotePlan("")
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	for range 3 {
		r, err := session.Run(t.Context(), plan, session.Options{Remote: remote}, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantRemote(t, r.Paths[0])
	}
	if err := remote.Close(); err != nil {
		t.Error(err)
	}
	w.Wait(t, hosting.EventGuestLeft, 1)
	if got := w.Runs(); len(got) != 3 {
		t.Errorf("the host saw %d runs", len(got))
	}
}

// The host stops in the middle: what was measured until then stays, and the paths that are left say why they were not.
func TestHostStopsDuringARun(t *testing.T) {
	h, _ := startHost(t, nil)
	plan := remotePlan(inviteText(t, h, 1))
	plan.Paths = []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP, netcheck.PathRelayTCP}
	var stopping sync.Once
	r, err := run(t.Context(), t, plan, func(e netcheck.Event) {
		if _, ok := e.Body.(netcheck.SampleTaken); ok && e.Path == netcheck.PathRelayUDP {
			stopping.Do(func() { // before the path can have ended, however busy this computer is
				if err := h.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	})
	if netcheck.AsFailure(err, "").Code != netcheck.ReasonHostGone || r.Ended != netcheck.EndedError {
		t.Fatalf("%v, ended %s", err, r.Ended)
	}
	wantRemote(t, r.Paths[0])
	for _, p := range r.Paths[1:] {
		if p.Code != netcheck.ReasonHostGone || p.Reason == "" {
			t.Errorf("%s ended %s: %s, %q", p.Path, p.State, p.Code, p.Reason)
		}
	}
	if c, ok := r.Paths[1].NetworkLoss(); !ok || c.Stats.Up.Sent == 0 || !r.Paths[1].Partial {
		t.Errorf("nothing was kept of the path under way: %+v", r.Paths[1])
	}
}

func TestCancelWhileQueued(t *testing.T) {
	h, _ := startHost(t, func(c *hosting.Config) { c.Budget = 250 })
	text := inviteText(t, h, 2)
	plan := remotePlan("")
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	one := join(t, text, session.JoinOptions{})
	waiting, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	two := join(t, text, session.JoinOptions{Standing: func(s signaling.Standing) {
		if s.State == signaling.StandingQueued {
			giveUp()
		}
	}})
	stop, first := keepBusy(t, plan, one)
	if _, err := session.Run(waiting, plan, session.Options{Remote: two}, func(netcheck.Event) { t.Error("an event was emitted") }); !errors.Is(err, context.Canceled) {
		t.Errorf("the one that waited: %v", err)
	}
	stop()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	if r, err := session.Run(t.Context(), plan, session.Options{Remote: two}, nil); err != nil {
		t.Error(err)
	} else {
		wantRemote(t, r.Paths[0])
	}
}

func TestGuestOverIPv6(t *testing.T) {
	if l, err := net.ListenPacket("udp6", "[::1]:0"); err != nil {
		t.Skipf("SKIPPED: this machine has no IPv6 loopback: %v", err)
	} else {
		_ = l.Close()
	}
	h, _ := startHost(t, func(c *hosting.Config) { c.Address = netip.IPv6Loopback() })
	plan := remotePlan(inviteText(t, h, 1))
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	r, err := run(t.Context(), t, plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantRemote(t, r.Paths[0])
	if r.Paths[0].Family != netcheck.Family6 {
		t.Errorf("IP version %s", r.Paths[0].Family)
	}
}

// The host returns pictures as the echo peer of this computer does.
func TestVideoAgainstAHost(t *testing.T) {
	h, _ := startHost(t, nil)
	plan := remotePlan(inviteText(t, h, 1))
	plan.Paths, plan.Video = []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP}, shortVideo(netcheck.VideoAfterLoss)
	r, err := film(t.Context(), t, plan, session.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Paths {
		wantRemote(t, p)
		wantShown(t, p)
	}
}

// Both ends send pictures of their own, and each direction is measured where they arrive.
func TestCall(t *testing.T) {
	h, w := startHost(t, nil)
	plan := remotePlan(inviteText(t, h, 1))
	plan.Paths, plan.Video = []netcheck.Path{netcheck.PathDirect}, shortVideo(netcheck.VideoCall)
	r, err := film(t.Context(), t, plan, session.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := r.Paths[0]
	if !p.State.Measured() || p.Call == nil || p.Call.Result == nil {
		t.Fatalf("%s: %s, call %+v", p.State, p.Reason, p.Call)
	}
	if c := p.Call.Result; c.Up.Shown == 0 || c.Down.Shown == 0 || !c.Up.Known {
		t.Errorf("%+v", c)
	}
	w.Wait(t, hosting.EventGuestLeft, 1)
	if seen := w.Runs(); len(seen) != 1 || seen[0].Paths[0].Call == nil || !reflect.DeepEqual(seen[0].Paths[0].Call, p.Call) {
		t.Errorf("the host saw %+v", seen)
	}
}
