package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// watcher keeps what a host told.
type watcher struct {
	mu      sync.Mutex
	events  []hosting.Event
	changed chan struct{}
}

func newWatcher() *watcher { return &watcher{changed: make(chan struct{})} }

func (w *watcher) observe(e hosting.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
	close(w.changed)
	w.changed = make(chan struct{})
}

// wait gives the first event of a kind, once there is one.
func (w *watcher) wait(t testing.TB, kind hosting.EventKind) hosting.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		w.mu.Lock()
		i := slices.IndexFunc(w.events, func(e hosting.Event) bool { return e.Kind == kind })
		changed := w.changed
		if i >= 0 {
			defer w.mu.Unlock()
			return w.events[i]
		}
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("the host never told %s; it told %v", kind, w.kinds())
		}
	}
}

func (w *watcher) kinds() (out []hosting.EventKind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		if e.Kind != hosting.EventRun {
			out = append(out, e.Kind)
		}
	}
	return out
}

// mirrored folds what the host saw of a guest's runs, by the run's ID in the order of the runs.
func (w *watcher) mirrored() (out []netcheck.Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := map[string]int{}
	for _, e := range w.events {
		if e.Kind != hosting.EventRun {
			continue
		}
		i, known := at[e.RunID]
		if !known {
			i = len(out)
			at[e.RunID], out = i, append(out, netcheck.Report{})
		}
		out[i] = netcheck.Fold(out[i], *e.Run)
	}
	return out
}

func startHost(t testing.TB, change func(*hosting.Config)) (*host.Host, *watcher) {
	t.Helper()
	w := newWatcher()
	c := hosting.Config{Address: netip.MustParseAddr("127.0.0.1"), UDPPort: hosting.AnyPort, TCPPort: hosting.AnyPort, TLSPort: hosting.AnyPort,
		PeerPortMin: hosting.AnyPort, PeerPortMax: hosting.AnyPort, Budget: 1000, Name: "the host", Version: "1.2", Observe: w.observe}
	if change != nil {
		change(&c)
	}
	h, err := host.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the host: %v", err)
		}
	})
	return h, w
}

