package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/widgets"
)

// paneSet shows one of several panes, or in a wide window the first, the charts, with one of the others beside it.
type paneSet struct {
	object  fyne.CanvasObject
	all     *widgets.Segments // narrow: all of them
	beside  *widgets.Segments // wide: without the charts
	panes   []fyne.CanvasObject
	frame   *split
	turned  func() // another pane is to be seen; may be nil
	toolbar fyne.CanvasObject
}

// newPaneSet makes the panes; the first are the charts, whose tools stand above them.
func newPaneSet(names []string, tools fyne.CanvasObject, list ...fyne.CanvasObject) *paneSet {
	list[0] = widgets.Card(list[0])
	return newPanes(names, tools, list...)
}

// newPanes makes them of which the first has frames of its own.
func newPanes(names []string, tools fyne.CanvasObject, list ...fyne.CanvasObject) *paneSet {
	s := &paneSet{panes: list, frame: &split{share: sideShare}, toolbar: tools}
	s.all = widgets.NewSegments(names...)
	s.beside = widgets.NewSegments(names[1:]...)
	s.all.OnChanged = s.choose
	s.beside.OnChanged = func(i int) { s.choose(i + 1) }
	charts, side := list[0], widgets.Card(container.NewStack(list[1:]...))
	s.object = container.New(s.frame, s.all, tools, charts, s.beside, side) // in the order of Tab
	s.choose(0)
	return s
}

// choose brings a pane to the front.
func (s *paneSet) choose(pane int) {
	s.frame.chosen = pane
	if pane != 0 {
		s.frame.side = pane
	}
	for i := 1; i < len(s.panes); i++ {
		setVisible(s.panes[i], i == s.frame.sidePane())
	}
	if s.all.Selected() != pane {
		s.all.Select(pane)
	}
	if side := s.frame.sidePane() - 1; s.beside.Selected() != side {
		s.beside.Select(side)
	}
	if s.object != nil {
		s.object.Refresh()
	}
	if s.turned != nil {
		s.turned()
	}
}

// badge puts a short text behind the name of a pane other than the charts.
func (s *paneSet) badge(pane int, text string) {
	s.all.SetBadge(pane, text)
	s.beside.SetBadge(pane-1, text)
}
