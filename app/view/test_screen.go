package view

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// testScreen is the screen "Test": what to measure, the verdict, a row for each path, and below it what they rest on.
type testScreen struct {
	object fyne.CanvasObject
	form   *testForm
	banner *widgets.Banner
	table  *widgets.ResultTable
	lower  *testLower
	model  *model.Test
	shown  model.View // as it was last drawn
}

func newTestScreen(m *model.Test, do formActions, chartMenu func(fyne.PointEvent)) *testScreen {
	s := &testScreen{model: m, banner: widgets.NewBanner(), table: widgets.NewResultTable()}
	s.form = newTestForm(m, do)
	s.lower = newTestLower(m, chartMenu)
	s.table.OnOpen = s.open
	s.table.OnSelect = func(p netcheck.Path) { s.lower.follow(p) }
	top := container.New(stacked{gap}, s.form.object, s.banner, widgets.Card(s.table))
	object := framed(top, nil, container.New(under{gap}, s.lower.object), nil)
	s.object, s.form.grown = object, object.Refresh
	return s
}

func (s *testScreen) open(p netcheck.Path) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s.object); c != nil {
		widgets.HideTips(c) // it would lie over the rows below
	}
	s.table.Select(p)
	s.lower.open(p)
}

// show brings the screen in line with the state. running is the view of the run that goes on, here or on another screen; now is
// since the session's start.
func (s *testScreen) show(v, running model.View, now time.Duration) {
	s.form.show(v, running)
	s.banner.Set(v.Banner)
	s.table.SetHeader(s.model.Header())
	s.table.SetRows(v.Rows)
	s.lower.show(v, now)
	s.shown = v
}
