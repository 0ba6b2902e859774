package chart

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"echopath/app/chart/plot"
)

const (
	defaultSpan = 60  // seconds, followed and shown before there is anything to show
	zoomStep    = 1.5 // of a key or button
	panStep     = 0.2 // of what is shown
)

// Group is a widget of stacked panels with one time axis and one cursor. The wheel zooms about the pointer, dragging moves, a double
// click shows everything; with the keyboard focus on it arrows move, + and - zoom, Home shows everything, End follows the newest.
type Group struct {
	widget.BaseWidget

	// OnViewChanged is called when the user, not time, changed what is shown.
	OnViewChanged func()
	// OnSecondaryTapped is called for a right click; the owner shows a menu there.
	OnSecondaryTapped func(fyne.PointEvent)
	// FollowSpan is how many seconds End and SetFollow(true) show; 60 if 0.
	FollowSpan float64

	panels      []*Panel
	view        plot.Viewport
	plannedFrom float64
	plannedTo   float64
	now         float64

	scene   scene
	seen    snapshot // what the scene was made from
	screen  *screen  // nil until Fyne asks for it, and again after it was put away
	pointer pointer
	focused bool
}

// New makes a group that shows everything.
func New(panels ...*Panel) *Group {
	g := &Group{panels: panels}
	g.ExtendBaseWidget(g)
	return g
}

// SetPanels replaces the panels; what is shown of time stays.
func (g *Group) SetPanels(panels ...*Panel) {
	g.panels = panels
	g.Update()
}

// Panels returns the panels.
func (g *Group) Panels() []*Panel { return g.panels }

// SetPlanned tells from when to when there will be data, so that a test of known length has its whole axis from the start. A test that
// runs longer makes the axis longer in steps; once it has ended, its true length belongs here.
func (g *Group) SetPlanned(from, to float64) {
	g.plannedFrom, g.plannedTo = from, to
	g.Update()
}

// SetNow tells the time in seconds, which is the right end while following. The next Update shows it.
func (g *Group) SetNow(x float64) {
	g.now = x
	g.view.SetNow(x)
}

// Update redraws if something visible has changed: time, points, hidden lines, titles. Ten times a second is a good pace.
func (g *Group) Update() {
	if g.screen != nil {
		g.screen.update(false)
	}
}

// SetFollow shows the newest FollowSpan seconds, or everything.
func (g *Group) SetFollow(on bool) {
	switch {
	case on:
		span := g.FollowSpan
		if span <= 0 {
			span = defaultSpan
		}
		g.view.Follow(span)
	case g.view.Following():
		g.view.Reset()
	}
	g.Update()
}

// Following tells whether the newest seconds are shown.
func (g *Group) Following() bool { return g.view.Following() }

// All tells whether everything is shown.
func (g *Group) All() bool { return g.view.All() }

// Reset shows everything.
func (g *Group) Reset() {
	g.view.Reset()
	g.Update()
}

// ZoomIn shows less time: about the pointer if it is over the chart, up to now while following, about the middle otherwise.
func (g *Group) ZoomIn() { g.zoom(1 / zoomStep) }

// ZoomOut shows more time.
func (g *Group) ZoomOut() { g.zoom(zoomStep) }

// PanLeft shows earlier time.
func (g *Group) PanLeft() { g.pan(-panStep) }

// PanRight shows later time.
func (g *Group) PanRight() { g.pan(panStep) }

// View returns from when to when time is shown.
func (g *Group) View() (from, to float64) {
	g.setExtent()
	from, span := g.view.View()
	return from, from + span
}

// ShowRange fixes from when to when time is shown.
func (g *Group) ShowRange(from, to float64) {
	g.setExtent()
	g.view.Show(from, to)
	g.Update()
}

// Values returns what all visible lines show near a time, in the order of panels and lines.
func (g *Group) Values(x float64) []Reading {
	var out []Reading
	for _, p := range g.panels {
		for _, l := range p.Lines {
			if l.Hidden || l.Series == nil {
				continue
			}
			if v, ok := nearest(l.Series, x, g.scene.window.PerPixel); ok {
				out = append(out, Reading{Panel: p, Line: l, X: v.X, Value: v.Y, Text: p.text(v.Y)})
			}
		}
	}
	return out
}

// nearest returns the point that the line shows at x. In a gap it shows none.
func nearest(s *plot.Series, x, perPixel float64) (plot.Point, bool) {
	if s.MaxGap > 0 {
		return s.Nearest(x, math.Max(s.MaxGap/2, perPixel))
	}
	first, last, ok := s.Extent()
	if !ok || x < first-perPixel || x > last+perPixel {
		return plot.Point{}, false
	}
	return s.Nearest(x, math.Inf(1))
}

func (g *Group) zoom(factor float64) {
	g.setExtent()
	if g.pointer.inside && !g.view.Following() {
		g.view.Zoom(g.scene.timeAt(g.pointer.pos.X), factor)
	} else {
		g.view.ZoomLatest(factor)
	}
	g.Update()
}

func (g *Group) pan(share float64) {
	g.setExtent()
	if g.view.Following() && share > 0 {
		return // there is nothing later than now
	}
	_, span := g.view.View()
	g.view.Pan(span * share)
	g.Update()
}

// byUser does what the user asked for and tells the owner.
func (g *Group) byUser(change func()) {
	g.setExtent() // so that only the user's change makes a difference
	before := g.view
	change()
	if g.OnViewChanged != nil && g.view != before {
		g.OnViewChanged()
	}
}

// setExtent tells the viewport how much there is: all data, hidden or not, so that hiding a line moves nothing, and all that is planned.
func (g *Group) setExtent() {
	lo, hi := g.plannedFrom, g.plannedTo
	some := hi > lo
	for _, p := range g.panels {
		for _, l := range p.Lines {
			if l.Series == nil {
				continue
			}
			if first, last, ok := l.Series.Extent(); ok {
				if !some {
					lo, hi, some = first, last, true
				}
				lo, hi = math.Min(lo, first), math.Max(hi, last)
			}
		}
	}
	if !some {
		lo, hi = 0, defaultSpan
	}
	if end := math.Max(hi, g.now); g.now > lo && end > g.plannedTo {
		hi = lo + plot.NiceSpan(end-lo) // it grows: in steps, so that the axis does not crawl
	}
	g.view.SetExtent(lo, hi)
}

// input gathers what the picture depends on.
func (g *Group) input() input {
	g.setExtent()
	x0, span := g.view.View()
	return input{
		charts: g.panels, x0: x0, span: span,
		size: g.Size(), ratio: g.screen.ratio,
		palette: newPalette(g.Theme(), fyne.CurrentApp().Settings().ThemeVariant()),
	}
}
