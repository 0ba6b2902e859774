package view

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

// Fyne looks menus up only for keys with a modifier, and before the focused input: what an input needs must be left to it.
func TestShortcuts(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	inputs := map[fyne.KeyName]bool{fyne.KeyA: true, fyne.KeyC: true, fyne.KeyV: true, fyne.KeyX: true, fyne.KeyY: true, fyne.KeyZ: true,
		fyne.KeyLeft: true, fyne.KeyRight: true, fyne.KeyHome: true, fyne.KeyEnd: true, fyne.KeyBackspace: true, fyne.KeyDelete: true}
	seen := map[desktop.CustomShortcut]string{}
	for _, a := range d.w.inMenu {
		if a.shortcut == nil {
			t.Errorf("%q has no shortcut", a.name)
			continue
		}
		s := *a.shortcut
		if other := seen[s]; other != "" {
			t.Errorf("%q and %q have the same shortcut", a.name, other)
		}
		seen[s] = a.name
		if s.Modifier&(fyne.KeyModifierControl|fyne.KeyModifierAlt|fyne.KeyModifierSuper) == 0 {
			t.Errorf("the shortcut of %q needs neither Ctrl nor Alt", a.name)
		}
		if s.Modifier == fyne.KeyModifierShortcutDefault && inputs[s.KeyName] {
			t.Errorf("%q takes Ctrl+%s from the inputs", a.name, s.KeyName)
		}
		if a.item == nil || a.item.Shortcut.ShortcutName() != a.shortcut.ShortcutName() || !strings.HasPrefix(a.item.Label, a.name) || !strings.HasSuffix(a.item.Label, "  "+keyWords(a.shortcut)) {
			t.Errorf("%q does not stand in the menu with its shortcut", a.name)
		}
	}
	if n := d.menuItems(); n != len(d.w.inMenu) {
		t.Errorf("%d items in the menu, %d actions", n, len(d.w.inMenu))
	}
}

func (d *world) menuItems() int {
	n := 0
	for _, menu := range d.win.MainMenu().Items {
		for _, item := range menu.Items {
			if !item.IsSeparator {
				n++
			}
		}
	}
	return n
}

// phases bring a window into each state, with the actions that can not be done there.
func phases(t *testing.T) []struct {
	name     string
	do       func(*world)
	disabled []string
} {
	results := []string{"Export summary (CSV)…", "Export all tables (CSV)…", "Export report (JSON)…", "Save charts (PNG)…", "Copy result as text", "Copy data of the charts"}
	form := []string{"Servers…", "Options…", "Path Direct", "Path STUN", "Path Relay UDP", "Path Relay TCP", "Path Relay TLS", "Record the video",
		"Target: This computer", "Target: TURN servers", "Target: Another Echopath"}
	video := []string{"Areas of the network", "Copy for the firewall team", "Paths", "Picture on the whole screen", "Save picture (PNG)…"}
	// While nothing is hosted, and this computer is the target.
	video = append(video, "Accept the guest that waits", "Call instead of echo", "Connect to the other Echopath", "Copy invite", "Copy link of the invite", "Copy ports for the firewall team",
		"Host and guest", "Invite and ports", "Invite as a QR code…", "Invite by copy and paste…", "New invite", "Video of the guest", "Refuse the guest that waits", "Remove the selected guest…")
	events := allGood(t)
	return []struct {
		name     string
		do       func(*world)
		disabled []string
	}{
		{"idle", func(*world) {}, join(results, video, []string{"Stop"})},
		{"bad form", func(d *world) { d.form(func(f *model.Form) { clear(f.Paths) }) }, join(results, video, []string{"Start", "Stop"})},
		{"running", func(d *world) { d.play(events, 12*time.Second) }, join(results, form, video, []string{"Start"})},
		{"stopping", func(d *world) { d.play(events, 12*time.Second); d.w.actions.stop.run() }, join(results, form, video, []string{"Start", "Stop"})},
		{"done", func(d *world) { d.done(events, kept) }, join(video, []string{"Stop"})},
		{"not started", func(d *world) { d.failToStart() }, join(results, video, []string{"Stop"})},
	}
}

