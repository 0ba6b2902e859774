package view

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/chart"
	"echopath/app/look"
	"echopath/app/model"
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
	rail := []string{"screen Test", "screen Video", "screen Network", "screen Host", "screen Settings"}
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
	same(t, "running", d.walk()[:7], join(rail, []string{"Stop", "table"}))
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

// With another computer as the target the invite is what comes next.
func TestTheInviteGetsTheFocus(t *testing.T) {
	for _, s := range []screenID{screenTest, screenVideo} {
		d := newWorld(t, look.ModeLight, narrow)
		d.w.show(s)
		d.w.head().target.SetSelected(remoteName)
		if got := d.win.Canvas().Focused(); got != fyne.Focusable(d.w.head().join.invite) {
			t.Errorf("on %s the focus is on %T", s, got)
		}
		d.w.actions.targets[0].run()
		if d.m.Form().Target != netcheck.TargetSelf || d.w.head().target.Selected != "This computer" {
			t.Errorf("the menu chooses %v", d.m.Form().Target)
		}
		d.form(func(f *model.Form) { f.Invite = inviteText })
		d.win.Canvas().Unfocus()
		d.w.actions.targets[2].run()
		if got := d.win.Canvas().Focused(); got != nil || d.m.Form().Target != netcheck.TargetInvite {
			t.Errorf("with an invite the focus goes to %T", got)
		}
	}
}

// Up and Down choose a guest wherever the focus is, unless what has it uses them itself.
func TestArrowsMoveAmongTheGuests(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.host(hostingNow(d))
	d.focus("panes")
	d.press(fyne.KeyDown)
	if d.h.Selected() != "g3" || d.win.Canvas().Focused() != fyne.Focusable(d.w.host.guests) {
		t.Errorf("%q is selected, the focus is on %T", d.h.Selected(), d.win.Canvas().Focused())
	}
	d.win.Canvas().Unfocus()
	d.press(fyne.KeyUp)
	if d.h.Selected() != "g1" || d.w.host.remove.Disabled() {
		t.Errorf("%q is selected", d.h.Selected())
	}
	d.w.show(screenTest)
	d.win.Canvas().Unfocus()
	d.press(fyne.KeyDown)
	if d.h.Selected() != "g1" {
		t.Error("Down on another screen moves the selection")
	}
}

// What a guest's run needs is laid out anew: the second line of the legend does not lie over the charts.
func TestTheLegendHasRoom(t *testing.T) {
	for _, width := range []float32{wide.Width, 1300} {
		d := newWorld(t, look.ModeLight, fyne.NewSize(width, wide.Height))
		d.host(hostingNow(d))
		d.runOf("g1", livelyBetweenTwo(t), 1<<62)
		c := d.w.host.lower.charts
		legend, group := areaOf(c.legend), areaOf(c.group)
		if need := c.legend.MinSize().Height; legend[3] < need || group[1] < legend[1]+need {
			t.Errorf("at %v the legend needs %v and has %v; the charts begin at %v", width, need, legend, group[1])
		}
	}
}

// A failure that keeps a test from being made stands whole among the findings.
func TestAFailureStandsAmongTheFindings(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.joined()
	d.j.Gone(errExpired)
	d.w.Refresh()
	d.w.actions.findings.run()
	text := ""
	for _, r := range all[*widget.RichText](d.w.test.lower.findings.object.Content) {
		text += r.String()
	}
	for _, want := range []string{errExpired.Text, errExpired.Advice} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %q", want, text)
		}
	}
	d.j.Begin()
	d.w.Refresh()
	if n := len(d.w.view.Findings); n != 0 {
		t.Errorf("%d findings while it is tried again", n)
	}
}
