package view

import (
	"slices"
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
	"echopath/netcheck"
)

// testCharts is the part of the screen with the curves.
type testCharts struct {
	model  *model.Test
	object fyne.CanvasObject
	tools  fyne.CanvasObject // stand above the charts, beside the segments
	group  *chart.Group
	legend *chart.Legend
	follow *widgets.Check
	reset  *widgets.Button

	rtt, loss, rate *chart.Panel
	key             string // of the run whose curves are shown
	shown           int    // how many of them
	variant         fyne.ThemeVariant
	planned         time.Duration // length of the time axis
	low             bool          // there is no room for the bitrate
}

func newTestCharts(m *model.Test, menu func(fyne.PointEvent)) *testCharts {
	c := &testCharts{model: m,
		rtt:  &chart.Panel{Title: "RTT", Unit: "ms", Weight: 2, MinTop: 1},
		loss: &chart.Panel{Title: "Loss", Unit: "%", Weight: 1.3, MinTop: 5, MaxTop: 100},
		rate: &chart.Panel{Title: "Bitrate", Unit: "kbit/s", Weight: 1.2, MinTop: 10},
	}
	c.group = chart.New(c.rtt, c.loss, c.rate)
	c.group.OnSecondaryTapped = menu
	c.group.OnViewChanged = c.viewChanged
	c.legend = chart.NewLegend(c.group)
	c.follow = widgets.NewCheck("Follow", func(on bool) { c.group.SetFollow(on); c.viewChanged() })
	c.reset = widgets.NewButton("", theme.ViewRestoreIcon(), func() { c.group.Reset(); c.viewChanged() })
	c.reset.Importance = widget.LowImportance
	c.tools = container.New(layout.NewCustomPaddedHBoxLayout(2),
		widgets.Tipped(c.follow, widgets.Tip("Stick to now while a test runs")),
		widgets.Tipped(c.reset, widgets.Tip("Show the whole run again. Wheel: zoom, drag: move, double click: whole run")))
	c.object = container.New(below{legendLine}, c.legend, container.New(watched{c.resized}, c.group))
	return c
}

// legendLine is the height of a line of the legend, which is kept free while there is nothing to name.
func legendLine() float32 {
	const inset = 3
	return fyne.MeasureText("M", theme.CaptionTextSize(), fyne.TextStyle{}).Height + 2*inset
}

// viewChanged keeps the box "Follow" true.
func (c *testCharts) viewChanged() {
	if on := c.group.Following(); c.follow.Checked != on {
		changed := c.follow.OnChanged
		c.follow.OnChanged = nil
		c.follow.SetChecked(on)
		c.follow.OnChanged = changed
	}
}

// The texts that stand in empty charts.
var (
	emptyBefore = [3]string{"The round-trip time of each window of 100 ms, once a test runs", "Lost packets: ticks up for the way out, down for the way back", "What is sent and what comes back"}
	emptyAfter  = [3]string{"No packet was measured in this test", "", ""}
)

// show redraws what is new; now is since the session's start.
func (c *testCharts) show(phase model.Phase, now time.Duration) {
	curves := c.model.Curves()
	variant := look.Variant()
	if key := c.model.RunKey(); key != c.key || len(curves) != c.shown || variant != c.variant {
		if key != c.key {
			c.planned = 0
			c.group.Reset()
			c.viewChanged()
		}
		c.key, c.shown, c.variant = key, len(curves), variant
		c.fill(curves)
	}
	empty := emptyBefore
	if phase == model.PhaseDone {
		empty = emptyAfter
	}
	c.rtt.Empty, c.loss.Empty, c.rate.Empty = empty[0], empty[1], empty[2]
	c.plan(now)
	c.group.SetNow(now.Seconds())
	c.group.Update()
	c.legend.Update()
}

// plan gives the time axis the whole of the run from its beginning. It moves on only when a path takes longer than expected, in
// steps, so that it does not creep.
func (c *testCharts) plan(now time.Duration) {
	const step = 5 * time.Second
	planned := c.model.Planned(now)
	if c.model.Phase().Busy() && planned > 0 { // before the first event nothing is known
		planned = max((planned + step/2).Round(step), c.planned)
	}
	if planned != c.planned && planned > 0 {
		c.planned = planned
		c.group.SetPlanned(0, planned.Seconds())
	}
}

// setMbit changes the unit of bitrates.
func (c *testCharts) setMbit(on bool) {
	c.rate.Unit, c.rate.Format = "kbit/s", nil
	if on {
		c.rate.Unit = "Mbit/s"
		c.rate.Format = func(kbps float64) string { return plot.FormatValue(kbps / 1000) }
	}
	c.group.Update()
}

// fill gives the panels their lines. A path has its colour, a carrier its line style; what is sent is dotted, under what comes
// back.
func (c *testCharts) fill(curves []*model.Curves) {
	c.rtt.Lines, c.loss.Lines, c.rate.Lines, c.loss.Marks = nil, nil, nil, nil
	for _, k := range curves {
		tags := []string{k.Key.Path.Title(), carrierTags[k.Key.Carrier]}
		name := k.Key.Path.Title() + ", " + k.Key.Carrier.Title()
		color, dash := look.PathColor(k.Key.Path, c.variant), plot.Solid
		if k.Key.Carrier == netcheck.CarrierDataChannel {
			dash = plot.Dashed
		}
		line := func(s *plot.Series, band bool) *chart.Line {
			return &chart.Line{Series: s, Name: name, Color: color, Dash: dash, Band: band, Tags: tags}
		}
		c.rtt.Lines = append(c.rtt.Lines, line(k.RTT, true))
		c.loss.Lines = append(c.loss.Lines, line(k.Loss, false))
		c.loss.Marks = append(c.loss.Marks, &chart.Marks{Marks: k.Lost, Name: name, Color: color, Dash: dash, Tags: tags})
		sent := line(k.Sent, false)
		sent.Name, sent.Dash, sent.Tags = name+", sent", plot.Dotted, append(slices.Clip(tags), sentTag)
		c.rate.Lines = append(c.rate.Lines, sent, line(k.Received, false))
	}
	c.setPanels()
}

// Below this height three charts could not be read: the bitrate gives way.
const threeFrom = 150

// resized takes the height that the charts have.
func (c *testCharts) resized(size fyne.Size) {
	if low := size.Height < threeFrom; low != c.low {
		c.low = low
		c.setPanels()
		c.legend.Update()
	}
}

func (c *testCharts) setPanels() {
	if c.low {
		c.group.SetPanels(c.rtt, c.loss)
		return
	}
	c.group.SetPanels(c.rtt, c.loss, c.rate)
}

// What the chips of the legend say beside the paths.
var carrierTags = map[netcheck.Carrier]string{netcheck.CarrierSRTP: "SRTP", netcheck.CarrierDataChannel: "Data channel"}

const sentTag = "Sent"
