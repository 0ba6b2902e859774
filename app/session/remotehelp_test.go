package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

func startHost(t testing.TB, change func(*hosting.Config)) (*host.Host, *hostingtest.Log) {
	t.Helper()
	w := hostingtest.NewLog()
	c := hostingtest.Config(w.Observe)
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
	return textOf(t, i)
}

func textOf(t testing.TB, i invite.Invite) netcheck.Secret {
	t.Helper()
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

// keepBusy has a guest measure until it is stopped, and returns once its run is admitted.
func keepBusy(t *testing.T, plan netcheck.Plan, guest *session.Remote) (stop context.CancelFunc, ended <-chan error) {
	t.Helper()
	plan.Loss.Duration = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	begun, done := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	begin := func() { once.Do(func() { close(begun) }) }
	go func() {
		defer begin() // without a run too
		_, err := session.Run(ctx, plan, session.Options{Remote: guest}, func(netcheck.Event) { begin() })
		done <- err
	}()
	<-begun
	return cancel, done
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
