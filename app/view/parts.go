package view

import (
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/present"
	"echopath/app/widgets"
)

// caption is the name of a control.
func caption(text string) fyne.CanvasObject {
	return widget.NewLabel(text)
}

// newSelect is a choice as wide as the widest of its options: Fyne takes the width of the placeholder.
func newSelect(options []string, chosen func(string)) *widgets.Select {
	s := widgets.NewSelect(options, chosen)
	width := float32(0)
	for _, o := range options {
		if w := fyne.MeasureText(o, theme.TextSize(), fyne.TextStyle{}).Width; w > width {
			s.PlaceHolder, width = o, w
		}
	}
	return s
}

// setText changes a text only if it differs: every refresh repaints the whole window.
func setText(t *canvas.Text, text string, name fyne.ThemeColorName) {
	setSized(t, text, name, theme.SizeNameCaptionText)
}

func setSized(t *canvas.Text, text string, name fyne.ThemeColorName, of fyne.ThemeSizeName) {
	c, size := theme.Color(name), theme.Size(of)
	if t.Text == text && t.Color == c && t.TextSize == size {
		return
	}
	t.Text, t.Color, t.TextSize = text, c, size
	t.Refresh()
}

func setVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case visible && !o.Visible():
		o.Show()
	case !visible && o.Visible():
		o.Hide()
	}
}

// disable disables what must wait, or enables it again.
func disable(disabled bool, widgets ...fyne.Disableable) {
	for _, w := range widgets {
		switch {
		case disabled && !w.Disabled():
			w.Disable()
		case !disabled && w.Disabled():
			w.Enable()
		}
	}
}

// heading is the title of a part of a screen.
func heading(text string) fyne.CanvasObject {
	label := widget.NewLabel(text)
	label.TextStyle.Bold = true
	return label
}

// beside puts a mark on the first line of the text at its right, in a column of its own.
func beside(m present.Mark) fyne.CanvasObject {
	mark := container.New(layout.NewCustomPaddedLayout(5, 0, 0, 4), widgets.NewMarkText(m))
	return container.NewVBox(container.New(atLeast{width: 70}, mark))
}

// framed is a container with a border layout whose parts Tab goes through as they are read: Fyne's own begins with the middle.
func framed(top, left, middle, bottom fyne.CanvasObject) *fyne.Container {
	c := container.New(layout.NewBorderLayout(top, bottom, left, nil))
	for _, o := range []fyne.CanvasObject{top, left, middle, bottom} {
		if o != nil {
			c.Add(o)
		}
	}
	return c
}

// flush moves an object as far to the right as Fyne moves the text of labels and boxes, so that they line up.
func flush(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, theme.InnerPadding(), 0), o)
}

// lowerFirst begins a word with a small letter, for the middle of a sentence or a file name.
func lowerFirst(word string) string {
	r, n := utf8.DecodeRuneInString(word)
	return string(unicode.ToLower(r)) + word[n:]
}

// topped keeps an object at the top of an area that may be higher than it, and lets it scroll in one that is lower.
func topped(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewVScroll(container.New(stacked{}, o))
}
