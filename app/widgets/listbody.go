package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

// listBody is what scrolls in a list: as high as all the rows, with those in sight in it.
type listBody struct {
	widget.BaseWidget
	list    *list
	pointed int // row under the pointer; -1 for none
	slots   []*listSlot
	used    int // of the slots
}

// listSlot is a drawn row, used for one row after the other as they come into sight.
type listSlot struct {
	ground *canvas.Rectangle
	row    fyne.CanvasObject
}

// arrange draws the rows that are in sight.
func (b *listBody) arrange() {
	h, view, n := listRowHeight(), b.list.scroll.Size(), b.list.count()
	first := max(int(b.list.scroll.Offset.Y/h), 0)
	last := min(int((b.list.scroll.Offset.Y+view.Height)/h)+1, n)
	before := b.used
	b.used = max(last-first, 0)
	for len(b.slots) < b.used {
		s := &listSlot{canvas.NewRectangle(color.Transparent), b.list.newRow()}
		s.ground.CornerRadius = theme.Size(theme.SizeNameSelectionRadius)
		b.slots = append(b.slots, s)
	}
	for k, s := range b.slots[:b.used] {
		i := first + k
		s.ground.Move(fyne.NewPos(0, float32(i)*h))
		s.ground.Resize(fyne.NewSize(view.Width, h))
		dye(s.ground, b.fillOf(i))
		b.list.fill(s.row, i)
		s.row.Move(fyne.NewPos(listInset, float32(i)*h))
		s.row.Resize(fyne.NewSize(rowWidth(view.Width), h))
	}
	if b.used != before {
		canvas.Refresh(b)
	}
}

// listInset keeps the text off the frame, and listBar off the scroll bar.
const (
	listInset = 8
	listBar   = 14
)

// rowWidth is what a list of a width has for the content of a row.
func rowWidth(list float32) float32 { return max(list-listInset-listBar, 1) }

func (b *listBody) fillOf(i int) color.Color {
	switch {
	case b.list.all || b.list.withSelected(i):
		return paint(theme.ColorNameSelection)
	case b.list.isWith(i, b.pointed):
		return paint(look.ColorRowOver)
	}
	return color.Transparent
}

// fit takes the height of all the rows.
func (b *listBody) fit() {
	b.list.scroll.Refresh() // asks for the new height
}

func (b *listBody) rowAt(y float32) int {
	if i := int(y / listRowHeight()); y >= 0 && i < b.list.count() {
		return i
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (b *listBody) Tapped(e *fyne.PointEvent) {
	focus(b.list)
	if i := b.rowAt(e.Position.Y); i >= 0 {
		again := i == b.list.selected
		b.list.pick(i)
		if again || b.list.onPick == nil {
			b.list.open(i)
		}
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (b *listBody) TappedSecondary(e *fyne.PointEvent) {
	focus(b.list)
	i := b.rowAt(e.Position.Y)
	if i >= 0 {
		b.list.pick(i)
	}
	if b.list.onMenu != nil {
		b.list.onMenu(i, e.AbsolutePosition)
	}
}

// MouseIn implements desktop.Hoverable.
func (b *listBody) MouseIn(e *desktop.MouseEvent) { b.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (b *listBody) MouseMoved(e *desktop.MouseEvent) {
	i := b.rowAt(e.Position.Y)
	if i != b.pointed {
		b.pointed = i
		b.arrange()
	}
	text := ""
	if i >= 0 && b.list.hint != nil {
		text = b.list.hint(i)
	}
	h := listRowHeight()
	row := area{areaOf(b).pos.AddXY(0, float32(i)*h), fyne.NewSize(b.Size().Width, h)}
	tipsFor(b).show(b, text, row, e.AbsolutePosition)
}

// MouseOut implements desktop.Hoverable.
func (b *listBody) MouseOut() {
	b.pointed = -1
	b.arrange()
	hideTip(b, b)
}

// CreateRenderer implements fyne.Widget.
func (b *listBody) CreateRenderer() fyne.WidgetRenderer { return &listBodyRenderer{b} }

type listBodyRenderer struct{ b *listBody }

func (r *listBodyRenderer) Destroy()         {}
func (r *listBodyRenderer) Layout(fyne.Size) { r.b.arrange() }

func (r *listBodyRenderer) MinSize() fyne.Size {
	return fyne.NewSize(1, float32(r.b.list.count())*listRowHeight())
}

func (r *listBodyRenderer) Objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, s := range r.b.slots[:r.b.used] {
		out = append(out, s.ground, s.row)
	}
	return out
}

func (r *listBodyRenderer) Refresh() {
	r.b.arrange()
	for _, s := range r.b.slots[:r.b.used] {
		s.row.Refresh()
	}
	canvas.Refresh(r.b)
}
