package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/present"
)

// MarkText is a judgement at a glance: a shape and a word in a tone.
type MarkText struct {
	widget.BaseWidget
	mark  present.Mark
	style style
	shape *shape
	word  *canvas.Text
}

// NewMarkText shows m.
func NewMarkText(m present.Mark) *MarkText { return newMarkText(m, plainStyle) }

func newMarkText(m present.Mark, s style) *MarkText {
	t := &MarkText{mark: m, style: s}
	t.shape = newShape(m.Shape, look.ToneColor(m.Tone))
	t.word = t.styled().newText(m.Word, fyne.TextAlignLeading)
	t.ExtendBaseWidget(t)
	return t
}

func (t *MarkText) styled() style { return t.style.in(look.ToneColor(t.mark.Tone)) }

// Set changes the mark.
func (t *MarkText) Set(m present.Mark) {
	if t.mark == m {
		return
	}
	t.mark = m
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *MarkText) CreateRenderer() fyne.WidgetRenderer { return &markRenderer{t} }

type markRenderer struct{ t *MarkText }

func (r *markRenderer) Destroy()                     {}
func (r *markRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.t.shape, r.t.word} }

// shapeSide is the size of a shape beside a text of that size: as high as a capital letter.
func shapeSide(textSize float32) float32 { return textSize * 0.72 }

func (r *markRenderer) shapeWidth() (side, gap float32) {
	size := theme.Size(r.t.style.size)
	return shapeSide(size), size * 0.45
}

func (r *markRenderer) MinSize() fyne.Size {
	side, gap := r.shapeWidth()
	word := r.t.word.MinSize()
	return fyne.NewSize(side+gap+word.Width, word.Height)
}

func (r *markRenderer) Layout(size fyne.Size) {
	side, gap := r.shapeWidth()
	r.t.shape.Resize(fyne.NewSize(side, size.Height))
	r.t.word.Move(fyne.NewPos(side+gap, 0))
	r.t.word.Resize(fyne.NewSize(max(size.Width-side-gap, 0), size.Height))
}

func (r *markRenderer) Refresh() {
	r.t.word.Text = r.t.mark.Word
	r.t.styled().apply(r.t.word)
	r.t.shape.set(r.t.mark.Shape, look.ToneColor(r.t.mark.Tone))
	r.t.shape.Refresh()
	r.Layout(r.t.Size())
	r.t.word.Refresh()
	canvas.Refresh(r.t)
}
