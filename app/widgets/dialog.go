package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// dialogMargin is the least distance of a dialog from the edge of its window.
const dialogMargin = 16

// Dialog is a sheet above a window. Escape cancels it and Enter presses its default button, whichever input of this package
// has the focus, or none. It has its own layer for tips.
type Dialog struct {
	widget.BaseWidget
	canvas   fyne.Canvas
	tips     *Tips
	sheet    *panel
	buttons  *fyne.Container
	asked    fyne.Size // of the sheet; zero for as small as it can be
	first    fyne.Focusable
	chosen   *Button
	onCancel func()
	above    func(*fyne.KeyEvent) // the canvas's handler before this dialog took it
	open     bool
}

// NewDialog makes a dialog; Show opens it.
func NewDialog(win fyne.Window, title string, content fyne.CanvasObject) *Dialog {
	d := &Dialog{canvas: win.Canvas(), buttons: &fyne.Container{Layout: buttonRow{}}}
	head := newParagraph(title, style{theme.ColorNameForeground, theme.SizeNameSubHeadingText, true}, 1)
	d.sheet = newPanel(&fyne.Container{
		Layout:  sheetLayout{content},
		Objects: []fyne.CanvasObject{head, container.NewVScroll(content), d.buttons},
	}, theme.ColorNameOverlayBackground)
	d.sheet.raised = true
	d.sheet.inset = func() fyne.Size { return fyne.NewSize(18, 14) }
	d.tips = NewTips(&fyne.Container{Layout: &centred{d}, Objects: []fyne.CanvasObject{d.sheet}})
	d.ExtendBaseWidget(d)
	return d
}

// AddButton adds a button to the right of those that are there.
func (d *Dialog) AddButton(text string, do func()) *Button {
	b := NewButton(text, nil, do)
	d.buttons.Add(b)
	return b
}

// SetDefault says which button Enter presses while the focus is on no other button; it is drawn as the main one.
func (d *Dialog) SetDefault(b *Button) {
	d.chosen = b
	b.Importance = widget.HighImportance
	b.Refresh()
}

// SetOnCancel says what Escape does; without it Escape closes the dialog.
func (d *Dialog) SetOnCancel(f func()) { d.onCancel = f }

// SetFirst says what has the focus when the dialog opens; else it is the default button.
func (d *Dialog) SetFirst(f fyne.Focusable) { d.first = f }

// ShowSized opens the dialog at a size, or as much of it as the window has room for.
func (d *Dialog) ShowSized(size fyne.Size) {
	d.asked = size
	d.Show()
}

// Show opens the dialog.
func (d *Dialog) Show() {
	if d.open {
		return
	}
	d.open = true
	HideTips(d.canvas) // the pointer rests on what opened this dialog
	d.above = d.canvas.OnTypedKey()
	d.canvas.SetOnTypedKey(d.typed)
	d.canvas.Overlays().Add(d)
	switch {
	case d.first != nil:
		d.canvas.Focus(d.first)
	case d.chosen != nil:
		d.canvas.Focus(d.chosen)
	}
}

// Close takes the dialog away, with all that lies above it.
func (d *Dialog) Close() {
	if !d.open {
		return
	}
	stack := slices.Clone(d.canvas.Overlays().List())
	for i := len(stack) - 1; i >= 0 && stack[i] != fyne.CanvasObject(d); i-- {
		if upper, ok := stack[i].(*Dialog); ok {
			upper.Close() // it gives the keys back that it took from this one
		}
	}
	d.open = false
	d.canvas.SetOnTypedKey(d.above)
	d.canvas.Overlays().Remove(d)
}

// Cancel does what Escape does.
func (d *Dialog) Cancel() {
	if d.onCancel != nil {
		d.onCancel()
		return
	}
	d.Close()
}

// typed gets the keys that no focused input has a use for.
func (d *Dialog) typed(key *fyne.KeyEvent) {
	switch {
	case key.Name == fyne.KeyEscape:
		d.Cancel()
	case isEnter(key) && d.chosen != nil && !d.chosen.Disabled():
		d.chosen.OnTapped()
	}
}

// CreateRenderer implements fyne.Widget.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer {
	return &dialogRenderer{d, canvas.NewRectangle(paint(theme.ColorNameShadow))}
}

type dialogRenderer struct {
	d     *Dialog
	shade *canvas.Rectangle
}

func (r *dialogRenderer) Destroy()           {}
func (r *dialogRenderer) MinSize() fyne.Size { return r.d.tips.MinSize() }

func (r *dialogRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.shade, r.d.tips}
}

func (r *dialogRenderer) Layout(size fyne.Size) {
	r.shade.Resize(size)
	r.d.tips.Resize(size)
}

func (r *dialogRenderer) Refresh() {
	r.shade.FillColor = paint(theme.ColorNameShadow)
	canvas.Refresh(r.d)
}

// centred keeps the sheet in the middle of the window and inside it.
type centred struct{ d *Dialog }

func (l *centred) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (l *centred) Layout(o []fyne.CanvasObject, size fyne.Size) {
	need := o[0].MinSize()
	want := fyne.NewSize(max(need.Width, l.d.asked.Width), max(need.Height, l.d.asked.Height))
	want.Width = min(want.Width, size.Width-2*dialogMargin)
	want.Height = min(want.Height, size.Height-2*dialogMargin)
	o[0].Resize(want)
	o[0].Move(fyne.NewPos((size.Width-want.Width)/2, (size.Height-want.Height)/2))
}

// sheetLayout has the title on top, the buttons at the foot and the content between, which scrolls where the window, or the
// system's size of text, leaves too little room for it.
type sheetLayout struct{ content fyne.CanvasObject }

const sheetGap = 12

func (l sheetLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	head, body, foot := o[0].MinSize(), l.content.MinSize(), o[2].MinSize()
	return fyne.NewSize(max(head.Width, body.Width, foot.Width), head.Height+body.Height+foot.Height+2*sheetGap)
}

func (sheetLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	head, foot := o[0].MinSize().Height, o[2].MinSize()
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(size.Width, head))
	o[1].Move(fyne.NewPos(0, head+sheetGap))
	o[1].Resize(fyne.NewSize(size.Width, size.Height-head-foot.Height-2*sheetGap))
	o[2].Move(fyne.NewPos(0, size.Height-foot.Height))
	o[2].Resize(fyne.NewSize(size.Width, foot.Height))
}

// buttonRow puts buttons side by side at the right, none narrower than a person expects of a button.
type buttonRow struct{}

const leastButton = 84

func (buttonRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for i, b := range o {
		need := b.MinSize()
		size.Width += max(need.Width, leastButton)
		size.Height = max(size.Height, need.Height)
		if i > 0 {
			size.Width += sheetGap
		}
	}
	return size
}

func (buttonRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := size.Width
	for i := len(o) - 1; i >= 0; i-- {
		w := max(o[i].MinSize().Width, leastButton)
		x -= w
		o[i].Move(fyne.NewPos(x, 0))
		o[i].Resize(fyne.NewSize(w, size.Height))
		x -= sheetGap
	}
}
