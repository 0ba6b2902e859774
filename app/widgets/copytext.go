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

// CopyText shows a long text shortened, in letters of one width. A click or the focus selects it, and Ctrl+C copies the whole of it,
// which is nowhere to be seen.
type CopyText struct {
	widget.BaseWidget
	whole   func() string // "" while there is nothing to copy
	short   string
	empty   string // stands there while there is no text
	focused bool

	ground, mark, ring *canvas.Rectangle
	text               *canvas.Text
}

var (
	monoStyle     = style{theme.ColorNameForeground, theme.SizeNameText, false}
	copyTextWidth = float32(250)
)

// NewCopyText makes an empty one; whole gives what is copied.
func NewCopyText(whole func() string) *CopyText {
	t := &CopyText{whole: whole, ground: canvas.NewRectangle(color.Transparent), mark: canvas.NewRectangle(color.Transparent), ring: newRing()}
	t.text = monoStyle.newText("", fyne.TextAlignLeading)
	t.ExtendBaseWidget(t)
	return t
}

// Set shows a text; with "" what stands in its place.
func (t *CopyText) Set(short, empty string) {
	if t.short == short && t.empty == empty {
		return
	}
	t.short, t.empty = short, empty
	t.Refresh()
}

// Tapped implements fyne.Tappable.
func (t *CopyText) Tapped(*fyne.PointEvent) { focus(t) }

// TappedSecondary implements fyne.SecondaryTappable.
func (t *CopyText) TappedSecondary(e *fyne.PointEvent) {
	focus(t)
	item := fyne.NewMenuItem("Copy", t.copy)
	item.Disabled = t.short == ""
	showMenu(t, e.AbsolutePosition, item)
}

// Cursor implements desktop.Cursorable.
func (t *CopyText) Cursor() desktop.Cursor { return desktop.TextCursor }

// FocusGained implements fyne.Focusable.
func (t *CopyText) FocusGained() { t.focused = true; t.Refresh() }

// FocusLost implements fyne.Focusable.
func (t *CopyText) FocusLost() { t.focused = false; t.Refresh() }

// TypedRune implements fyne.Focusable.
func (t *CopyText) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *CopyText) TypedKey(key *fyne.KeyEvent) { passOn(t, key) }

// TypedShortcut implements fyne.Shortcutable.
func (t *CopyText) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutCopy); ok {
		t.copy()
	}
}

func (t *CopyText) copy() {
	if text := t.whole(); t.short != "" && text != "" {
		toClipboard(text)
	}
}

// CreateRenderer implements fyne.Widget.
func (t *CopyText) CreateRenderer() fyne.WidgetRenderer {
	r := &copyTextRenderer{t}
	r.Refresh()
	return r
}

type copyTextRenderer struct{ t *CopyText }

func (r *copyTextRenderer) Destroy() {}

func (r *copyTextRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.ground, r.t.mark, r.t.text, r.t.ring}
}

func (r *copyTextRenderer) MinSize() fyne.Size {
	return fyne.NewSize(copyTextWidth, monoStyle.measure("M").Height+2*theme.InnerPadding())
}

func (r *copyTextRenderer) Layout(size fyne.Size) {
	t := r.t
	t.ground.Resize(size)
	t.ring.Resize(size)
	pad := theme.InnerPadding()
	t.text.Move(fyne.NewPos(pad, 0))
	t.text.Resize(fyne.NewSize(max(size.Width-2*pad, 0), size.Height))
	width := fyne.MeasureText(t.text.Text, t.text.TextSize, t.text.TextStyle).Width
	t.mark.Move(fyne.NewPos(pad-2, pad-2))
	t.mark.Resize(fyne.NewSize(min(width, size.Width-2*pad)+4, max(size.Height-2*pad+4, 0)))
}

func (r *copyTextRenderer) Refresh() {
	t := r.t
	t.ground.FillColor, t.ground.CornerRadius = paint(theme.ColorNameInputBackground), theme.InputRadiusSize()
	t.ground.StrokeColor, t.ground.StrokeWidth = paint(theme.ColorNameInputBorder), 1
	t.mark.FillColor, t.mark.CornerRadius = color.Transparent, 2
	monoStyle.apply(t.text)
	t.text.TextStyle.Monospace = t.short != ""
	t.text.Text = t.short
	switch {
	case t.short == "":
		t.text.Color = paint(look.ColorMuted)
		t.text.Text = mutedStyle.fit(t.empty, t.Size().Width-2*theme.InnerPadding())
	case t.focused:
		t.mark.FillColor = paint(theme.ColorNameSelection)
	}
	dressRing(t.ring, t.focused)
	redraw(r, t.Size())
}
