package view

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Panes of the lower part of the screen "Host", in the order of the segments.
const (
	hostCharts = iota
	hostInvite
	hostPaths
	hostFindings
	hostDetails
	hostTotals
	hostLog
	numHostPanes
)

var hostPaneNames = [numHostPanes]string{"Charts", "Invite", "Paths", "Findings", "Details", "Host", "Log"}

// hostLower is the part of the screen below the guests: the invite, the run of the chosen guest, the host as a whole, and its log.
type hostLower struct {
	*lower
	model  *model.Host
	charts *testCharts
	table  *widgets.ResultTable
	card   *inviteCard
	totals *widgets.SectionView
	line   [2]oneLine  // whose run is shown, above the charts and above the paths
	none   *model.Test // stands in while there is no run
	key    string      // of the run that is shown
}

// ofHost is what the lower part shows of a host and the chosen guest's run.
type ofHost struct{ *model.Host }

// Details implements lowerModel.
func (h ofHost) Details(p netcheck.Path) []model.Section {
	if run, _, _ := h.Run(); run != nil {
		return run.Details(p)
	}
	return nil
}

func newHostLower(m *model.Host, do hostActions, chartMenu func(fyne.PointEvent)) *hostLower {
	none := model.NewTest(model.Units{})
	l := &hostLower{lower: newLower(ofHost{m}), model: m, charts: newTestCharts(none, chartMenu), table: widgets.NewRunTable(),
		totals: widgets.NewSectionView(), none: none}
	l.charts.ofGuest = true
	l.card = newInviteCard(m, do)
	l.table.OnOpen = func(p netcheck.Path) { l.open(p) }
	l.table.OnSelect = func(p netcheck.Path) { l.follow(p) }
	for i := range l.line {
		l.line[i].text = canvas.NewText("", theme.Color(look.ColorMuted))
	}
	l.take(newPaneSet(hostPaneNames[:], l.charts.tools, l.headed(0, l.charts.object), l.card.object, l.headed(1, topped(l.table)), l.findings.object,
		l.details, l.totals, l.log), hostFindings, hostDetails)
	l.frame.share = hostShare
	l.choose(hostInvite)
	return l
}

// hostShare is the part of a wide window that what stands beside the charts gets: the paths have many columns.
const hostShare = 0.57

// headed puts the line that says whose run it is above an object.
func (l *hostLower) headed(i int, o fyne.CanvasObject) fyne.CanvasObject {
	line := widgets.Tipped(l.line[i].text, func() string { return l.line[i].whole + "\n" + l.model.RunNote() })
	return framed(container.New(&l.line[i], line), nil, o, nil)
}

// show brings the panes in line with the state.
func (l *hostLower) show(v model.HostView) {
	l.card.show(v)
	l.totals.SetSections(v.Totals)
	for i := range l.line {
		l.line[i].set(v.RunLine, look.ColorMuted)
	}
	run, id, _ := l.model.Run()
	view, now, ok := l.model.RunView()
	if !ok {
		run = l.none
	}
	if key := v.Selected + " " + id; key != l.key {
		l.key, l.opened, l.charts.model = key, netcheck.PathUnknown, run
		l.findings.renew()
	}
	l.showRun(view, run, now)
}

func (l *hostLower) showRun(v model.View, run *model.Test, now time.Duration) {
	l.charts.show(v.Phase, now)
	rows := v.Rows
	if rows == nil {
		rows = run.View(0).Rows
	}
	l.table.SetHeader(l.model.RunHeader())
	l.table.SetRows(rows)
	l.showRest(v, rows[0].Path)
}
