package view

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
)

// guestStrip tells on every screen that a guest waits to be let in. It takes the place of the status bar as long as that lasts, so
// that nothing moves when somebody comes.
type guestStrip struct {
	object fyne.CanvasObject
	ground *canvas.Rectangle
	line   oneLine
	accept *widgets.Button
	refuse *widgets.Button
	id     string // of the guest
	hidden fyne.CanvasObject
}

func newGuestStrip(under fyne.CanvasObject, accept, refuse func(id string)) *guestStrip {
	s := &guestStrip{ground: canvas.NewRectangle(color.Transparent), hidden: under}
	s.ground.SetMinSize(fyne.NewSize(0, statusHeight))
	s.line.text, s.line.large = canvas.NewText("", theme.Color(theme.ColorNameForeground)), true
	s.line.text.TextStyle.Bold = true
	s.accept = widgets.NewButton("Accept", theme.ConfirmIcon(), func() { accept(s.id) })
	s.accept.Importance = widget.HighImportance
	s.refuse = widgets.NewButton("Refuse", theme.CancelIcon(), func() { refuse(s.id) })
	mark := widgets.NewMarkText(present.Mark{Shape: "▲", Word: "A guest waits", Tone: present.ToneFair})
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(gap),
		widgets.Tipped(s.accept, widgets.Tip("Let the guest in. It can then test the network to this computer")),
		widgets.Tipped(s.refuse, widgets.Tip("Turn the guest away")))
	row := container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 12, 12), container.NewCenter(mark)), buttons, container.New(&s.line, s.line.text))
	s.object = container.NewStack(s.ground, container.New(layout.NewCustomPaddedLayout(0, 0, 0, 12), row))
	s.object.Hide()
	return s
}

// show tells of the guest that has waited longest, or goes: then gone is true, once.
func (s *guestStrip) show(g *model.WaitingGuest) (gone bool) {
	on := g != nil
	gone = !on && s.object.Visible()
	setVisible(s.object, on)
	setVisible(s.hidden, !on)
	if !on {
		s.id = ""
		return gone
	}
	s.id = g.ID
	if back := theme.Color(look.ColorFairBack); s.ground.FillColor != back {
		s.ground.FillColor = back
		s.ground.Refresh()
	}
	s.line.set(g.Text, theme.ColorNameForeground)
	return false
}
