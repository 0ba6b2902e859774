package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// atLeast gives its object a width that does not change with its text.
type atLeast struct{ width float32 }

// Layout implements fyne.Layout.
func (atLeast) Layout(objects []fyne.CanvasObject, size fyne.Size) { fill(objects, size) }

// MinSize implements fyne.Layout.
func (l atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := fyne.NewSize(l.width, 0)
	for _, o := range objects {
		least = least.Max(o.MinSize())
	}
	return least
}

// oneLine is a line of text in the middle of its place. It asks for no width, and ends in an ellipsis where there is too little.
type oneLine struct {
	text  *canvas.Text
	whole string
	large bool // in the size of texts, and not of captions
}

// set changes the text only if it differs: every refresh repaints the whole window.
func (l *oneLine) set(text string, name fyne.ThemeColorName) {
	l.whole = text
	if l.large {
		setSized(l.text, l.fitting(l.text.Size().Width), name, theme.SizeNameText)
		return
	}
	setText(l.text, l.fitting(l.text.Size().Width), name)
}

func (l *oneLine) fitting(width float32) string { return fitting(l.whole, width, l.text.TextSize) }

// Layout implements fyne.Layout.
func (l *oneLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := size.Width - 4
	if text := l.fitting(width); text != l.text.Text {
		l.text.Text = text
		l.text.Refresh()
	}
	for _, o := range objects {
		height := l.MinSize(objects).Height
		place(o, 0, (size.Height-height)/2, width, height)
	}
}

// MinSize implements fyne.Layout.
func (l *oneLine) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, l.text.MinSize().Height)
}

// fixedWidth lays its objects out over the whole area at a width that does not change.
type fixedWidth float32

// Layout implements fyne.Layout.
func (fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) { fill(objects, size) }

// MinSize implements fyne.Layout.
func (w fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(float32(w), height)
}

func fill(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

// stacked puts its objects one below the other with a gap.
type stacked struct{ gap float32 }

// Layout implements fyne.Layout.
func (l stacked) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		height := o.MinSize().Height
		place(o, 0, y, size.Width, height)
		y += height + l.gap
	}
}

// MinSize implements fyne.Layout.
func (l stacked) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := fyne.NewSize(0, l.gap*float32(max(len(objects)-1, 0)))
	for _, o := range objects {
		m := o.MinSize()
		least = fyne.NewSize(max(least.Width, m.Width), least.Height+m.Height)
	}
	return least
}

// under leaves a gap above its object.
type under struct{ gap float32 }

// Layout implements fyne.Layout.
func (l under) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, 0, l.gap, size.Width, size.Height-l.gap)
	}
}

// MinSize implements fyne.Layout.
func (l under) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := fyne.Size{}
	for _, o := range objects {
		least = least.Max(o.MinSize())
	}
	return fyne.NewSize(least.Width, least.Height+l.gap)
}

// readable keeps its object from getting wider than can be read with ease.
type readable struct{ width float32 }

// Layout implements fyne.Layout.
func (l readable) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	fill(objects, fyne.NewSize(min(size.Width, l.width), size.Height))
}

// MinSize implements fyne.Layout.
func (l readable) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := fyne.Size{}
	for _, o := range objects {
		least = least.Max(o.MinSize())
	}
	return least
}

// below puts its second object below the first, which wraps: it gets the height that it needs at the width there is, and at least
// what is kept free for it at that width, so that nothing moves when it gets something to show.
type below struct{ free func(width float32) float32 }

// Layout implements fyne.Layout.
func (l below) Layout(o []fyne.CanvasObject, size fyne.Size) {
	place(o[0], 0, 0, size.Width, o[0].MinSize().Height) // so that it knows its width
	top := max(o[0].MinSize().Height, l.free(size.Width))
	place(o[0], 0, 0, size.Width, top)
	place(o[1], 0, top, size.Width, size.Height-top)
}

// MinSize implements fyne.Layout.
func (l below) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[1].MinSize()
	return least.AddWidthHeight(0, max(o[0].MinSize().Height, l.free(0)))
}

// watched gives its object all of the area and tells how large that is.
type watched struct{ resized func(fyne.Size) }

// Layout implements fyne.Layout.
func (l watched) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	fill(objects, size)
	l.resized(size)
}

// MinSize implements fyne.Layout.
func (watched) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// columns puts its objects side by side, each with its share of the width.
type columns []float32

const columnGap = 8

// Layout implements fyne.Layout.
func (l columns) Layout(o []fyne.CanvasObject, size fyne.Size) {
	sum, x := float32(0), float32(0)
	for _, share := range l {
		sum += share
	}
	usable := size.Width - columnGap*float32(len(l)-1)
	for i, share := range l {
		width := usable * share / sum
		place(o[i], x, 0, width, size.Height)
		x += width + columnGap
	}
}

// MinSize implements fyne.Layout.
func (l columns) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := fyne.NewSize(columnGap*float32(len(l)-1), 0)
	for _, part := range o {
		m := part.MinSize()
		least = fyne.NewSize(least.Width+m.Width, max(least.Height, m.Height))
	}
	return least
}
