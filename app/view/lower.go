package view

import (
	"echopath/app/model"
	"echopath/app/present"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// lowerModel is what the lower part of a screen shows beside charts.
type lowerModel interface {
	Log() []model.LogLine
	Details(netcheck.Path) []model.Section
}

// lower is the part of a screen with the charts, and what they rest on: findings, details, log.
type lower struct {
	*paneSet
	model    lowerModel
	findings *findings
	details  *widgets.SectionView
	log      *widgets.LogList

	findingsPane, detailsPane int

	opened netcheck.Path // whose details are shown
	stale  bool          // the details may be older than the report
}

func newLower(m lowerModel) *lower {
	return &lower{model: m, findings: newFindings(), details: widgets.NewSectionView(), log: widgets.NewLogList()}
}

// take takes the panes over, once they are there.
func (l *lower) take(s *paneSet, findings, details int) {
	l.paneSet, l.findingsPane, l.detailsPane = s, findings, details
	s.turned = func() {
		if l.frame.sidePane() == l.detailsPane {
			l.showDetails()
		}
	}
}

// open shows the details of a path.
func (l *lower) open(p netcheck.Path) {
	l.opened, l.stale = p, true
	l.choose(l.detailsPane)
	l.showDetails()
}

// begin is for a new run: the curves are what there is to see.
func (l *lower) begin() {
	l.opened = netcheck.PathUnknown
	if l.frame.chosen == l.findingsPane {
		l.choose(0)
	}
}

// follow turns the details to a path that was selected, without bringing them to the front.
func (l *lower) follow(p netcheck.Path) {
	l.opened, l.stale = p, true
	if l.panes[l.detailsPane].Visible() {
		l.showDetails()
	}
}

// showRest brings all but the charts in line with the state. The details are those of the first path until one is chosen.
func (l *lower) showRest(v model.View, first netcheck.Path) {
	l.findings.show(v)
	l.log.SetLines(l.model.Log())
	badge := ""
	if n := actionable(v.Findings); n > 0 {
		badge = count(n)
	}
	l.badge(l.findingsPane, badge)
	if l.opened == netcheck.PathUnknown {
		l.opened = first
	}
	l.stale = true
	if l.panes[l.detailsPane].Visible() {
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
