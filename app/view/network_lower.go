package view

import (
	"fyne.io/fyne/v2/container"

	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Panes of the lower part, in the order of the segments.
const (
	networkAreas = iota
	networkFindings
	networkEvidence
	networkLog
)

// networkLower is the part of the screen "Network" below the map: the areas, and what they rest on.
type networkLower struct {
	*paneSet
	model    *model.Network
	findings *findings
	evidence *widgets.SectionView
	log      *widgets.LogList

	opened netcheck.Area // whose evidence is shown
	run    string        // whose findings are shown
}

func newNetworkLower(m *model.Network, cards *widgets.NetCards) *networkLower {
	l := &networkLower{model: m, findings: newFindings(), evidence: widgets.NewSectionView(), log: widgets.NewLogList(), opened: netcheck.AllAreas()[0]}
	l.paneSet = newPanes([]string{"Areas", "Findings", "Evidence", "Log"}, container.NewWithoutLayout(), cards, l.findings.object, l.evidence, l.log)
	l.turned = l.showEvidence
	return l
}

// open brings what is known of an area to the front.
func (l *networkLower) open(a netcheck.Area) {
	l.opened = a
	l.choose(networkEvidence)
	l.showEvidence()
}

// follow turns the evidence to an area that was chosen, without bringing it to the front.
func (l *networkLower) follow(a netcheck.Area) {
	l.opened = a
	l.showEvidence()
}

// begin is for a new run.
func (l *networkLower) begin() {
	if l.frame.chosen != networkLog {
		l.choose(networkAreas)
	}
}

func (l *networkLower) show(v model.NetworkView) {
	if key := l.model.RunKey(); key != l.run {
		l.run = key
		l.findings.renew()
	}
	l.findings.show(v.View)
	l.log.SetLines(l.model.Log())
	badge := ""
	if n := actionable(v.Findings); n > 0 {
		badge = count(n)
	}
	l.badge(networkFindings, badge)
	l.showEvidence()
}

// showEvidence brings the evidence in line, where it is to be seen.
func (l *networkLower) showEvidence() {
	if l.panes[networkEvidence].Visible() {
		l.evidence.SetSections(l.model.Details(l.opened))
	}
}
