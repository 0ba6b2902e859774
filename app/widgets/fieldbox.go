package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// FieldBox is a labelled input above a line that is kept free for what is wrong with it, so that nothing moves when it appears.
type FieldBox struct {
	widget.BaseWidget
	hint    string
	box     *fyne.Container
	problem *paragraph
}

// NewFieldBox puts a label above an input; the hint is the label's tip.
func NewFieldBox(label string, input fyne.CanvasObject, hint string) *FieldBox {
	f := &FieldBox{hint: hint, problem: newParagraph("", style{theme.ColorNameError, theme.SizeNameCaptionText, false}, 1)}
	head := Tipped(newParagraph(label, mutedStyle, 1), func() string { return f.hint })
	note := Tipped(f.problem, func() string {
		if f.problem.cut {
			return f.problem.text
		}
		return ""
	})
	f.box = &fyne.Container{Layout: fieldLayout{f}, Objects: []fyne.CanvasObject{head, input, note}}
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *FieldBox) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// SetProblem says what is wrong with the input; "" if nothing is.
func (f *FieldBox) SetProblem(text string) { f.problem.set(text, f.problem.style) }

// SetLines reserves room for a problem of so many lines; one if it is never called.
func (f *FieldBox) SetLines(n int) {
	f.problem.limit = n
	f.box.Refresh()
}

// SetHint changes the label's tip.
func (f *FieldBox) SetHint(text string) { f.hint = text }

// fieldLayout stacks label, input and problem closely.
type fieldLayout struct{ f *FieldBox }

const fieldGap = 2

// problemHeight is what is kept free, whether there is a problem or not.
func (l fieldLayout) problemHeight() float32 {
	return float32(l.f.problem.limit) * l.f.problem.lineHeight()
}

func (l fieldLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	label, input := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(max(label.Width, input.Width), label.Height+input.Height+l.problemHeight()+2*fieldGap)
}

func (l fieldLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	label, problem := o[0].MinSize().Height, l.problemHeight()
	heights := []float32{label, size.Height - label - problem - 2*fieldGap, problem}
	y := float32(0)
	for i, obj := range o {
		obj.Move(fyne.NewPos(0, y))
		obj.Resize(fyne.NewSize(size.Width, heights[i]))
		y += heights[i] + fieldGap
	}
}
