package view

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/widgets"
)

func TestExports(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.settings.ResultsDir = t.TempDir()
	other := t.TempDir()
	for _, x := range []struct {
		a                  *action
		button, kind, name string
	}{
		{d.w.actions.exportSummary, "Save", "summary", "echopath_2026-11-21_12-34-56_summary.csv"},
		{d.w.actions.exportJSON, "Save", "json", "echopath_2026-11-21_12-34-56.json"},
		{d.w.actions.savePNG, "Save", "png", "echopath_2026-11-21_12-34-56.png"},
		{d.w.actions.exportTables, "Save here", "tables", ""},
	} {
		d.settings.Folders = nil
		x.a.run()
		path := d.entries()[0]
		if path.Text != d.settings.ResultsDir {
			t.Errorf("%s begins in %q", x.kind, path.Text)
		}
		path.SetText(other)
		path.OnSubmitted(other)
		test.Tap(d.button(x.button))
		same(t, x.kind, d.asked(), []string{"settings", x.kind + " " + filepath.Join(other, x.name)})
		x.a.run()
		if got := d.entries()[0].Text; got != other {
			t.Errorf("%s does not remember its folder: %q", x.kind, got)
		}
		d.press(fyne.KeyEscape)
		same(t, "given up", d.asked(), nil)
		if !strings.HasPrefix(d.w.status.shown.Text, "Saved: "+other) {
			t.Errorf("the status says %q", d.w.status.shown.Text)
		}
	}
	if size := d.picture.Bounds().Size(); size.X != 2400 || size.Y != 1440 {
		t.Errorf("a picture of %v", size)
	}
}

func TestAFailedExportSaysSo(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.settings.ResultsDir = t.TempDir()
	d.fail = errDisk
	d.w.actions.exportJSON.run()
	d.press(fyne.KeyReturn)
	if got := words(d.win.Canvas().Overlays().Top()); !strings.Contains(got, "Not saved") || !strings.Contains(got, sentence(errDisk)) {
		t.Fatalf("%q", got)
	}
	d.press(fyne.KeyReturn)
	d.asked()
	d.fail = nil
	d.w.actions.exportJSON.run() // and again
	d.press(fyne.KeyReturn)
	if calls := d.asked(); len(calls) != 1 || !d.w.view.CanSave {
		t.Errorf("%v", calls)
	}
}

func TestCopies(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.actions.copyTable.run()
	if !strings.HasPrefix(d.clip, "Path\tState\t") || strings.Count(d.clip, "\n") != 6 {
		t.Errorf("the table: %q", d.clip)
	}
	d.done(allGood(t), kept)
	d.w.actions.copyText.run()
	if !strings.Contains(d.clip, "All 5 paths work") || !strings.Contains(d.clip, "Relay TLS") {
		t.Errorf("the text: %q", d.clip)
	}
	if got := d.w.status.shown.Text; !strings.Contains(got, "clipboard") {
		t.Errorf("the status says %q", got)
	}
	d.w.actions.copyData.run()
	if lines := strings.Count(d.clip, "\n"); lines < 100 {
		t.Errorf("the data of the charts: %d lines", lines)
	}
	d.w.actions.start.run()
	if got := d.w.status.shown.Text; got != "Starting" {
		t.Errorf("a run begins and the status says %q", got)
	}
}

func TestMenusOfExports(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	test.Tap(d.w.status.export)
	if d.sheets() != 1 {
		t.Fatalf("%d sheets", d.sheets())
	}
	d.press(fyne.KeyEscape)
	test.Tap(d.w.status.copy)
	if d.clip == "" {
		t.Error("Copy does nothing")
	}
	for _, busy := range []bool{false, true} {
		if busy {
			d.w.actions.start.run()
		}
		d.w.chartMenu(fyne.PointEvent{AbsolutePosition: fyne.NewPos(400, 400)})
		if d.sheets() != 1 {
			t.Errorf("busy %v: no menu", busy)
		}
		d.press(fyne.KeyEscape)
	}
	d.w.actions.openResults.run()
	if calls := d.asked(); calls[len(calls)-1] != "folder /home/ann/Documents/Echopath" {
		t.Errorf("%v", calls)
	}
}

func TestSettingsTakeEffect(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.asked()
	s := d.w.settings
	d.w.show(screenSettings)
	s.units.SetSelected(mbitName)
	if !d.settings.Mbit || d.w.test.lower.charts.rate.Unit != mbitName || !strings.Contains(words(d.w.test.table), mbitName) {
		d.w.show(screenTest)
		t.Errorf("Mbit %v, %q", d.settings.Mbit, words(d.w.test.table))
	}
	s.theme.SetSelected("Dark")
	if d.settings.Theme != prefs.ThemeDark || look.Variant() != 0 {
		t.Errorf("%v", d.settings.Theme)
	}
	s.preset.SetSelected(s.preset.Options[1])
	s.notify.SetChecked(false)
	s.remember.SetChecked(false)
	s.folder.SetText("/srv/results")
	s.keep.SetChecked(false)
	if got := d.settings; got.Notify || got.RememberServers || got.KeepResults || got.ResultsDir != "/srv/results" || got.DefaultPreset == prefs.Defaults().DefaultPreset || !s.folder.Disabled() {
		t.Errorf("%+v", got)
	}
	if calls := d.asked(); len(calls) != 7 {
		t.Errorf("%d changes: %v", len(calls), calls)
	}
	s.folder.SetText("relative")
	if d.settings.ResultsDir != "/srv/results" || !strings.Contains(words(s.folderBox), "whole path") {
		t.Errorf("%q, %q", d.settings.ResultsDir, words(s.folderBox))
	}
}

func TestForget(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.settings.Mbit = true
	d.w.settings.load()
	d.asked()
	d.w.settings.forget()
	d.press(fyne.KeyReturn) // keeps
	same(t, "kept", d.asked(), nil)
	d.w.settings.forget()
	test.Tap(d.button("Forget"))
	same(t, "forgotten", d.asked(), []string{"forget"})
	if d.w.settings.units.Selected != kbitName {
		t.Error("the controls still show what was forgotten")
	}
	d.fail = errDisk
	d.w.settings.forget()
	test.Tap(d.button("Forget"))
	if got := words(d.win.Canvas().Overlays().Top()); !strings.Contains(got, sentence(errDisk)) {
		t.Errorf("%q", got)
	}
}

// Settings that no control can show must not bring anything down, nor be changed by being shown.
func TestOddSettings(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.settings = prefs.Settings{Theme: "purple", DefaultPreset: "loud", ResultsDir: "\x00", Form: &model.Form{}}
	before := d.settings
	d.asked()
	d.w.settings.load()
	d.w.Adopt()
	d.w.show(screenSettings)
	d.win.Canvas().Capture()
	if d.settings.Theme != before.Theme || d.settings.DefaultPreset != before.DefaultPreset || len(d.asked()) != 0 {
		t.Errorf("%+v", d.settings)
	}
	if b := all[*widgets.Button](d.w.settings.object); len(b) != 5 {
		t.Errorf("%d buttons", len(b))
	}
}
