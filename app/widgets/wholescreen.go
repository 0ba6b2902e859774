package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

// WholeScreen is one picture over the whole window, with a line below it. Escape, F11, Enter or a double click take it away;
// Left and Right ask for its neighbour. It is an overlay: the owner hides what lies below, so that it is not painted, and makes
// the window as large as the screen.
type WholeScreen struct {
	widget.BaseWidget
	OnClose func()
	OnStep  func(by int)          // -1 or 1; may be nil
	OnMenu  func(fyne.PointEvent) // may be nil

	canvas fyne.Canvas
	above  func(*fyne.KeyEvent) // the canvas's handler before
	open   bool

	ground *canvas.Rectangle
	screen *pictureScreen
	line   *canvas.Text
	text   string
}

var wholeLine = style{look.ColorOnScreen, theme.SizeNameText, false}

// NewWholeScreen makes one; Show lays it over the window.
func NewWholeScreen(win fyne.Window) *WholeScreen {
	w := &WholeScreen{canvas: win.Canvas(), ground: canvas.NewRectangle(color.Transparent), screen: newPictureScreen("")}
	w.line = wholeLine.newText("", fyne.TextAlignCenter)
	w.ExtendBaseWidget(w)
	return w
}

// SetImage shows a picture, or none.
func (w *WholeScreen) SetImage(img *image.RGBA) { w.screen.setImage(img) }

// SetEmpty changes what stands where there is no picture.
func (w *WholeScreen) SetEmpty(text string) { w.screen.setEmpty(text) }

// SetLine changes the text below the picture.
func (w *WholeScreen) SetLine(text string) {
	if w.text == text {
		return
	}
	w.text = text
	w.line.Text = wholeLine.fit(text, w.line.Size().Width)
	w.line.Refresh()
}

// Pixels is how many pixels the picture has on the screen.
func (w *WholeScreen) Pixels() image.Point {
	if !w.open {
		return image.Point{}
	}
	return w.screen.pixels()
}

// Open tells whether it is shown.
func (w *WholeScreen) Open() bool { return w.open }

// Show lays it over the window.
func (w *WholeScreen) Show() {
	if w.open {
		return
	}
	w.open = true
	HideTips(w.canvas)
	w.above = w.canvas.OnTypedKey()
	w.canvas.SetOnTypedKey(w.typed)
	w.canvas.Overlays().Add(w)
	w.canvas.Focus(w)
}

// Close takes it away.
func (w *WholeScreen) Close() {
	if !w.open {
		return
	}
	w.open = false
	w.canvas.SetOnTypedKey(w.above)
	w.canvas.Overlays().Remove(w)
	if w.OnClose != nil {
		w.OnClose()
	}
}

func (w *WholeScreen) typed(key *fyne.KeyEvent) {
	switch {
	case key.Name == fyne.KeyEscape, key.Name == fyne.KeyF11, isEnter(key):
		w.Close()
	case key.Name == fyne.KeyLeft:
		w.step(-1)
	case key.Name == fyne.KeyRight:
		w.step(1)
	}
}

func (w *WholeScreen) step(by int) {
	if w.OnStep != nil {
		w.OnStep(by)
	}
}

// FocusGained implements fyne.Focusable.
func (w *WholeScreen) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (w *WholeScreen) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (w *WholeScreen) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (w *WholeScreen) TypedKey(key *fyne.KeyEvent) { w.typed(key) }

// Cursor implements desktop.Cursorable.
func (w *WholeScreen) Cursor() desktop.Cursor { return desktop.DefaultCursor }

// DoubleTapped implements fyne.DoubleTappable.
func (w *WholeScreen) DoubleTapped(*fyne.PointEvent) { w.Close() }

// TappedSecondary implements fyne.SecondaryTappable.
func (w *WholeScreen) TappedSecondary(e *fyne.PointEvent) {
	if w.OnMenu != nil {
		w.OnMenu(*e)
	}
}

// CreateRenderer implements fyne.Widget.
func (w *WholeScreen) CreateRenderer() fyne.WidgetRenderer {
	r := &wholeRenderer{w}
	r.dress()
	return r
}

type wholeRenderer struct{ w *WholeScreen }

func (r *wholeRenderer) Destroy()           {}
func (r *wholeRenderer) MinSize() fyne.Size { return fyne.NewSize(320, 200) }

func (r *wholeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.w.ground, r.w.screen, r.w.line}
}

func (r *wholeRenderer) Layout(size fyne.Size) {
	w := r.w
	w.ground.Resize(size)
	line := wholeLine.measure("M").Height + 8
	width := max(min(size.Width, (size.Height-line)*16/9), 0)
	height := width * 9 / 16
	w.screen.Move(fyne.NewPos((size.Width-width)/2, (size.Height-line-height)/2))
	w.screen.Resize(fyne.NewSize(width, height))
	w.line.Move(fyne.NewPos(8, size.Height-line))
	w.line.Resize(fyne.NewSize(size.Width-16, line))
	w.line.Text = wholeLine.fit(w.text, size.Width-16)
}

func (r *wholeRenderer) dress() {
	r.w.ground.FillColor = paint(look.ColorScreen)
	wholeLine.apply(r.w.line)
}

func (r *wholeRenderer) Refresh() {
	r.dress()
	redraw(r, r.w.Size())
	canvas.Refresh(r.w)
}
