package chart

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// cursor is the line through all panels where the pointer is, a dot on every line of a panel, and a box with the values. None of it is
// part of the raster: moving the pointer draws no lines anew.
type cursor struct {
	line  *canvas.Rectangle
	box   *canvas.Rectangle
	dots  pool[*canvas.Circle]
	bars  pool[*canvas.Rectangle] // samples of lines in the box
	texts pool[*canvas.Text]
	table table
}

const (
	dotSize   = 7
	dotHalo   = 3
	boxPad    = 6
	cursorGap = 12 // between the line and the box
)

func (c *cursor) count() int {
	return 2 + len(c.dots.items) + len(c.bars.items) + len(c.texts.items)
}

func (c *cursor) appendTo(objects []fyne.CanvasObject) []fyne.CanvasObject {
	c.init()
	objects = append(objects, c.line)
	objects = c.dots.appendTo(objects)
	objects = append(objects, c.box)
	objects = c.bars.appendTo(objects)
	return c.texts.appendTo(objects)
}

func (c *cursor) init() {
	if c.line != nil {
		return
	}
	c.line, c.box = newRectangle(), newRectangle()
	c.line.Hidden, c.box.Hidden = true, true
	c.box.StrokeWidth, c.box.CornerRadius = 1, 5
}

// update shows the values at the pointer, or nothing where there is no pointer.
func (c *cursor) update(g *Group) {
	c.init()
	c.dots.rewind()
	c.bars.rewind()
	c.texts.rewind()
	s := &g.scene
	shown := g.pointer.inside && g.pointer.pos.X >= s.left && g.pointer.pos.X <= s.right && len(s.panels) > 0
	setVisible(c.line, shown)
	setVisible(c.box, shown)
	if shown {
		x := s.timeAt(g.pointer.pos.X)
		c.showLine(s, g.pointer.pos.X)
		c.showDots(s, x)
		c.showBox(g, x)
	} else {
		c.table.forget()
	}
	c.dots.hideRest()
	c.bars.hideRest()
	c.texts.hideRest()
}

func (c *cursor) showLine(s *scene, at float32) {
	first, last := s.panels[0].frame, s.panels[len(s.panels)-1].frame
	width := 1 / max(s.ratio, 1) // one pixel, as the grid
	setRectangle(c.line, fyne.NewPos(at, first.top), fyne.NewSize(max(width, 0.5), last.bottom-first.top), s.palette.soft)
}

func (c *cursor) showDots(s *scene, x float64) {
	for i := range s.panels {
		p := &s.panels[i]
		for _, l := range p.lines {
			v, ok := nearest(l.Series, x, s.window.PerPixel)
			at := s.place(v.X)
			if !ok || v.Y > p.top || at < s.left || at > s.right {
				continue
			}
			middle := fyne.NewPos(at, p.valuePlace(v.Y))
			c.showDot(middle, dotSize+dotHalo, s.palette.back)
			c.showDot(middle, dotSize, l.color)
		}
	}
}

// showDot draws a disc. The halo is a disc of its own: Fyne's painters do not agree on whether an outline is inside or outside.
func (c *cursor) showDot(middle fyne.Position, size float32, col color.NRGBA) {
	dot := c.dots.next(func() *canvas.Circle { return &canvas.Circle{} })
	if dot.FillColor != color.Color(col) {
		dot.FillColor = col
		dot.Refresh()
	}
	dot.Resize(fyne.NewSquareSize(size))
	dot.Move(middle.SubtractXY(size/2, size/2))
}

// showBox lays the table of values out beside the cursor.
func (c *cursor) showBox(g *Group, x float64) {
	s := &g.scene
	c.table.fill(g, x)
	size := c.table.layout(s.palette, (s.size.Width-2*cursorGap)/2)
	pos := placeBox(s.size, size, g.pointer.pos)
	c.box.StrokeColor = s.palette.axis
	setRectangle(c.box, pos, size, withAlpha(s.palette.box, 245))
	for _, l := range c.table.labels {
		l.pos = l.pos.Add(pos)
		setText(c.texts.next(newText), l)
	}
	for _, b := range c.table.samples {
		for _, part := range dashParts(b.dash) {
			at := pos.Add(b.pos).AddXY(part[0], -1)
			setRectangle(c.bars.next(newRectangle), at, fyne.NewSize(part[1], 2), b.color)
		}
	}
}

// placeBox finds the place for the box: at the top, right of the cursor, otherwise left of it. Only where it fits on neither side it goes
// below or above the pointer. It always stays inside.
func placeBox(all, box fyne.Size, at fyne.Position) fyne.Position {
	pos := fyne.NewPos(at.X+cursorGap, 2)
	switch {
	case pos.X+box.Width <= all.Width:
	case at.X-cursorGap-box.Width >= 0:
		pos.X = at.X - cursorGap - box.Width
	case at.Y+cursorGap+box.Height <= all.Height:
		pos = fyne.NewPos(at.X-box.Width/2, at.Y+cursorGap)
	default:
		pos = fyne.NewPos(at.X-box.Width/2, at.Y-cursorGap-box.Height)
	}
	pos.X = max(0, min(pos.X, all.Width-box.Width))
	pos.Y = max(0, min(pos.Y, all.Height-box.Height))
	return pos
}

func setVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}
