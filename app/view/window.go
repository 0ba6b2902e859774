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
	content  fyne.CanvasObject // all but sheets
	rail     *rail
	status   *statusBar
	test     *testScreen
	video    *videoScreen
	net      *networkScreen
	host     *hostScreen
	strip    *guestStrip
	settings *settingsScreen
	whole    *whole
	paste    *pasteSheet  // nil: it is not open
	answer   *answerSheet // likewise
	question *question    // likewise
	actions  *actions
	inMenu   []*action
	screen   screenID
	trial    Trial                    // whose screen is shown, or was last
	view     model.View               // of the screen "Test", as it was last drawn
	film     model.VideoView          // of the screen "Video echo", likewise
	network  model.NetworkView        // of the screen "Network", likewise
	hosting  model.HostView           // of the screen "Host", likewise
	ran      Trial                    // whose run goes on, or was the last
	now      [NumTrials]time.Duration // since the start of each one's session
}

// New fills a window. The models and the settings must be there already.
func New(win fyne.Window, deps Deps) *Window {
	w := &Window{deps: deps, win: win, screen: screenTest}
	w.view, w.film, w.network = deps.Model.View(0), deps.Video.View(0), deps.Network.View(0)
	w.test = newTestScreen(deps.Model, w.formActions(TrialTest, w.editTestOptions), w.chartMenu)
	w.video = newVideoScreen(deps.Video, deps.Pictures,
		w.formActions(TrialVideo, w.editVideoOptions),
		func(picture int) { w.whole.open(w.video.film, picture) },
		func(picture int, e fyne.PointEvent) { w.pictureMenu(w.video.film, picture, e) }, w.chartMenu)
	w.net = newNetworkScreen(deps.Network, w.formActions(TrialNetwork, w.editNetworkOptions))
	w.host = newHostScreen(deps.Host, w.hostActions(), deps.GuestPictures, func(picture int) { w.whole.open(w.host.lower.film, picture) },
		func(picture int, e fyne.PointEvent) { w.pictureMenu(w.host.lower.film, picture, e) }, w.chartMenu)
	w.settings = newSettingsScreen(win, deps)
	w.whole = newWhole(w)
	w.actions = w.newActions()
	w.net.copyFor(w.actions.copyFirewall)
	w.status = newStatusBar(w.actions.exportSummary, w.actions.copyText, w.exportMenu)
	do := w.hostActions()
	w.strip = newGuestStrip(w.status, do.accept, do.refuse)
	w.rail = newRail(w.show)
	screens := container.New(layout.NewCustomPaddedLayout(gap, gap, gap, gap), container.NewStack(w.test.object, w.video.object, w.net.object, w.host.object, w.settings.object))
	win.SetPadded(false)
	win.SetMainMenu(w.mainMenu())
	w.content = framed(nil, w.rail.object, screens, container.NewStack(w.status, w.strip.object))
	win.SetContent(widgets.NewTips(w.content))
	win.Canvas().SetOnTypedKey(w.typed)
	w.loadForms()
	w.show(screenTest)
	w.Refresh()
	return w
}

// show brings a screen to the front.
func (w *Window) show(id screenID) {
	before := w.screen
	w.screen = id
	switch id {
	case screenTest:
		w.trial = TrialTest
	case screenVideo:
		w.trial = TrialVideo
	case screenNetwork:
		w.trial = TrialNetwork
	case screenHost:
		w.trial = TrialGuest
		if !w.deps.Host.Phase().Busy() {
			w.deps.ListAddresses()
		}
	case screenSettings:
	}
	w.hideTips()
	setVisible(w.test.object, id == screenTest)
	setVisible(w.video.object, id == screenVideo)
	setVisible(w.net.object, id == screenNetwork)
	setVisible(w.host.object, id == screenHost)
	setVisible(w.settings.object, id == screenSettings)
	w.rail.selected(id)
	w.Refresh()
	if before != id {
		w.moveFocus()
	}
}

// moveFocus takes the focus off a control of the screen that was shown before: it is hidden now, and would get Enter and what is typed.
func (w *Window) moveFocus() {
	c := w.win.Canvas()
	switch c.Focused().(type) {
	case nil, *railButton:
		return
	}
	if w.screen == screenSettings {
		c.Unfocus()
		return
	}
	w.FocusStart()
}

