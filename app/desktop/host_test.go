package desktop

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/app/view"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// fakeHost is a host without sockets.
type fakeHost struct {
	config hosting.Config

	mu     sync.Mutex
	guests []hosting.Guest
	calls  []string
	closed bool
}

func (h *fakeHost) do(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, fmt.Sprintf(format, args...))
}

func (h *fakeHost) done() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.calls...)
}

func (h *fakeHost) Invite(int, time.Duration) (invite.Invite, error) {
	return invite.Invite{Version: 1, Room: [8]byte{1}, Secret: [16]byte{2}, Pin: [32]byte{3}, Expiry: time.Now().Add(10 * time.Minute), Addresses: []string{"192.0.2.7:443"}}, nil
}
func (h *fakeHost) InviteByPaste(context.Context, time.Duration) (invite.Invite, error) {
	i, err := h.Invite(1, 0)
	i.Offer = []byte{4}
	return i, err
}
func (h *fakeHost) Answer(text string) error {
	h.do("answer %s", text)
	return nil
}
func (h *fakeHost) Revoke([8]byte) {}
func (h *fakeHost) Accept(id string) error {
	h.do("accept %s", id)
	return nil
}
func (h *fakeHost) Refuse(id, _ string) error {
	h.do("refuse %s", id)
	return hosting.ErrNoGuest
}
func (h *fakeHost) Remove(id, _ string) error {
	h.do("remove %s", id)
	return nil
}
func (h *fakeHost) Snapshot() hosting.Snapshot {
	h.mu.Lock()
	defer h.mu.Unlock()
	return hosting.Snapshot{Address: h.config.Address, Guests: append([]hosting.Guest(nil), h.guests...), Budget: 4000}
}
func (h *fakeHost) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	return nil
}

// come has a guest come.
func (h *fakeHost) come(id string, s hosting.GuestState) {
	h.mu.Lock()
	h.guests = append(h.guests, hosting.Guest{ID: id, Name: "PC-" + id, State: s, Address: netip.MustParseAddrPort("192.0.2.9:5000")})
	h.mu.Unlock()
	kind := hosting.EventGuestJoined
	if s == hosting.GuestWaiting {
		kind = hosting.EventGuestWaiting
	}
	h.config.Observe(hosting.Event{Kind: kind, Time: time.Now(), Guest: id, Name: "PC-" + id})
}

// hostingStage is a stage on which hosting has begun.
func hostingStage(t *testing.T, run runner.Session) (*stage, *fakeHost) {
	t.Helper()
	s := newStage(t, run)
	h := &fakeHost{}
	s.desk.opt.StartHost = func(_ context.Context, c hosting.Config) (hosting.Host, error) {
		h.config = c
		return h, nil
	}
	s.makeHosting(func(f func()) { s.post <- f })
	s.host.SetAddresses([]model.HostAddress{{Addr: netip.MustParseAddr("127.0.0.1"), Iface: "lo"}}, "")
	s.startHost()
	s.until("an invite", func() bool {
		_, _, ok := s.host.Invite()
		return ok
	})
	return s, h
}

func TestHostingInTheWindow(t *testing.T) {
	s, h := hostingStage(t, presenttest.AllGood)
	if h.config.Observe == nil || !h.config.Approve || h.config.Name == "" && s.host.OwnName() != "" {
		t.Errorf("%+v", h.config)
	}
	s.behind = true
	h.come("a", hosting.GuestWaiting)
	s.until("a guest", func() bool { return s.host.Waiting() == "a" })
	if len(s.app.told) != 1 || !strings.Contains(s.app.told[0], "PC-a") {
		t.Errorf("the desktop is told %q", s.app.told)
	}
	s.acceptGuest("a")
	s.removeGuest("a")
	s.refuseGuest("a")
	s.until("the answers", func() bool { return len(h.done()) == 3 })
	s.stopHosting()
	s.until("the end", func() bool { return s.host.Phase() == model.HostOff })
	if !h.closed {
		t.Error("the host is not closed")
	}
}

