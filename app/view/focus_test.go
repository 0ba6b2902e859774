package view

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"echopath/app/chart"
	"echopath/app/look"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// spoken names what has the focus as a person would.
func spoken(f fyne.Focusable) string {
	switch f := f.(type) {
	case *widgets.Button:
		if f.Text == "" && f.Icon == theme.ContentPasteIcon() {
			return "paste"
		}
		if f.Text == "" {
			return "whole run"
		}
		return f.Text
	case *widgets.Entry:
		return "entry"
	case *widgets.CopyText:
		return "invite"
	case *widgets.Check:
		return f.Text
	case *widgets.Select:
		return f.Selected
	case *widgets.ResultTable:
		return "table"
	case *widgets.Segments:
		return "panes"
	case *widgets.SectionView:
		return "details"
	case *chart.Group:
		return "charts"
	case *railButton:
		return "screen " + f.name
	}
	return fmt.Sprintf("%T", f)
}

// walk goes once around with Tab.
func (d *world) walk() []string {
	c := d.win.Canvas()
	c.Unfocus()
	var out []string
	seen := map[fyne.Focusable]bool{}
	for c.FocusNext(); c.Focused() != nil && !seen[c.Focused()]; c.FocusNext() {
		seen[c.Focused()] = true
		out = append(out, spoken(c.Focused()))
	}
	return out
}

// focus moves the focus by Tab to what has this name.
func (d *world) focus(name string) {
	d.t.Helper()
	c := d.win.Canvas()
	c.Unfocus()
	for range 60 {
		c.FocusNext()
		if c.Focused() != nil && spoken(c.Focused()) == name {
			return
		}
	}
	d.t.Fatalf("Tab does not reach %q", name)
}

var chips = []string{"*chart.chip", "*chart.chip", "*chart.chip", "*chart.chip", "*chart.chip", "*chart.chip", "*chart.chip", "*chart.chip"}

func join(parts ...[]string) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func TestTabOrder(t *testing.T) {
	rail := []string{"screen Test", "screen Video", "screen Host", "screen Settings"}
	paths := []string{"Direct", "STUN", "Relay UDP", "Relay TCP", "Relay TLS"}
	d := newWorld(t, look.ModeLight, narrow)
	preset := d.w.test.form.preset.Selected
	same(t, "idle", d.walk(), join(rail, []string{"This computer", preset, "Options…", "Start"}, paths, []string{"table", "panes", "Follow", "whole run", "charts"}))
	d.turn()
	same(t, "with servers", d.walk(), join(rail, []string{"TURN servers", "Servers…", preset, "Options…", "Start"}, paths, []string{"table", "panes", "Follow", "whole run", "charts"}))
	d.done(allGood(t), kept)
	same(t, "done", d.walk(), join(rail, []string{"TURN servers", "Servers…", preset, "Options…", "Start"}, paths, []string{"table", "panes", "Follow", "whole run"}, chips[:7], []string{"charts", "Export", "Copy"})) // low: without the bitrate
	d.w.actions.details.run()
	same(t, "details", d.walk(), join(rail, []string{"TURN servers", "Servers…", preset, "Options…", "Start"}, paths, []string{"table", "panes", "details", "Export", "Copy"}))
	d.win.Resize(wide)
	same(t, "wide", d.walk(), join(rail, []string{"TURN servers", "Servers…", preset, "Options…", "Start"}, paths, []string{"table", "Follow", "whole run"}, chips, []string{"charts", "panes", "details", "Export", "Copy"}))
	d.win.Resize(narrow)
	d.w.actions.charts.run()
	d.play(allGood(t), 0)
	same(t, "running", d.walk()[:6], join(rail, []string{"Stop", "table"}))
}

func TestEverythingIsPressedByKeyboard(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.focus("Relay TLS")
	d.press(fyne.KeySpace)
	if d.m.Form().Paths[netcheck.PathRelayTLS] {
		t.Error("Space does not switch a path off")
	}
	d.focus("This computer")
	d.press(fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn) // the list, its first entry, its second
	if d.m.Form().Target != netcheck.TargetTURN || d.sheets() != 1 {
		t.Fatalf("TURN servers by keyboard: %v, %d sheets", d.m.Form().Target, d.sheets())
	}
	d.press(fyne.KeyEscape)
	if d.m.Form().Target != netcheck.TargetSelf {
		t.Error("cancelling the editor of servers leaves them as the target")
	}
	d.focus("Options…")
	d.press(fyne.KeyReturn)
	if d.sheets() != 1 {
		t.Fatal("Enter on Options does nothing")
	}
	d.press(fyne.KeyEscape)
	d.focus("Start")
	d.press(fyne.KeyReturn)
	same(t, "Start", d.asked(), []string{"start"})
	d.focus("Stop")
	d.press(fyne.KeySpace)
	same(t, "Stop", d.asked(), []string{"stop"})
}

func TestResultsAreReachedByKeyboard(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.settings.ResultsDir = t.TempDir()
	d.focus("panes")
	d.press(fyne.KeyRight)
	if d.w.test.lower.frame.chosen != paneFindings {
		t.Error("Right in the panes does not choose the next")
	}
	d.focus("table")
	d.press(fyne.KeyDown, fyne.KeyReturn)
	if l := d.w.test.lower; l.frame.chosen != paneDetails || l.opened != netcheck.PathSTUN {
		t.Errorf("Enter on the second row opens %v", l.opened)
	}
	d.focus("screen Settings")
	d.press(fyne.KeyReturn)
	if d.w.screen != screenSettings {
		t.Error("Enter in the rail does not change the screen")
	}
	d.focus("Export")
	d.press(fyne.KeyReturn, fyne.KeyDown, fyne.KeyReturn)
	if d.sheets() != 1 {
		t.Errorf("the export menu by keyboard: %d sheets", d.sheets())
	}
	d.press(fyne.KeyReturn)
	if calls := d.asked(); len(calls) != 2 || calls[0] != "settings" {
		t.Errorf("the export by keyboard: %v", calls)
	}
}

// The focus goes with the screen: nothing that is hidden gets Enter.
func TestFocusGoesWithTheScreen(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	c := d.win.Canvas()
	d.w.FocusStart()
	d.w.show(screenVideo)
	if c.Focused() != fyne.Focusable(d.w.video.form.start) {
		t.Errorf("on the video's screen the focus is on %T", c.Focused())
	}
	d.w.show(screenSettings)
	if c.Focused() != nil {
		t.Errorf("among the settings the focus is on %T", c.Focused())
	}
	d.w.show(screenTest)
	if c.Focused() != nil {
		t.Errorf("a focus that nobody has given: %T", c.Focused())
	}
	video := d.w.rail.buttons[screenVideo]
	c.Focus(video)
	d.w.show(screenVideo)
	if c.Focused() != fyne.Focusable(video) {
		t.Errorf("the rail has lost the focus to %T", c.Focused())
	}
}
