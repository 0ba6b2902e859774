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
	"echopath/app/widgets"
)

// hostForm is the header of the screen "Host": where to listen, under which name, and the one primary button.
type hostForm struct {
	model   *model.Host
	do      hostActions
	object  fyne.CanvasObject
	address *widgets.Select
	name    *widgets.Entry
	more    *widgets.Button
	ask     *widgets.Check
	start   *widgets.Button
	summary oneLine
	shown   model.HostView
	listed  []model.HostAddress
	loading bool
}

const (
	addressWidth = 270
	nameWidth    = 170
)

func newHostForm(m *model.Host, do hostActions) *hostForm {
	f := &hostForm{model: m, do: do}
	f.address = widgets.NewSelect(nil, f.pickAddress)
	f.address.PlaceHolder = "No network address"
	f.name = widgets.NewEntry()
	f.name.OnChanged = func(text string) { f.edit(func(h *model.HostForm) { h.Name = text }) }
	f.more = widgets.NewButton("More…", nil, do.more)
	f.ask = widgets.NewCheck("Ask me before a guest gets in", func(on bool) { f.edit(func(h *model.HostForm) { h.Ask = on }) })
	f.start = widgets.NewButton("Start hosting", theme.MediaPlayIcon(), do.startStop)
	f.start.Importance = widget.HighImportance
	f.summary.text = canvas.NewText("", theme.Color(look.ColorMuted))
	f.summary.text.Alignment = fyne.TextAlignTrailing
	left := container.NewHBox(caption("Interface"),
		widgets.Tipped(container.New(fixedWidth(addressWidth), f.address), widgets.Tip("The one address to listen on. Guests must be able to reach it: by the network itself, or by a port that is forwarded to it.")),
		caption("Name"), widgets.Tipped(container.New(fixedWidth(nameWidth), f.name), widgets.Tip("Under it guests see this computer. Empty: its own name.")),
		widgets.Tipped(f.more, widgets.Tip("Ports, a public address, more addresses for the invite, outside STUN servers, and what guests may name")))
	start := container.New(atLeast{width: 140}, widgets.Tipped(f.start, func() string { return f.shown.ActWhy }))
	first := container.NewBorder(nil, nil, nil, start, left)
	summary := widgets.Tipped(f.summary.text, func() string { return joinedLines(f.shown.Summary, f.shown.SummaryHint) })
	ask := widgets.Tipped(f.ask, widgets.Tip("A guest with an invite waits until you press Accept. Without it whoever has the invite is in at once."))
	second := container.NewBorder(nil, nil, ask, nil, container.New(&f.summary, summary))
	f.object = widgets.Card(container.New(layout.NewCustomPaddedVBoxLayout(2), first, second))
	f.load()
	return f
}

func joinedLines(a, b string) string {
	if b == "" {
		return a
	}
	return a + "\n" + b
}

func (f *hostForm) edit(change func(*model.HostForm)) {
	if f.loading {
		return
	}
	form := f.model.Form()
	change(&form)
	f.model.SetForm(form)
	f.do.changed()
}

func (f *hostForm) pickAddress(title string) {
	f.edit(func(h *model.HostForm) {
		for _, a := range f.model.Addresses() {
			if a.Title() == title {
				h.Address = a.Addr.String()
			}
		}
	})
}

// load puts the model's form into the controls.
func (f *hostForm) load() {
	f.loading = true
	defer func() { f.loading = false }()
	form := f.model.Form()
	f.listed = f.model.Addresses()
	var titles []string
	chosen := ""
	for i, a := range f.listed {
		titles = append(titles, a.Title())
		if a.Addr.String() == form.Address || i == 0 && form.Address == "" {
			chosen = a.Title()
		}
	}
	f.address.SetOptions(titles)
	if chosen == "" {
		f.address.ClearSelected()
	} else {
		f.address.SetSelected(chosen)
	}
	f.name.SetPlaceHolder(f.model.OwnName())
	if f.name.Text != form.Name {
		f.name.SetText(form.Name)
	}
	f.ask.SetChecked(form.Ask)
}

// show brings the controls in line with the state.
func (f *hostForm) show(v model.HostView) {
	f.shown = v
	busy := v.Phase.Busy()
	disable(busy, f.address, f.name, f.more, f.ask)
	text, icon, importance := "Start hosting", theme.MediaPlayIcon(), widget.HighImportance
	if busy {
		text, icon, importance = "Stop hosting", theme.MediaStopIcon(), widget.MediumImportance
	}
	if f.start.Text != text {
		f.start.Text, f.start.Icon, f.start.Importance = text, icon, importance
		f.start.Refresh()
	}
	disable(!v.CanAct, f.start)
	name := look.ColorMuted
	if !busy && f.model.Checked().Problem != "" {
		name = look.ColorPoor
	}
	f.summary.set(v.Summary, name)
}

// first is what has the focus when the screen is shown.
func (f *hostForm) first() fyne.Focusable {
	if !f.start.Disabled() {
		return f.start
	}
	return f.more
}
