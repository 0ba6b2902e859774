package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

func TestTippedLeavesTheButtonAlone(t *testing.T) {
	begin(t, look.ModeLight)
	pressed := 0
	b := NewButton("Start", nil, func() { pressed++ })
	tip := "Starts the test."
	box := Tipped(b, func() string { return tip })
	label := TipLabel("Target", Tip("Where to measure."))
	tips := NewTips(container.NewVBox(label, box))
	c := stage(t, fyne.NewSize(400, 200), tips).Canvas()
	over := fyne.CurrentApp().Driver().AbsolutePositionForObject(b).AddXY(20, 10)

	test.MoveMouse(c, over)
	if tips.Shown() != tip {
		t.Errorf("tip %q", tips.Shown())
	}
	test.TapCanvas(c, over)
	press(c, fyne.KeyTab)
	if c.Focused() != fyne.Focusable(b) {
		t.Errorf("Tab went to %T", c.Focused())
	}
	press(c, fyne.KeySpace, fyne.KeyReturn)
	if pressed != 3 || c.Focused() != fyne.Focusable(b) {
		t.Errorf("pressed %d times, focus %T", pressed, c.Focused())
	}
	test.MoveMouse(c, fyne.NewPos(20, 15))
	if tips.Shown() != "Where to measure." {
		t.Errorf("tip of the label %q", tips.Shown())
	}
	test.MoveMouse(c, fyne.NewPos(390, 190))
	if tips.Shown() != "" {
		t.Errorf("tip %q stays", tips.Shown())
	}
	box.(*tipped).obj.Hide()
	if box.Visible() {
		t.Error("a hidden button keeps its place")
	}
}

// hoverSpy is a widget that follows the pointer itself.
type hoverSpy struct {
	widget.Button
	in, out int
}

func (h *hoverSpy) MouseIn(*desktop.MouseEvent) { h.in++ }

func (h *hoverSpy) MouseOut() { h.out++ }

func TestTippedPassesTheHoverOn(t *testing.T) {
	begin(t, look.ModeLight)
	spy := &hoverSpy{}
	spy.ExtendBaseWidget(spy)
	c := stage(t, fyne.NewSize(400, 200), NewTips(container.NewVBox(Tipped(spy, Tip("x"))))).Canvas()
	test.MoveMouse(c, fyne.NewPos(20, 10))
	test.MoveMouse(c, fyne.NewPos(300, 190))
	if spy.in != 1 || spy.out != 1 {
		t.Errorf("in %d, out %d", spy.in, spy.out)
	}
}

func TestTipStaysInsideTheWindow(t *testing.T) {
	begin(t, look.ModeLight)
	long := strings.Repeat("a rather long explanation ", 8)
	tips := NewTips(widget.NewLabel(""))
	stage(t, fyne.NewSize(400, 200), tips)
	for _, target := range []area{
		{fyne.NewPos(0, 0), fyne.NewSize(30, 20)}, {fyne.NewPos(370, 0), fyne.NewSize(30, 20)},
		{fyne.NewPos(370, 180), fyne.NewSize(30, 20)}, {fyne.NewPos(0, 180), fyne.NewSize(400, 20)},
		{fyne.NewPos(0, 0), fyne.NewSize(400, 200)},
	} {
		pointer := target.pos.AddXY(target.size.Width/2, target.size.Height/2)
		tips.show(t, long, target, pointer)
		got := areaOf(tips.bubble)
		if got.pos.X < 0 || got.pos.Y < 0 || got.pos.X+got.size.Width > 400 || got.pos.Y+got.size.Height > 200 || got.size.Width > tipWidth {
			t.Errorf("target %v: tip at %v", target, got)
		}
		if got.holds(pointer) {
			t.Errorf("target %v: tip under the pointer", target)
		}
	}
}

func TestADialogHidesTheTipOfWhatOpenedIt(t *testing.T) {
	begin(t, look.ModeLight)
	b := NewButton("Save", nil, nil)
	tips := NewTips(container.NewVBox(Tipped(b, Tip("Saves it."))))
	w := stage(t, fyne.NewSize(400, 200), tips)
	test.MoveMouse(w.Canvas(), fyne.NewPos(20, 15))
	if tips.Shown() == "" {
		t.Fatal("no tip")
	}
	inside := NewButton("Inside", nil, nil)
	d := NewDialog(w, "Title", Tipped(inside, Tip("In the dialog.")))
	d.Show()
	if tips.Shown() != "" {
		t.Error("the tip below stays")
	}
	test.MoveMouse(w.Canvas(), areaOf(inside).pos.AddXY(5, 5))
	if d.tips.Shown() != "In the dialog." || tips.Shown() != "" {
		t.Errorf("in the dialog %q, below %q", d.tips.Shown(), tips.Shown())
	}
}
