package widgets

import "fyne.io/fyne/v2"

// askWidth is that of a question's text: long lines are hard to read.
const askWidth = 380

// narrow gives a paragraph its width and the height that it needs at that width.
type narrow struct{ width float32 }

func (c narrow) MinSize(o []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(c.width, 0)
	for _, obj := range o {
		if p, ok := obj.(*paragraph); ok {
			size.Height += p.heightFor(c.width)
			continue
		}
		size.Height += obj.MinSize().Height
	}
	return size
}

func (c narrow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, obj := range o {
		h := obj.MinSize().Height
		if p, ok := obj.(*paragraph); ok {
			h = p.heightFor(size.Width)
		}
		obj.Move(fyne.NewPos(0, y))
		obj.Resize(fyne.NewSize(size.Width, h))
		y += h
	}
}

func askText(text string) fyne.CanvasObject {
	return &fyne.Container{Layout: narrow{askWidth}, Objects: []fyne.CanvasObject{newParagraph(text, plainStyle, 0)}}
}

// Confirm asks a question. Escape answers no, and so does Enter, until the focus was moved to yes: what a question is asked about
// can usually not be undone. Cancel of the sheet answers no as well.
func Confirm(win fyne.Window, title, text, yes, no string, done func(bool)) *Dialog {
	d := NewDialog(win, title, askText(text))
	answer := func(a bool) func() {
		return func() {
			d.Close()
			done(a)
		}
	}
	refuse := d.AddButton(no, answer(false))
	d.AddButton(yes, answer(true))
	d.SetDefault(refuse)
	d.SetOnCancel(answer(false))
	d.Show()
	return d
}

// Message says something that needs no answer.
func Message(win fyne.Window, title, text string) {
	d := NewDialog(win, title, askText(text))
	d.SetDefault(d.AddButton("OK", d.Close))
	d.Show()
}
