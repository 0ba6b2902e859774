package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
	"echopath/app/record"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// fakeHost is a host that does what the test says.
type fakeHost struct {
	observe func(hosting.Event)
	closing error
	pasting time.Duration // that an invite by paste takes

	mu     sync.Mutex
	calls  []string
	closed int
}

func (h *fakeHost) did(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, fmt.Sprintf(format, args...))
}

func (h *fakeHost) Invite(guests int, ttl time.Duration) (invite.Invite, error) {
	h.did("invite %d %v", guests, ttl)
	return invite.Invite{Version: 7}, nil
}

// InviteByPaste takes as long as pasting says, or until ctx ends.
func (h *fakeHost) InviteByPaste(ctx context.Context, ttl time.Duration) (invite.Invite, error) {
	h.did("paste %v", ttl)
	select {
	case <-time.After(h.pasting):
		return invite.Invite{Version: 7, Offer: []byte{1}}, nil
	case <-ctx.Done():
		return invite.Invite{}, ctx.Err()
	}
}

func (h *fakeHost) Answer(text string) error {
	h.did("answer %s", text)
	return hosting.ErrConfig
}

// tell has something happen at the host.
func (h *fakeHost) tell(e hosting.Event) {
	h.mu.Lock()
	observe := h.observe
	h.mu.Unlock()
	observe(e)
}

func (h *fakeHost) Revoke([8]byte)             {}
func (h *fakeHost) Accept(id string) error     { h.did("accept %s", id); return nil }
func (h *fakeHost) Refuse(id, _ string) error  { h.did("refuse %s", id); return hosting.ErrNoGuest }
func (h *fakeHost) Remove(id, _ string) error  { h.did("remove %s", id); return nil }
func (h *fakeHost) Snapshot() hosting.Snapshot { return hosting.Snapshot{Budget: 1} }
func (h *fakeHost) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed++
	return h.closing
}

// hostScreen is a goroutine that draws for a Hosting.
type hostScreen struct {
	*screen
	host    *fakeHost
	started int
	news    []HostNews
	ended   []error
}

func newHostScreen(t *testing.T) *hostScreen {
	return &hostScreen{screen: newScreen(t), host: &fakeHost{}}
}

func (s *hostScreen) hosting() *Hosting {
	return NewHosting(HostConfig{
		Start: func(_ context.Context, c hosting.Config) (hosting.Host, error) {
			s.host.mu.Lock()
			defer s.host.mu.Unlock()
			s.host.observe = c.Observe
			return s.host, nil
		},
		Post:    s.post,
		Started: func() { s.started++ },
		Deliver: func(n HostNews) { s.news = append(s.news, n) },
		Ended:   func(err error) { s.ended = append(s.ended, err) },
	})
}

// guestRun are the events of a guest's run between two computers.
func guestRun(t *testing.T) []netcheck.Event {
	t.Helper()
	plan := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite}, Paths: netcheck.AllPaths(), Loss: netcheck.Presets()[0].Loss}
	var events []netcheck.Event
	if _, err := presenttest.TwoComputers(t.Context(), plan, func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

func (s *hostScreen) run(guest string, events []netcheck.Event) {
	for _, e := range events {
		s.host.tell(hosting.Event{Kind: hosting.EventRun, Guest: guest, RunID: "r", Run: &e})
	}
}

func TestAHostIsRunAndStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHostScreen(t)
		h := s.hosting()
		if err := h.Start(hosting.Config{}, record.Keep{}); err != nil {
			t.Fatal(err)
		}
		if err := h.Start(hosting.Config{}, record.Keep{}); !errors.Is(err, ErrHosting) {
			t.Errorf("a second host: %v", err)
		}
		time.Sleep(time.Second)
		s.host.tell(hosting.Event{Kind: hosting.EventGuestWaiting, Guest: "a"})
		var made invite.Invite
		var refused error
		h.Invite(1, time.Minute, func(i invite.Invite, err error) { made = i })
		time.Sleep(time.Second)
		h.Do(func(host hosting.Host) error { return host.Refuse("a", "") }, func(err error) { refused = err })
		time.Sleep(time.Second)
		h.Stop()
		s.stop()
		if s.started != 1 || len(s.ended) != 1 || s.ended[0] != nil || s.host.closed != 1 || h.Busy() {
			t.Errorf("started %d times, ended %v, closed %d times", s.started, s.ended, s.host.closed)
		}
		if made.Version != 7 || !errors.Is(refused, hosting.ErrNoGuest) || !slices.Equal(s.host.calls, []string{"invite 1 1m0s", "refuse a"}) {
			t.Errorf("%v, %v, %q", made, refused, s.host.calls)
		}
		told, snapshots := 0, 0
		for _, n := range s.news {
			told += len(n.Events)
			if n.Snapshot != nil {
				snapshots++
			}
		}
		if told != 1 || snapshots < 5 || len(s.news) < 25 {
			t.Errorf("%d events and %d snapshots in %d deliveries", told, snapshots, len(s.news))
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestWithoutAHostNothingIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHostScreen(t)
		h := s.hosting()
		var got error
		h.Do(func(hosting.Host) error { t.Error("called"); return nil }, func(err error) { got = err })
		s.stop()
		if !errors.Is(got, ErrNotHosting) {
			t.Errorf("%v", got)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if err := h.Start(hosting.Config{}, record.Keep{}); !errors.Is(err, ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

func TestAHostThatCanNotStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHostScreen(t)
		taken := errors.New("port taken")
		h := NewHosting(HostConfig{Post: s.post, Deliver: func(HostNews) {}, Ended: func(err error) { s.ended = append(s.ended, err) },
			Start: func(context.Context, hosting.Config) (hosting.Host, error) { return nil, taken }})
		_ = h.Start(hosting.Config{}, record.Keep{})
		s.stop()
		if len(s.ended) != 1 || !errors.Is(s.ended[0], taken) {
			t.Errorf("%v", s.ended)
		}
		_ = h.Close()
	})
}

func TestAStartIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHostScreen(t)
		h := NewHosting(HostConfig{Post: s.post, Deliver: func(HostNews) {}, Ended: func(err error) { s.ended = append(s.ended, err) },
			Start: func(ctx context.Context, _ hosting.Config) (hosting.Host, error) { <-ctx.Done(); return nil, ctx.Err() }})
		_ = h.Start(hosting.Config{}, record.Keep{})
		time.Sleep(time.Second)
		h.Stop()
		s.stop()
		if len(s.ended) != 1 || s.ended[0] != nil {
			t.Errorf("%v", s.ended)
		}
		_ = h.Close()
	})
}

