package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// settingsScreen is the screen "Settings". Every change takes effect and is kept at once.
type settingsScreen struct {
	win    fyne.Window
	deps   Deps
	object fyne.CanvasObject

	theme, units, preset   *widgets.Select
	folder                 *widgets.Entry
	keep, remember, notify *widgets.Check
	folderBox              *widgets.FieldBox
	stun                   *widgets.Entry
	stunBox                *widgets.FieldBox
	loading                bool
}

var themes = []struct {
	theme prefs.Theme
	name  string
}{
	{prefs.ThemeSystem, "As the system"},
	{prefs.ThemeLight, "Light"},
	{prefs.ThemeDark, "Dark"},
}

const (
	kbitName = "kbit/s"
	mbitName = "Mbit/s"
)

func newSettingsScreen(win fyne.Window, deps Deps) *settingsScreen {
	s := &settingsScreen{win: win, deps: deps}
	column := container.New(stacked{10}, s.looks(), s.tests(), s.files(), s.privacy(), s.outside())
	s.object = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(2, 12, 2, 12), container.New(readable{720}, column)))
	s.load()
	return s
}

func section(title string, rows ...fyne.CanvasObject) fyne.CanvasObject {
	column := container.NewVBox(append([]fyne.CanvasObject{heading(title)}, rows...)...)
	return widgets.Card(container.New(layout.NewCustomPaddedLayout(4, 8, 8, 8), column))
}

func (s *settingsScreen) looks() fyne.CanvasObject {
	var names []string
	for _, t := range themes {
		names = append(names, t.name)
	}
	s.theme = newSelect(names, func(name string) {
		s.change(func(p *prefs.Settings) {
			for _, t := range themes {
				if t.name == name {
					p.Theme = t.theme
				}
			}
		})
	})
	s.units = newSelect([]string{kbitName, mbitName}, func(name string) {
		s.change(func(p *prefs.Settings) { p.Mbit = name == mbitName })
	})
	return section("Appearance", row("Theme", s.theme), row("Bitrates in", s.units))
}

func (s *settingsScreen) tests() fyne.CanvasObject {
	var titles []string
	for _, p := range netcheck.Presets() {
		titles = append(titles, p.Title)
	}
	s.preset = newSelect(titles, func(title string) {
		s.change(func(p *prefs.Settings) {
			for _, known := range netcheck.Presets() {
				if known.Title == title {
					p.DefaultPreset = known.Name
				}
			}
		})
	})
	s.notify = widgets.NewCheck("Tell me when a test ended while the window was in the background", func(on bool) {
		s.change(func(p *prefs.Settings) { p.Notify = on })
	})
	return section("Tests", row("Default preset", s.preset), s.notify)
}

func (s *settingsScreen) files() fyne.CanvasObject {
	s.keep = widgets.NewCheck("Keep the results of every test, each in a folder of its own", func(on bool) {
		s.change(func(p *prefs.Settings) { p.KeepResults = on })
		disable(!on, s.folder)
	})
	s.folder = widgets.NewEntry()
	s.folder.OnChanged = s.typedFolder
	browse := widgets.NewButton("", theme.FolderOpenIcon(), s.browse)
	open := widgets.NewButton("Open", nil, func() { s.deps.OpenFolder(s.results()) })
	s.folderBox = widgets.NewFieldBox("Folder for results", container.NewBorder(nil, nil, nil, container.NewHBox(
		widgets.Tipped(browse, widgets.Tip("Choose a folder")), widgets.Tipped(open, widgets.Tip("Show it in the file manager"))), s.folder),
		"Summary, samples and packets as CSV, the report as JSON. Empty: the default place.")
	return section("Files", s.keep, flush(s.folderBox))
}

// outside is the list of STUN servers of others.
func (s *settingsScreen) outside() fyne.CanvasObject {
	s.stun = widgets.NewMultiLineEntry()
	s.stun.SetMinRowsVisible(5)
	s.stun.OnChanged = s.typedSTUN
	public := widgets.NewButton("Public list", nil, func() { s.stun.SetText(model.PublicSTUN()) })
	none := widgets.NewButton("None", nil, func() { s.stun.SetText("") })
	buttons := container.NewVBox(widgets.Tipped(public, widgets.Tip("Put the public servers back. Companies run them for everybody")),
		widgets.Tipped(none, widgets.Tip("Ask no server outside. A host that is reached by copy and paste only may then not find this computer behind a NAT")))
	s.stunBox = newBox("Outside STUN servers, one a line", container.NewBorder(nil, nil, nil, buttons, s.stun),
		"By them a host finds this computer behind a NAT where no TCP connection leads there. "+present.Define(present.TermPublicSTUN))
	return section("Servers of others", paragraph("They tell this computer under which address the Internet sees it, when it comes to a host by copy and paste. Those marked “public” belong to companies. "+
		"Nothing is sent to any of them before you press Connect or start a test. The list for hosting stands on the screen “Host”, under “More…”.", look.ColorMuted, false), flush(s.stunBox))
}

