package chart

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"echopath/app/chart/plot"
)

// pool hands out canvas objects that are used again: after rewind, next gives the same ones in the same order, so that a label that
// stays the same is not touched.
type pool[T fyne.CanvasObject] struct {
	items []T
	used  int
}

func (p *pool[T]) rewind() { p.used = 0 }

func (p *pool[T]) next(make func() T) T {
	if p.used == len(p.items) {
		p.items = append(p.items, make())
	}
	item := p.items[p.used]
	p.used++
	if !item.Visible() {
		item.Show()
	}
	return item
}

func (p *pool[T]) hideRest() {
	for _, item := range p.items[p.used:] {
		if item.Visible() {
			item.Hide()
		}
	}
}

func (p *pool[T]) appendTo(objects []fyne.CanvasObject) []fyne.CanvasObject {
	for _, item := range p.items {
		objects = append(objects, item)
	}
	return objects
}

func newText() *canvas.Text { return &canvas.Text{} }

// setText makes a text what a label says, and has it drawn anew only if it looks different.
func setText(t *canvas.Text, l label) {
	if t.Text != l.text || t.TextSize != l.fontSize || t.TextStyle.Bold != l.bold || t.Color != color.Color(l.color) {
		t.Text, t.TextSize, t.TextStyle.Bold, t.Color = l.text, l.fontSize, l.bold, l.color
		t.Refresh()
	}
	t.Resize(l.size)
	t.Move(l.pos)
}

func newRectangle() *canvas.Rectangle { return &canvas.Rectangle{} }

func setRectangle(r *canvas.Rectangle, pos fyne.Position, size fyne.Size, fill color.NRGBA) {
	if r.FillColor != color.Color(fill) {
		r.FillColor = fill
		r.Refresh()
	}
	r.Resize(size)
	r.Move(pos)
}

// sampleWidth is the length of the piece of line that stands for it beside its name.
const sampleWidth = 22

// dashParts are the pieces of such a sample: begin and length of each.
func dashParts(d plot.Dash) [][2]float32 {
	switch d {
	case plot.Dashed:
		return [][2]float32{{0, 6}, {8, 6}, {16, 6}}
	case plot.Dotted:
		return [][2]float32{{0, 2}, {5, 2}, {10, 2}, {15, 2}, {20, 2}}
	case plot.DashDotted:
		return [][2]float32{{0, 8}, {10, 2}, {14, 8}}
	}
	return [][2]float32{{0, sampleWidth}}
}
