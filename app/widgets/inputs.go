package widgets

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The inputs below are Fyne's, but they do not swallow Escape and Enter: Fyne gives a key to the focused widget only, and its
// inputs drop those they have no use for, so that a dialog can not be left while one of them has the focus. Such keys go to the
// canvas's own handler (Canvas.SetOnTypedKey), which a Dialog takes over while it is open.

// passOn gives a key that the focused input has no use for to the canvas.
func passOn(obj fyne.CanvasObject, key *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(obj)
	if c == nil {
		return
	}
	if handle := c.OnTypedKey(); handle != nil {
		handle(key)
	}
}

func isEnter(key *fyne.KeyEvent) bool { return key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter }

// forDialog tells whether a key belongs to the dialog rather than to the input.
func forDialog(key *fyne.KeyEvent) bool { return key.Name == fyne.KeyEscape || isEnter(key) }

// Button is pressed by Enter as well as by Space, and keeps the focus then.
type Button struct{ widget.Button }

// NewButton makes a button; icon may be nil.
func NewButton(text string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{}
	b.Text, b.Icon, b.OnTapped = text, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(key *fyne.KeyEvent) {
	switch {
	case key.Name == fyne.KeySpace || isEnter(key):
		if b.OnTapped != nil && !b.Disabled() {
			b.OnTapped()
		}
	default:
		passOn(b, key)
	}
}

// Entry is an input of one line, or of several.
type Entry struct {
	widget.Entry
	Secret bool // what is typed is a secret, also while somebody has it shown
}

// NewEntry makes an input of one line.
func NewEntry() *Entry {
	e := &Entry{}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.ExtendBaseWidget(e)
	return e
}

// NewPasswordEntry makes an input that hides what is typed.
func NewPasswordEntry() *Entry {
	e := NewEntry()
	e.Password, e.Secret = true, true
	return e
}

// NewMultiLineEntry makes an input of several lines: Enter breaks the line, Tab leaves it.
func NewMultiLineEntry() *Entry {
	e := &Entry{}
	e.MultiLine, e.Wrapping = true, fyne.TextWrapBreak
	e.ExtendBaseWidget(e)
	return e
}

// AcceptsTab implements fyne.Tabbable. With Fyne's answer nobody could leave several lines with the keyboard.
func (e *Entry) AcceptsTab() bool { return false }

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(key *fyne.KeyEvent) {
	mine := isEnter(key) && (e.MultiLine || e.OnSubmitted != nil)
	if forDialog(key) && !mine {
		passOn(e, key)
		return
	}
	e.Entry.TypedKey(key)
}

// selectAll marks the whole text, so that typing replaces it.
func (e *Entry) selectAll() { e.TypedShortcut(&fyne.ShortcutSelectAll{}) }

// SelectEntry is an input with proposals.
type SelectEntry struct{ widget.SelectEntry }

// NewSelectEntry makes one with these proposals.
func NewSelectEntry(options []string) *SelectEntry {
	e := &SelectEntry{}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.ExtendBaseWidget(e)
	e.SetOptions(options)
	return e
}

// TypedKey implements fyne.Focusable. Down opens the proposals: Fyne has only a button for that.
func (e *SelectEntry) TypedKey(key *fyne.KeyEvent) {
	switch {
	case forDialog(key) && (!isEnter(key) || e.OnSubmitted == nil):
		passOn(e, key)
	case key.Name == fyne.KeyDown:
		if b, ok := e.ActionItem.(fyne.Tappable); ok && !e.Disabled() {
			b.Tapped(&fyne.PointEvent{})
		}
	default:
		e.SelectEntry.TypedKey(key)
	}
}

// Select is a choice of one of several.
type Select struct{ widget.Select }

// NewSelect makes a choice; changed may be nil.
func NewSelect(options []string, changed func(string)) *Select {
	s := &Select{}
	s.Options, s.OnChanged, s.PlaceHolder = options, changed, "–"
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget. Fyne draws a choice without the edge that it gives to an entry, so that on a card it can
// not be told from text.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	r := &edgedRenderer{WidgetRenderer: s.Select.CreateRenderer(), edge: canvas.NewRectangle(color.Transparent)}
	r.dress()
	return r
}

// edgedRenderer draws an edge around what another renderer draws.
type edgedRenderer struct {
	fyne.WidgetRenderer
	edge *canvas.Rectangle
}

func (r *edgedRenderer) dress() {
	r.edge.StrokeColor, r.edge.StrokeWidth = paint(theme.ColorNameInputBorder), theme.Size(theme.SizeNameInputBorder)
	r.edge.CornerRadius = theme.Size(theme.SizeNameInputRadius)
}

// Objects implements fyne.WidgetRenderer.
func (r *edgedRenderer) Objects() []fyne.CanvasObject {
	return append(slices.Clone(r.WidgetRenderer.Objects()), r.edge)
}

// Layout implements fyne.WidgetRenderer.
func (r *edgedRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.edge.Resize(size)
}

// Refresh implements fyne.WidgetRenderer.
func (r *edgedRenderer) Refresh() {
	r.dress()
	r.edge.Refresh()
	r.WidgetRenderer.Refresh()
}

// TypedKey implements fyne.Focusable.
func (s *Select) TypedKey(key *fyne.KeyEvent) {
	if forDialog(key) {
		passOn(s, key)
		return
	}
	s.Select.TypedKey(key)
}

// Check is a choice of yes or no.
type Check struct {
	widget.Check
	ring    *canvas.Rectangle
	focused bool
}

// NewCheck makes one; changed may be nil.
func NewCheck(text string, changed func(bool)) *Check {
	c := &Check{ring: newRing()}
	c.Text, c.OnChanged = text, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(key *fyne.KeyEvent) {
	if forDialog(key) {
		passOn(c, key)
		return
	}
	c.Check.TypedKey(key)
}

// FocusGained implements fyne.Focusable.
func (c *Check) FocusGained() {
	c.focused = true
	c.Check.FocusGained()
}

// FocusLost implements fyne.Focusable.
func (c *Check) FocusLost() {
	c.focused = false
	c.Check.FocusLost()
}

// CreateRenderer implements fyne.Widget. Fyne marks the focus by a faint disc behind the box, which on a card is hardly seen, and in which
// the edge of an empty box is lost.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	return &ringedRenderer{WidgetRenderer: c.Check.CreateRenderer(), c: c}
}

// ringedRenderer draws the ring of the focus around what another renderer draws.
type ringedRenderer struct {
	fyne.WidgetRenderer
	c *Check
}

// Objects implements fyne.WidgetRenderer.
func (r *ringedRenderer) Objects() []fyne.CanvasObject {
	return append(slices.Clone(r.WidgetRenderer.Objects()), r.c.ring)
}

// Layout implements fyne.WidgetRenderer. The ring is as wide as box and text, however wide the place is.
func (r *ringedRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	width := min(size.Width, r.MinSize().Width)
	r.c.ring.Move(fyne.NewPos(1, 1))
	r.c.ring.Resize(fyne.NewSize(width+ringRoom, size.Height-2))
}

// ringRoom is what keeps the ring off the end of the text.
const ringRoom = 2

// Refresh implements fyne.WidgetRenderer.
func (r *ringedRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	focused := r.c.focused && !r.c.Disabled()
	if disc := r.disc(); disc != nil && focused {
		disc.FillColor = color.Transparent
		disc.Refresh()
	}
	dressRing(r.c.ring, focused)
}

// disc is Fyne's own mark of the focus and of the pointer; nil if it draws none.
func (r *ringedRenderer) disc() *canvas.Circle {
	for _, o := range r.WidgetRenderer.Objects() {
		if disc, ok := o.(*canvas.Circle); ok {
			return disc
		}
	}
	return nil
}
