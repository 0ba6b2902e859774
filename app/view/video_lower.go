package view

import (
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Panes of the lower part of the screen "Video echo", in the order of the segments.
const (
	videoCurves = iota
	videoPaths
	videoFindings
	videoDetails
	videoLog
	numVideoPanes
)

var videoPaneNames = [numVideoPanes]string{"Charts", "Paths", "Findings", "Details", "Log"}

// videoLower is the part of the screen below the pictures: charts, the comparison of the paths, findings, details, log.
type videoLower struct {
	*lower
	charts *videoCharts
	table  *widgets.ResultTable
	model  *model.Video
}

func newVideoLower(m *model.Video, chartMenu func(fyne.PointEvent)) *videoLower {
	l := &videoLower{lower: newLower(m), charts: newVideoCharts(m, chartMenu), table: widgets.NewVideoTable(), model: m}
	l.table.OnOpen = func(p netcheck.Path) { l.open(p) }
	l.table.OnSelect = func(p netcheck.Path) { l.follow(p) }
	l.take(newPaneSet(videoPaneNames[:], l.charts.tools, l.charts.object, topped(l.table), l.findings.object, l.details, l.log),
		videoFindings, videoDetails)
	l.frame.share = 0.57 // the table has more columns than the findings have words
	return l
}

// show brings the panes in line with the state; now is since the session's start.
func (l *videoLower) show(v model.VideoView, now time.Duration) {
	l.charts.show(v.Phase, v.Call, now)
	l.table.SetVideoHeader(l.model.Header())
	l.table.SetVideoRows(v.Rows)
	first := netcheck.PathUnknown
	if len(v.Rows) > 0 {
		first = v.Rows[0].Path
	}
	l.showRest(v.View, first)
}