// results are the ends of runs that were told.
func (s *hostScreen) results() map[string]*Result {
	out := map[string]*Result{}
	for _, n := range s.news {
		for _, r := range n.Runs {
			if r.Result != nil {
				out[r.Guest] = r.Result
			}
		}
	}
	return out
}

func TestRunsOfGuestsAreToldAndKept(t *testing.T) {
	events := guestRun(t)
	dir := t.TempDir()
	s := newHostScreen(t)
	h := s.hosting()
	if err := h.Start(hosting.Config{}, record.Keep{Results: true, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	ready := make(chan error, 1)
	h.Do(func(hosting.Host) error { return nil }, func(err error) { ready <- err })
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	s.run("whole", events)
	s.run("cut", events[:len(events)/2])
	s.host.tell(hosting.Event{Kind: hosting.EventRunEnded, Guest: "whole", RunID: "r"})
	h.Do(func(hosting.Host) error { return nil }, func(err error) { h.Stop(); ready <- err })
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	for h.Busy() { // its end is told on the goroutine that draws
		synced := make(chan struct{})
		s.post(func() { close(synced) })
		<-synced
	}
	results := s.results()
	whole, cut := results["whole"], results["cut"]
	if whole == nil || cut == nil {
		t.Fatalf("%v", results)
	}
	if whole.Report.Ended != netcheck.EndedComplete || whole.SaveErr != nil || whole.Verdict.Grade == netcheck.GradeUnknown {
		t.Errorf("%v %v", whole.Report.Ended, whole.SaveErr)
	}
	if cut.Report.Ended != netcheck.EndedError || cut.Report.Error == "" {
		t.Errorf("a run that was cut ended %q: %q", cut.Report.Ended, cut.Report.Error)
	}
	for _, r := range results {
		if err := r.Recording.ExportJSON(t.TempDir()+"/a.json", false); err != nil {
			t.Error(err)
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 2 {
		t.Errorf("%d folders, %v", len(list), err)
	}
	var last []netcheck.Event
	for _, n := range s.news {
		for _, r := range n.Runs {
			if r.Guest == "cut" {
				last = append(last, r.Events...)
			}
		}
	}
	if _, ok := last[len(last)-1].Body.(netcheck.SessionEnded); !ok {
		t.Error("the window is not told that a run was cut")
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	close(s.quit)
	<-s.gone
}

// Closing waits for everything, and leaves no file behind that was not to be kept.
func TestClosingAHostInTheMiddle(t *testing.T) {
	events := guestRun(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	s := newHostScreen(t)
	h := s.hosting()
	_ = h.Start(hosting.Config{}, record.Keep{})
	ready := make(chan struct{})
	h.Do(func(hosting.Host) error { return nil }, func(error) { close(ready) })
	<-ready
	s.run("a", events[:len(events)/2])
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if err := h.Close(); err != nil || s.host.closed != 1 {
		t.Errorf("%v, closed %d times", err, s.host.closed)
	}
	if list, _ := os.ReadDir(temp); len(list) != 0 {
		t.Errorf("%v is left behind", list)
	}
	close(s.quit)
	<-s.gone
}
