package view

import (
	"fyne.io/fyne/v2"

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
	paths                                             []*action
	exportSummary, exportTables, exportJSON, savePNG  *action
	copyText, copyTable, copyData, openResults        *action
	charts, findings, details, log                    *action
	follow, zoomIn, zoomOut, whole, panLeft, panRight *action
	test, settings, system, light, dark, fullScreen   *action
	glossary, about, quit                             *action
}

func (w *Window) newActions() *actions {
	a := &actions{}
	w.testActions(a)
	w.fileActions(a)
	w.viewActions(a)
	a.glossary = &action{name: "What the words mean", shortcut: key(fyne.KeyH, ctrl), do: w.showGlossary}
	a.about = &action{name: "About Echopath", shortcut: key(fyne.KeyI, ctrl), do: w.showAbout}
	return a
}

func (w *Window) testActions(a *actions) {
	m := w.deps.Model
	idle := func() (bool, string) { return !w.view.Phase.Busy(), "Stop the running test first." }
	a.start = &action{name: "Start", shortcut: key(fyne.KeyR, ctrl), do: w.start, enabled: func() (bool, string) { return w.view.CanStart, w.view.StartWhy }}
	a.stop = &action{name: "Stop", shortcut: key(fyne.KeyPeriod, ctrl), do: w.deps.Stop, enabled: func() (bool, string) {
		return w.view.Phase.Busy() && w.view.Phase != model.PhaseStopping, "No test is running."
	}}
	a.servers = &action{name: "Servers…", shortcut: key(fyne.KeyT, ctrl), do: w.editServers, enabled: idle}
	a.options = &action{name: "Options…", shortcut: key(fyne.KeyO, ctrl), do: w.editOptions, enabled: idle}
	digits := []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5}
	for i, p := range netcheck.AllPaths() {
		a.paths = append(a.paths, &action{name: "Path " + p.Title(), shortcut: key(digits[i], ctrl), enabled: idle,
			checked: func() bool { return m.Form().Paths[p] },
			do: func() {
				w.test.form.pickPath(p, !m.Form().Paths[p])
				w.test.form.load()
			}})
	}
}

func (w *Window) fileActions(a *actions) {
	saveable := func() (bool, string) { return w.view.CanSave, w.view.SaveWhy }
	a.exportSummary = &action{name: "Export summary (CSV)…", shortcut: key(fyne.KeyE, ctrl), do: w.exportSummary, enabled: saveable}
	a.exportTables = &action{name: "Export all tables (CSV)…", shortcut: key(fyne.KeyE, ctrlShift), do: w.exportTables, enabled: saveable}
	a.exportJSON = &action{name: "Export report (JSON)…", shortcut: key(fyne.KeyJ, ctrl), do: w.exportJSON, enabled: saveable}
	a.savePNG = &action{name: "Save charts (PNG)…", shortcut: key(fyne.KeyP, ctrl), do: w.savePNG, enabled: saveable}
	a.copyText = &action{name: "Copy result as text", shortcut: key(fyne.KeyC, ctrlShift), do: w.copyText, enabled: saveable}
	a.copyTable = &action{name: "Copy table", shortcut: key(fyne.KeyB, ctrl), do: w.copyTable}
	a.copyData = &action{name: "Copy data of the charts", shortcut: key(fyne.KeyD, ctrlShift), do: w.copyData, enabled: saveable}
	a.openResults = &action{name: "Open folder of results", shortcut: key(fyne.KeyF, ctrlShift), do: w.openResults}
	a.quit = &action{name: "Quit", shortcut: key(fyne.KeyQ, ctrl), do: w.deps.Quit}
}