// typedSTUN takes the list; what is wrong with it is said below.
func (s *settingsScreen) typedSTUN(text string) {
	_, problem := model.ReadSTUN(text)
	s.stunBox.SetProblem(problem)
	if s.loading {
		return
	}
	form := s.deps.Model.Form()
	form.STUN = text
	s.deps.Model.SetForm(form)
	form = s.deps.Video.Form()
	form.STUN = text
	s.deps.Video.SetForm(form)
	form = s.deps.Network.Form()
	form.STUN = text
	s.deps.Network.SetForm(form)
	s.change(func(*prefs.Settings) {}) // which keeps the form as well
}

func (s *settingsScreen) privacy() fyne.CanvasObject {
	s.remember = widgets.NewCheck("Remember server addresses and user names (passwords and secrets are never stored)", func(on bool) {
		s.change(func(p *prefs.Settings) { p.RememberServers = on })
	})
	forget := widgets.NewButton("Forget all settings…", nil, s.forget)
	forget.Importance = widget.DangerImportance
	return section("Privacy",
		paragraph("Echopath sends test packets only to the servers that you name and to the host of an invite, and nothing to anybody else: no statistics, no crash reports, no look for updates. "+
			"A test of the screen “Network” also fetches the page that its options name, to see whether a log-in page is in the way. The target “This computer” does not leave this computer at all.", look.ColorMuted, false),
		s.remember, flush(container.NewHBox(forget)))
}

// row is a setting: its name and its control, in columns that line up.
func row(name string, control fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedHBoxLayout(4), container.New(fixedWidth(150), widget.NewLabel(name)), control)
}

// load puts the settings into the controls.
func (s *settingsScreen) load() {
	s.loading = true
	defer func() { s.loading = false }()
	p := s.deps.Settings()
	for _, t := range themes {
		if t.theme == p.Theme {
			s.theme.SetSelected(t.name)
		}
	}
	s.units.SetSelected(map[bool]string{false: kbitName, true: mbitName}[p.Mbit])
	for _, known := range netcheck.Presets() {
		if known.Name == p.DefaultPreset {
			s.preset.SetSelected(known.Title)
		}
	}
	s.keep.SetChecked(p.KeepResults)
	s.stun.SetText(s.deps.Model.Form().STUN)
	s.remember.SetChecked(p.RememberServers)
	s.notify.SetChecked(p.Notify)
	s.folder.SetText(p.ResultsDir)
	s.folder.SetPlaceHolder(s.deps.DefaultResults)
	disable(!p.KeepResults, s.folder)
}

func (s *settingsScreen) change(set func(*prefs.Settings)) {
	if s.loading {
		return
	}
	p := s.deps.Settings().Clone()
	set(&p)
	s.deps.SetSettings(p)
}

func (s *settingsScreen) results() string {
	if p := s.deps.Settings(); p.ResultsDir != "" {
		return p.ResultsDir
	}
	return s.deps.DefaultResults
}

// typedFolder takes a folder that can be one; the rest is said under the field.
func (s *settingsScreen) typedFolder(text string) {
	if problem := prefs.FolderProblem(text); problem != "" {
		s.folderBox.SetProblem(problem)
		return
	}
	s.folderBox.SetProblem("")
	s.change(func(p *prefs.Settings) { p.ResultsDir = text })
}

func (s *settingsScreen) browse() {
	widgets.ShowFolder(s.win, widgets.FileOptions{Title: "Folder for results", Folder: s.results()}, func(path string) { s.folder.SetText(path) })
}

func (s *settingsScreen) forget() {
	widgets.Confirm(s.win, "Forget all settings?", "Settings, remembered servers and folders go back to what they were at first, and hosts take this computer for another guest. Results of tests stay where they are.",
		"Forget", "Keep", func(yes bool) {
			if !yes {
				return
			}
			s.deps.Forget(func(err error) {
				if err != nil {
					widgets.Message(s.win, "The settings could not be deleted", sentence(err))
				}
				s.load()
			})
		})
}
