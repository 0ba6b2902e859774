package view

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

// railWidth is fixed, so that nothing moves when a name is translated or a dot appears.
const railWidth = 76

// rail is the column of screens at the left.
type rail struct {
	object  fyne.CanvasObject
	edge    *canvas.Rectangle // between the rail and the screen; a ground would cost time in each redraw
	buttons map[screenID]*railButton
}

type screenID string

const (
	screenTest     screenID = "test"
	screenVideo    screenID = "video"
	screenNetwork  screenID = "network"
	screenHost     screenID = "host"
	screenSettings screenID = "settings"
)

func newRail(choose func(screenID)) *rail {
	r := &rail{buttons: map[screenID]*railButton{}}
	add := func(id screenID, name string, icon fyne.Resource) *railButton {
		b := newRailButton(name, icon, func() { choose(id) })
		r.buttons[id] = b
		return b
	}
	r.edge = canvas.NewRectangle(color.Transparent)
	column := container.NewVBox(
		add(screenTest, "Test", look.PulseIcon()),
		add(screenVideo, "Video", look.FilmIcon()),
		add(screenNetwork, "Network", look.NetworkIcon()),
		add(screenHost, "Host", look.HostIcon()),
		layout.NewSpacer(),
		add(screenSettings, "Settings", theme.SettingsIcon()),
	)
	r.object = container.New(railFrame{}, column, r.edge)
	r.restyle()
	return r
}

func (r *rail) restyle() {
	r.edge.FillColor = theme.Color(look.ColorBorder)
	r.edge.Refresh()
}

func (r *rail) selected(id screenID) {
	for other, b := range r.buttons {
		b.setSelected(other == id)
	}
}

// setBusy marks the screens on which something goes on.
func (r *rail) setBusy(test, video, network, host bool) {
	r.buttons[screenNetwork].setBusy(network)
	r.buttons[screenHost].setBusy(host)
	r.buttons[screenTest].setBusy(test)
	r.buttons[screenVideo].setBusy(video)
}

// railFrame has the buttons and, at the right, the edge.
type railFrame struct{}

// Layout implements fyne.Layout.
func (railFrame) Layout(o []fyne.CanvasObject, size fyne.Size) {
	place(o[0], 0, 0, size.Width, size.Height)
	place(o[1], size.Width-1, 0, 1, size.Height)
}

// MinSize implements fyne.Layout.
func (railFrame) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(railWidth, o[0].MinSize().Height)
}

// railButton is an icon over a name. It can be focused and pressed by keyboard.
type railButton struct {
	widget.BaseWidget
	name           string
	icon           *widget.Icon
	text           *canvas.Text
	back, focus    *canvas.Rectangle
	bar            *canvas.Rectangle
	dot            *canvas.Circle
	tapped         func()
	over, selected bool
	focused, busy  bool
}

var (
	_ fyne.Focusable    = (*railButton)(nil)
	_ fyne.Tappable     = (*railButton)(nil)
	_ desktop.Hoverable = (*railButton)(nil)
)

func newRailButton(name string, icon fyne.Resource, tapped func()) *railButton {
	b := &railButton{name: name, icon: widget.NewIcon(icon), tapped: tapped,
		text: canvas.NewText(name, color.Black), back: canvas.NewRectangle(color.Transparent),
		focus: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent), dot: canvas.NewCircle(color.Transparent)}
	b.text.Alignment = fyne.TextAlignCenter
	b.ExtendBaseWidget(b)
	return b
}

func (b *railButton) setSelected(s bool) {
	if b.selected != s {
		b.selected = s
		b.Refresh()
	}
}

func (b *railButton) setBusy(busy bool) {
	if b.busy != busy {
		b.busy = busy
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *railButton) Tapped(*fyne.PointEvent) { b.tapped() }

// TypedKey implements fyne.Focusable.
func (b *railButton) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		b.tapped()
	}
}

// TypedRune implements fyne.Focusable.
func (b *railButton) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (b *railButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *railButton) FocusLost() { b.focused = false; b.Refresh() }

// MouseIn implements desktop.Hoverable.
func (b *railButton) MouseIn(*desktop.MouseEvent) { b.over = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *railButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *railButton) MouseOut() { b.over = false; b.Refresh() }

// CreateRenderer implements fyne.Widget.
func (b *railButton) CreateRenderer() fyne.WidgetRenderer {
	r := &railButtonRenderer{b}
	r.Refresh()
	return r
}

type railButtonRenderer struct{ b *railButton }

func (r *railButtonRenderer) Destroy() {}

func (r *railButtonRenderer) Objects() []fyne.CanvasObject {
	b := r.b
	return []fyne.CanvasObject{b.back, b.focus, b.bar, b.icon, b.text, b.dot}
}

func (r *railButtonRenderer) MinSize() fyne.Size { return fyne.NewSize(railWidth, 62) }

func (r *railButtonRenderer) Layout(size fyne.Size) {
	const inset, icon = 4, 24
	b := r.b
	inner := fyne.NewSize(size.Width-2*inset, size.Height-2*inset)
	for _, rect := range []*canvas.Rectangle{b.back, b.focus} {
		rect.Move(fyne.NewPos(inset, inset))
		rect.Resize(inner)
	}
	b.bar.Move(fyne.NewPos(0, 16))
	b.bar.Resize(fyne.NewSize(3, size.Height-32))
	b.icon.Move(fyne.NewPos((size.Width-icon)/2, 11))
	b.icon.Resize(fyne.NewSize(icon, icon))
	b.text.Move(fyne.NewPos(0, 37))
	b.text.Resize(fyne.NewSize(size.Width, b.text.MinSize().Height))
	b.dot.Move(fyne.NewPos(size.Width/2+12, 9))
	b.dot.Resize(fyne.NewSize(8, 8))
}

func (r *railButtonRenderer) Refresh() {
	b := r.b
	b.text.TextSize = theme.Size(theme.SizeNameCaptionText)
	b.text.Color = theme.Color(look.ColorMuted)
	b.text.TextStyle.Bold = b.selected
	b.back.FillColor, b.bar.FillColor = color.Transparent, color.Transparent
	b.back.CornerRadius, b.focus.CornerRadius, b.bar.CornerRadius = 8, 8, 1.5
	switch {
	case b.selected:
		b.back.FillColor = theme.Color(look.ColorRaised)
		b.bar.FillColor = theme.Color(theme.ColorNamePrimary)
		b.text.Color = theme.Color(theme.ColorNameForeground)
	case b.over:
		b.back.FillColor = theme.Color(theme.ColorNameHover)
	}
	b.focus.StrokeColor, b.focus.StrokeWidth = color.Transparent, 0
	if b.focused {
		b.focus.StrokeColor, b.focus.StrokeWidth = theme.Color(theme.ColorNamePrimary), 2
	}
	b.dot.FillColor = color.Transparent
	if b.busy {
		b.dot.FillColor = theme.Color(theme.ColorNamePrimary)
	}
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
