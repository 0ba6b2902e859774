package chart

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// What a group listens to.
var (
	_ desktop.Hoverable      = (*Group)(nil)
	_ desktop.Mouseable      = (*Group)(nil)
	_ desktop.Cursorable     = (*Group)(nil)
	_ fyne.Scrollable        = (*Group)(nil)
	_ fyne.Draggable         = (*Group)(nil)
	_ fyne.DoubleTappable    = (*Group)(nil)
	_ fyne.SecondaryTappable = (*Group)(nil)
	_ fyne.Focusable         = (*Group)(nil)
)

// wheelZoom is by which factor a wheel that turns by one unit zooms; a notch is 10 to 25 units.
const wheelZoom = 0.99

// pointer is where the mouse is.
type pointer struct {
	inside bool
	pos    fyne.Position
}

// MouseIn implements desktop.Hoverable.
func (g *Group) MouseIn(e *desktop.MouseEvent) { g.point(e.Position) }

// MouseMoved implements desktop.Hoverable.
func (g *Group) MouseMoved(e *desktop.MouseEvent) { g.point(e.Position) }

// MouseOut implements desktop.Hoverable.
func (g *Group) MouseOut() {
	g.pointer = pointer{}
	g.showCursor()
}

func (g *Group) point(pos fyne.Position) {
	g.pointer = pointer{inside: true, pos: pos}
	g.showCursor()
}

func (g *Group) showCursor() {
	if g.screen != nil {
		g.screen.cursor.update(g)
	}
}

// MouseDown implements desktop.Mouseable. A click takes the keyboard focus at once; Tapped would come only after the time in which
// a second click can follow.
func (g *Group) MouseDown(*desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(g); c != nil && c.Focused() != fyne.Focusable(g) {
		c.Focus(g)
	}
}

// MouseUp implements desktop.Mouseable.
func (g *Group) MouseUp(*desktop.MouseEvent) {}

// Cursor implements desktop.Cursorable.
func (g *Group) Cursor() desktop.Cursor { return desktop.CrosshairCursor }

// Scrolled implements fyne.Scrollable: up is closer, sideways moves.
func (g *Group) Scrolled(e *fyne.ScrollEvent) {
	g.byUser(func() {
		g.setExtent()
		if dx := float64(e.Scrolled.DX); dx != 0 {
			g.view.Pan(-dx * g.perUnit())
		}
		if dy := float64(e.Scrolled.DY); dy != 0 {
			at := e.Position.X
			if g.pointer.inside {
				at = g.pointer.pos.X
			}
			g.view.Zoom(g.scene.timeAt(at), math.Pow(wheelZoom, dy))
		}
		g.Update()
	})
}

// Dragged implements fyne.Draggable: the time under the pointer stays under it. Fyne tells of no moves while something is dragged.
func (g *Group) Dragged(e *fyne.DragEvent) {
	g.byUser(func() {
		g.setExtent()
		g.view.Pan(-float64(e.Dragged.DX) * g.perUnit())
		if g.pointer.inside {
			g.pointer.pos = e.Position
		}
		g.Update()
		g.showCursor()
	})
}

// DragEnd implements fyne.Draggable.
func (g *Group) DragEnd() {}

// DoubleTapped implements fyne.DoubleTappable.
func (g *Group) DoubleTapped(*fyne.PointEvent) { g.byUser(g.Reset) }

// TappedSecondary implements fyne.SecondaryTappable.
func (g *Group) TappedSecondary(e *fyne.PointEvent) {
	if g.OnSecondaryTapped != nil {
		g.OnSecondaryTapped(*e)
	}
}

// FocusGained implements fyne.Focusable.
func (g *Group) FocusGained() { g.setFocused(true) }

// FocusLost implements fyne.Focusable.
func (g *Group) FocusLost() { g.setFocused(false) }

func (g *Group) setFocused(on bool) {
	g.focused = on
	if g.screen == nil {
		return
	}
	g.screen.ring.Hidden = !on
	g.screen.ring.Refresh()
}

// TypedRune implements fyne.Focusable. The keys + and - come as runes too, from every keyboard layout.
func (g *Group) TypedRune(r rune) {
	switch r {
	case '+', '=':
		g.byUser(g.ZoomIn)
	case '-', '−', '_':
		g.byUser(g.ZoomOut)
	}
}

// TypedKey implements fyne.Focusable.
func (g *Group) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		g.byUser(g.PanLeft)
	case fyne.KeyRight:
		g.byUser(g.PanRight)
	case fyne.KeyPageUp:
		g.byUser(func() { g.pan(-1) })
	case fyne.KeyPageDown:
		g.byUser(func() { g.pan(1) })
	case fyne.KeyHome:
		g.byUser(g.Reset)
	case fyne.KeyEnd:
		g.byUser(func() { g.SetFollow(true) })
	}
}

// perUnit is how much time a unit of length shows.
func (g *Group) perUnit() float64 { return g.scene.window.PerPixel * float64(max(g.scene.ratio, 0.01)) }
