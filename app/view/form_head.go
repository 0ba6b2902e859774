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

// formModel is a form and what is thought of it.
type formModel interface {
	Form() model.Form
	SetForm(model.Form)
	Checked() model.Checked
	Join() (model.JoinView, bool)
}

// formHead is what the headers of the screens that measure have in common: the target, the paths, what it costs, and the one
// primary button.
type formHead struct {
	model   formModel
	targets []targetChoice
	changed func() // the model's form is another one
	servers func() // opens the editor of servers
	options func() // opens the options

	object  fyne.CanvasObject
	target  *widgets.Select
	edit    *widgets.Button
	more    *widgets.Button
	paths   map[netcheck.Path]*widgets.Check
	start   *widgets.Button
	cost    oneLine
	join    *joinLine
	focus   func(fyne.Focusable)
	grown   func()     // the header is higher or lower now: the screen is to be laid out anew
	loading bool       // the form is being put into the controls: their answers are no input
	shown   model.View // what is to be said of the run; of another screen's if that goes on
}

const (
	turnName   = "TURN servers"
	remoteName = "Another Echopath"
)

// targetChoice is a target under the name that it has on a screen.
type targetChoice struct {
	kind netcheck.TargetKind
	name string
}

var targets = []targetChoice{
	{netcheck.TargetSelf, "This computer"},
	{netcheck.TargetTURN, turnName},
	{netcheck.TargetInvite, remoteName},
}

// formActions are what the header's buttons do.
type formActions struct {
	changed, servers, options, startStop, connect func()
	paste                                         func() string
	focus                                         func(fyne.Focusable)
}

func newFormHead(m formModel, targets []targetChoice, do formActions) *formHead {
	f := &formHead{model: m, targets: targets, changed: do.changed, servers: do.servers, options: do.options, focus: do.focus, paths: map[netcheck.Path]*widgets.Check{}}
	f.target = newSelect(targetNames(targets), f.pickTarget)
	f.edit = widgets.NewButton("Servers…", nil, do.servers)
	f.more = widgets.NewButton("Options…", nil, do.options)
	f.start = widgets.NewButton("Start", theme.MediaPlayIcon(), do.startStop)
	f.start.Importance = widget.HighImportance
	f.cost.text = canvas.NewText("", theme.Color(look.ColorMuted))
	f.cost.text.Alignment = fyne.TextAlignTrailing
	f.join = newJoinLine(do, func(text netcheck.Secret) { f.edited(func(form *model.Form) { form.Invite = text }) })
	return f
}

// build lays the header out: the screen's own choices stand between the servers and the options.
func (f *formHead) build(options string, own ...fyne.CanvasObject) {
	f.buildOver(f.pathsLine(), options, own...)
}

// buildOver does it with another line at the foot than that of the paths.
func (f *formHead) buildOver(foot fyne.CanvasObject, options string, own ...fyne.CanvasObject) {
	left := container.NewHBox(
		caption("Target"), widgets.Tipped(f.target, define(present.TermTarget)),
		widgets.Tipped(f.edit, widgets.Tip("Addresses, user and password of the servers to test through")))
	for _, o := range own {
		left.Add(o)
	}
	left.Add(widgets.Tipped(f.more, widgets.Tip(options)))
	start := widgets.Tipped(f.start, f.startTip)
	first := container.NewBorder(nil, nil, nil, container.New(atLeast{width: 104}, start), left)
	f.object = widgets.Card(container.New(layout.NewCustomPaddedVBoxLayout(2), first, f.join.object, foot))
}

func (f *formHead) pathsLine() fyne.CanvasObject {
	row := container.New(layout.NewCustomPaddedHBoxLayout(0), caption("Paths"))
	for _, p := range netcheck.AllPaths() {
		check := widgets.NewCheck(p.Title(), func(on bool) { f.pickPath(p, on) })
		f.paths[p] = check
		row.Add(widgets.Tipped(check, func() string { return f.model.Checked().Hints[p] }))
	}
	return f.withCost(row)
}

