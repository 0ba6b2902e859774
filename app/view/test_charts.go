package view

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/chart"
	"echopath/app/chart/plot"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

// testCharts is the part of the screen with the curves.
type testCharts struct {
	*curves
	model *model.Test

	rtt, loss, rate *chart.Panel
	ofGuest         bool // the run is that of a guest
	room            int  // so many of the charts there is room for
}

func newTestCharts(m *model.Test, menu func(fyne.PointEvent)) *testCharts {
	c := &testCharts{model: m, room: 3,
		rtt:  &chart.Panel{Title: "RTT", Unit: "ms", Weight: 2, MinTop: 1},
		loss: &chart.Panel{Title: "Loss", Unit: "%", Weight: 1.3, MinTop: 5, MaxTop: 100},
		rate: &chart.Panel{Title: "Bitrate", Unit: "kbit/s", Weight: 1.2, MinTop: 10},
	}
	c.curves = newCurves(chart.New(c.rtt, c.loss, c.rate), menu, c.resized, testLegend)
	return c
}

// The texts that stand in empty charts.
var (
	emptyBefore = [3]string{"The round-trip time of each window of 100 ms, once a test runs", "Lost packets: ticks up for the way out, down for the way back", "What is sent and what comes back"}
	// With another computer the ways are those of a network.
	remoteBefore = [3]string{emptyBefore[0], "Lost packets: up for those from here to the other computer, down for those back", emptyBefore[2]}
	guestBefore  = [3]string{"The round-trip time of each window of 100 ms, once a guest's test runs", "Lost packets: up for those from the guest to here, down for those back", "What the guest sends and what comes back to it"}
	emptyAfter   = [3]string{"No packet was measured in this test", "", ""}
)

// show redraws what is new; now is since the session's start.
func (c *testCharts) show(phase model.Phase, now time.Duration) {
	curves := c.model.Curves()
	if c.stale(c.model.RunKey(), len(curves)) {
		c.fill(curves)
	}
	empty := emptyBefore
	switch {
	case phase == model.PhaseDone:
		empty = emptyAfter
	case c.ofGuest:
		empty = guestBefore
	case c.model.Form().Target == netcheck.TargetInvite:
		empty = remoteBefore
	}
	c.rtt.Empty, c.loss.Empty, c.rate.Empty = empty[0], empty[1], empty[2]
	c.plan(c.model, now)
	c.redraw(now)
}

// setMbit changes the unit of bitrates.
func (c *testCharts) setMbit(on bool) {
	inMbit(c.rate, on)
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

// Below these heights three charts could not be read, or two: the bitrate gives way, and then loss, which stands in the table as well.
const (
	threeFrom = 150
	twoFrom   = 105
)

// resized takes the height that the charts have.
func (c *testCharts) resized(size fyne.Size) {
	room := 3
	switch {
	case size.Height < twoFrom:
		room = 1
	case size.Height < threeFrom:
		room = 2
	}
	if room != c.room {
		c.room = room
		c.setPanels()
		c.legend.Update()
	}
}

func (c *testCharts) setPanels() {
	c.group.SetPanels([]*chart.Panel{c.rtt, c.loss, c.rate}[:c.room]...)
}

// testLegend keeps two lines free for the legend where all that it can name would not fit into one.
func testLegend(width float32) float32 {
	const all = 600 // five paths, two carriers, sent
	if width < all {
		return 2*legendLine(width) + 8
	}
	return legendLine(width)
}

// What the chips of the legend say beside the paths.
var carrierTags = map[netcheck.Carrier]string{netcheck.CarrierSRTP: "SRTP", netcheck.CarrierDataChannel: "Data channel"}

const sentTag = "Sent"