// SetNow tells how far the session is, and draws it.
func (w *Window) SetNow(now time.Duration) {
	switch {
	case w.deps.Video.Phase().Busy():
		w.ran = TrialVideo
	case w.deps.Network.Phase().Busy():
		w.ran = TrialNetwork
	case w.deps.Model.Phase().Busy():
		w.ran = TrialTest
	}
	w.now[w.ran] = now
	w.Refresh()
}

// Refresh brings everything in line with the models. It touches only what has changed, since each change repaints the window.
func (w *Window) Refresh() {
	test, video, network := w.view.Phase, w.film.Phase, w.network.Phase
	w.tellElsewhere()
	w.view, w.film = w.deps.Model.View(w.now[TrialTest]), w.deps.Video.View(w.now[TrialVideo])
	w.network = w.deps.Network.View(w.now[TrialNetwork])
	running := w.running()
	w.test.show(w.view, running, w.now[TrialTest])
	w.video.show(w.film, running, w.now[TrialVideo])
	w.net.show(w.network, running)
	before := w.hosting
	w.hosting = w.deps.Host.View(w.deps.Now())
	if before.Phase != w.hosting.Phase || len(before.Guests) < len(w.hosting.Guests) || runsOf(before) != runsOf(w.hosting) {
		w.status.say("", w.deps.Now()) // what was said of an invite is over when its guest comes, and what was said of a guest when it measures
	}
	w.status.forget(w.deps.Now())
	w.host.show(w.hosting)
	if w.strip.show(w.hosting.Waiting) {
		w.hideTips() // that of a button which is not there any more
	}
	if w.paste != nil {
		w.paste.show()
	}
	w.showAnswer()
	w.status.show(w.chosen(), running)
	w.rail.setBusy(w.view.Phase.Busy(), w.film.Phase.Busy(), w.network.Phase.Busy(), w.hosting.Phase.Busy())
	w.phaseChanged(test, w.view.Phase, TrialTest)
	w.phaseChanged(video, w.film.Phase, TrialVideo)
	w.phaseChanged(network, w.network.Phase, TrialNetwork)
	w.watchPictures()
	w.updateMenu()
	w.takeBack()
}

// runsOf counts the guests of a host that measure.
func runsOf(v model.HostView) (n int) {
	for _, g := range v.Guests {
		if g.Active {
			n++
		}
	}
	return n
}

// tellElsewhere lets each screen that measures know of a run on another one.
func (w *Window) tellElsewhere() {
	why := func(busy bool, where string) string {
		if !busy {
			return ""
		}
		return "A run goes on on the screen “" + where + "”. Stop it first, or wait for its end."
	}
	test, video, network := w.deps.Model, w.deps.Video, w.deps.Network
	onTest, onVideo, onNetwork := why(test.Phase().Busy(), "Test"), why(video.Phase().Busy(), "Video echo"), why(network.Phase().Busy(), "Network")
	test.Elsewhere(onVideo + onNetwork) // one run goes on at a time
	video.Elsewhere(onTest + onNetwork)
	network.Elsewhere(onTest + onVideo)
}

// running is the view of the run that goes on; of the screen that was shown last if there is none.
func (w *Window) running() model.View {
	switch {
	case w.film.Phase.Busy():
		return w.film.View
	case w.network.Phase.Busy():
		return w.network.View
	case w.view.Phase.Busy():
		return w.view
	}
	return w.chosen()
}

// chosen is the view of the screen that is shown, or of the one that measures and was shown last.
func (w *Window) chosen() model.View {
	switch w.trial {
	case TrialVideo:
		return w.film.View
	case TrialGuest:
		v, _, _ := w.deps.Host.RunView()
		return v
	case TrialNetwork:
		return w.network.View
	case TrialTest:
	}
	return w.view
}

// charts are those of that screen; nil if it has none.
func (w *Window) charts() *curves {
	switch w.trial {
	case TrialVideo:
		return w.video.lower.charts.curves
	case TrialGuest:
		return w.host.lower.curves()
	case TrialNetwork:
		return nil
	case TrialTest:
	}
	return w.test.lower.charts.curves
}

