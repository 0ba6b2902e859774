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
	charts, comparison, findings, details, log        *action
	choices                                           []*action
	savePicture, wholeScreen, difference, record      *action
	follow, zoomIn, zoomOut, whole, panLeft, panRight *action
	connect                                           *action
	hostStart, hostMore, newInvite, pasteInvite       *action
	copyInvite, copyLink, showQR, copyPorts           *action
	accept, refuse, remove                            *action
	invite, totals, film                              *action
	test, video, host, settings                       *action
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
			checked: func() bool { return m.Form().Target == x.kind }, do: func() { w.pickTarget(x.name) }})
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
func (w *Window) pickTarget(name string) {
	if w.trial == TrialVideo {
		w.show(screenVideo)
	} else {
		w.show(screenTest)
	}
	w.head().pickTarget(name)
	w.loadForms()
}

// idle tells that nothing runs, on whichever screen.
func (w *Window) idle() (bool, string) {
	return !w.running().Phase.Busy(), "Stop the running test first."
}

func (w *Window) fileActions(a *actions) {
	saveable := func() (bool, string) { return w.chosen().CanSave, w.chosen().SaveWhy }
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

// panes are where things stand in the lower part of each screen that measures.
type panes struct {
	name              string
	key               fyne.KeyName
	test, video, host int // -1: it has none
}

func (w *Window) viewActions(a *actions) {
	pane := func(p panes) *action {
		x := &action{name: p.name, shortcut: key(p.key, alt), do: func() { w.choosePane(p) }}
		x.enabled = func() (bool, string) {
			return p.of(w.trial) >= 0, "The screen that is shown has no such part of its own."
		}
		return x
	}
	a.charts = pane(panes{"Charts", fyne.Key1, paneCharts, videoCurves, hostCharts})
	a.findings = pane(panes{"Findings", fyne.Key2, paneFindings, videoFindings, hostFindings})
	a.details = pane(panes{"Details", fyne.Key3, paneDetails, videoDetails, hostDetails})
	a.log = pane(panes{"Log", fyne.Key4, paneLog, videoLog, hostLog})
	a.comparison = pane(panes{"Paths", fyne.Key5, -1, videoPaths, hostPaths})
	a.invite = pane(panes{"Invite and ports", fyne.Key6, -1, -1, hostInvite})
	a.film = pane(panes{"Video of the guest", fyne.Key8, -1, -1, hostVideo})
	a.totals = pane(panes{"Host and guest", fyne.Key7, -1, -1, hostTotals})
	screen := func(name string, k fyne.KeyName, m fyne.KeyModifier, id screenID) *action {
		return &action{name: name, shortcut: key(k, m), do: func() { w.show(id) }, checked: func() bool { return w.screen == id }}
	}
	a.test = screen("Screen Test", fyne.Key1, ctrlShift, screenTest)
	a.video = screen("Screen Video echo", fyne.Key2, ctrlShift, screenVideo)
	a.host = screen("Screen Host", fyne.Key3, ctrlShift, screenHost)
	a.settings = screen("Settings", fyne.KeyComma, ctrl, screenSettings)
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

// choosePane brings a pane of the screen that measures to the front.
func (w *Window) choosePane(p panes) {
	switch w.trial {
	case TrialVideo:
		w.show(screenVideo)
		w.video.lower.choose(p.video)
	case TrialGuest:
		w.show(screenHost)
		w.host.lower.choose(p.host)
		w.watchPictures() // one part has them, the others do not
	case TrialTest:
		w.show(screenTest)
		w.test.lower.choose(p.test)
	}
}

// of is where a pane stands on a screen.
func (p panes) of(t Trial) int { return []int{p.test, p.video, p.host}[t] }

// chartActions are about the charts of the screen that is shown.
func (w *Window) chartActions(a *actions) {
	charts := func(name string, k fyne.KeyName, m fyne.KeyModifier, do func(*chart.Group)) *action {
		return &action{name: name, shortcut: key(k, m), do: func() {
			_, c := w.lower()
			do(c.group)
			c.viewChanged()
		}}
	}
	a.follow = charts("Follow", fyne.KeyL, ctrl, func(g *chart.Group) { g.SetFollow(!g.Following()) })
	a.follow.checked = func() bool {
		_, c := w.lower()
		return c.group.Following()
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

// videoActions are about the pictures.
func (w *Window) videoActions(a *actions) {
	m := w.deps.Video
	onVideo := func() (bool, string) {
		return w.filmShown() != nil, "Go to the screen “Video echo” or “Host” first."
	}
	a.wholeScreen = &action{name: "Picture on the whole screen", shortcut: key(fyne.KeyReturn, alt), enabled: onVideo,
		do: func() {
			if w.whole.overlay.Open() {
				w.whole.overlay.Close()
				return
			}
			w.whole.open(w.filmShown(), w.chosenPicture())
		}}
	a.savePicture = &action{name: "Save picture (PNG)…", shortcut: key(fyne.KeyS, ctrl), do: func() { w.savePicture(w.filmOrWhole(), w.chosenPicture()) },
		enabled: func() (bool, string) {
			return w.hasPicture(), "There is no picture yet: start a video echo first."
		}}
	a.difference = &action{name: "Show the difference", shortcut: key(fyne.KeyD, alt), checked: func() bool { return w.deps.Settings().ShowDifference },
		do: func() {
			s := w.deps.Settings().Clone()
			s.ShowDifference = !s.ShowDifference
			w.deps.SetSettings(s)
		}}
	a.call = &action{name: "Call instead of echo", shortcut: key(fyne.KeyC, ctrl|alt), checked: func() bool { return m.Form().Video.Call },
		enabled: func() (bool, string) {
			if ok, why := w.idle(); !ok {
				return false, why
			}
			if !m.CanChooseCall() {
				return false, "A call needs “Another Echopath” as the target."
			}
			return w.film.Off[model.FieldCall] == "", w.film.Off[model.FieldCall]
		},
		do: func() {
			w.show(screenVideo)
			w.video.form.pickMode(map[bool]int{false: 1}[m.Form().Video.Call])
			w.loadForms()
		}}
	a.record = &action{name: "Record the video", shortcut: key(fyne.KeyR, ctrlShift), checked: func() bool { return m.Form().Video.Record },
		enabled: func() (bool, string) {
			if why := w.film.Off[model.FieldRecord]; why != "" {
				return false, why
			}
			return w.idle()
		},
		do: w.switchRecording}
}

// switchRecording switches it on or off. Without a place it goes to the folder for results.
func (w *Window) switchRecording() {
	form := w.deps.Video.Form()
	v := &form.Video
	if v.Record = !v.Record; v.Record && v.RecordFile == "" {
		v.RecordFile = proposedRecording(w.deps)
	}
	w.deps.Video.SetForm(form)
	w.edited(TrialVideo)
	switch {
	case v.Record && w.deps.Video.Checked().Problems[model.FieldRecordFile] != "":
		w.editVideoOptions()
	case v.Record:
		w.Say("The next video will be recorded to " + v.RecordFile)
	default:
		w.Say("Videos will not be recorded.")
	}
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
		fyne.NewMenu("Edit", items(a.copyText, a.copyTable, a.copyData)...),
		fyne.NewMenu("Test", append(items(a.start, a.stop, nil), append(items(a.targets...), append(items(a.servers, a.connect, a.options, nil), items(a.paths...)...)...)...)...),
		fyne.NewMenu("Video", append(items(a.wholeScreen, a.difference, nil), append(items(a.choices...), items(nil, a.call, a.record)...)...)...),
		fyne.NewMenu("Host", items(a.hostStart, a.hostMore, nil, a.newInvite, a.pasteInvite, a.copyInvite, a.copyLink, a.showQR, a.copyPorts, nil, a.accept, a.refuse, a.remove)...),
		fyne.NewMenu("View", items(a.test, a.video, a.host, nil, a.charts, a.comparison, a.findings, a.details, a.invite, a.film, a.totals, a.log, nil, a.follow, a.zoomIn, a.zoomOut, a.panLeft, a.panRight, a.whole, nil,
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
