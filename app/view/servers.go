package view

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// servers is the editor of the target "TURN servers". What is typed takes effect at once; cancelling puts the form back.
type servers struct {
	win     fyne.Window
	deps    Deps
	places  places
	changed func()
	before  model.Form

	dialog *widgets.Dialog
	boxes  map[model.Field]*widgets.FieldBox
	urls   *widgets.Entry
	user   *widgets.Entry
	ca     *widgets.Entry
	pins   *widgets.Entry
	try    *widgets.Button
	save   *widgets.Button

	password, secret *widgets.Entry

	tried   *fyne.Container
	answers *container.Scroll
	told    bool // the answers of a try are shown
	open    bool
}

// showServers opens the editor.
func showServers(win fyne.Window, deps Deps, places places, changed func()) {
	s := &servers{win: win, deps: deps, places: places, changed: changed, before: deps.Model.Form(), boxes: map[model.Field]*widgets.FieldBox{}, open: true}
	s.tried = container.NewVBox()
	s.answers = container.NewVScroll(s.tried)
	s.answers.SetMinSize(fyne.NewSize(0, 116))
	content := container.New(fixedWidth(660), container.NewVBox(s.addresses(), s.login(), s.trust(), s.answers))
	s.dialog = widgets.NewDialog(win, "TURN and STUN servers", content)
	s.dialog.AddButton("Load list…", s.loadList)
	s.save = s.dialog.AddButton("Save list…", s.saveList)
	s.try = s.dialog.AddButton("Try them", s.tryAll)
	s.dialog.AddButton("Cancel", s.cancel)
	done := s.dialog.AddButton("Done", s.close)
	s.dialog.SetDefault(done)
	s.dialog.SetOnCancel(s.cancel)
	s.dialog.SetFirst(s.urls)
	s.edit(func(*model.Servers) {})
	s.invite()
	s.dialog.Show()
}

func (s *servers) close() {
	s.open = false
	s.dialog.Close()
}

func (s *servers) cancel() {
	s.deps.Model.SetForm(s.before)
	s.close()
	s.changed()
}

func (s *servers) addresses() fyne.CanvasObject {
	s.urls = widgets.NewMultiLineEntry()
	s.urls.SetMinRowsVisible(3)
	s.urls.SetPlaceHolder("turn:turn.example.com:3478\nturns:turn.example.com:5349\nstun:stun.example.com:3478")
	s.urls.SetText(s.deps.Model.Form().Servers.URLs)
	s.urls.OnChanged = func(text string) { s.edit(func(v *model.Servers) { v.URLs = text }) }
	public := widgets.NewButton("Add public", nil, func() { s.urls.SetText(model.WithPublic(s.urls.Text)) })
	tipped := widgets.Tipped(public, widgets.Tip("Add the well-known public STUN servers. They belong to companies, and are asked only when a test starts or when you try them"))
	return s.box(model.FieldURLs, "Addresses, one a line", container.NewBorder(nil, nil, nil, container.NewVBox(tipped), s.urls),
		"turn:HOST:PORT for relays over UDP, with ?transport=tcp for TCP; turns:HOST:PORT for TLS; stun:HOST:PORT for STUN (RFC 7064, RFC 7065).")
}

func (s *servers) login() fyne.CanvasObject {
	f := s.deps.Model.Form().Servers
	s.user = widgets.NewEntry()
	s.user.SetText(f.User)
	s.user.OnChanged = func(text string) { s.edit(func(v *model.Servers) { v.User = text }) }
	s.password = widgets.NewPasswordEntry()
	s.password.SetText(f.Password.Reveal())
	s.password.OnChanged = func(text string) { s.edit(func(v *model.Servers) { v.Password = netcheck.Secret(text) }) }
	s.secret = widgets.NewPasswordEntry()
	s.secret.SetText(f.RESTSecret.Reveal())
	s.secret.OnChanged = func(text string) { s.edit(func(v *model.Servers) { v.RESTSecret = netcheck.Secret(text) }) }
	return container.NewGridWithColumns(3,
		s.box(model.FieldUser, "User", s.user, "The user name on the TURN server. STUN needs none."),
		s.box(model.FieldPassword, "Password", s.password, "Kept in memory only, never written to a file."),
		s.box(model.FieldREST, "or REST secret", s.secret, present.Define(present.TermRESTSecret)))
}

