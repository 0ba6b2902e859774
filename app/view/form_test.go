package view

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// words is all that can be read below an object.
func words(root fyne.CanvasObject) string {
	var out []string
	for _, t := range all[*canvas.Text](root) {
		out = append(out, t.Text)
	}
	return strings.Join(out, " ")
}

func TestABadFormDisablesStart(t *testing.T) {
	d := newWorld(t, look.ModeLight, wide)
	d.form(func(f *model.Form) { clear(f.Paths) })
	const why = "Choose at least one path."
	f := d.w.test.form
	if !f.start.Disabled() || f.startTip() != why || f.cost.text.Text != why {
		t.Errorf("disabled %v, tip %q, text %q", f.start.Disabled(), f.startTip(), f.cost.text.Text)
	}
	if got := words(d.w.test.banner); !strings.Contains(got, why) || !strings.Contains(got, "NOT READY") {
		t.Errorf("the banner says %q", got)
	}
	test.Tap(f.start)
	d.w.actions.start.run()
	same(t, "calls", d.asked(), nil)
	test.Tap(f.paths[netcheck.PathDirect])
	if f.start.Disabled() || !strings.Contains(f.cost.text.Text, "1 path") {
		t.Errorf("a path is chosen: disabled %v, %q", f.start.Disabled(), f.cost.text.Text)
	}
}

func TestTheReasonIsCutToItsPlace(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.form(func(f *model.Form) { f.Target, f.Servers.URLs = netcheck.TargetTURN, "https://turn.example.com" })
	d.settle()
	f := d.w.test.form
	if !strings.HasSuffix(f.cost.text.Text, "…") || f.cost.text.MinSize().Width > f.cost.text.Size().Width {
		t.Errorf("%q in %v", f.cost.text.Text, f.cost.text.Size())
	}
}

// With the focus in an input, what is typed is judged at once.
func TestOptionsAreCheckedAsTyped(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	before := fmt.Sprint(d.m.Form())
	d.w.actions.options.run()
	rate := d.entries()[0]
	if d.win.Canvas().Focused() != fyne.Focusable(rate) {
		t.Error("the focus is not on the first input")
	}
	rate.SetText("")
	test.Type(rate, "1x")
	sheet := d.win.Canvas().Overlays().Top()
	if got := words(sheet); !strings.Contains(got, "“1x” is not a number") {
		t.Errorf("the sheet says %q", got)
	}
	if d.m.Form().Preset != model.Custom || d.w.test.form.preset.Selected != customTitle || !d.w.test.form.start.Disabled() {
		t.Errorf("preset %q, shown as %q", d.m.Form().Preset, d.w.test.form.preset.Selected)
	}
	rate.SetText("50")
	if got := words(sheet); strings.Contains(got, "not a number") || d.m.Checked().Plan.Loss.Rate != 50 || d.w.test.form.start.Disabled() {
		t.Errorf("mended: %q", got)
	}
	d.press(fyne.KeyEscape)
	if got := fmt.Sprint(d.m.Form()); got != before || d.sheets() != 0 || d.w.test.form.preset.Selected == customTitle {
		t.Errorf("Escape leaves %v, before %v", got, before)
	}
}

func TestOptionsAreKept(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.actions.options.run()
	for i, text := range []string{"80", "300", "3", "90", "eth0", "Room 12"} {
		d.entries()[i].SetText(text)
	}
	checks := all[*widgets.Check](d.win.Canvas().Overlays().Top())
	test.Tap(checks[1])
	selects := all[*widgets.Select](d.win.Canvas().Overlays().Top())
	selects[0].SetSelected(families[2].name)
	d.press(fyne.KeyReturn)
	f := d.m.Form()
	want := model.Load{Rate: "80", Size: "300", Duration: "3", LateAfter: "90", SRTP: true}
	if f.Load != want || f.Iface != "eth0" || f.Title != "Room 12" || f.Family != netcheck.Family6 || d.sheets() != 0 {
		t.Errorf("%+v", f)
	}
}

func TestACustomLoadIsAskedFor(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.test.form.preset.SetSelected(customTitle)
	if d.sheets() != 1 || d.m.Form().Preset != model.Custom {
		t.Fatalf("%d sheets, preset %q", d.sheets(), d.m.Form().Preset)
	}
}

