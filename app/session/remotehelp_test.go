package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
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
