package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// testForm is the header of the screen "Test": what to measure, and the one primary button.
type testForm struct {
	model   *model.Test
	changed func() // the model's form is another one
	servers func() // opens the editor of servers
	options func() // opens the options

	object  fyne.CanvasObject
	target  *widgets.Select
	edit    *widgets.Button
	preset  *widgets.Select
	more    *widgets.Button
	paths   map[netcheck.Path]*widgets.Check
	start   *widgets.Button
	cost    oneLine
	loading bool // the form is being put into the controls: their answers are no input
}

const turnName = "TURN servers"

var targets = []struct {
	kind netcheck.TargetKind
	name string
}{
	{netcheck.TargetSelf, "This computer"},
	{netcheck.TargetTURN, turnName},
}

// customTitle stands in the list of presets for a load of one's own.
const customTitle = "Custom load"

// formActions are what the header's buttons do.
type formActions struct{ changed, servers, options, startStop func() }

func newTestForm(m *model.Test, do formActions) *testForm {
	f := &testForm{model: m, changed: do.changed, servers: do.servers, options: do.options, paths: map[netcheck.Path]*widgets.Check{}}
	f.target = newSelect(targetNames(), f.pickTarget)
	f.edit = widgets.NewButton("Servers…", nil, do.servers)
	f.preset = newSelect(presetTitles(), f.pickPreset)
	f.more = widgets.NewButton("Options…", nil, do.options)
	f.start = widgets.NewButton("Start", theme.MediaPlayIcon(), do.startStop)
	f.start.Importance = widget.HighImportance
	f.cost.text = canvas.NewText("", theme.Color(look.ColorMuted))
	f.cost.text.Alignment = fyne.TextAlignTrailing
	f.object = widgets.Card(container.New(layout.NewCustomPaddedVBoxLayout(2), f.firstLine(), f.secondLine()))
	return f
}

func (f *testForm) firstLine() fyne.CanvasObject {
	left := container.NewHBox(
		caption("Target"), widgets.Tipped(f.target, define(present.TermTarget)),
		widgets.Tipped(f.edit, widgets.Tip("Addresses, user and password of the servers to test through")),
		caption("Preset"), widgets.Tipped(f.preset, define(present.TermPreset)),
		widgets.Tipped(f.more, widgets.Tip("A load of your own, the version of IP, the network interface, a title for the report")))
	start := widgets.Tipped(f.start, f.startTip)
	return container.NewBorder(nil, nil, nil, container.New(atLeast{width: 104}, start), left)
}

func (f *testForm) secondLine() fyne.CanvasObject {
	row := container.New(layout.NewCustomPaddedHBoxLayout(0), caption("Paths"))
	for _, p := range netcheck.AllPaths() {
		check := widgets.NewCheck(p.Title(), func(on bool) { f.pickPath(p, on) })
		f.paths[p] = check
		row.Add(widgets.Tipped(check, func() string { return f.model.Checked().Hints[p] }))
	}
	cost := widgets.Tipped(f.cost.text, func() string {
		c := f.model.Checked()
		if c.Problem != "" {
			return c.Problem
		}
		return c.CostHint
	})
	return container.NewBorder(nil, nil, row, nil, container.New(&f.cost, cost))
}

// startTip says what the primary button will do, or why it can not.
func (f *testForm) startTip() string {
	v := f.model.View(0)
	if v.Phase.Busy() && v.Phase != model.PhaseStopping {
		return "Stop the test. What was measured until then is kept."
	}
	return v.StartWhy
}

func define(t present.Term) func() string { return widgets.Tip(present.Define(t)) }

func targetNames() []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	return names
}

func presetTitles() []string {
	var titles []string
	for _, p := range netcheck.Presets() {
		titles = append(titles, p.Title)
	}
	return append(titles, customTitle)
}

// edited changes the model's form by what a person did to a control.
func (f *testForm) edited(change func(*model.Form)) {
	if f.loading {
		return
	}
	form := f.model.Form()
	change(&form)
	f.model.SetForm(form)
	f.changed()
}

func (f *testForm) pickTarget(name string) {
	if !f.loading && name == turnName && f.model.Form().Servers.URLs == "" {
		f.servers() // there is nothing to test yet: the sheet makes them the target, and cancelling it does not
		return
	}
	f.edited(func(form *model.Form) {
		for _, t := range targets {
			if t.name == name {
				form.Target = t.kind
			}
		}
	})
}

func (f *testForm) pickPreset(title string) {
	f.edited(func(form *model.Form) {
		form.Preset = model.Custom
		for _, p := range netcheck.Presets() {
			if p.Title == title {
				form.Preset = p.Name
			}
		}
	})
	if !f.loading && title == customTitle {
		f.options()
	}
}

func (f *testForm) pickPath(p netcheck.Path, on bool) {
	f.edited(func(form *model.Form) {
		paths := map[netcheck.Path]bool{}
		for known, chosen := range form.Paths {
			paths[known] = chosen
		}
		paths[p] = on
		form.Paths = paths
	})
}

// load puts the model's form into the controls.
func (f *testForm) load() {
	f.loading = true
	defer func() { f.loading = false }()
	form := f.model.Form()
	for _, t := range targets {
		if t.kind == form.Target {
			f.target.SetSelected(t.name)
		}
	}
	title := customTitle
	for _, p := range netcheck.Presets() {
		if p.Name == form.Preset {
			title = p.Title
		}
	}
	f.preset.SetSelected(title)
	for p, check := range f.paths {
		check.SetChecked(form.Paths[p])
	}
}

// show brings the controls in line with the state.
func (f *testForm) show(v model.View) {
	busy := v.Phase.Busy()
	disable(busy, f.target, f.preset, f.edit, f.more)
	for _, check := range f.paths {
		disable(busy, check)
	}
	setVisible(f.edit, f.model.Form().Target == netcheck.TargetTURN)
	f.showStart(v)
	checked := f.model.Checked()
	if checked.Problem != "" {
		f.cost.set(checked.Problem, look.ColorPoor)
	} else {
		f.cost.set(checked.Cost, look.ColorMuted)
	}
}

func (f *testForm) showStart(v model.View) {
	text, icon, importance := "Start", theme.MediaPlayIcon(), widget.HighImportance
	enabled := v.CanStart
	if v.Phase.Busy() {
		text, icon, importance = "Stop", theme.MediaStopIcon(), widget.MediumImportance
		enabled = v.Phase != model.PhaseStopping
	}
	if f.start.Text != text {
		f.start.Text, f.start.Icon, f.start.Importance = text, icon, importance
		f.start.Refresh()
	}
	disable(!enabled, f.start)
}
