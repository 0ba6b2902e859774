package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Tip is a fixed text for Tipped.
func Tip(text string) func() string { return func() string { return text } }

// Tipped shows a text while the pointer is over obj. It takes neither clicks nor focus from it, and passes the hover on to a
// widget that has a use for it. If obj is a container, things in it that follow the pointer show no tip: wrap them.
func Tipped(obj fyne.CanvasObject, text func() string) fyne.CanvasObject {
	t := &tipped{obj: obj, text: text}
	if under, ok := obj.(desktop.Hoverable); ok {
		t.pane = &tipPane{tipped: t, under: under}
		t.pane.ExtendBaseWidget(t.pane)
		t.ExtendBaseWidget(t)
		return t
	}
	back := &tippedBack{t}
	back.ExtendBaseWidget(back)
	return back
}

// TipLabel is a label with a tip.
func TipLabel(text string, tip func() string) fyne.CanvasObject {
	return Tipped(widget.NewLabel(text), tip)
}

// tipped is an object with a tip. Fyne hands the hover to the object drawn last of those that want it at a position. So what
// does not want it is simply put into something that does (tippedBack), and then its own buttons, being drawn later, still
// get theirs; what wants it gets a clear pane in front that takes the hover and passes it on.
type tipped struct {
	widget.BaseWidget
	obj  fyne.CanvasObject
	pane *tipPane
	text func() string
}

func (t *tipped) hover(owner fyne.CanvasObject, e *desktop.MouseEvent) {
	tipsFor(owner).show(t, t.text(), areaOf(owner), e.AbsolutePosition)
}

func (t *tipped) leave(owner fyne.CanvasObject) { hideTip(owner, t) }

// hideTip hides a tip wherever it is: while the pointer was over its owner a dialog may have opened above.
func hideTip(obj fyne.CanvasObject, owner any) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(obj); c != nil {
		for _, t := range layersOf(c) {
			t.hide(owner)
		}
	}
}

// HideTips hides every tip of a canvas: what it is about goes away by other means than the pointer.
func HideTips(c fyne.Canvas) {
	for _, t := range layersOf(c) {
		t.hide(t.owner)
	}
}

// layersOf lists the layers of a canvas.
func layersOf(c fyne.Canvas) []*Tips {
	var out []*Tips
	if t := findTips(c.Content()); t != nil {
		out = append(out, t)
	}
	for _, o := range c.Overlays().List() {
		if d, ok := o.(*Dialog); ok {
			out = append(out, d.tips)
		}
	}
	return out
}

// CreateRenderer implements fyne.Widget.
func (t *tipped) CreateRenderer() fyne.WidgetRenderer { return &tippedRenderer{t} }

// Visible implements fyne.CanvasObject: what is hidden keeps no place because it has a tip.
func (t *tipped) Visible() bool { return t.BaseWidget.Visible() && t.obj.Visible() }

type tippedBack struct{ *tipped }

// MouseIn implements desktop.Hoverable.
func (t *tippedBack) MouseIn(e *desktop.MouseEvent) { t.hover(t, e) }

// MouseMoved implements desktop.Hoverable.
func (t *tippedBack) MouseMoved(e *desktop.MouseEvent) { t.hover(t, e) }

// MouseOut implements desktop.Hoverable.
func (t *tippedBack) MouseOut() { t.leave(t) }

type tippedRenderer struct{ t *tipped }

func (r *tippedRenderer) Destroy()           {}
func (r *tippedRenderer) MinSize() fyne.Size { return r.t.obj.MinSize() }
func (r *tippedRenderer) Refresh()           { canvas.Refresh(r.t.obj) }

func (r *tippedRenderer) Layout(size fyne.Size) {
	r.t.obj.Resize(size)
	if r.t.pane != nil {
		r.t.pane.Resize(size)
	}
}

func (r *tippedRenderer) Objects() []fyne.CanvasObject {
	if r.t.pane == nil {
		return []fyne.CanvasObject{r.t.obj}
	}
	return []fyne.CanvasObject{r.t.obj, r.t.pane}
}

// tipPane lies in front of a widget that follows the pointer. It wants nothing but the hover: clicks go through it.
type tipPane struct {
	widget.BaseWidget
	tipped *tipped
	under  desktop.Hoverable
}

// CreateRenderer implements fyne.Widget.
func (p *tipPane) CreateRenderer() fyne.WidgetRenderer { return emptyRenderer{} }

// MouseIn implements desktop.Hoverable.
func (p *tipPane) MouseIn(e *desktop.MouseEvent) {
	p.under.MouseIn(e)
	p.tipped.hover(p, e)
}

// MouseMoved implements desktop.Hoverable.
func (p *tipPane) MouseMoved(e *desktop.MouseEvent) {
	p.under.MouseMoved(e)
	p.tipped.hover(p, e)
}

// MouseOut implements desktop.Hoverable.
func (p *tipPane) MouseOut() {
	p.under.MouseOut()
	p.tipped.leave(p)
}

// emptyRenderer draws nothing.
type emptyRenderer struct{}

func (emptyRenderer) Destroy()                     {}
func (emptyRenderer) Layout(fyne.Size)             {}
func (emptyRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (emptyRenderer) Objects() []fyne.CanvasObject { return nil }
func (emptyRenderer) Refresh()                     {}
