package view

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"echopath/app/model"
	"echopath/app/widgets"
)

// Window is what is in the program's window.
type Window struct {
	deps     Deps
	win      fyne.Window
	rail     *rail
	status   *statusBar
	test     *testScreen
	settings *settingsScreen
	actions  *actions
	inMenu   []*action
	screen   screenID
	view     model.View    // as it was last drawn
	now      time.Duration // since the session's start
}

// New fills a window. The model and the settings must be there already.
func New(win fyne.Window, deps Deps) *Window {
	w := &Window{deps: deps, win: win, screen: screenTest}
	w.view = deps.Model.View(0)
	w.test = newTestScreen(deps.Model, formActions{changed: w.Refresh, servers: w.editServers, options: w.editOptions, startStop: w.startStop}, w.chartMenu)
	w.settings = newSettingsScreen(win, deps)
	w.actions = w.newActions()
	w.status = newStatusBar(w.actions.exportSummary, w.actions.copyText, w.exportMenu)
	w.rail = newRail(w.show)
	screens := container.New(layout.NewCustomPaddedLayout(gap, gap, gap, gap), container.NewStack(w.test.object, w.settings.object))
	win.SetPadded(false)
	win.SetMainMenu(w.mainMenu())
	win.SetContent(widgets.NewTips(framed(nil, w.rail.object, screens, w.status)))
	w.test.form.load()
	w.show(screenTest)
	w.Refresh()
	return w
}

// show brings a screen to the front.
func (w *Window) show(id screenID) {
	w.screen = id
	w.hideTips()
	setVisible(w.test.object, id == screenTest)
	setVisible(w.settings.object, id == screenSettings)
	w.rail.selected(id)
	w.updateMenu()
}

// SetNow tells how far the session is, and draws it.
func (w *Window) SetNow(now time.Duration) {
	w.now = now
	w.Refresh()
}

// Refresh brings everything in line with the model. It touches only what has changed, since each change repaints the window.
func (w *Window) Refresh() {
	before := w.view.Phase
	w.view = w.deps.Model.View(w.now)
	w.test.show(w.view, w.now)
	w.status.show(w.view)
	w.rail.setBusy(w.view.Phase.Busy())
	if before != w.view.Phase {
		w.phaseChanged(before)
	}
	w.updateMenu()
}

// phaseChanged turns the lower part to what is asked for next: the curves when a run begins.
func (w *Window) phaseChanged(before model.Phase) {
	if w.view.Phase == model.PhaseStarting && !before.Busy() {
		w.now = 0
		w.status.say("")
		w.test.lower.begin()
	}
}

// Adopt takes over settings that were changed elsewhere: the theme, the units.
func (w *Window) Adopt() {
	w.test.lower.charts.setMbit(w.deps.Settings().Mbit)
	w.rail.restyle()
	w.status.Refresh()
	w.Refresh()
}

// FormChanged takes over a form that was changed elsewhere.
func (w *Window) FormChanged() { w.formEdited() }

// FocusStart puts the focus on the primary button, for a start with the Enter key, or on what has to be mended first.
func (w *Window) FocusStart() {
	f := w.test.form
	switch {
	case !f.start.Disabled():
		w.win.Canvas().Focus(f.start)
	case f.edit.Visible():
		w.win.Canvas().Focus(f.edit)
	default:
		w.win.Canvas().Focus(f.more)
	}
}

// Say shows a message in the status bar.
func (w *Window) Say(text string) {
	w.status.say(text)
	w.Refresh()
}

func (w *Window) start() {
	w.show(screenTest)
	w.deps.Start()
}

func (w *Window) startStop() {
	w.hideTips() // the pointer rests on the button, and its tip would lie over what comes
	if w.view.Phase.Busy() {
		w.deps.Stop()
		return
	}
	w.actions.start.run()
}

func (w *Window) editServers() { showServers(w.win, w.deps, w.formEdited) }
func (w *Window) editOptions() { showTestOptions(w.win, w.deps.Model, w.formEdited) }

// formEdited follows a sheet that has changed the form.
func (w *Window) formEdited() {
	w.test.form.load()
	w.Refresh()
}
