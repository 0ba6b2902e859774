package chart

import (
	"image/color"

	"fyne.io/fyne/v2"

	"echopath/app/chart/plot"
)

// gutter is how much room the labels of all value axes need. It goes in steps, so that it seldom changes.
func (s *scene) gutter() float32 {
	const step = 8
	widest := float32(0)
	for i := range s.panels {
		for _, v := range s.panels[i].ticks {
			widest = max(widest, measure(s.panels[i].tickText(v), s.palette.caption, false).Width)
		}
	}
	need := widest + labelGap + 2
	return float32(int(need/step)+1) * step
}

func (p *panelScene) tickText(v float64) string {
	step := p.top
	if len(p.ticks) > 1 {
		step = p.ticks[1]
	}
	return plot.FormatTick(v, step)
}

// labelAll finds all texts and their places.
func (s *scene) labelAll() {
	for i := range s.panels {
		p := &s.panels[i]
		s.labelValues(p)
		end := s.labelTitle(p)
		if p.clipped {
			s.labelPeak(p, end)
		}
		s.labelEmpty(p)
	}
	s.labelTimes()
}

// labelValues writes the value axis of a panel. Where two labels would touch, the one further up stays away, but not the topmost.
func (s *scene) labelValues(p *panelScene) {
	lowest := float32(0) // the upper edge of the label before
	for i, v := range p.ticks {
		text := p.tickText(v)
		size := measure(text, s.palette.caption, false)
		y := p.valuePlace(v) - size.Height/2
		if i > 0 && y+size.Height > lowest+2 {
			continue
		}
		lowest = y
		s.write(text, fyne.NewPos(s.left-labelGap-size.Width, y), size, false, s.palette.soft)
	}
}

// labelTitle writes what a panel shows, and returns where that ends.
func (s *scene) labelTitle(p *panelScene) float32 {
	text := p.Title
	if p.Unit != "" {
		text += " (" + p.Unit + ")"
	}
	size := measure(text, s.palette.caption, true)
	pos := fyne.NewPos(s.left, p.headerTop)
	s.write(text, pos, size, true, s.palette.text)
	return pos.X + size.Width
}

// labelPeak names the highest value that the scale does not show, beside an arrow above the place where it leaves the plot. Near the
// title both stand right of it, which is why the text tells the time too.
func (s *scene) labelPeak(p *panelScene, titleEnd float32) {
	const arrow = plot.PeakSize + 3
	text := "peak " + p.text(p.peak.Value) + " at " + plot.Clock(p.peak.X, timeDecimals(s.window.PerPixel))
	size := measure(text, s.palette.caption, false)
	p.arrow = max(s.place(p.peak.X), titleEnd+10+arrow)
	x := p.arrow + arrow
	if x+size.Width > s.size.Width {
		x = max(p.arrow-arrow-size.Width, titleEnd+10)
	}
	s.write(text, fyne.NewPos(x, p.headerTop), size, false, s.palette.text)
}

// labelEmpty says in the middle of a panel why nothing is to be seen there.
func (s *scene) labelEmpty(p *panelScene) {
	text := p.emptyText()
	p.empty = label{}
	if text == "" {
		return
	}
	size := measure(text, s.palette.caption+1, false)
	if p.bottom-p.frame.top < size.Height+2 {
		return // it would cross the axis and the title
	}
	pos := fyne.NewPos((s.left+s.right-size.Width)/2, (p.frame.top+p.bottom-size.Height)/2)
	p.empty = label{text: text, pos: pos, size: size, fontSize: s.palette.caption + 1, color: s.palette.faint}
	s.labels = append(s.labels, p.empty)
}

func (p *panelScene) emptyText() string {
	if p.shown > 0 {
		return ""
	}
	data, hidden := 0, 0
	for _, l := range p.Lines {
		switch {
		case l.Series == nil || l.Series.Len() == 0:
		case l.Hidden:
			hidden++
		default:
			data++
		}
	}
	switch {
	case data > 0:
		return "Nothing was measured in this time"
	case hidden > 0:
		return "All lines are hidden"
	}
	return p.Empty
}

// labelTimes writes the time axis, whose labels stay inside the widget.
func (s *scene) labelTimes() {
	least := timeLabelGap * s.span / float64(max(s.right-s.left, 1))
	s.times = plot.AppendTimeTicks(s.times[:0], s.window.X0(), s.window.X1(), least)
	end := float32(0)
	for _, t := range s.times {
		size := measure(t.Label, s.palette.caption, false)
		x := min(s.place(t.Value)-size.Width/2, s.size.Width-size.Width-2)
		if x < end {
			continue
		}
		end = x + size.Width + 4
		s.write(t.Label, fyne.NewPos(x, s.axisTop+2), size, false, s.palette.soft)
	}
}

func (s *scene) write(text string, pos fyne.Position, size fyne.Size, bold bool, col color.NRGBA) {
	s.labels = append(s.labels, label{text: text, pos: pos, size: size, fontSize: s.palette.caption, bold: bold, color: col})
}