func inviteText(t testing.TB, h *host.Host, guests int) netcheck.Secret {
	t.Helper()
	i, err := h.Invite(guests, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	return netcheck.Secret(text)
}

func join(t testing.TB, text netcheck.Secret, o session.JoinOptions) *session.Remote {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := session.Join(ctx, text, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func remotePlan(text netcheck.Secret) netcheck.Plan {
	p := netcheck.Plan{Title: "between two", Loss: shortLoss(), Target: netcheck.Target{Kind: netcheck.TargetInvite, Invite: text}}
	return p
}

// stored gives a report as it comes out of the stored events of its run.
func stored(t *testing.T, events []netcheck.Event) (r netcheck.Report) {
	t.Helper()
	for _, e := range events {
		b, err := json.Marshal(e)
		var back netcheck.Event
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil {
			t.Fatal(err)
		}
		r = netcheck.Fold(r, back)
	}
	return r
}

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
	w.wait(t, hosting.EventGuestLeft)
	got := w.mirrored()
	if want := stored(t, events); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("the host saw\n%+v\nof\n%+v", got, want)
	}
	if kinds := w.kinds(); kinds[0] != hosting.EventStarted || !slices.Contains(kinds, hosting.EventAdmitted) || !slices.Contains(kinds, hosting.EventRunEnded) {
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

// wantRemote checks a path to another computer: measured, every packet accounted for, and proved by both ends' own pairs.
func wantRemote(t *testing.T, p netcheck.PathReport) {
	t.Helper()
	if !p.State.Measured() || !p.Connected {
		t.Fatalf("%s: state %s (%s: %s; %s)", p.Path, p.State, p.Code, p.Reason, p.Cause)
	}
	want, protocol := wanted(p.Path)
	if p.Local.Local.Type != want || p.Local.Local.RelayProtocol != protocol {
		t.Errorf("%s: this end's candidate is %s by %q", p.Path, p.Local.Local.Type, p.Local.Local.RelayProtocol)
	}
	if p.Far.Local.Type == "" || p.Far.Local.Type == "relay" || !p.Far.Remote.Address.IsValid() {
		t.Errorf("%s: the host's own pair is %+v", p.Path, p.Far)
	}
	if p.Direction != netcheck.DirectionUpDown {
		t.Errorf("%s: direction %s", p.Path, p.Direction)
	}
	for _, c := range netcheck.AllCarriers() {
		r, ok := p.Carrier(c)
		if !ok {
			t.Fatalf("%s: no result by %s", p.Path, c)
		}
		if s := r.Stats; s.Up.Sent+r.Self.MissedSends+r.Self.SkippedSender != 100 || s.Undecided != 0 || s.Total.Lost != 0 {
			t.Errorf("%s by %s: %+v, %+v", p.Path, c, s, r.Self)
		}
	}
}

func wantFailure(t *testing.T, err error, code netcheck.ReasonCode) {
	t.Helper()
	var f *netcheck.Failure
	if !errors.As(err, &f) || f.Code != code || f.Text == "" || f.Advice == "" {
		t.Errorf("%v, want a failure of %s with advice", err, code)
	}
}

func TestInvitesThatDoNotWork(t *testing.T) {
	h, w := startHost(t, nil)
	good := inviteText(t, h, 1)
	other, _ := startHost(t, nil)
	revoked, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	h.Revoke(revoked.Room)
	wrong := revoked
	wrong.Pin[0]++
	secret, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	secret.Secret[0]++
	gone, err := other.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	text := func(i interface{ Text() (string, error) }) string {
		s, err := i.Text()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	letter := "q"
	if g := good.Reveal(); g[len(g)-9:len(g)-8] == letter {
		letter = "z"
	}
	for name, tt := range map[string]struct {
		text string
		want netcheck.ReasonCode
	}{
		"not an invite": {"please join", netcheck.ReasonInvite},
		"cut":           {good.Reveal()[:len(good.Reveal())-10], netcheck.ReasonInvite},
		"mistyped":      {good.Reveal()[:len(good.Reveal())-9] + letter + good.Reveal()[len(good.Reveal())-8:], netcheck.ReasonInvite},
		"revoked":       {text(revoked), netcheck.ReasonInvite},
		"wrong key":     {text(wrong), netcheck.ReasonImpostor},
		"host gone":     {text(gone), netcheck.ReasonRefused},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := session.Join(t.Context(), netcheck.Secret(tt.text), session.JoinOptions{})
			if err == nil {
				_ = r.Close()
			}
			wantFailure(t, err, tt.want)
			if err != nil && strings.Contains(err.Error(), tt.text) && len(tt.text) > 20 {
				t.Error("the invite is in the error")
			}
		})
	}
	t.Run("wrong secret", func(t *testing.T) {
		_, err := session.Join(t.Context(), netcheck.Secret(text(secret)), session.JoinOptions{})
		wantFailure(t, err, netcheck.ReasonImpostor)
		if e := w.wait(t, hosting.EventRefused); e.Code == "" || e.Text == "" || !e.Address.IsValid() {
			t.Errorf("the host told %+v", e)
		}
	})
	first := join(t, good, session.JoinOptions{})
	t.Run("used", func(t *testing.T) {
		_, err := session.Join(t.Context(), good, session.JoinOptions{})
		var f *netcheck.Failure
		if !errors.As(err, &f) || f.Code != netcheck.ReasonInvite && f.Code != netcheck.ReasonHostRefused {
			t.Errorf("a second guest: %v", err)
		}
	})
	t.Run("the same again", func(t *testing.T) {
		if err := first.Close(); err != nil {
			t.Error(err)
		}
		w.wait(t, hosting.EventGuestLeft)
		again := join(t, good, session.JoinOptions{Identity: first.Identity()})
		if !again.Observed().IsValid() || again.Other().Name != "the host" {
			t.Errorf("came back as %v to %+v", again.Observed(), again.Other())
		}
	})
}

func TestExpiredInvite(t *testing.T) {
	var mu sync.Mutex
	ahead := time.Duration(0)
	h, _ := startHost(t, func(c *hosting.Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(ahead) }
	})
	text := inviteText(t, h, 1)
	mu.Lock()
	ahead = 20 * time.Minute
	mu.Unlock()
	_, err := session.Join(t.Context(), text, session.JoinOptions{})
	wantFailure(t, err, netcheck.ReasonInvite)
}

func TestHostDecidesWhoComesIn(t *testing.T) {
	for name, tt := range map[string]struct {
		decide func(h *host.Host, id string) error
		want   netcheck.ReasonCode // "": in
	}{
		"accepted": {func(h *host.Host, id string) error { return h.Accept(id) }, ""},
		"refused":  {func(h *host.Host, id string) error { return h.Refuse(id, "Not today.") }, netcheck.ReasonHostRefused},
		"removed":  {func(h *host.Host, id string) error { return h.Remove(id, "") }, netcheck.ReasonHostRefused},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := startHost(t, func(c *hosting.Config) { c.Approve = true })
			text := inviteText(t, h, 1)
			waiting := make(chan struct{}, 1)
			type joined struct {
				r   *session.Remote
				err error
			}
			done := make(chan joined, 1)
			go func() {
				r, err := session.Join(t.Context(), text, session.JoinOptions{Name: "a guest", Standing: func(s signaling.Standing) {
					if s.State == signaling.StandingWaiting {
						waiting <- struct{}{}
					}
				}})
				done <- joined{r, err}
			}()
			e := w.wait(t, hosting.EventGuestWaiting)
			<-waiting
			if s := h.Snapshot(); e.Name != "a guest" || len(s.Guests) != 1 || s.Guests[0].State != hosting.GuestWaiting {
				t.Errorf("event %+v, guests %+v", e, s.Guests)
			}
			if err := tt.decide(h, e.Guest); err != nil {
				t.Fatal(err)
			}
			j := <-done
			if tt.want != "" {
				wantFailure(t, j.err, tt.want)
				return
			}
			if j.err != nil {
				t.Fatal(j.err)
			}
			if err := h.Remove(e.Guest, "That is all."); err != nil {
				t.Error(err)
			}
			<-j.r.Done()
			wantFailure(t, j.r.Err(), netcheck.ReasonHostRefused)
			_ = j.r.Close()
		})
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
	started := make(chan struct{})
	var once sync.Once
	first := make(chan error, 1)
	go func() {
		plan := plan
		plan.Loss.Duration = 3 * time.Second
		_, err := session.Run(t.Context(), plan, session.Options{Remote: one}, func(e netcheck.Event) {
			if _, ok := e.Body.(netcheck.SampleTaken); ok {
				once.Do(func() { close(started) })
			}
		})
		first <- err
	}()
	<-started
	r, err := session.Run(t.Context(), plan, session.Options{Remote: two}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-first; err != nil {
		t.Error(err)
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
	w.wait(t, hosting.EventQueued)
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
	w.wait(t, hosting.EventGuestLeft)
	if got := w.mirrored(); len(got) != 3 {
		t.Errorf("the host saw %d runs", len(got))
	}
}

// The host stops in the middle: what was measured until then stays, and the paths that are left say why they were not.
func TestHostStopsDuringARun(t *testing.T) {
	h, _ := startHost(t, nil)
	plan := remotePlan(inviteText(t, h, 1))
	plan.Paths = []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP, netcheck.PathRelayTCP}
	closed := make(chan error, 1)
	samples := 0
	r, err := run(t.Context(), t, plan, func(e netcheck.Event) {
		if _, ok := e.Body.(netcheck.SampleTaken); ok && e.Path == netcheck.PathRelayUDP {
			if samples++; samples == 6 {
				go func() { closed <- h.Close() }()
			}
		}
	})
	if err != nil || r.Ended != netcheck.EndedComplete {
		t.Fatalf("%v, ended %s", err, r.Ended)
	}
	if err := <-closed; err != nil {
		t.Error(err)
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
	h, w := startHost(t, func(c *hosting.Config) { c.Budget = 250 })
	text := inviteText(t, h, 2)
	plan := remotePlan("")
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	one, two := join(t, text, session.JoinOptions{}), join(t, text, session.JoinOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := make(chan error, 1)
	begun := make(chan struct{})
	var once sync.Once
	go func() {
		plan := plan
		plan.Loss.Duration = time.Hour
		_, err := session.Run(ctx, plan, session.Options{Remote: one}, func(netcheck.Event) { once.Do(func() { close(begun) }) })
		first <- err
	}()
	<-begun
	waiting, stop := context.WithCancel(t.Context())
	go func() { w.wait(t, hosting.EventQueued); stop() }()
	if _, err := session.Run(waiting, plan, session.Options{Remote: two}, func(netcheck.Event) { t.Error("an event was emitted") }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
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
	w.wait(t, hosting.EventGuestLeft)
	if seen := w.mirrored(); len(seen) != 1 || seen[0].Paths[0].Call == nil || !reflect.DeepEqual(seen[0].Paths[0].Call, p.Call) {
		t.Errorf("the host saw %+v", seen)
	}
}

// A host that does not decide in time is named as the reason.
func TestJoinWaitsForTheHostNoLongerThanItsContext(t *testing.T) {
	h, w := startHost(t, func(c *hosting.Config) { c.Approve = true })
	text := inviteText(t, h, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := session.Join(ctx, text, session.JoinOptions{})
	wantFailure(t, err, netcheck.ReasonHostRefused)
	w.wait(t, hosting.EventGuestLeft)
}
