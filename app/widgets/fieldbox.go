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
	f.box = &fyne.Container{Layout: fieldLayout{}, Objects: []fyne.CanvasObject{head, input, note}}
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *FieldBox) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// SetProblem says what is wrong with the input; "" if nothing is.
func (f *FieldBox) SetProblem(text string) { f.problem.set(text, f.problem.style) }

// SetHint changes the label's tip.
func (f *FieldBox) SetHint(text string) { f.hint = text }

// fieldLayout stacks label, input and problem closely.
type fieldLayout struct{}

const fieldGap = 2

func (fieldLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, obj := range o {
		m := obj.MinSize()
		size.Width = max(size.Width, m.Width)
		size.Height += m.Height
	}
	size.Height += fieldGap * float32(len(o)-1)
	return size
}

func (fieldLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	label, problem := o[0].MinSize().Height, o[2].MinSize().Height
	heights := []float32{label, size.Height - label - problem - 2*fieldGap, problem}
	y := float32(0)
	for i, obj := range o {
		obj.Move(fyne.NewPos(0, y))
		obj.Resize(fyne.NewSize(size.Width, heights[i]))
		y += heights[i] + fieldGap
	}
}
