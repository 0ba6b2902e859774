package model

import (
	"strings"
	"testing"
	"time"

	"echopath/app/hosting"
)

// order lists the guests as the table has them.
func order(h *Host) string {
	var ids []string
	for _, r := range h.View(hostNow).Guests {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

// beginRun has a guest's run begin, and go on for a while.
func beginRun(t *testing.T, h *Host, id, run string) {
	t.Helper()
	h.ApplyRun(id, run, remoteRun(t)[:1], time.Second)
}

func TestTheSelectionFollowsTheRunThatBegins(t *testing.T) {
	h := hostingHost(aGuest("a", hosting.GuestIn), aGuest("b", hosting.GuestIn), aGuest("c", hosting.GuestIn))
	want := func(when, id string) {
		t.Helper()
		if h.Selected() != id {
			t.Errorf("%s: %q is selected, want %q", when, h.Selected(), id)
		}
	}
	beginRun(t, h, "b", "1")
	want("a run begins while nothing goes on", "b")
	beginRun(t, h, "c", "1")
	want("another one begins while it goes on", "b")
	h.EndRun("b", "1", Outcome{})
	want("it has ended", "b")
	h.EndRun("c", "1", Outcome{})
	beginRun(t, h, "c", "2")
	want("the next one", "c")
	h.EndRun("c", "2", Outcome{})

	h.Select("a")
	beginRun(t, h, "b", "2")
	want("a was chosen by hand", "a")
	beginRun(t, h, "a", "1")
	h.EndRun("a", "1", Outcome{})
	beginRun(t, h, "c", "3")
	want("the run of the chosen one has ended", "c")

	h.Select("a")
	h.SetSnapshot(snapshotOf(aGuest("b", hosting.GuestActive), aGuest("c", hosting.GuestActive)))
	want("the chosen one has left", "a")
	beginRun(t, h, "b", "3")
	want("a run begins then", "b")
}

// Who comes back is another guest to the host; the row of the one that has left is not the one to act on.
func TestTheSelectionFollowsAGuestThatComesBack(t *testing.T) {
	same := func(id, as string) hosting.Guest {
		g := aGuest(id, hosting.GuestIn)
		g.Name = as
		return g
	}
	h := hostingHost(same("a", "PC"), same("x", "OTHER"))
	beginRun(t, h, "a", "1")
	h.EndRun("a", "1", Outcome{})
	h.SetSnapshot(snapshotOf(same("x", "OTHER")))
	if h.Selected() != "a" {
		t.Errorf("its run is to be seen when it has left, and %q is selected", h.Selected())
	}
	h.SetSnapshot(snapshotOf(same("x", "OTHER"), same("b", "PC")))
	if h.Selected() != "b" || !h.View(hostNow).May.Remove {
		t.Errorf("it is back, and %q is selected", h.Selected())
	}
	h.Select("a") // to export what it measured
	h.SetSnapshot(snapshotOf(same("x", "OTHER"), same("b", "PC")))
	if h.Selected() != "a" {
		t.Errorf("nobody has come or gone, and %q is selected", h.Selected())
	}
}

func TestGuestsWithWhomSomethingGoesOnStandFirst(t *testing.T) {
	h := hostingHost(aGuest("a", hosting.GuestIn), aGuest("b", hosting.GuestQueued), aGuest("c", hosting.GuestActive), aGuest("d", hosting.GuestWaiting))
	if got := order(h); got != "c d a b" {
		t.Errorf("%q", got)
	}
	beginRun(t, h, "c", "1")
	h.SetSnapshot(snapshotOf(aGuest("a", hosting.GuestIn), aGuest("b", hosting.GuestActive), aGuest("d", hosting.GuestWaiting)))
	if got := order(h); got != "b d a c" {
		t.Errorf("%q", got)
	}
	h.Select("a")
	h.Apply(hosting.Event{Kind: hosting.EventLegOpened, Time: hostNow})
	if got := order(h); got != "b d a c" {
		t.Errorf("without a change of state: %q", got)
	}
}