// guestsRun lets a guest run a session to its end.
func guestsRun(t *testing.T, h *fakeHost, guest string) {
	t.Helper()
	plan := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite}, Paths: netcheck.AllPaths(), Loss: netcheck.Presets()[0].Loss}
	_, err := presenttest.TwoComputers(t.Context(), plan, func(e netcheck.Event) {
		h.config.Observe(hosting.Event{Kind: hosting.EventRun, Guest: guest, RunID: "r", Run: &e})
	})
	if err != nil {
		t.Fatal(err)
	}
	h.config.Observe(hosting.Event{Kind: hosting.EventRunEnded, Guest: guest, RunID: "r"})
}

func TestTheRunOfAGuestIsExported(t *testing.T) {
	s, h := hostingStage(t, presenttest.AllGood)
	var before error
	s.exportJSON(view.TrialGuest, t.TempDir()+"/a.json", func(_ []string, err error) { before = err })
	if !errors.Is(before, errNothing) {
		t.Errorf("%v", before)
	}
	h.come("a", hosting.GuestActive)
	guestsRun(t, h, "a")
	s.until("the end of the run", func() bool {
		run, _, _ := s.host.Run()
		return run != nil && run.Phase() == model.PhaseDone
	})
	saved := 0
	for _, export := range []func(view.Trial, string, view.Done){s.exportJSON, s.exportSummary} {
		export(view.TrialGuest, t.TempDir()+"/a.out", func(files []string, err error) {
			saved++
			if err != nil || len(files) != 1 {
				t.Errorf("%q %v", files, err)
			}
		})
	}
	s.until("the exports", func() bool { return saved == 2 })
	if r := s.guests["a"]; !strings.HasPrefix(r.Folder, s.settings.ResultsDir) || r.SaveErr != nil || r.Report.Ended != netcheck.EndedComplete {
		t.Errorf("kept in %q, %v", r.Folder, r.SaveErr)
	}
}

func TestQuitAsksOnceWhileGuestsAreHere(t *testing.T) {
	s, h := hostingStage(t, presenttest.AllGood)
	h.come("a", hosting.GuestIn)
	s.until("a guest", func() bool { return s.host.Guests() == 1 })
	s.quit()
	s.quit()
	if n := len(s.win.Canvas().Overlays().List()); n != 1 || s.app.quits != 0 {
		t.Fatalf("%d questions, %d quits", n, s.app.quits)
	}
	s.press("Escape")
	if s.app.quits != 0 {
		t.Error("Escape closes the window")
	}
	s.quit()
	s.press("Tab", "Return")
	if s.app.quits == 0 {
		s.press("Tab", "Return")
	}
	if s.app.quits != 1 {
		t.Errorf("%d quits", s.app.quits)
	}
}

