package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// list is a scrolled list of rows of one height, of which only those in sight are drawn. Unlike Fyne's it opens a row by Enter,
// has a menu and tips, and has no gaps between its rows, so that ten thousand lines of a log read like a page.
type list struct {
	widget.BaseWidget
	length  func() int
	newRow  func() fyne.CanvasObject
	fill    func(row fyne.CanvasObject, i int)
	hint    func(i int) string         // tip of a row; may be nil
	group   func(i int) (first, n int) // the rows that row i is one with: they are selected together; nil: each stands alone
	onPick  func(i int)                // a row was selected; may be nil
	onOpen  func(i int)                // Enter or a click; may be nil
	onMenu  func(i int, at fyne.Position)
	onCopy  func()
	onOther func(*fyne.KeyEvent) bool // a key that the list has no use for; tells whether it was used

	scroll   *container.Scroll
	body     *listBody
	ring     *canvas.Rectangle
	selected int // -1 for none
	all      bool
	focused  bool
	sticky   bool // the end stays in sight when rows are added
}

func newList(length func() int, newRow func() fyne.CanvasObject, fill func(fyne.CanvasObject, int)) *list {
	l := &list{length: length, newRow: newRow, fill: fill, selected: -1, ring: newRing()}
	l.body = &listBody{list: l, pointed: -1}
	l.body.ExtendBaseWidget(l.body)
	l.scroll = container.NewVScroll(l.body)
	l.scroll.OnScrolled = func(fyne.Position) { l.body.arrange() }
	l.ExtendBaseWidget(l)
	return l
}

func listRowHeight() float32 {
	return plainStyle.measure("M").Height + theme.Size(theme.SizeNameInnerPadding)
}

func (l *list) count() int { return l.length() }

// together are the rows that a row is selected with.
func (l *list) together(i int) (first, n int) {
	if l.group == nil || i < 0 || i >= l.count() {
		return i, 1
	}
	return l.group(i)
}

// withSelected tells that a row is selected, itself or with others.
func (l *list) withSelected(i int) bool { return l.isWith(i, l.selected) }

func (l *list) isWith(i, other int) bool {
	first, n := l.together(other)
	return other >= 0 && i >= first && i < first+n
}

// changed shows what the rows are now.
func (l *list) changed() {
	atEnd := l.atEnd()
	l.selected = min(l.selected, l.count()-1)
	l.body.fit()
	if l.sticky && atEnd {
		l.scroll.ScrollToBottom()
	}
	l.body.arrange()
}

func (l *list) atEnd() bool {
	return l.scroll.Offset.Y+l.scroll.Size().Height >= l.body.Size().Height-listRowHeight()/2
}

// pick selects a row, with those that are one with it, and brings it into sight; -1 selects none.
func (l *list) pick(i int) {
	i, _ = l.together(min(i, l.count()-1))
	if i == l.selected && !l.all {
		return
	}
	l.selected, l.all = i, false
	l.reveal(i)
	l.body.arrange()
	if l.onPick != nil && i >= 0 {
		l.onPick(i)
	}
}

func (l *list) reveal(i int) {
	first, n := l.together(i)
	h := listRowHeight() * float32(n)
	top, view := float32(first)*listRowHeight(), l.scroll.Size().Height
	offset := l.scroll.Offset
	switch {
	case i < 0 || view <= 0:
		return
	case top < offset.Y:
		offset.Y = top
	case top+h > offset.Y+view:
		offset.Y = top + h - view
	default:
		return
	}
	l.scroll.ScrollToOffset(offset)
}

func (l *list) open(i int) {
	if i >= 0 && i < l.count() && l.onOpen != nil {
		l.onOpen(i)
	}
}

// FocusGained implements fyne.Focusable.
func (l *list) FocusGained() {
	l.focused = true
	dressRing(l.ring, l.focused)
}

// FocusLost implements fyne.Focusable.
func (l *list) FocusLost() {
	l.focused, l.all = false, false
	l.body.arrange()
	dressRing(l.ring, l.focused)
}

// TypedRune implements fyne.Focusable.
func (l *list) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (l *list) TypedKey(key *fyne.KeyEvent) {
	page := max(int(l.scroll.Size().Height/listRowHeight())-1, 1)
	switch key.Name {
	case fyne.KeyUp:
		l.pick(max(l.selected-1, 0))
	case fyne.KeyDown:
		first, n := l.together(l.selected)
		l.pick(first + n)
	case fyne.KeyPageUp:
		l.pick(max(l.selected-page, 0))
	case fyne.KeyPageDown:
		l.pick(max(l.selected, 0) + page)
	case fyne.KeyHome:
		l.pick(0)
	case fyne.KeyEnd:
		l.pick(l.count() - 1)
	default:
		l.otherKey(key)
	}
}

func (l *list) otherKey(key *fyne.KeyEvent) {
	switch {
	case (isEnter(key) || key.Name == fyne.KeySpace) && l.selected >= 0 && l.onOpen != nil:
		l.open(l.selected)
	case l.onOther != nil && l.onOther(key):
	default:
		passOn(l, key)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (l *list) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		if l.onCopy != nil {
			l.onCopy()
		}
	case *fyne.ShortcutSelectAll:
		if l.onCopy != nil { // there is nothing else to do with all rows
			l.all = true
			l.body.arrange()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (l *list) CreateRenderer() fyne.WidgetRenderer { return &listRenderer{l} }

type listRenderer struct{ l *list }

func (r *listRenderer) Destroy() {}
func (r *listRenderer) MinSize() fyne.Size {
	return fyne.NewSize(120, 3*listRowHeight())
}
func (r *listRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.scroll, r.l.ring}
}

func (r *listRenderer) Layout(size fyne.Size) {
	atEnd := r.l.atEnd()
	r.l.scroll.Resize(size)
	r.l.ring.Resize(size)
	if r.l.sticky && atEnd {
		r.l.scroll.ScrollToBottom()
	}
	r.l.body.arrange()
}

func (r *listRenderer) Refresh() {
	r.l.body.Refresh()
	dressRing(r.l.ring, r.l.focused)
	canvas.Refresh(r.l)
}
