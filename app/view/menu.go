package view

import (
	"fyne.io/fyne/v2"

	"echopath/app/chart"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// actions are all that a person can do, each with a place in the menu and a shortcut that works wherever the focus is.
//
// A shortcut needs Ctrl or Alt: Fyne looks menus up only for keys with a modifier. Ctrl with A, C, V, X, Y and Z stays with the
// input that has the focus.
type actions struct {
	start, stop, servers, options                     *action
	targets, paths                                    []*action
	call                                              *action
	exportSummary, exportTables, exportJSON, savePNG  *action
	copyText, copyTable, copyData, openResults        *action
	copyFirewall                                      *action
	charts, comparison, findings, details, log        *action
	areas                                             *action
	choices                                           []*action
	savePicture, wholeScreen, difference, record      *action
	follow, zoomIn, zoomOut, whole, panLeft, panRight *action
	connect                                           *action
	hostStart, hostMore, newInvite, pasteInvite       *action
	copyInvite, copyLink, showQR, copyPorts           *action
	accept, refuse, remove                            *action
	invite, totals, film                              *action
	test, video, network, host, settings              *action
	system, light, dark, fullScreen                   *action
	glossary, about, quit                             *action
}

func (w *Window) newActions() *actions {
	a := &actions{}
	w.testActions(a)
	w.fileActions(a)
	w.viewActions(a)
	w.chartActions(a)
	w.videoActions(a)
	w.hostMenu(a)
	a.glossary = &action{name: "What the words mean", shortcut: key(fyne.KeyH, ctrl), do: w.showGlossary}
	a.about = &action{name: "About Echopath", shortcut: key(fyne.KeyI, ctrl), do: w.showAbout}
	return a
}

func (w *Window) testActions(a *actions) {
	m := w.deps.Model
	idle := w.idle
	a.start = &action{name: "Start", shortcut: key(fyne.KeyR, ctrl), do: w.start, enabled: func() (bool, string) { return w.chosen().CanStart, w.chosen().StartWhy }}
	a.stop = &action{name: "Stop", shortcut: key(fyne.KeyPeriod, ctrl), do: w.deps.Stop, enabled: func() (bool, string) {
		phase := w.running().Phase
		return phase.Busy() && phase != model.PhaseStopping, "No test is running."
	}}
	a.servers = &action{name: "Servers…", shortcut: key(fyne.KeyT, ctrl), do: w.editServers, enabled: idle}
	a.options = &action{name: "Options…", shortcut: key(fyne.KeyO, ctrl), do: w.editOptions, enabled: func() (bool, string) {
		if w.trial == TrialGuest {
			return w.hosting.Phase == model.HostOff, "Stop hosting first."
		}
		return idle()
	}}
	a.connect = &action{name: "Connect to the other Echopath", shortcut: key(fyne.KeyK, ctrl), do: w.connect, enabled: func() (bool, string) {
		v, ok := w.deps.Model.Join()
		if !ok {
			return false, "Choose “Another Echopath” as the target first."
		}
		return v.CanAct, v.Why
	}, checked: func() bool { return w.deps.Join.Phase() == model.JoinIn }}
	digits := []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5}
	for i, x := range targets {
		a.targets = append(a.targets, &action{name: "Target: " + x.name, shortcut: key(digits[i], ctrl|alt), enabled: idle,
			checked: func() bool { return m.Form().Target == x.kind }, do: func() { w.pickTarget(x.kind) }})
	}
	for i, p := range netcheck.AllPaths() {
		a.paths = append(a.paths, &action{name: "Path " + p.Title(), shortcut: key(digits[i], ctrl), enabled: idle,
			checked: func() bool { return m.Form().Paths[p] },
			do: func() {
				w.test.form.pickPath(p, !m.Form().Paths[p])
				w.loadForms()
			}})
	}
}

// pickTarget goes to a screen that has a target, and chooses it there.
func (w *Window) pickTarget(kind netcheck.TargetKind) {
	switch w.trial {
	case TrialVideo:
		w.show(screenVideo)
	case TrialNetwork:
		w.show(screenNetwork)
	case TrialTest, TrialGuest:
		w.show(screenTest)
	}
	w.head().pick(kind)
	w.loadForms()
}

// idle tells that nothing runs, on whichever screen.
func (w *Window) idle() (bool, string) {
	return !w.running().Phase.Busy(), "Stop the running test first."
}

func (w *Window) fileActions(a *actions) {
	saveable := func() (bool, string) { return w.chosen().CanSave, w.chosen().SaveWhy }
	tabled := func() (bool, string) {
		if w.trial == TrialNetwork {
			return false, "What the network answered is in the report (JSON): the tables are about packets."
		}
		return saveable()
	}
	charted := func() (bool, string) {
		if ok, why := w.hasCharts(); !ok {
			return false, why
		}
		return saveable()
	}
	a.copyFirewall = &action{name: "Copy for the firewall team", shortcut: key(fyne.KeyT, ctrlShift), do: w.copyFirewall, enabled: w.canCopyFirewall}
	a.exportSummary = &action{name: "Export summary (CSV)…", shortcut: key(fyne.KeyE, ctrl), do: w.exportSummary, enabled: tabled}
	a.exportTables = &action{name: "Export all tables (CSV)…", shortcut: key(fyne.KeyE, ctrlShift), do: w.exportTables, enabled: tabled}
	a.exportJSON = &action{name: "Export report (JSON)…", shortcut: key(fyne.KeyJ, ctrl), do: w.exportJSON, enabled: saveable}
	a.savePNG = &action{name: "Save charts (PNG)…", shortcut: key(fyne.KeyP, ctrl), do: w.savePNG, enabled: charted}
	a.copyText = &action{name: "Copy result as text", shortcut: key(fyne.KeyC, ctrlShift), do: w.copyText, enabled: saveable}
	a.copyTable = &action{name: "Copy table", shortcut: key(fyne.KeyB, ctrl), do: w.copyTable}
	a.copyData = &action{name: "Copy data of the charts", shortcut: key(fyne.KeyD, ctrlShift), do: w.copyData, enabled: charted}
	a.openResults = &action{name: "Open folder of results", shortcut: key(fyne.KeyF, ctrlShift), do: w.openResults}
	a.quit = &action{name: "Quit", shortcut: key(fyne.KeyQ, ctrl), do: w.deps.Quit}
}