// phaseChanged turns the lower part to what is asked for next: the curves when a run begins.
func (w *Window) phaseChanged(before, now model.Phase, t Trial) {
	if now == model.PhaseStarting && !before.Busy() {
		w.now[t] = 0
		w.status.say("", w.deps.Now())
		switch t {
		case TrialVideo:
			w.video.lower.begin()
		case TrialNetwork:
			w.net.begin()
		case TrialTest, TrialGuest:
			w.test.lower.begin()
		}
	}
}

// Adopt takes over settings that were changed elsewhere: the theme, the units.
func (w *Window) Adopt() {
	s := w.deps.Settings()
	w.test.lower.charts.setMbit(s.Mbit)
	w.video.lower.charts.setMbit(s.Mbit)
	w.host.lower.charts.setMbit(s.Mbit)
	w.host.lower.films.setMbit(s.Mbit)
	w.video.film.setThree(s.ShowDifference)
	w.rail.restyle()
	w.status.Refresh()
	w.Refresh()
}

// FormChanged takes over a form that was changed elsewhere: that of the screen "Test" is the one that counts.
func (w *Window) FormChanged() {
	w.shareForm(w.deps.Model.Form())
}

// FocusStart puts the focus on the primary button, for a start with the Enter key, or on what has to be mended first.
func (w *Window) FocusStart() {
	if w.trial == TrialGuest {
		w.focus(w.host.form.first())
		return
	}
	w.focus(w.head().first())
}

func (w *Window) head() *formHead {
	switch w.trial {
	case TrialVideo:
		return w.video.form.formHead
	case TrialNetwork:
		return w.net.form.formHead
	case TrialTest, TrialGuest:
	}
	return w.test.form.formHead
}

// Say shows a message in the status bar.
func (w *Window) Say(text string) {
	w.status.say(text, w.deps.Now())
	w.Refresh()
}

func (w *Window) start() {
	if w.trial == TrialGuest {
		return // guests start their runs themselves
	}
	w.show(map[Trial]screenID{TrialTest: screenTest, TrialVideo: screenVideo, TrialNetwork: screenNetwork}[w.trial])
	w.deps.Start(w.trial)
}

func (w *Window) startStop() {
	w.hideTips() // the pointer rests on the button, and its tip would lie over what comes
	if w.running().Phase.Busy() {
		w.deps.Stop()
		return
	}
	w.actions.start.run()
}

func (w *Window) editServers() { showServers(w.win, w.deps, w, w.FormChanged) }

func (w *Window) editTestOptions() { showTestOptions(w.win, w.deps.Model, w.FormChanged) }

func (w *Window) editVideoOptions() {
	showVideoOptions(w.win, w.deps, func() { w.edited(TrialVideo) })
}

func (w *Window) editNetworkOptions() {
	showNetworkOptions(w.win, w.deps.Network, func() { w.edited(TrialNetwork) })
}

// editOptions opens those of the screen that is shown.
func (w *Window) editOptions() {
	switch w.trial {
	case TrialVideo:
		w.editVideoOptions()
	case TrialGuest:
		w.editHostOptions()
	case TrialNetwork:
		w.editNetworkOptions()
	case TrialTest:
		w.editTestOptions()
	}
}

// edited follows a control of a screen that has changed its form: the other screens show the same target and paths.
func (w *Window) edited(t Trial) {
	switch t {
	case TrialVideo:
		w.shareForm(w.deps.Video.Form())
	case TrialNetwork:
		w.shareForm(w.deps.Network.Form())
	case TrialTest, TrialGuest:
		w.shareForm(w.deps.Model.Form())
	}
}

// shareForm has every screen that measures take a form over.
func (w *Window) shareForm(f model.Form) {
	w.deps.Model.SetForm(f)
	w.deps.Video.SetForm(f)
	w.deps.Network.SetForm(f)
	w.loadForms()
	w.Refresh()
}

func (w *Window) loadForms() {
	w.test.form.load()
	w.video.form.load()
	w.net.form.load()
}

// formEdited follows a sheet that has changed the form.
func (w *Window) formEdited() { w.FormChanged() }
