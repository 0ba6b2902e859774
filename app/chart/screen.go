package chart

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// least is the smallest height of a panel that can still be read.
const (
	leastWidth  = 280
	leastHeight = 44
)

// screen is the renderer of a group: the scene's pixels in one raster, its labels as texts, and above them the cursor.
type screen struct {
	g       *Group
	ratio   float32 // pixels per unit of length, as far as it is known
	raster  *canvas.Raster
	texts   pool[*canvas.Text]
	cursor  cursor
	ring    *canvas.Rectangle // around the widget that has the keyboard focus
	objects []fyne.CanvasObject
	spare   snapshot
}

// CreateRenderer implements fyne.Widget.
func (g *Group) CreateRenderer() fyne.WidgetRenderer {
	g.ExtendBaseWidget(g)
	s := &screen{g: g, ratio: 1, ring: canvas.NewRectangle(color.Transparent)}
	if c := fyne.CurrentApp().Driver().CanvasForObject(g); c != nil {
		s.ratio = c.Scale()
	}
	s.raster = canvas.NewRaster(s.generate)
	s.ring.StrokeWidth = 2
	s.ring.CornerRadius = 4
	s.ring.Hidden = !g.focused
	g.screen, g.seen = s, snapshot{}
	return s
}

// Layout implements fyne.WidgetRenderer.
func (s *screen) Layout(size fyne.Size) {
	s.raster.Resize(size)
	s.ring.Resize(size)
	s.update(false)
}

// MinSize implements fyne.WidgetRenderer.
func (s *screen) MinSize() fyne.Size {
	return fyne.NewSize(leastWidth, float32(max(len(s.g.panels), 1))*leastHeight+20)
}

// Refresh implements fyne.WidgetRenderer. Fyne calls it when the theme has changed.
func (s *screen) Refresh() {
	s.update(true)
	for _, t := range s.texts.items {
		t.Refresh()
	}
}

// Objects implements fyne.WidgetRenderer.
func (s *screen) Objects() []fyne.CanvasObject {
	if want := 2 + len(s.texts.items) + s.cursor.count(); len(s.objects) != want {
		s.objects = append(s.objects[:0], s.raster)
		s.objects = s.texts.appendTo(s.objects)
		s.objects = append(s.cursor.appendTo(s.objects), s.ring)
	}
	return s.objects
}

// Destroy implements fyne.WidgetRenderer.
func (s *screen) Destroy() {
	if s.g.screen == s {
		s.g.screen = nil
	}
}

// update makes and shows the scene anew if it would look different.
func (s *screen) update(force bool) {
	g := s.g
	if g.Size().Width < 1 || g.Size().Height < 1 {
		return
	}
	in := g.input()
	s.spare.take(in, g.scene.windowFor(in))
	if !force && s.spare.looksLike(&g.seen) {
		// Take the newer versions over: what is not in view now was not a change.
		g.seen, s.spare = s.spare, g.seen
		return
	}
	s.remake(in)
	s.raster.Refresh()
}

// remake works the scene out and shows its labels and the cursor.
func (s *screen) remake(in input) {
	s.g.scene.prepare(in)
	s.g.seen.take(in, s.g.scene.window)
	s.showLabels()
	s.ring.StrokeColor = in.palette.focus
	s.cursor.update(s.g)
}

func (s *screen) showLabels() {
	s.texts.rewind()
	for _, l := range s.g.scene.labels {
		setText(s.texts.next(newText), l)
	}
	s.texts.hideRest()
}

// generate draws the pixels. Only here it becomes known for certain how many there are per unit of length.
func (s *screen) generate(width, height int) image.Image {
	size := s.g.Size()
	if ratio := float32(width) / size.Width; math.Abs(float64(ratio-s.ratio)) > 0.01*float64(s.ratio) {
		s.ratio = ratio
		s.remake(s.g.input())
	}
	return s.g.scene.paint(width, height)
}
