package view

import (
	"fyne.io/fyne/v2"

	"echopath/app/prefs"
)

// panes are where things stand in the lower part of each screen that measures.
type panes struct {
	name                       string
	key                        fyne.KeyName
	test, video, host, network int // -1: it has none
}

func (w *Window) viewActions(a *actions) {
	pane := func(p panes) *action {
		x := &action{name: p.name, shortcut: key(p.key, alt), do: func() { w.choosePane(p) }}
		x.enabled = func() (bool, string) {
			return p.of(w.trial) >= 0, "The screen that is shown has no such part of its own."
		}
		return x
	}
	a.charts = pane(panes{"Charts", fyne.Key1, paneCharts, videoCurves, hostCharts, -1})
	a.findings = pane(panes{"Findings", fyne.Key2, paneFindings, videoFindings, hostFindings, networkFindings})
	a.details = pane(panes{"Details", fyne.Key3, paneDetails, videoDetails, hostDetails, networkEvidence})
	a.log = pane(panes{"Log", fyne.Key4, paneLog, videoLog, hostLog, networkLog})
	a.comparison = pane(panes{"Paths", fyne.Key5, -1, videoPaths, hostPaths, -1})
	a.invite = pane(panes{"Invite and ports", fyne.Key6, -1, -1, hostInvite, -1})
	a.film = pane(panes{"Video of the guest", fyne.Key8, -1, -1, hostVideo, -1})
	a.areas = pane(panes{"Areas of the network", fyne.Key9, -1, -1, -1, networkAreas})
	a.totals = pane(panes{"Host and guest", fyne.Key7, -1, -1, hostTotals, -1})
	screen := func(name string, k fyne.KeyName, m fyne.KeyModifier, id screenID) *action {
		return &action{name: name, shortcut: key(k, m), do: func() { w.show(id) }, checked: func() bool { return w.screen == id }}
	}
	a.test = screen("Screen Test", fyne.Key1, ctrlShift, screenTest)
	a.video = screen("Screen Video echo", fyne.Key2, ctrlShift, screenVideo)
	a.host = screen("Screen Host", fyne.Key3, ctrlShift, screenHost)
	a.network = screen("Screen Network", fyne.Key4, ctrlShift, screenNetwork)
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
	case TrialNetwork:
		w.show(screenNetwork)
		w.net.lower.choose(p.network)
	case TrialTest:
		w.show(screenTest)
		w.test.lower.choose(p.test)
	}
}

// of is where a pane stands on a screen.
func (p panes) of(t Trial) int {
	return [NumTrials]int{TrialTest: p.test, TrialVideo: p.video, TrialGuest: p.host, TrialNetwork: p.network}[t]
}
