package view

import (
	"image/color"
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
	seen                                    int // panels that are shown
}

// What the choice above the charts offers. The overview holds as many as there is room for, the weightiest first.
var chartChoices = []struct {
	name string
	pick func(c *videoCharts) []*chart.Panel
}{
	{"Overview", (*videoCharts).overview},
	{"Bitrate, loss", func(c *videoCharts) []*chart.Panel { return []*chart.Panel{c.rate, c.loss} }},
	{"Delay, RTT", func(c *videoCharts) []*chart.Panel { return []*chart.Panel{c.delay, c.rtt} }},
	{"Quality", func(c *videoCharts) []*chart.Panel { return []*chart.Panel{c.fps, c.psnr, c.ssim} }},
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

// overview is what fits, the weightiest first, in an order that does not change.
func (c *videoCharts) overview() []*chart.Panel {
	all := []*chart.Panel{c.rate, c.delay, c.loss, c.fps, c.psnr, c.rtt, c.ssim}
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

// The texts that stand in empty charts.
var emptyVideo = map[bool][7]string{
	false: {"What is sent and what comes back, and what the line is held to carry", "From taking a picture until its echo is shown",
		"Lost packets, before and after they were sent again", "New pictures shown in a second", "How far the echoed picture is from the sent one", "", ""},
	true: {"No video was measured in this run"},
}

// show redraws what is new; now is since the session's start.
func (c *videoCharts) show(phase model.Phase, now time.Duration) {
	list := c.model.VideoCurves()
	if c.stale(c.model.RunKey(), len(list)) {
		c.fill(list)
	}
	empty := emptyVideo[phase == model.PhaseDone]
	for i, p := range []*chart.Panel{c.rate, c.delay, c.loss, c.fps, c.psnr, c.rtt, c.ssim} {
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

// fill gives the panels their lines. A path has its colour; what a panel shows beside its main line differs by the dash.
func (c *videoCharts) fill(list []*model.VideoCurves) {
	panels := []*chart.Panel{c.rate, c.delay, c.loss, c.fps, c.psnr, c.rtt, c.ssim}
	for _, p := range panels {
		p.Lines, p.Spans = nil, nil
	}
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
		for _, p := range panels {
			p.Spans = append(p.Spans, &chart.Spans{List: k.Freezes, Name: freezeTag, Color: c.freezeColor(), Tags: []string{path, freezeTag}})
		}
	}
	c.setPanels()
}

func (c *videoCharts) freezeColor() color.NRGBA {
	return color.NRGBAModel.Convert(theme.Color(look.ColorPoor)).(color.NRGBA)
}