func (w *Window) viewActions(a *actions) {
	pane := func(name string, k fyne.KeyName, n int) *action {
		return &action{name: name, shortcut: key(k, alt), do: func() { w.show(screenTest); w.test.lower.choose(n) }}
	}
	a.charts = pane("Charts", fyne.Key1, paneCharts)
	a.findings = pane("Findings", fyne.Key2, paneFindings)
	a.details = pane("Details", fyne.Key3, paneDetails)
	a.log = pane("Log", fyne.Key4, paneLog)
	charts := func(name string, k fyne.KeyName, do func()) *action {
		return &action{name: name, shortcut: key(k, ctrl), do: func() { do(); w.test.lower.charts.viewChanged() }}
	}
	c := w.test.lower.charts
	a.follow = charts("Follow", fyne.KeyL, func() { c.group.SetFollow(!c.group.Following()) })
	a.follow.checked = func() bool { return c.group.Following() }
	a.zoomIn = charts("Zoom in", fyne.KeyEqual, c.group.ZoomIn)
	a.zoomOut = charts("Zoom out", fyne.KeyMinus, c.group.ZoomOut)
	a.whole = charts("Whole run", fyne.Key0, c.group.Reset)
	a.panLeft = charts("Earlier", fyne.KeyLeft, c.group.PanLeft)
	a.panRight = charts("Later", fyne.KeyRight, c.group.PanRight)
	a.panLeft.shortcut, a.panRight.shortcut = key(fyne.KeyLeft, alt), key(fyne.KeyRight, alt) // with Ctrl they move in an input
	a.test = &action{name: "Screen Test", shortcut: key(fyne.Key1, ctrlShift), do: func() { w.show(screenTest) }, checked: func() bool { return w.screen == screenTest }}
	a.settings = &action{name: "Settings", shortcut: key(fyne.KeyComma, ctrl), do: func() { w.show(screenSettings) }, checked: func() bool { return w.screen == screenSettings }}
	mode := func(name string, t prefs.Theme, k fyne.KeyName) *action {
		return &action{name: name, shortcut: key(k, alt|fyne.KeyModifierShift), checked: func() bool { return w.deps.Settings().Theme == t },
			do: func() {
				s := w.deps.Settings().Clone()
				s.Theme = t
				w.deps.SetSettings(s)
				w.settings.load()
			}}
	}
	a.system = mode("Theme as the system", prefs.ThemeSystem, fyne.KeyS)
	a.light = mode("Light", prefs.ThemeLight, fyne.KeyL)
	a.dark = mode("Dark", prefs.ThemeDark, fyne.KeyD)
	a.fullScreen = &action{name: "Full screen", shortcut: key(fyne.KeyF, ctrl|fyne.KeyModifierAlt), checked: w.win.FullScreen,
		do: func() { w.win.SetFullScreen(!w.win.FullScreen()) }}
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
			if x != a.quit {
				x.blocked = w.sheetOpen
			}
			w.inMenu = append(w.inMenu, x)
			out = append(out, x.menuItem())
		}
		return out
	}
	file := items(a.exportSummary, a.exportTables, a.exportJSON, a.savePNG, nil, a.openResults, nil, a.settings, nil, a.quit)
	file[len(file)-1].IsQuit = true
	return fyne.NewMainMenu(
		fyne.NewMenu("File", file...),
		fyne.NewMenu("Edit", items(a.copyText, a.copyTable, a.copyData)...),
		fyne.NewMenu("Test", append(items(a.start, a.stop, nil, a.servers, a.options, nil), items(a.paths...)...)...),
		fyne.NewMenu("View", items(a.test, nil, a.charts, a.findings, a.details, a.log, nil, a.follow, a.zoomIn, a.zoomOut, a.panLeft, a.panRight, a.whole, nil,
			a.system, a.light, a.dark, nil, a.fullScreen)...),
		fyne.NewMenu("Help", items(a.glossary, a.about)...),
	)
}

func (w *Window) hideTips() { widgets.HideTips(w.win.Canvas()) }

// sheetOpen tells whether something lies above the window that has to be answered first.
func (w *Window) sheetOpen() bool { return w.win.Canvas().Overlays().Top() != nil }

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
