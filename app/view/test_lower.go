package view

import (
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/model"
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

// testLower is the part of the screen "Test" below the table.
type testLower struct {
	*lower
	charts *testCharts
}

func newTestLower(m *model.Test, chartMenu func(fyne.PointEvent)) *testLower {
	l := &testLower{lower: newLower(m), charts: newTestCharts(m, chartMenu)}
	l.take(newPaneSet(paneNames[:], l.charts.tools, l.charts.object, l.findings.object, l.details, l.log), paneFindings, paneDetails)
	return l
}

// show brings the panes in line with the state; now is since the session's start.
func (l *testLower) show(v model.View, now time.Duration) {
	l.charts.show(v.Phase, now)
	first := netcheck.PathUnknown
	if len(v.Rows) > 0 {
		first = v.Rows[0].Path
	}
	l.showRest(v, first)
}