// trace is all that an action can change.
func (d *world) trace() string {
	g := d.w.test.lower.charts.group
	from, to := g.View()
	v := d.w.video.lower
	return fmt.Sprintf("%v %v %v %+v %d %d %v %v %v %.2f-%.2f %v %v", v.frame.chosen, v.charts.choice.Selected, d.m.Phase(), d.m.Form(), d.sheets(), len(d.calls), d.w.screen, d.w.test.lower.frame.chosen,
		g.Following(), from, to, d.win.FullScreen(), d.w.net.lower.frame.chosen)
}

func TestActionsFollowTheState(t *testing.T) {
	for _, phase := range phases(t) {
		d := newWorld(t, look.ModeLight, narrow)
		phase.do(d)
		var disabled []string
		for _, a := range d.w.inMenu {
			if !a.item.Disabled {
				continue
			}
			disabled = append(disabled, a.name)
			if _, why := a.enabled(); !strings.HasSuffix(why, ".") {
				t.Errorf("%s: why %q can not be done: %q", phase.name, a.name, why)
			}
			before := d.trace()
			if a.run(); d.trace() != before {
				t.Errorf("%s: %q is disabled and has done something", phase.name, a.name)
			}
		}
		slices.Sort(disabled)
		slices.Sort(phase.disabled)
		same(t, phase.name, disabled, phase.disabled)
	}
}

func TestEveryActionDoesSomething(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	img := image.NewRGBA(image.Rect(0, 0, 16, 9))
	d.film.stills[pictureEchoed] = img
	d.w.ShowPictures(img, img, img)
	for _, a := range d.w.inMenu {
		d.w.show(screenTest)
		d.w.video.lower.charts.choice.SetSelected(chartChoices[0].name)
		if a == d.w.actions.choices[0] {
			d.w.video.lower.charts.choice.SetSelected(chartChoices[1].name)
		}
		switch a {
		case d.w.actions.settings:
		case d.w.actions.comparison, d.w.actions.wholeScreen, d.w.actions.savePicture:
			d.w.show(screenVideo)
		case d.w.actions.areas:
			d.w.show(screenNetwork)
			d.w.net.lower.choose(networkLog)
		default:
			d.w.show(screenSettings)
		}
		d.w.test.lower.choose(paneDetails)
		if a == d.w.actions.details {
			d.w.test.lower.choose(paneCharts)
		}
		d.w.test.lower.charts.group.ShowRange(5, 10)
		if a == d.w.actions.stop || a == d.w.actions.copyFirewall || hosts(d.w.actions, a) {
			continue // disabled now
		}
		before := d.trace()
		if a.run(); d.trace() == before {
			t.Errorf("%q does nothing", a.name)
		}
		for d.sheets() > 0 {
			d.press(fyne.KeyEscape)
		}
		if d.v.Form().Video.Call { // it can not be recorded
			d.videoForm(func(f *model.Form) { f.Video.Call = false })
		}
		if d.m.Phase().Busy() {
			d.done(allGood(t), kept)
		}
	}
}

func TestNothingHappensBelowASheet(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.w.actions.options.run()
	for _, a := range d.w.inMenu {
		before := d.trace()
		if a.run(); a != d.w.actions.quit && d.trace() != before {
			t.Errorf("%q has done something below a sheet", a.name)
		}
	}
	same(t, "calls", d.asked(), []string{"quit"})
}

func TestPathsAreSwitchedInTheMenu(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	a := d.w.actions.paths[2]
	a.run()
	if d.m.Form().Paths[netcheck.PathRelayUDP] || d.w.test.form.paths[netcheck.PathRelayUDP].Checked || a.item.Checked {
		t.Error("the path is still there")
	}
	if got := d.w.view.Rows[2].State.Word; got != "not chosen" {
		t.Errorf("its row says %q", got)
	}
}
