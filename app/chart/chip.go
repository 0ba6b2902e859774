package chart

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	chipPadX = 8
	chipPadY = 3
)

// chip is one entry of a legend: a click, or Space or Enter with the keyboard focus on it, shows or hides its lines. A hidden one
// is struck through as well as faint.
type chip struct {
	widget.BaseWidget
	entry            entry
	off              bool
	focused, hovered bool
	onTapped         func(entry)
}

var (
	_ fyne.Tappable     = (*chip)(nil)
	_ fyne.Focusable    = (*chip)(nil)
	_ desktop.Hoverable = (*chip)(nil)
)

func newChip(onTapped func(entry)) *chip {
	c := &chip{onTapped: onTapped}
	c.ExtendBaseWidget(c)
	return c
}

// set tells what the chip stands for and returns whether it looks different now.
func (c *chip) set(e entry, off bool) bool {
	changed := c.entry.key != e.key || c.off != off
	c.entry, c.off = e, off
	if changed {
		c.Refresh()
	}
	return changed
}

// CreateRenderer implements fyne.Widget.
func (c *chip) CreateRenderer() fyne.WidgetRenderer {
	r := &chipRenderer{chip: c, back: newRectangle(), text: newText()}
	r.back.CornerRadius = 6
	r.objects = []fyne.CanvasObject{r.back, r.text}
	for range maxParts {
		part := newRectangle()
		r.parts = append(r.parts, part)
		r.objects = append(r.objects, part)
	}
	r.Refresh()
	return r
}

// Tapped implements fyne.Tappable.
func (c *chip) Tapped(*fyne.PointEvent) { c.onTapped(c.entry) }

// MouseIn implements desktop.Hoverable.
func (c *chip) MouseIn(*desktop.MouseEvent) { c.look(c.focused, true) }

// MouseMoved implements desktop.Hoverable.
func (c *chip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *chip) MouseOut() { c.look(c.focused, false) }

// FocusGained implements fyne.Focusable.
func (c *chip) FocusGained() { c.look(true, c.hovered) }

// FocusLost implements fyne.Focusable.
func (c *chip) FocusLost() { c.look(false, c.hovered) }

// TypedRune implements fyne.Focusable.
func (c *chip) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (c *chip) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.onTapped(c.entry)
	}
}

func (c *chip) look(focused, hovered bool) {
	c.focused, c.hovered = focused, hovered
	c.Refresh()
}

// maxParts is the largest number of pieces in a sample.
const maxParts = 5

type chipRenderer struct {
	chip    *chip
	back    *canvas.Rectangle
	text    *canvas.Text
	parts   []*canvas.Rectangle
	objects []fyne.CanvasObject
}

// Layout implements fyne.WidgetRenderer.
func (r *chipRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.text.Move(fyne.NewPos(chipPadX+sampleWidth+sampleGap, (size.Height-r.text.MinSize().Height)/2))
	r.text.Resize(r.text.MinSize())
	pieces := dashParts(r.chip.entry.key.dash)
	for i, part := range r.parts {
		part.Hidden = i >= len(pieces)
		if !part.Hidden {
			part.Move(fyne.NewPos(chipPadX+pieces[i][0], size.Height/2-1))
			part.Resize(fyne.NewSize(pieces[i][1], 2))
		}
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *chipRenderer) MinSize() fyne.Size {
	return r.text.MinSize().AddWidthHeight(sampleWidth+sampleGap+2*chipPadX, 2*chipPadY)
}

// Refresh implements fyne.WidgetRenderer.
func (r *chipRenderer) Refresh() {
	c := r.chip
	th, variant := c.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	p := newPalette(th, variant)
	line, text := p.text, p.text
	if c.entry.key.color.A > 0 {
		line = p.line(c.entry.key.color)
	}
	if c.off {
		line, text = blend(p.text, p.back, 0.7), p.faint
	}
	r.text.Text, r.text.TextSize, r.text.Color = c.entry.key.name, p.caption, text
	r.text.TextStyle.Strikethrough = c.off
	for _, part := range r.parts {
		part.FillColor = line
	}
	r.back.FillColor, r.back.StrokeColor, r.back.StrokeWidth = color.Transparent, p.grid, 1
	if c.hovered {
		r.back.FillColor = th.Color(theme.ColorNameHover, variant)
	}
	if c.focused {
		r.back.StrokeColor, r.back.StrokeWidth = p.focus, 2
	}
	r.Layout(c.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}

// Objects implements fyne.WidgetRenderer.
func (r *chipRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Destroy implements fyne.WidgetRenderer.
func (r *chipRenderer) Destroy() {}