// chartActions are about the charts of the screen that is shown.
func (w *Window) chartActions(a *actions) {
	charts := func(name string, k fyne.KeyName, m fyne.KeyModifier, do func(*chart.Group)) *action {
		return &action{name: name, shortcut: key(k, m), enabled: w.hasCharts, do: func() {
			c := w.charts()
			do(c.group)
			c.viewChanged()
		}}
	}
	a.follow = charts("Follow", fyne.KeyL, ctrl, func(g *chart.Group) { g.SetFollow(!g.Following()) })
	a.follow.checked = func() bool {
		c := w.charts()
		return c != nil && c.group.Following()
	}
	a.zoomIn = charts("Zoom in", fyne.KeyEqual, ctrl, (*chart.Group).ZoomIn)
	a.zoomOut = charts("Zoom out", fyne.KeyMinus, ctrl, (*chart.Group).ZoomOut)
	a.whole = charts("Whole run", fyne.Key0, ctrl, (*chart.Group).Reset)
	a.panLeft = charts("Earlier", fyne.KeyLeft, alt, (*chart.Group).PanLeft) // with Ctrl they move in an input
	a.panRight = charts("Later", fyne.KeyRight, alt, (*chart.Group).PanRight)
	digits := []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4}
	for i, x := range chartChoices {
		choice := w.video.lower.charts.choice
		a.choices = append(a.choices, &action{name: "Charts: " + x.name, shortcut: key(digits[i], alt|fyne.KeyModifierShift),
			checked: func() bool { return choice.Selected == x.name }, do: func() { choice.SetSelected(x.name) }})
	}
}

// hasCharts tells whether the screen that is shown has charts.
func (w *Window) hasCharts() (bool, string) {
	return w.charts() != nil, "The screen that is shown has no charts."
}

// mainMenu lays the actions out.
func (w *Window) mainMenu() *fyne.MainMenu {
	a := w.actions
	items := func(list ...*action) []*fyne.MenuItem {
		var out []*fyne.MenuItem
		for _, x := range list {
			if x == nil {
				out = append(out, fyne.NewMenuItemSeparator())
				continue
			}
			x.before = w.hideTips
			switch x {
			case a.quit:
			case a.savePicture, a.wholeScreen, a.start, a.stop:
				x.blocked = w.otherSheetOpen
			default:
				x.blocked = w.sheetOpen
			}
			w.inMenu = append(w.inMenu, x)
			out = append(out, x.menuItem())
		}
		return out
	}
	file := items(a.exportSummary, a.exportTables, a.exportJSON, a.savePNG, a.savePicture, nil, a.openResults, nil, a.settings, nil, a.quit)
	file[len(file)-1].IsQuit = true
	menu := fyne.NewMainMenu(
		fyne.NewMenu("File", file...),
		fyne.NewMenu("Edit", items(a.copyText, a.copyTable, a.copyData, a.copyFirewall)...),
		fyne.NewMenu("Test", append(items(a.start, a.stop, nil), append(items(a.targets...), append(items(a.servers, a.connect, a.options, nil), items(a.paths...)...)...)...)...),
		fyne.NewMenu("Video", append(items(a.wholeScreen, a.difference, nil), append(items(a.choices...), items(nil, a.call, a.record)...)...)...),
		fyne.NewMenu("Host", items(a.hostStart, a.hostMore, nil, a.newInvite, a.pasteInvite, a.copyInvite, a.copyLink, a.showQR, a.copyPorts, nil, a.accept, a.refuse, a.remove)...),
		fyne.NewMenu("View", items(a.test, a.video, a.network, a.host, nil, a.areas, a.charts, a.comparison, a.findings, a.details, a.invite, a.film, a.totals, a.log, nil, a.follow, a.zoomIn, a.zoomOut, a.panLeft, a.panRight, a.whole, nil,
			a.system, a.light, a.dark, nil, a.fullScreen)...),
		fyne.NewMenu("Help", items(a.glossary, a.about)...),
	)
	legible(menu)
	return menu
}

func (w *Window) hideTips() { widgets.HideTips(w.win.Canvas()) }

// sheetOpen tells whether something lies above the window that has to be answered first.
func (w *Window) sheetOpen() bool { return w.win.Canvas().Overlays().Top() != nil }

// otherSheetOpen tells the same, but for a picture on the whole screen.
func (w *Window) otherSheetOpen() bool {
	top := w.win.Canvas().Overlays().Top()
	return top != nil && top != fyne.CanvasObject(w.whole.overlay)
}

// updateMenu takes over what can be done now. Fyne builds the whole bar anew when asked, so it is asked only after a change.
func (w *Window) updateMenu() {
	changed := false
	for _, a := range w.inMenu {
		changed = a.update() || changed
	}
	if changed && w.win.MainMenu() != nil {
		w.win.SetMainMenu(w.win.MainMenu())
	}
}

// LookMode is the theme that the settings ask for.
func LookMode(t prefs.Theme) look.Mode {
	switch t {
	case prefs.ThemeLight:
		return look.ModeLight
	case prefs.ThemeDark:
		return look.ModeDark
	}
	return look.ModeSystem
}
