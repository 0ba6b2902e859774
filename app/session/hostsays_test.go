package session

import (
	"testing"

	"echopath/app/host"
	"echopath/app/hosting/hostingtest"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// The range of ports that a firewall has to let in comes from the host, and a run that it ends is one that it refuses, in its words.
func TestWhatTheHostSays(t *testing.T) {
	r := joined(t, 50000, 50255)
	if got := r.Other().PeerPorts; got != "50000-50255" {
		t.Errorf("ports %q", got)
	}
	run := &remoteRun{Remote: r, order: signaling.Run{ID: "a run"}}
	for _, tt := range []struct {
		standing signaling.Standing
		text     string
	}{
		{signaling.Standing{Run: "a run", State: signaling.StandingAdmitted}, ""},
		{signaling.Standing{Run: "another", State: signaling.StandingIn, Text: "Enough."}, ""},
		{signaling.Standing{Run: "a run", State: signaling.StandingIn, Text: "Enough."}, "Enough."},
		{signaling.Standing{Run: "a run", State: signaling.StandingIn}, "The host has ended this run."},
	} {
		r.take(signaling.Message{Standing: &tt.standing})
		f := run.trouble()
		switch {
		case tt.text == "" && f != nil:
			t.Errorf("%+v: %v", tt.standing, f)
		case tt.text != "" && (f == nil || f.Code != netcheck.ReasonHostRefused || f.Text != tt.text || f.Advice == ""):
			t.Errorf("%+v: %+v", tt.standing, f)
		}
	}
}

// joined joins a host on the loopback interface, whose UDP ports for the other end's packets are bound by low and high.
func joined(t *testing.T, low, high int) *Remote {
	t.Helper()
	c := hostingtest.Config(nil)
	c.PeerPortMin, c.PeerPortMax = low, high
	h, err := host.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() }) // its own tests are elsewhere
	i, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Join(t.Context(), netcheck.Secret(text), JoinOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}
