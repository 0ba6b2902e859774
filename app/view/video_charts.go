package view

import (
	"image/color"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"echopath/app/chart"
	"echopath/app/chart/plot"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
)

// videoCharts is the part of the screen "Video echo" with the curves.
type videoCharts struct {
	*curves
	model  *model.Video
	choice *widgets.Select
	height float32

	rate, delay, loss, fps, psnr, rtt, ssim *chart.Panel
	lost                                    *chart.Panel // of a call, in place of the loss: each end counts for itself
	call                                    bool         // both directions are shown, and nothing of an echo
	seen                                    int          // panels that are shown
}

// What the choice above the charts offers. The overview holds as many as there is room for, the weightiest first.
var chartChoices = []struct {
	name string
	pick func(c *videoCharts) []*chart.Panel
}{
	{"Overview", (*videoCharts).overview},
	{"Bitrate, loss", func(c *videoCharts) []*chart.Panel { return c.of(c.rate, c.loss, c.lost) }},
	{"Delay, RTT", func(c *videoCharts) []*chart.Panel { return c.of(c.delay, c.rtt) }},
	{"Quality", func(c *videoCharts) []*chart.Panel { return c.of(c.fps, c.psnr, c.ssim) }},
}

func newVideoCharts(m *model.Video, menu func(fyne.PointEvent)) *videoCharts {
	c := &videoCharts{model: m,
		rate:  &chart.Panel{Title: "Bitrate", Unit: "kbit/s", Weight: 1.6, MinTop: 100},
		delay: &chart.Panel{Title: "Picture delay", Unit: "ms", Weight: 1.2, MinTop: 10},
		loss:  &chart.Panel{Title: "Loss", Unit: "%", MinTop: 5, MaxTop: 100},
		fps:   &chart.Panel{Title: "Pictures a second", MinTop: 30},
		psnr:  &chart.Panel{Title: "PSNR", Unit: "dB", MinTop: 50},
		rtt:   &chart.Panel{Title: "RTT", Unit: "ms", MinTop: 1},
		ssim:  &chart.Panel{Title: "SSIM", MinTop: 1, MaxTop: 1},
		lost:  &chart.Panel{Title: "Lost packets", Unit: "a second", MinTop: 5},
	}
	c.curves = newCurves(chart.New(c.rate, c.delay, c.loss), menu, c.resized, videoLegend)
	var names []string
	for _, x := range chartChoices {
		names = append(names, x.name)
	}
	c.choice = newSelect(names, func(string) { c.setPanels() })
	c.choice.SetSelected(names[0])
	tip := widgets.Tipped(c.choice, widgets.Tip("Which charts are shown. The overview has as many as there is room for."))
	c.tools.Objects = append([]fyne.CanvasObject{tip}, c.tools.Objects...)
	return c
}

// of leaves out those that the kind of run has no figures for.
func (c *videoCharts) of(panels ...*chart.Panel) []*chart.Panel {
	return slices.DeleteFunc(panels, func(p *chart.Panel) bool {
		if c.call {
			return p == c.delay || p == c.loss || p == c.psnr || p == c.ssim
		}
		return p == c.lost
	})
}

// overview is what fits, the weightiest first, in an order that does not change.
func (c *videoCharts) overview() []*chart.Panel {
	all := c.of(c.rate, c.delay, c.loss, c.fps, c.lost, c.psnr, c.rtt, c.ssim)
	least := 2.9 * fyne.MeasureText("M", theme.CaptionTextSize(), fyne.TextStyle{}).Height
	return all[:min(max(int(c.height/least), 1), len(all))]
}

func (c *videoCharts) resized(size fyne.Size) {
	if c.height == size.Height {
		return
	}
	c.height = size.Height
	if c.choice.Selected == chartChoices[0].name && len(c.overview()) != c.seen {
		c.setPanels()
	}
}

func (c *videoCharts) setPanels() {
	for _, x := range chartChoices {
		if x.name == c.choice.Selected {
			panels := x.pick(c)
			c.seen = len(panels)
			c.group.SetPanels(panels...)
			c.legend.Update()
		}
	}
}