func (s *servers) trust() fyne.CanvasObject {
	f := s.deps.Model.Form().Servers
	s.ca = widgets.NewEntry()
	s.ca.SetText(f.CAFile)
	s.ca.OnChanged = s.readCA
	browse := widgets.NewButton("", theme.FolderOpenIcon(), s.browseCA)
	s.pins = widgets.NewEntry()
	s.pins.SetText(f.Pins)
	s.pins.OnChanged = func(text string) { s.edit(func(v *model.Servers) { v.Pins = text }) }
	return container.NewGridWithColumns(2,
		s.box(model.FieldCA, "CA file (optional)", container.NewBorder(nil, nil, nil, browse, s.ca), present.Define(present.TermCAFile)),
		s.box(model.FieldPins, "Certificate pins (optional)", s.pins, present.Define(present.TermPin)))
}

func (s *servers) box(field model.Field, label string, input fyne.CanvasObject, hint string) fyne.CanvasObject {
	b := newBox(label, input, hint)
	s.boxes[field] = b
	return b
}

// browseCA asks for a file.
func (s *servers) browseCA() {
	folder := ""
	if s.ca.Text != "" {
		folder = filepath.Dir(s.ca.Text)
	}
	widgets.ShowOpen(s.win, widgets.FileOptions{Title: "Certificates of your own authority (PEM)", Folder: folder}, func(path string) { s.ca.SetText(path) })
}

// readCA has the file read. The answer may come after the next letter: it counts only for the name that it is about.
func (s *servers) readCA(path string) {
	path = strings.TrimSpace(path)
	s.edit(func(v *model.Servers) { v.CAFile, v.CAPEM, v.CAProblem = path, nil, "" })
	if path == "" {
		return
	}
	s.deps.ReadCA(path, func(pem []byte, problem string) {
		if form := s.deps.Model.Form(); s.open && form.Servers.CAFile == path {
			s.edit(func(v *model.Servers) { v.CAPEM, v.CAProblem = pem, problem })
		}
	})
}

// edit changes the servers. Whoever edits them wants them tested: they become the target.
func (s *servers) edit(change func(*model.Servers)) {
	form := s.deps.Model.Form()
	form.Target = netcheck.TargetTURN
	change(&form.Servers)
	s.deps.Model.SetForm(form)
	if s.told { // they were about what stood here before
		s.invite()
	}
	s.check()
	s.changed()
}

func (s *servers) check() {
	c := s.deps.Model.Checked()
	for field, box := range s.boxes {
		box.SetProblem(c.Problems[field])
	}
	if s.try != nil {
		disable(!s.usable(c), s.try)
		_, ok := s.deps.Model.Form().ServerList()
		disable(!ok, s.save)
	}
}

// usable tells whether the servers themselves can be asked, whatever else is wrong with the form.
func (s *servers) usable(c model.Checked) bool {
	for field := range s.boxes {
		if c.Problems[field] != "" {
			return false
		}
	}
	return strings.TrimSpace(s.deps.Model.Form().Servers.URLs) != ""
}

// tryAll asks all servers.
func (s *servers) tryAll() {
	s.try.Disable()
	s.say(look.ColorMuted, "Asking the servers…")
	s.deps.TryServers(s.deps.Model.Form(), func(answers []Tried, err error) {
		if !s.open {
			return
		}
		s.check()
		if err != nil {
			s.say(look.ColorPoor, err.Error())
			return
		}
		s.tried.RemoveAll()
		for _, a := range answers {
			s.tried.Add(answer(a))
		}
		s.told = true
		s.tried.Refresh()
		s.answers.ScrollToTop()
	})
}

func answer(a Tried) fyne.CanvasObject {
	mark := present.Mark{Shape: "●", Word: "works", Tone: present.ToneGood}
	if !a.OK {
		mark = present.Mark{Shape: "■", Word: "fails", Tone: present.TonePoor}
	}
	text := widget.NewLabel(a.Server + ": " + a.Text)
	text.Wrapping = fyne.TextWrapWord
	return container.NewBorder(nil, nil, beside(mark), nil, text)
}

func (s *servers) invite() {
	s.say(theme.ColorNamePlaceHolder, "“Try them” asks each server for what a call needs, and says what is wrong.")
}

// say puts one line in the place of the answers.
func (s *servers) say(name fyne.ThemeColorName, text string) {
	s.tried.RemoveAll()
	label := widget.NewRichText(&widget.TextSegment{Text: text, Style: widget.RichTextStyle{ColorName: name}})
	label.Wrapping = fyne.TextWrapWord
	s.tried.Add(label)
	s.told = false
	s.tried.Refresh()
	s.answers.ScrollToTop()
}
