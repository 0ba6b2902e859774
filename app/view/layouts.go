package view

import "fyne.io/fyne/v2"

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

// middle centres its object between top and bottom, over the whole width, and lets it be cut rather than widen the window.
type middle struct{}

// Layout implements fyne.Layout.
func (middle) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		height := o.MinSize().Height
		o.Move(fyne.NewPos(0, (size.Height-height)/2))
		o.Resize(fyne.NewSize(size.Width-4, height))
	}
}

// MinSize implements fyne.Layout.
func (middle) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(0, height)
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
