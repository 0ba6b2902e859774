package view

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Panes of the lower part, in the order of the segments.
const (
	paneCharts = iota
	paneFindings
	paneDetails
	paneLog
	numPanes
)

var paneNames = [numPanes]string{"Charts", "Findings", "Details", "Log"}

// lower is the part of the screen below the table: charts, findings, details, log. In a narrow window one of them is seen at a
// time; in a wide one the charts always are, with one of the others beside them.
type lower struct {
	model    *model.Test
	object   fyne.CanvasObject
	charts   *testCharts
	findings *findings
	details  *widgets.SectionView
	log      *widgets.LogList

	all    *widgets.Segments // narrow: all four
	beside *widgets.Segments // wide: without the charts
	panes  [numPanes]fyne.CanvasObject
	frame  *split
	opened netcheck.Path // whose details are shown
	stale  bool          // the details may be older than the report
}

func newLower(m *model.Test, chartMenu func(fyne.PointEvent)) *lower {
	l := &lower{model: m, charts: newTestCharts(m, chartMenu), findings: newFindings(), details: widgets.NewSectionView(), log: widgets.NewLogList()}
	l.panes = [numPanes]fyne.CanvasObject{l.charts.object, l.findings.object, l.details, l.log}
	l.all = widgets.NewSegments(paneNames[:]...)
	l.beside = widgets.NewSegments(paneNames[1:]...)
	l.frame = &split{l: l, chosen: paneCharts}
	l.all.OnChanged = l.choose
	l.beside.OnChanged = func(i int) { l.choose(i + 1) }
	charts, side := widgets.Card(l.panes[paneCharts]), widgets.Card(container.NewStack(l.panes[1:]...))
	l.object = container.New(l.frame, l.all, l.charts.tools, charts, l.beside, side) // in the order of Tab
	l.choose(paneCharts)
	return l
}

// choose brings a pane to the front.
func (l *lower) choose(pane int) {
	l.frame.chosen = pane
	if pane != paneCharts {
		l.frame.side = pane
	}
	for i := paneFindings; i < numPanes; i++ {
		setVisible(l.panes[i], i == l.frame.sidePane())
	}
	if l.all.Selected() != pane {
		l.all.Select(pane)
	}
	if side := l.frame.sidePane() - 1; l.beside.Selected() != side {
		l.beside.Select(side)
	}
	if l.object != nil {
		l.object.Refresh()
	}
	if l.frame.sidePane() == paneDetails {
		l.showDetails()
	}
}

// open shows the details of a path.
func (l *lower) open(p netcheck.Path) {
	l.opened, l.stale = p, true
	l.choose(paneDetails)
	l.showDetails()
}

// begin is for a new run: the curves are what there is to see.
func (l *lower) begin() {
	l.opened = netcheck.PathUnknown
	if l.frame.chosen == paneFindings {
		l.choose(paneCharts)
	}
}

// follow turns the details to a path that was selected, without bringing them to the front.
func (l *lower) follow(p netcheck.Path) {
	l.opened, l.stale = p, true
	if l.panes[paneDetails].Visible() {
		l.showDetails()
	}
}

// show brings the panes in line with the state; now is since the session's start.
func (l *lower) show(v model.View, now time.Duration) {
	l.charts.show(v.Phase, now)
	l.findings.show(v)
	l.log.SetLines(l.model.Log())
	badge := ""
	if n := actionable(v.Findings); n > 0 {
		badge = count(n)
	}
	l.all.SetBadge(paneFindings, badge)
	l.beside.SetBadge(paneFindings-1, badge)
	if l.opened == netcheck.PathUnknown && len(v.Rows) > 0 {
		l.opened, l.stale = v.Rows[0].Path, true
	}
	l.stale = true
	if l.panes[paneDetails].Visible() {
		l.showDetails()
	}
}

func (l *lower) showDetails() {
	if !l.stale || l.opened == netcheck.PathUnknown {
		return
	}
	l.stale = false
	sections := l.model.Details(l.opened)
	if len(sections) > 0 {
		sections[0].Title = l.opened.Title() + ": " + sections[0].Title
	}
	l.details.SetSections(sections)
}

// actionable counts the findings that call for action.
func actionable(all []model.Finding) int {
	n := 0
	for _, f := range all {
		if f.Mark.Tone == present.TonePoor || f.Mark.Tone == present.ToneFair {
			n++
		}
	}
	return n
}

// split lays the lower part out.
type split struct {
	l      *lower
	chosen int
	side   int // pane beside the charts in a wide window; 0: findings
	wide   bool
}

// Widths at which the charts get a neighbour, and the neighbour's share. The legend of the charts still has one line then: a second
// one would move them when a run begins.
const (
	wideFrom  = 1185
	sideShare = 0.38
	gap       = 6
)

func (s *split) sidePane() int {
	if s.side == 0 {
		return paneFindings
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
	setVisible(charts, s.wide || s.chosen == paneCharts)
	setVisible(tools, s.wide || s.chosen == paneCharts)
	setVisible(side, s.wide || s.chosen != paneCharts)
	right := size.Width
	if s.wide {
		right = size.Width * sideShare
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
	return fyne.NewSize(600, o[0].MinSize().Height+gap+150)
}
