package view

import "fyne.io/fyne/v2"

// split lays the lower part out. Pane 0 are the charts.
type split struct {
	chosen int
	side   int     // pane beside the charts in a wide window; 0: the first of them
	share  float32 // of the width that the pane beside the charts gets
	wide   bool
}

// Widths at which the charts get a neighbour, and the neighbour's share. The legend of the charts still has one line then: a second
// one would move them when a run begins.
const (
	wideFrom  = 1185
	sideShare = 0.38
	leastPane = 116 // height; one chart can be read then
	gap       = 6
)

func (s *split) sidePane() int {
	if s.side == 0 {
		return 1
	}
	return s.side
}

// Layout implements fyne.Layout. The objects are the segments of all panes, the charts' tools, the charts, the segments
// beside them, the other panes.
func (s *split) Layout(o []fyne.CanvasObject, size fyne.Size) {
	all, tools, charts, beside, side := o[0], o[1], o[2], o[3], o[4]
	s.wide = size.Width >= wideFrom
	setVisible(all, !s.wide)
	setVisible(beside, s.wide)
	setVisible(charts, s.wide || s.chosen == 0)
	setVisible(tools, s.wide || s.chosen == 0)
	setVisible(side, s.wide || s.chosen != 0)
	right := size.Width
	if s.wide {
		right = size.Width * s.share
	}
	left := size.Width
	if s.wide {
		left -= right + gap
	}
	bar := all.MinSize().Height
	width := tools.MinSize().Width
	place(all, 0, 0, size.Width-width-gap, bar)
	place(tools, left-width, 0, width, bar)
	place(charts, 0, bar+gap, left, size.Height-bar-gap)
	place(beside, size.Width-right, 0, right, bar)
	place(side, size.Width-right, bar+gap, right, size.Height-bar-gap)
}

func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(max(w, 0), max(h, 0)))
}

// MinSize implements fyne.Layout.
func (s *split) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(600, o[0].MinSize().Height+gap+leastPane)
}
