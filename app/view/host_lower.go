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
	hostVideo
	hostInvite
	hostPaths
	hostFindings
	hostDetails
	hostTotals
	hostLog
	numHostPanes
)

var hostPaneNames = [numHostPanes]string{"Charts", "Video", "Invite", "Paths", "Findings", "Details", "Host", "Log"}

// hostLower is the part of the screen below the guests: the invite, the run of the chosen guest, the host as a whole, and its log.
type hostLower struct {
	*lower
	model   *model.Host
	charts  *testCharts
	films   *videoCharts // stand in the place of the charts while the run has pictures and nothing else
	table   *widgets.ResultTable
	videos  *widgets.ResultTable // likewise
	film    *film
	shot    *widgets.SectionView // the figures beside the pictures
	card    *inviteCard
	totals  *widgets.SectionView
	line    [2]oneLine   // whose run is shown, above the charts and above the paths
	none    *model.Test  // stands in while there is no run
	dark    *model.Video // while there is none with pictures
	key     string       // of the run that is shown
	filming bool         // it has pictures and nothing else
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

func newHostLower(m *model.Host, do hostActions, pictures Pictures, open func(int), menu func(int, fyne.PointEvent), chartMenu func(fyne.PointEvent)) *hostLower {
	none := model.NewTest(model.Units{})
	l := &hostLower{lower: newLower(ofHost{m}), model: m, charts: newTestCharts(none, chartMenu), table: widgets.NewRunTable(),
		totals: widgets.NewSectionView(), none: none, dark: m.NoFilm(), videos: widgets.NewVideoTable(), shot: widgets.NewSectionView()}
	l.films = newVideoCharts(l.dark, chartMenu)
	l.film = newFilm(pictures, open, menu)
	l.film.setThree(false)
	l.film.short = true
	l.charts.ofGuest = true
	l.card = newInviteCard(m, do)
	l.table.OnOpen = func(p netcheck.Path) { l.open(p) }
	l.table.OnSelect = func(p netcheck.Path) { l.follow(p) }
	l.videos.OnOpen, l.videos.OnSelect = l.table.OnOpen, l.table.OnSelect
	for i := range l.line {
		l.line[i].text = canvas.NewText("", theme.Color(look.ColorMuted))
	}
	l.take(newPaneSet(hostPaneNames[:], container.NewStack(l.charts.tools, l.films.tools), l.headed(0, container.NewStack(l.charts.object, l.films.object)),
		container.New(filmPane{}, l.film.object, l.shot), l.card.object, l.headed(1, container.NewStack(topped(l.table), topped(l.videos))), l.findings.object,
		l.details, l.totals, l.log), hostFindings, hostDetails)
	l.frame.share = hostShare
	l.turn(false, false)
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
	film, _, _ := l.model.Film()
	if film == nil {
		film = l.dark
	}
	if key := v.Selected + " " + id; key != l.key {
		l.key, l.opened, l.charts.model, l.films.model = key, netcheck.PathUnknown, run, film
		l.findings.renew()
		l.film.clear()
	}
	l.films.model = film
	l.turn(l.model.Filming(), film.Phase().Busy())
	l.showRun(view, run, now)
	l.showFilm(film, now)
}

// turn shows the charts and the table of packets, or those of pictures where there is nothing else. The pictures come to the front then,
// if they are those of a run that goes on: one that has ended has none to show, and nobody may have asked for it.
func (l *hostLower) turn(filming, runs bool) {
	setVisible(l.charts.object, !filming)
	setVisible(l.charts.tools, !filming)
	setVisible(l.table, !filming)
	setVisible(l.films.object, filming)
	setVisible(l.films.tools, filming)
	setVisible(l.videos, filming)
	if filming && runs && !l.filming && (l.frame.chosen == hostCharts || l.frame.sidePane() == hostInvite) {
		l.choose(hostVideo)
	}
	l.filming = filming
}

// showFilm brings what is shown of pictures in line with the state.
func (l *hostLower) showFilm(film *model.Video, now time.Duration) {
	v := film.View(now)
	l.film.show(v.Caption, v.Call, v.Phase)
	l.shot.SetSections(film.Figures(v.Caption.Path))
	l.films.show(v.Phase, v.Call, now)
	l.videos.SetVideoHeader(film.Header())
	l.videos.SetVideoRows(v.Rows)
}

// seesFilm tells that the pictures are to be seen.
func (l *hostLower) seesFilm() bool {
	return l.panes[hostVideo].Visible() && (l.frame.wide || l.frame.chosen == hostVideo)
}

// curves are the charts that are shown.
func (l *hostLower) curves() *curves {
	if l.filming {
		return l.films.curves
	}
	return l.charts.curves
}

// filmPane puts the figures below the pictures where there is height for both, else beside them.
type filmPane struct{}

// Layout implements fyne.Layout. The objects are the pictures and the figures.
func (filmPane) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const figures, least = 250, 90 // width beside, height below
	pair := widgets.PictureHeight((size.Width - filmGap) / 2)
	if size.Height-pair >= least {
		place(o[0], 0, 0, size.Width, pair)
		place(o[1], 0, pair+gap, size.Width, size.Height-pair-gap)
		return
	}
	width := min(size.Width-figures-gap, 2*widgets.PictureWidth(size.Height)+filmGap)
	place(o[0], 0, 0, width, size.Height)
	place(o[1], width+gap, 0, size.Width-width-gap, size.Height)
}

// MinSize implements fyne.Layout.
func (filmPane) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, o[0].MinSize().Height)
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