func TestEndingRuns(t *testing.T) {
	for n, want := range map[int]string{1: "The run of a guest is", 3: "3 runs of guests are"} {
		if got := endingRuns(n); !strings.HasPrefix(got, want+" under way") || !strings.HasSuffix(got, "is kept.") {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestStoppingAsksWhileRunsGoOn(t *testing.T) {
	s, h := hostingStage(t, presenttest.AllGood)
	h.come("a", hosting.GuestActive)
	s.until("a guest", func() bool { return s.host.Active() == 1 })
	s.stopHost()
	if n := len(s.win.Canvas().Overlays().List()); n != 1 || s.host.Phase() != model.HostOn {
		t.Fatalf("%d questions, %v", n, s.host.Phase())
	}
	s.press("Escape")
	s.stopHosting()
	s.until("the end", func() bool { return s.host.Phase() == model.HostOff })
}

func TestNoSecretIsStored(t *testing.T) {
	s, _ := hostingStage(t, presenttest.AllGood)
	text, _, _ := s.host.Invite()
	f := s.model.Form()
	f.Target, f.Invite = netcheck.TargetInvite, text
	s.model.SetForm(f)
	s.until("earlier writes", s.written)
	if err := s.storeSettings(); err != nil {
		t.Fatal(err)
	}
	kept, messages, err := s.store.Load()
	if err != nil || len(messages) > 0 {
		t.Fatalf("%q %v", messages, err)
	}
	if kept.Form.Invite != "" || kept.Form.Target != netcheck.TargetInvite || kept.Host == nil || !kept.Host.Ask || kept.Host.STUN == "" {
		t.Errorf("%+v %+v", kept.Form, kept.Host)
	}
}

// fakeRemote is a session with a host.
type fakeRemote struct {
	done chan struct{}
	once sync.Once
}

func (r *fakeRemote) Other() netcheck.OtherEnd {
	return netcheck.OtherEnd{Name: "LONDON", Way: "websocket"}
}
func (r *fakeRemote) Done() <-chan struct{} { return r.done }
func (r *fakeRemote) Err() error {
	return &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The host has stopped hosting.", Advice: "Ask for a new invite."}
}
func (r *fakeRemote) Close() error { r.once.Do(func() { close(r.done) }); return nil }

// guestStage is a stage with an invite as the target; join is how the host is come to.
func guestStage(t *testing.T, join func(context.Context) (runner.Remote, error)) *stage {
	t.Helper()
	s := newStage(t, presenttest.TwoComputers)
	s.desk.opt.Join = func(ctx context.Context, _ netcheck.Secret, o session.JoinOptions) (runner.Remote, error) {
		o.Standing(signaling.Standing{State: signaling.StandingWaiting})
		return join(ctx)
	}
	i, err := (&fakeHost{}).Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	f := s.model.Form()
	f.Target, f.Invite = netcheck.TargetInvite, netcheck.Secret(text)
	s.model.SetForm(f)
	s.view.FormChanged()
	return s
}

func TestStartConnectsFirst(t *testing.T) {
	joins := 0
	remote := &fakeRemote{done: make(chan struct{})}
	s := guestStage(t, func(context.Context) (runner.Remote, error) { joins++; return remote, nil })
	s.start(view.TrialTest)
	s.until("the end", s.phase(model.PhaseDone))
	if s.join.Phase() != model.JoinIn || joins != 1 {
		t.Errorf("%v after %d joins", s.join.Phase(), joins)
	}
	s.start(view.TrialVideo)
	s.until("the video's end", func() bool { return !s.video.Phase().Busy() })
	if joins != 1 {
		t.Errorf("joined %d times for two runs", joins)
	}
	_ = remote.Close() // the host goes
	s.until("the host is gone", func() bool { return s.join.Phase() == model.JoinGone })
	if v, _ := s.model.Join(); !strings.Contains(v.Hint, "stopped hosting. Ask for a new invite.") {
		t.Errorf("%+v", v)
	}
}

func TestAHostThatDoesNotLetIn(t *testing.T) {
	failure := &netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: "The host did not let you in.", Advice: "Ask the person there."}
	s := guestStage(t, func(context.Context) (runner.Remote, error) { return nil, failure })
	s.start(view.TrialTest)
	s.until("the refusal", s.phase(model.PhaseFailed))
	b := s.model.View(0).Banner
	if b.Text != failure.Text || !strings.HasPrefix(b.More, failure.Advice) {
		t.Errorf("%+v", b)
	}
}

func TestStopGivesUpReachingTheHost(t *testing.T) {
	s := guestStage(t, func(ctx context.Context) (runner.Remote, error) { <-ctx.Done(); return nil, ctx.Err() })
	s.start(view.TrialTest)
	s.until("waiting", func() bool { return s.join.Phase() == model.JoinWaiting })
	s.stop()
	s.until("the end", s.phase(model.PhaseFailed))
	s.until("no session", func() bool { return s.join.Phase() == model.JoinNone })
	if b := s.model.View(0).Banner; b.Mark.Word != "STOPPED" {
		t.Errorf("%+v", b)
	}
	s.connect()
	s.until("waiting again", func() bool { return s.join.Phase() == model.JoinWaiting })
	s.disconnect()
	s.until("given up", func() bool { return s.join.Phase() == model.JoinNone && !s.link.Busy() })
}

func TestAddressesOfThisComputer(t *testing.T) {
	list, err := addresses()
	if err != nil {
		t.Skip(err)
	}
	loopback := false
	for _, a := range list {
		loopback = loopback || a.Addr.IsLoopback()
		if a.Iface == "" || a.Addr.IsLinkLocalUnicast() || a.Addr.Zone() != "" {
			t.Errorf("%+v", a)
		}
	}
	if !loopback {
		t.Error("there is no loopback among them")
	}
}
