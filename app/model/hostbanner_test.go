package model

import (
	"strings"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// Where guests have been, nobody is told that none has come yet.
func TestTheBannerAfterGuests(t *testing.T) {
	h := newTestHost()
	h.Begin()
	h.Started()
	says := func() string { return h.View(time.Now()).Banner.Text }
	if !strings.Contains(says(), "Nobody is here yet") {
		t.Errorf("before the first: %q", says())
	}
	h.SetSnapshot(hosting.Snapshot{Guests: []hosting.Guest{{ID: "a", Name: "PC-a", State: hosting.GuestActive}}})
	plan := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite}, Paths: netcheck.AllPaths(), Loss: netcheck.Presets()[0].Loss}
	if _, err := presenttest.TwoComputers(t.Context(), plan, func(e netcheck.Event) { h.ApplyRun("a", "r", []netcheck.Event{e}, e.At) }); err != nil {
		t.Fatal(err)
	}
	h.SetSnapshot(hosting.Snapshot{})
	if !strings.Contains(says(), "Nobody is here now") || len(h.View(time.Now()).Guests) != 1 {
		t.Errorf("after the last: %q", says())
	}
}

// The columns of data keep their width from the first packets on.
func TestMegabytes(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 400: "0", 5140: "0.005", 52_400: "0.052", 979_300: "0.979", 1_234_567: "1.23", 123_456_789: "123"} {
		if got := megabytes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