func TestServersAreAskedFor(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	f := d.w.test.form
	if f.edit.Visible() {
		t.Error("servers can be edited though none are tested")
	}
	f.target.SetSelected(targets[1].name)
	if d.sheets() != 1 || !f.edit.Visible() || !f.start.Disabled() {
		t.Fatalf("%d sheets", d.sheets())
	}
	sheet := d.win.Canvas().Overlays().Top()
	e := d.entries()
	e[0].SetText("turn:turn.example.com\nftp:x")
	if got := words(sheet); !strings.Contains(got, "Line 2 can not be used") || !strings.Contains(got, "needs a user name") || !d.button("Try them").Disabled() {
		t.Errorf("%q", got)
	}
	e[0].SetText("turn:turn.example.com")
	e[1].SetText("ann")
	e[2].SetText("secret")
	if d.button("Try them").Disabled() || f.start.Disabled() {
		t.Errorf("what can be used is not: %q", words(sheet))
	}
	d.press(fyne.KeyTab, fyne.KeyTab, fyne.KeyReturn) // the public list comes between
	if got := d.m.Form().Servers; d.sheets() != 0 || got.User != "ann" || got.Password != "secret" {
		t.Errorf("%+v", got)
	}
	f.target.SetSelected(targets[0].name)
	f.target.SetSelected(targets[1].name)
	if d.sheets() != 0 {
		t.Error("servers that are known are asked for again")
	}
}

func TestServersAreRestored(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.turn()
	before := fmt.Sprint(d.m.Form())
	d.w.actions.servers.run()
	for _, e := range d.entries() {
		e.SetText("x")
	}
	test.Tap(d.button("Cancel"))
	if got := fmt.Sprint(d.m.Form()); got != before || d.sheets() != 0 || d.w.test.form.start.Disabled() {
		t.Errorf("%v, before %v", got, before)
	}
}

func TestServersAreTried(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.turn()
	var done func([]Tried, error)
	d.answer = func(f func([]Tried, error)) { done = f }
	d.w.actions.servers.run()
	try, sheet := d.button("Try them"), d.win.Canvas().Overlays().Top()
	test.Tap(try)
	if !try.Disabled() || !strings.Contains(words(sheet), "Asking the servers") {
		t.Errorf("disabled %v, %q", try.Disabled(), words(sheet))
	}
	done([]Tried{{"stun:a", true, "answered."}, {"turn:b", false, "refused."}}, nil)
	if got := words(sheet); try.Disabled() || !strings.Contains(got, "works") || !strings.Contains(got, "turn:b: refused.") {
		t.Errorf("disabled %v, %q", try.Disabled(), got)
	}
	test.Tap(try)
	done(nil, errDisk)
	if got := words(sheet); try.Disabled() || !strings.Contains(got, errDisk.Error()) {
		t.Errorf("an error: %q", got)
	}
	test.Tap(try)
	test.Tap(d.button("Done"))
	done([]Tried{{"stun:a", true, "answered."}}, nil) // nobody is there any more
}

// The answer of a file counts for the name that was asked about.
func TestALateCAFileIsDropped(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.turn()
	var answers []func([]byte, string)
	d.readCA = func(done func([]byte, string)) { answers = append(answers, done) }
	d.w.actions.servers.run()
	ca := d.entries()[4]
	ca.SetText("/a")
	ca.SetText("/b")
	answers[1](nil, "There is no file of this name.")
	answers[0]([]byte("pem"), "")
	if s := d.m.Form().Servers; s.CAPEM != nil || s.CAProblem == "" {
		t.Errorf("%+v", s)
	}
	if got := words(d.win.Canvas().Overlays().Top()); !strings.Contains(got, "There is no file of this name") {
		t.Errorf("%q", got)
	}
	ca.SetText("")
	if d.m.Checked().Problem != "" {
		t.Error(d.m.Checked().Problem)
	}
}

// Values that no control can show must not bring anything down.
func TestOddForms(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	for _, odd := range []model.Form{
		{},
		{Target: "moon", Preset: "loud", Family: "9", Paths: map[netcheck.Path]bool{"pigeon": true}},
		{Target: netcheck.TargetTURN, Servers: model.Servers{URLs: strings.Repeat("x", 1<<12)}, Preset: model.Custom, Load: model.Load{Rate: strings.Repeat("9", 400)}, Title: "\x00\xff"},
	} {
		d.m.SetForm(odd)
		d.w.formEdited()
		for _, a := range []*action{d.w.actions.options, d.w.actions.servers} {
			a.run()
			d.settle()
			d.press(fyne.KeyEscape)
		}
		d.w.actions.paths[0].run()
		if odd.Preset != "" && !d.w.test.form.start.Disabled() {
			t.Errorf("can be started: %+v", odd)
		}
	}
}
