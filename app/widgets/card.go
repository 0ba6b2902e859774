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

// Card puts content on a card's background, with a little room around it.
func Card(content fyne.CanvasObject) fyne.CanvasObject {
	return newPanel(content, look.ColorCard)
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
	p.inset = func() fyne.Size {
		pad := theme.Size(theme.SizeNamePadding)
		return fyne.NewSize(2*pad, 1.25*pad)
	}
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
