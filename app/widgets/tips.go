package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Sizes of a tip: narrow enough to be read at a glance, and clear of the arrow of the pointer, which hangs below its point.
const (
	tipWidth   = 320
	tipGap     = 5
	tipPointer = 20
)

// Tips is a window's content with a layer on top of it in which tips appear: window.SetContent(NewTips(content)). Each Dialog of
// this package has a layer of its own; what has a tip finds the right one by itself. In overlays made by others there are
// no tips, for Fyne does not let anyone see what is in them.
type Tips struct {
	widget.BaseWidget
	content fyne.CanvasObject
	bubble  *panel
	text    *paragraph
	owner   any // who shows the tip; only the owner hides it
	target  area
}

// area is a rectangle on the canvas.
type area struct {
	pos  fyne.Position
	size fyne.Size
}

// areaOf is where an object is on its canvas.
func areaOf(obj fyne.CanvasObject) area {
	return area{fyne.CurrentApp().Driver().AbsolutePositionForObject(obj), obj.Size()}
}

func (a area) holds(p fyne.Position) bool {
	return p.X >= a.pos.X && p.Y >= a.pos.Y && p.X < a.pos.X+a.size.Width && p.Y < a.pos.Y+a.size.Height
}

// NewTips lays the layer over content.
func NewTips(content fyne.CanvasObject) *Tips {
	t := &Tips{content: content}
	t.text = newParagraph("", style{theme.ColorNameForeground, theme.SizeNameCaptionText, false}, 0)
	t.bubble = newPanel(t.text, theme.ColorNameMenuBackground)
	t.bubble.edge, t.bubble.raised = theme.ColorNameInputBorder, true
	t.bubble.inset = func() fyne.Size { return fyne.NewSize(8, 5) }
	t.bubble.Hidden = true
	t.ExtendBaseWidget(t)
	return t
}

// tipsFor finds the layer above an object that is under the pointer, which is always in the topmost overlay if there is one.
func tipsFor(obj fyne.CanvasObject) *Tips {
	c := fyne.CurrentApp().Driver().CanvasForObject(obj)
	if c == nil {
		return nil
	}
	if top := c.Overlays().Top(); top != nil {
		if d, ok := top.(*Dialog); ok {
			return d.tips
		}
		return nil
	}
	return findTips(c.Content())
}

func findTips(root fyne.CanvasObject) *Tips {
	switch o := root.(type) {
	case *Tips:
		return o
	case *fyne.Container:
		for _, child := range o.Objects {
			if t := findTips(child); t != nil {
				return t
			}
		}
	}
	return nil
}

// show places a tip near its target, never under the pointer. An empty text hides the owner's tip.
func (t *Tips) show(owner any, text string, target area, pointer fyne.Position) {
	if t == nil {
		return
	}
	if text == "" {
		t.hide(owner)
		return
	}
	same := t.owner == owner && t.target == target && t.text.text == text && t.bubble.Visible()
	if same && !t.covers(pointer) {
		return // it stays where it is while the pointer moves about
	}
	t.owner, t.target = owner, target
	t.fill(text)
	t.place(target, pointer)
	t.bubble.Show()
	canvas.Refresh(t.bubble)
}

func (t *Tips) hide(owner any) {
	if t == nil || t.owner != owner {
		return
	}
	t.owner = nil
	t.bubble.Hide()
}

// fill sets the text and makes the bubble as small as it can be.
func (t *Tips) fill(text string) {
	in := t.bubble.inset()
	room := min(tipWidth, t.Size().Width-2*tipGap) - 2*in.Width
	lines := t.text.style.wrap(text, room)
	width := float32(0)
	for _, l := range lines {
		width = max(width, t.text.style.measure(l).Width)
	}
	width++ // the widest line must not wrap again because of rounding
	t.text.set(text, t.text.style)
	height := float32(len(lines)) * t.text.lineHeight()
	t.bubble.Resize(fyne.NewSize(width, height).Add(in).Add(in))
}

// place puts the bubble below the target or, without room there, above it. A large target has the tip at the pointer.
func (t *Tips) place(target area, pointer fyne.Position) {
	origin := areaOf(t)
	size := t.bubble.Size()
	top, bottom := target.pos.Y, target.pos.Y+target.size.Height
	if target.size.Height > 3*tipPointer {
		top, bottom = pointer.Y, pointer.Y
	}
	y := max(bottom+tipGap, pointer.Y+tipPointer)
	if y+size.Height > origin.pos.Y+origin.size.Height-tipGap {
		y = min(top, pointer.Y) - tipGap - size.Height
	}
	x := target.pos.X
	if target.size.Width > size.Width {
		x = pointer.X - 2*tipGap
	}
	right := origin.pos.X + origin.size.Width - tipGap - size.Width
	x = max(min(x, right), origin.pos.X+tipGap)
	y = max(y, origin.pos.Y+tipGap)
	t.bubble.Move(fyne.NewPos(x, y).Subtract(origin.pos))
}

func (t *Tips) covers(pointer fyne.Position) bool { return areaOf(t.bubble).holds(pointer) }

// Shown is the text of the tip that is visible, "" if none is.
func (t *Tips) Shown() string {
	if !t.bubble.Visible() {
		return ""
	}
	return t.text.text
}

// CreateRenderer implements fyne.Widget.
func (t *Tips) CreateRenderer() fyne.WidgetRenderer { return &tipsRenderer{t} }

type tipsRenderer struct{ t *Tips }

func (r *tipsRenderer) Destroy()              {}
func (r *tipsRenderer) MinSize() fyne.Size    { return r.t.content.MinSize() }
func (r *tipsRenderer) Layout(size fyne.Size) { r.t.content.Resize(size) }
func (r *tipsRenderer) Refresh()              { canvas.Refresh(r.t) }
func (r *tipsRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.content, r.t.bubble}
}