// videoLegend keeps two lines free for the legend where all that it can name would not fit into one.
func videoLegend(width float32) float32 {
	const all = 780 // five paths, sent, target, available, freeze
	if width < all {
		return 2*legendLine(width) + 4
	}
	return legendLine(width)
}

const numPanels = 8

// panels are all that there are, in the order of the texts for empty ones.
func (c *videoCharts) panels() [numPanels]*chart.Panel {
	return [numPanels]*chart.Panel{c.rate, c.delay, c.loss, c.fps, c.psnr, c.rtt, c.ssim, c.lost}
}

// The texts that stand in empty charts.
var emptyVideo = map[bool][numPanels]string{
	false: {"What is sent and what comes back, and what the line is held to carry", "From taking a picture until its echo is shown",
		"Lost packets, before and after they were sent again", "New pictures shown in a second", "How far the echoed picture is from the sent one", "", ""},
	true: {"No video was measured in this run"},
}

var emptyCall = [numPanels]string{0: "What each end sends and what arrives at the other one", 3: "New pictures shown in a second, at each end",
	7: "Packets that were lost, before and after they were sent again"}

// show redraws what is new; now is since the session's start.
func (c *videoCharts) show(phase model.Phase, call bool, now time.Duration) {
	list := c.model.VideoCurves()
	if c.stale(c.model.RunKey(), len(list)) || call != c.call {
		c.call = call
		c.clear()
		if call {
			c.fillCall(c.model.CallCurves())
		} else {
			c.fill(list)
		}
		c.setPanels()
	}
	empty := emptyVideo[phase == model.PhaseDone]
	if call && phase != model.PhaseDone {
		empty = emptyCall
	}
	for i, p := range c.panels() {
		p.Empty = empty[i]
	}
	c.plan(c.model, now)
	c.redraw(now)
}

// setMbit changes the unit of bitrates.
func (c *videoCharts) setMbit(on bool) {
	inMbit(c.rate, on)
	c.group.Update()
}

// What the chips of the legend say beside the paths.
const (
	targetTag    = "Target"
	availableTag = "Available"
	freezeTag    = "Freeze"
)

// clear takes the lines of the last run away.
func (c *videoCharts) clear() {
	for _, p := range c.panels() {
		p.Lines, p.Spans = nil, nil
	}
}

// fill gives the panels their lines. A path has its colour; what a panel shows beside its main line differs by the dash.
func (c *videoCharts) fill(list []*model.VideoCurves) {
	for _, k := range list {
		path, paint := k.Path.Title(), look.PathColor(k.Path, c.variant)
		add := func(p *chart.Panel, s *plot.Series, dash plot.Dash, tag string, band bool) {
			l := &chart.Line{Series: s, Name: path, Color: paint, Dash: dash, Band: band, Tags: []string{path}}
			if tag != "" {
				l.Tags, l.Name = append(l.Tags, tag), path+", "+lowerFirst(tag)
			}
			p.Lines = append(p.Lines, l)
		}
		add(c.rate, k.Received, plot.Solid, "", false)
		add(c.rate, k.Sent, plot.Dotted, sentTag, false)
		add(c.rate, k.Target, plot.Dashed, targetTag, false)
		add(c.rate, k.Available, plot.DashDotted, availableTag, false)
		add(c.delay, k.Delay, plot.Solid, "", true)
		add(c.loss, k.LossAfter, plot.Solid, "", false)
		add(c.loss, k.LossBefore, plot.Dotted, "", false)
		c.loss.Lines[len(c.loss.Lines)-1].Name += ", before repair"
		add(c.fps, k.FPS, plot.Solid, "", false)
		add(c.psnr, k.PSNR, plot.Solid, "", false)
		add(c.rtt, k.RTT, plot.Solid, "", true)
		add(c.ssim, k.SSIM, plot.Solid, "", false)
		for _, p := range c.panels() {
			p.Spans = append(p.Spans, &chart.Spans{List: k.Freezes, Name: freezeTag, Color: c.freezeColor(), Tags: []string{path, freezeTag}})
		}
	}
}

func (c *videoCharts) freezeColor() color.NRGBA {
	return color.NRGBAModel.Convert(theme.Color(look.ColorPoor)).(color.NRGBA)
}
