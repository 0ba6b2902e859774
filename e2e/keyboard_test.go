//go:build linux

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tour presses Tab until the focus is where it began, and gives the names and the places of what had it.
func (p *program) tour() (stops []string, places [][4]float64) {
	p.t.Helper()
	at := p.await("a focus", func(s stat) bool { return s.Focused != "" })
	first := at
	for range 60 {
		stops, places = append(stops, at.Focused), append(places, at.FocusAt)
		before := at
		p.key("Tab")
		at = p.await("another focus than "+before.Focused, func(s stat) bool { return s.FocusAt != before.FocusAt })
		if at.FocusAt == first.FocusAt {
			return stops, places
		}
	}
	p.t.Fatalf("Tab does not come back: %q", stops)
	return nil, nil
}

func TestTabReachesEverything(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" })
	stops, places := p.tour()
	for i := range stops {
		t.Logf("%-40s %v", stops[i], places[i])
	}
	want := []string{"Select This computer", "Select Custom load", "Button Options…", "Button Start",
		"Check Direct", "Check STUN", "Check Relay UDP", "Check Relay TCP", "Check Relay TLS", "Check Follow"}
	for _, w := range want {
		if !slices.Contains(stops, w) {
			t.Errorf("Tab does not reach %s", w)
		}
	}
	inOrder(t, stops, places)
}

// inOrder checks that the focus goes through the screen as people read it: row by row, left to right. The rail is a column of its
// own beside the rows, before or after all of them.
func inOrder(t *testing.T, stops []string, places [][4]float64) {
	t.Helper()
	begin := slices.Index(stops, "Select This computer")
	if begin < 0 {
		t.Fatal("the target has no place in the round")
	}
	stops, places = append(stops[begin:], stops[:begin]...), append(places[begin:], places[:begin]...)
	if stops[len(stops)-1] != stops[0] && !onRail(places[len(places)-1]) && slices.ContainsFunc(places, onRail) {
		t.Errorf("the rail has the focus amid the rest: %q", stops)
	}
	for i := range len(places) - 1 {
		a, b := places[i], places[i+1]
		if onRail(a) || onRail(b) {
			continue
		}
		sameRow := b[1] < a[1]+a[3] && a[1] < b[1]+b[3]
		if sameRow && b[0] < a[0] || !sameRow && b[1] < a[1] {
			t.Errorf("the focus goes back from %s at %v to %s at %v", stops[i], a, stops[i+1], b)
		}
	}
}

func onRail(place [4]float64) bool { return place[0] < 80 }

// TestEscapeClosesEveryDialog also has the focus in an input where the dialog has one.
func TestEscapeClosesEveryDialog(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("ctrl+r")
	p.awaitPhase("done")
	tests := []struct{ keys, entry string }{
		{"ctrl+o", "Entry"}, {"ctrl+t", "Entry"}, {"ctrl+h", ""}, {"ctrl+i", ""},
		{"ctrl+e", "Entry"}, {"ctrl+shift+e", "Entry"}, {"ctrl+j", "Entry"}, {"ctrl+p", "Entry"},
	}
	for _, tt := range tests {
		before := p.last().Focused
		p.key(tt.keys)
		p.awaitDialogs(1)
		if tt.entry != "" {
			p.tabTo(tt.entry, "Tab")
		}
		p.key("Escape")
		after := p.awaitDialogs(0)
		if after.Focused != before {
			t.Errorf("after %s and Escape the focus is on %q, before it was on %q", tt.keys, after.Focused, before)
		}
	}
	if saved := names(t, h.results()); len(saved) != 1 {
		t.Errorf("something was saved by Escape: %v", saved)
	}
}

// TestShortcutsWorkInAnInput: Fyne gives keys to the focused input first.
func TestShortcutsWorkInAnInput(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("ctrl+comma")
	p.await("the settings", func(s stat) bool { return s.Screen == "Settings" })
	p.tabTo("Entry", "Tab")
	p.key("ctrl+r")
	p.await("a test, on its screen", func(s stat) bool { return s.Screen == "Screen Test" && s.Phase == "running" })
	p.awaitPhase("done")
}

// TestBadInputIsSaidAndStopsTheStart types nonsense into the options.
func TestBadInputIsSaidAndStopsTheStart(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("ctrl+o")
	p.await("the field of the rate", func(s stat) bool { return s.Overlays == 1 && s.Focused == "Entry" })
	for _, rubbish := range []string{"many", "-5", "1e99", "0"} {
		p.write(rubbish)
		bad := p.await(fmt.Sprintf("no start with %q packets a second", rubbish), func(s stat) bool { return !s.CanStart })
		if len(strings.Fields(bad.StartWhy)) < 4 {
			t.Errorf("%q: the reason is %q", rubbish, bad.StartWhy)
		}
		t.Logf("%q: %s", rubbish, bad.StartWhy)
	}
	p.key("ctrl+r")
	p.write("30")
	if good := p.await("a start again", func(s stat) bool { return s.CanStart }); good.Phase != "idle" {
		t.Errorf("a form that can not be used was run: %s", good.Phase)
	}
	p.write("many")
	p.key("Return") // Done: what was typed stays, and is said on the screen
	closed := p.awaitDialogs(0)
	if closed.CanStart || closed.Mark != "NOT READY" {
		t.Errorf("the screen says %s %q", closed.Mark, closed.Banner)
	}
	p.key("ctrl+r", "Return", "ctrl+o")
	p.awaitDialogs(1)
	if s := p.last(); s.Phase != "idle" {
		t.Errorf("phase %s", s.Phase)
	}
}

// TestDialogsKeepShortcutsAway: what lies under a dialog does not change while the dialog is open, and no second one opens over it.
func TestDialogsKeepShortcutsAway(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("ctrl+o")
	p.awaitDialogs(1)
	p.key("ctrl+r", "ctrl+o", "ctrl+t", "ctrl+h", "ctrl+comma", "ctrl+2")
	p.write("30") // what came before has been seen when this stands there
	if s := p.last(); s.Overlays != 1 || s.Phase != "idle" || s.Screen != "Screen Test" || !strings.Contains(s.StartWhy, "1 path ") {
		t.Errorf("under the dialog: %d dialogs, phase %s, screen %s, %s", s.Overlays, s.Phase, s.Screen, s.StartWhy)
	}
	p.key("Escape")
	p.awaitDialogs(0)
	p.key("ctrl+r")
	p.awaitPhase("done")
}
