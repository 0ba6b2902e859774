package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

// cardRadius is that of the corners of cards and dialogs.
const cardRadius = 8

// Card puts content into a frame of hairlines, with a little room around it. It has no ground of its own: the window's background
// is that of cards. Filling the cards took half of the time of a redraw with software OpenGL.
func Card(content fyne.CanvasObject) fyne.CanvasObject {
	c := &card{content: content}
	c.ExtendBaseWidget(c)
	return c
}

type card struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	r := &cardRenderer{c: c}
	for i := range r.lines {
		r.lines[i] = canvas.NewRectangle(paint(look.ColorBorder))
	}
	return r
}

type cardRenderer struct {
	c     *card
	lines [4]*canvas.Rectangle // top, bottom, left, right
}

func (r *cardRenderer) Destroy() {}

func (r *cardRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.lines[0], r.lines[1], r.lines[2], r.lines[3], r.c.content}
}

func cardInset() fyne.Size {
	pad := theme.Size(theme.SizeNamePadding)
	return fyne.NewSize(2*pad, 1.25*pad)
}

func (r *cardRenderer) MinSize() fyne.Size {
	in := cardInset()
	return r.c.content.MinSize().Add(in).Add(in)
}

func (r *cardRenderer) Layout(size fyne.Size) {
	in := cardInset()
	r.c.content.Move(fyne.NewPos(in.Width, in.Height))
	r.c.content.Resize(size.Subtract(in).Subtract(in))
	r.lines[0].Resize(fyne.NewSize(size.Width, hairline))
	r.lines[1].Move(fyne.NewPos(0, size.Height-hairline))
	r.lines[1].Resize(fyne.NewSize(size.Width, hairline))
	r.lines[2].Resize(fyne.NewSize(hairline, size.Height))
	r.lines[3].Move(fyne.NewPos(size.Width-hairline, 0))
	r.lines[3].Resize(fyne.NewSize(hairline, size.Height))
}

func (r *cardRenderer) Refresh() {
	for _, l := range r.lines {
		l.FillColor = paint(look.ColorBorder)
		l.Refresh()
	}
	r.Layout(r.c.Size())
	canvas.Refresh(r.c)
}

// panel is a rounded ground with a hairline around it.
type panel struct {
	widget.BaseWidget
	content fyne.CanvasObject
	fill    fyne.ThemeColorName
	edge    fyne.ThemeColorName
	inset   func() fyne.Size
	raised  bool // it lies above the window and throws a shadow
}

func newPanel(content fyne.CanvasObject, fill fyne.ThemeColorName) *panel {
	p := &panel{content: content, fill: fill, edge: look.ColorBorder}
	p.inset = cardInset
	p.ExtendBaseWidget(p)
	return p
}

// CreateRenderer implements fyne.Widget.
func (p *panel) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(paint(p.fill))
	ground.CornerRadius, ground.StrokeWidth = cardRadius, hairline
	ground.StrokeColor = paint(p.edge)
	if p.raised {
		ground.Shadow = canvas.Shadow{Color: paint(theme.ColorNameShadow), BlurRadius: 12, Offset: fyne.NewPos(0, 4)}
	}
	return &panelRenderer{p, ground}
}

type panelRenderer struct {
	p      *panel
	ground *canvas.Rectangle
}

func (r *panelRenderer) Destroy() {}

func (r *panelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.p.content}
}

func (r *panelRenderer) MinSize() fyne.Size {
	in := r.p.inset()
	return r.p.content.MinSize().Add(in).Add(in)
}

func (r *panelRenderer) Layout(size fyne.Size) {
	in := r.p.inset()
	r.ground.Resize(size)
	r.p.content.Move(fyne.NewPos(in.Width, in.Height))
	r.p.content.Resize(size.Subtract(in).Subtract(in))
}

func (r *panelRenderer) Refresh() {
	r.ground.FillColor, r.ground.StrokeColor = paint(r.p.fill), paint(r.p.edge)
	if r.p.raised {
		r.ground.Shadow.Color = paint(theme.ColorNameShadow)
	}
	r.ground.Refresh()
	r.Layout(r.p.Size())
	canvas.Refresh(r.p)
}