// withCost puts what a run costs behind a row.
func (f *formHead) withCost(row fyne.CanvasObject) fyne.CanvasObject {
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
func (f *formHead) startTip() string {
	if f.shown.Phase.Busy() && f.shown.Phase != model.PhaseStopping {
		return "Stop the test. What was measured until then is kept."
	}
	return f.shown.StartWhy
}

func define(t present.Term) func() string { return widgets.Tip(present.Define(t)) }

func targetNames(targets []targetChoice) []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	return names
}

// edited changes the model's form by what a person did to a control.
func (f *formHead) edited(change func(*model.Form)) {
	if f.loading {
		return
	}
	form := f.model.Form()
	change(&form)
	f.model.SetForm(form)
	f.changed()
}

// pick chooses a target as its control would.
func (f *formHead) pick(kind netcheck.TargetKind) {
	for _, t := range f.targets {
		if t.kind == kind {
			f.pickTarget(t.name)
		}
	}
}

func (f *formHead) pickTarget(name string) {
	if !f.loading && name == turnName && f.model.Form().Servers.URLs == "" {
		f.servers() // there is nothing to test yet: the sheet makes them the target, and cancelling it does not
		return
	}
	f.edited(func(form *model.Form) {
		for _, t := range f.targets {
			if t.name == name {
				form.Target = t.kind
			}
		}
	})
	if !f.loading && name == remoteName {
		f.focusInvite()
	}
}

// focusInvite puts the focus into the entry if an invite is what is missing.
func (f *formHead) focusInvite() {
	if j := f.join; j.object.Visible() && !j.invite.Disabled() && j.invite.Text == "" {
		f.focus(j.invite)
	}
}

func (f *formHead) pickPath(p netcheck.Path, on bool) {
	f.edited(func(form *model.Form) {
		paths := map[netcheck.Path]bool{}
		for known, chosen := range form.Paths {
			paths[known] = chosen
		}
		paths[p] = on
		form.Paths = paths
	})
}

// loadHead puts the model's form into the controls. It is called with loading set.
func (f *formHead) loadHead(form model.Form) {
	for _, t := range f.targets {
		if t.kind == form.Target {
			f.target.SetSelected(t.name)
		}
	}
	for p, check := range f.paths {
		check.SetChecked(form.Paths[p])
	}
	f.join.load(form.Invite)
}

// showHead brings the controls in line with the state. running is the view of the run that goes on, here or on another screen.
func (f *formHead) showHead(v, running model.View) {
	f.shown = v
	if running.Phase.Busy() {
		f.shown = running
	}
	busy := running.Phase.Busy()
	disable(busy, f.target, f.edit, f.more)
	for _, check := range f.paths {
		disable(busy, check)
	}
	setVisible(f.edit, f.model.Form().Target == netcheck.TargetTURN)
	f.showStart()
	join, remote := f.model.Join()
	before := f.join.object.Visible()
	f.join.show(join, remote, f.model.Form().Invite)
	if before != remote && f.grown != nil {
		f.grown()
	}
	checked := f.model.Checked()
	switch {
	case checked.Missing:
		f.cost.set(checked.Problem, look.ColorMuted) // nobody has done anything wrong
	case checked.Problem != "":
		f.cost.set(checked.Problem, look.ColorPoor)
	default:
		f.cost.set(checked.Cost, look.ColorMuted)
	}
}

func (f *formHead) showStart() {
	text, icon, importance := "Start", theme.MediaPlayIcon(), widget.HighImportance
	enabled := f.shown.CanStart
	if f.shown.Phase.Busy() {
		text, icon, importance = "Stop", theme.MediaStopIcon(), widget.MediumImportance
		enabled = f.shown.Phase != model.PhaseStopping
	}
	if f.start.Text != text {
		f.start.Text, f.start.Icon, f.start.Importance = text, icon, importance
		f.start.Refresh()
	}
	disable(!enabled, f.start)
}

// first is what has the focus when the window opens: the primary button, or what has to be mended first.
func (f *formHead) first() fyne.Focusable {
	switch {
	case !f.start.Disabled():
		return f.start
	case f.edit.Visible():
		return f.edit
	case f.join.object.Visible() && !f.join.invite.Disabled():
		return f.join.invite
	}
	return f.more
}
