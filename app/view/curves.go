package view

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/chart"
	"echopath/app/chart/plot"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
)

// curves are the charts of a screen with their legend and tools, whatever they show.
type curves struct {
	object fyne.CanvasObject
	tools  *fyne.Container // stand above the charts, beside the segments
	group  *chart.Group
	legend *chart.Legend
	follow *widgets.Check
	reset  *widgets.Button

	key     string // of the run whose curves are shown
	shown   int    // how many of them
	variant fyne.ThemeVariant
	planned time.Duration // length of the time axis
}

// run is what the time axis needs to know of a run.
type run interface {
	Phase() model.Phase
	Planned(now time.Duration) time.Duration
}

func newCurves(group *chart.Group, menu func(fyne.PointEvent), resized func(fyne.Size), free func(width float32) float32) *curves {
	c := &curves{group: group}
	c.group.OnSecondaryTapped = menu
	c.group.OnViewChanged = c.viewChanged
	c.legend = chart.NewLegend(c.group)
	c.follow = widgets.NewCheck("Follow", func(on bool) { c.group.SetFollow(on); c.viewChanged() })
	c.reset = widgets.NewButton("", theme.ViewRestoreIcon(), func() { c.group.Reset(); c.viewChanged() })
	c.reset.Importance = widget.LowImportance
	c.tools = container.New(layout.NewCustomPaddedHBoxLayout(2),
		widgets.Tipped(c.follow, widgets.Tip("Stick to now while a test runs")),
		widgets.Tipped(c.reset, widgets.Tip("Show the whole run again. Wheel: zoom, drag: move, double click: whole run")))
	object := container.New(below{free}, c.legend, container.New(watched{resized}, c.group))
	c.object, c.legend.OnResized = object, object.Refresh
	return c
}

// legendLine is the height of a line of the legend, which is kept free while there is nothing to name.
func legendLine(float32) float32 {
	const inset = 3
	return fyne.MeasureText("M", theme.CaptionTextSize(), fyne.TextStyle{}).Height + 2*inset
}

// viewChanged keeps the box "Follow" true.
func (c *curves) viewChanged() {
	if on := c.group.Following(); c.follow.Checked != on {
		changed := c.follow.OnChanged
		c.follow.OnChanged = nil
		c.follow.SetChecked(on)
		c.follow.OnChanged = changed
	}
}

// stale tells whether the panels must be filled anew: another run, more curves, or another theme.
func (c *curves) stale(key string, count int) bool {
	variant := look.Variant()
	if key == c.key && count == c.shown && variant == c.variant {
		return false
	}
	if key != c.key {
		c.planned = 0
		c.group.Reset()
		c.viewChanged()
	}
	c.key, c.shown, c.variant = key, count, variant
	return true
}

// plan gives the time axis the whole of the run from its beginning. It moves on only when a path takes longer than expected, in
// steps, so that it does not creep.
func (c *curves) plan(r run, now time.Duration) {
	const step = 5 * time.Second
	planned := r.Planned(now)
	if r.Phase().Busy() && planned > 0 { // before the first event nothing is known
		planned = max((planned + step/2).Round(step), c.planned)
	} else if planned > 0 {
		planned = max(planned, now, c.end()) // the axis ends with the last point, and not with the next round figure
	}
	if planned != c.planned && planned > 0 {
		c.planned = planned
		c.group.SetPlanned(0, planned.Seconds())
	}
}

// end is the time of the last point.
func (c *curves) end() time.Duration {
	last := 0.0
	for _, p := range c.group.Panels() {
		for _, l := range p.Lines {
			if _, x, ok := l.Series.Extent(); ok {
				last = max(last, x)
			}
		}
	}
	return time.Duration(last * float64(time.Second))
}

func (c *curves) redraw(now time.Duration) {
	c.group.SetNow(now.Seconds())
	c.group.Update()
	c.legend.Update()
}

// inMbit changes the unit of a panel with bitrates.
func inMbit(p *chart.Panel, on bool) {
	p.Unit, p.Format = "kbit/s", nil
	if on {
		p.Unit = "Mbit/s"
		p.Format = func(kbps float64) string { return plot.FormatValue(kbps / 1000) }
	}
}
