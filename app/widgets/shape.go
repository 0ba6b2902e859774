package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// shape draws the shape of a mark. The font has the characters, but their size and place on the line differ from one to the
// next; drawn, they are of one weight and stay sharp at any scale. It fills a square in the middle of its size.
type shape struct {
	widget.BaseWidget
	char  string // "●", "▲", "■", "○", "◌", "–", "·"; anything else is drawn as text
	color fyne.ThemeColorName
}

func newShape(char string, name fyne.ThemeColorName) *shape {
	s := &shape{char: char, color: name}
	s.ExtendBaseWidget(s)
	return s
}

func (s *shape) set(char string, name fyne.ThemeColorName) {
	if s.char == char && s.color == name {
		return
	}
	s.char, s.color = char, name
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *shape) CreateRenderer() fyne.WidgetRenderer {
	r := &shapeRenderer{shape: s}
	r.draw()
	return r
}

type shapeRenderer struct {
	shape *shape
	obj   fyne.CanvasObject
	core  *canvas.Circle // inside the ring of what goes on
}

func (r *shapeRenderer) Destroy()                     {}
func (r *shapeRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(1) }
func (r *shapeRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.obj, r.core} }

func (r *shapeRenderer) Refresh() {
	r.draw()
	r.Layout(r.shape.Size())
	canvas.Refresh(r.shape)
}

func (r *shapeRenderer) draw() {
	r.obj = drawShape(r.shape.char, paint(r.shape.color))
	r.core = canvas.NewCircle(paint(r.shape.color))
	r.core.Hidden = r.shape.char != "◌"
}

func drawShape(char string, c color.Color) fyne.CanvasObject {
	switch char {
	case "●", "·":
		return canvas.NewCircle(c)
	case "○", "◌":
		ring := canvas.NewCircle(color.Transparent)
		ring.StrokeColor, ring.StrokeWidth = c, 1.5
		return ring
	case "▲":
		p := canvas.NewArbitraryPolygon([]fyne.Position{{X: 0.5, Y: 0.04}, {X: 1, Y: 0.96}, {X: 0, Y: 0.96}}, c)
		p.NormalizedPoints = true
		return p
	case "■", "–":
		return canvas.NewRectangle(c)
	}
	t := canvas.NewText(char, c)
	t.Alignment = fyne.TextAlignCenter
	return t
}

// Layout implements fyne.WidgetRenderer.
func (r *shapeRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	w, h := side, side
	switch r.shape.char {
	case "■":
		w, h = side*0.88, side*0.88 // a square looks larger than a circle of its width
	case "○", "◌":
		w, h = side*0.94, side*0.94
	case "–":
		h = 1.5
	case "·":
		w, h = side*0.5, side*0.5
	}
	r.obj.Resize(fyne.NewSize(w, h))
	r.obj.Move(fyne.NewPos((size.Width-w)/2, (size.Height-h)/2))
	r.core.Resize(fyne.NewSquareSize(side * 0.3))
	r.core.Move(fyne.NewPos((size.Width-side*0.3)/2, (size.Height-side*0.3)/2))
}
