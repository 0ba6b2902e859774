package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Figures is a text that changes often in a place that does not: it is as wide as the widest text that was announced, aligned
// to the right, so that neither its neighbours nor its digits move.
type Figures struct {
	widget.BaseWidget
	widest string
	style  style
	text   *canvas.Text
}

// NewFigures keeps a place as wide as widest.
func NewFigures(widest string) *Figures {
	f := &Figures{widest: widest, style: plainStyle}
	f.text = f.style.newText("", fyne.TextAlignTrailing)
	f.ExtendBaseWidget(f)
	return f
}

// SetText changes the text without a new layout of what is around.
func (f *Figures) SetText(text string) {
	if f.text.Text == text {
		return
	}
	f.text.Text = text
	f.text.Refresh()
}

// SetColor changes the colour.
func (f *Figures) SetColor(name fyne.ThemeColorName) {
	if f.style.color == name {
		return
	}
	f.style.color = name
	f.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (f *Figures) CreateRenderer() fyne.WidgetRenderer { return &figuresRenderer{f} }

type figuresRenderer struct{ f *Figures }

func (r *figuresRenderer) Destroy()                     {}
func (r *figuresRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.f.text} }
func (r *figuresRenderer) MinSize() fyne.Size           { return r.f.style.measure(r.f.widest) }
func (r *figuresRenderer) Layout(size fyne.Size)        { r.f.text.Resize(size) }

func (r *figuresRenderer) Refresh() {
	r.f.style.apply(r.f.text)
	r.f.text.Refresh()
}
