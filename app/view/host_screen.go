package view

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
)

// noTime is before any invite ends.
var noTime time.Time

// hostActions are what the buttons of the screen "Host" do.
type hostActions struct {
	changed, more, startStop            func()
	newInvite, copyInvite, copyLink, qr func()
	pasteInvite                         func()
	copyPorts                           func()
	accept, refuse, remove              func(id string)
	selected                            func(id string) // another guest is chosen
}

// hostScreen is the screen "Host": where to listen, how things stand, the guests, and below them the invite and the run of the chosen
// guest.
type hostScreen struct {
	object fyne.CanvasObject
	model  *model.Host
	do     hostActions
	form   *hostForm
	banner *widgets.Banner
	guests *widgets.ResultTable
	scroll *container.Scroll
	none   *canvas.Text // in the empty table
	lower  *hostLower
	accept *widgets.Button
	refuse *widgets.Button
	remove *widgets.Button
	shown  model.HostView
	taking bool // the table takes the model's selection over: its answer is no choice
}

func newHostScreen(m *model.Host, do hostActions, pictures Pictures, open func(int), menu func(int, fyne.PointEvent), chartMenu func(fyne.PointEvent)) *hostScreen {
	s := &hostScreen{model: m, do: do, banner: widgets.NewBanner(), guests: widgets.NewGuestTable()}
	s.form = newHostForm(m, do)
	s.lower = newHostLower(m, do, pictures, open, menu, chartMenu)
	s.object = container.New(hostFrame{}, s.form.object, s.banner, s.guestCard(), s.lower.object)
	return s
}

// guestCard is the table of the guests, with what can be done with the chosen one.
func (s *hostScreen) guestCard() fyne.CanvasObject {
	button := func(name string, icon fyne.Resource, do func(string), why func(model.GuestActions) string) (*widgets.Button, fyne.CanvasObject) {
		b := widgets.NewButton(name, icon, func() { do(s.model.Selected()) })
		return b, widgets.Tipped(b, func() string { return why(s.shown.May) })
	}
	var accept, refuse, remove fyne.CanvasObject
	s.accept, accept = button("Accept", theme.ConfirmIcon(), s.do.accept, func(m model.GuestActions) string { return m.AcceptWhy })
	s.refuse, refuse = button("Refuse", theme.CancelIcon(), s.do.refuse, func(m model.GuestActions) string { return m.RefuseWhy })
	s.remove, remove = button("Remove", theme.DeleteIcon(), s.do.remove, func(m model.GuestActions) string { return m.RemoveWhy })
	s.guests.OnGuest = s.pick
	s.guests.OnKey = s.key
	s.guests.OnMenu = s.menu
	s.scroll = container.NewVScroll(s.guests)
	s.scroll.SetMinSize(fyne.NewSize(0, s.guests.MinSize().Height+1)) // 1: what is rounded off on the way must not make it scroll
	s.none = canvas.NewText("", theme.Color(look.ColorMuted))
	s.none.Alignment = fyne.TextAlignCenter
	bar := container.NewBorder(nil, nil, heading("Guests"), container.New(layout.NewCustomPaddedHBoxLayout(4), accept, refuse, remove))
	return widgets.Card(framed(bar, nil, container.NewStack(s.scroll, container.New(layout.NewCustomPaddedLayout(36, 0, 0, 0), container.NewCenter(s.none))), nil))
}

// pick follows the selection; opened tells that the row was clicked or Enter pressed.
func (s *hostScreen) pick(id string, opened bool) {
	s.reveal()
	if s.taking {
		return
	}
	s.model.Select(id)
	if run, _, _ := s.model.Run(); opened && run != nil {
		s.lower.choose(map[bool]int{false: hostCharts, true: hostVideo}[s.model.Filming()])
	}
	s.do.selected(id)
}

// reveal brings the selected row into sight.
func (s *hostScreen) reveal() {
	if y, height, ok := s.guests.Place(); ok {
		switch view := s.scroll.Size().Height; {
		case y < s.scroll.Offset.Y:
			s.scroll.ScrollToOffset(fyne.NewPos(0, y))
		case y+height > s.scroll.Offset.Y+view:
			s.scroll.ScrollToOffset(fyne.NewPos(0, y+height-view))
		}
	}
}

// key takes the keys that do something with the selected guest.
func (s *hostScreen) key(e *fyne.KeyEvent) bool {
	id := s.model.Selected()
	switch e.Name {
	case fyne.KeyDelete, fyne.KeyBackspace:
		if s.shown.May.Remove {
			s.do.remove(id)
		}
	case fyne.KeyA:
		if s.shown.May.Accept {
			s.do.accept(id)
		}
	case fyne.KeyR:
		if s.shown.May.Refuse {
			s.do.refuse(id)
		}
	default:
		return false
	}
	return true
}

func (s *hostScreen) menu() []*fyne.MenuItem {
	id := s.model.Selected()
	item := func(name string, can bool, do func(string)) *fyne.MenuItem {
		i := fyne.NewMenuItem(name, func() { do(id) })
		i.Disabled = !can
		return i
	}
	may := s.model.View(noTime).May
	return []*fyne.MenuItem{item("Accept", may.Accept, s.do.accept), item("Refuse", may.Refuse, s.do.refuse), item("Remove…", may.Remove, s.do.remove)}
}

// show brings the screen in line with the state.
func (s *hostScreen) show(v model.HostView) {
	before := s.shown.Phase
	s.shown = v
	s.form.show(v)
	s.banner.Set(v.Banner)
	s.guests.SetGuestRows(v.Guests)
	setText(s.none, v.NoGuests, look.ColorMuted)
	s.taking = true
	s.guests.SelectKey(v.Selected)
	s.taking = false
	disable(!v.May.Accept, s.accept)
	disable(!v.May.Refuse, s.refuse)
	disable(!v.May.Remove, s.remove)
	s.lower.show(v)
	if v.Phase == model.HostStarting && before == model.HostOff {
		s.lower.choose(hostInvite)
	}
}

// hostFrame stacks the parts of the screen: header, banner, guests, lower part. The guests get their share of the height, however many
// there are, so that nothing moves when one comes.
type hostFrame struct{}

const (
	guestShare = 0.23
	mostGuests = 300 // more of them scroll
)

// Layout implements fyne.Layout.
func (hostFrame) Layout(o []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	put := func(o fyne.CanvasObject, height float32) {
		place(o, 0, y, size.Width, height)
		y += height + gap
	}
	put(o[0], o[0].MinSize().Height)
	put(o[1], o[1].MinSize().Height)
	least := o[2].MinSize().Height
	rows := max(math.Round(float64((min(size.Height*guestShare, mostGuests)-least)/widgets.RowHeight())), 0) // whole ones: a half could not be read
	put(o[2], least+float32(rows)*widgets.RowHeight())
	put(o[3], size.Height-y)
}

// MinSize implements fyne.Layout.
func (hostFrame) MinSize(o []fyne.CanvasObject) fyne.Size { return videoFrame{}.MinSize(o) }
