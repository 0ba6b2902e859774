package chart

import (
	"image"
	"math"

	"echopath/app/chart/plot"
)

const (
	lineWidth = 1.5
	bandAlpha = 56
	markAlpha = 235
	spanAlpha = 56
)

// paint draws the lines of the prepared scene on so many pixels, which are those it was prepared for but for rounding.
func (s *scene) paint(width, height int) *image.RGBA {
	s.canvas.Reset(width, height, float64(s.ratio))
	for i := range s.panels {
		s.paintPanel(&s.panels[i])
	}
	return s.canvas.Image()
}

func (s *scene) paintPanel(p *panelScene) {
	a := s.area(p)
	s.paintSpans(a, p)
	s.paintGrid(a, p)
	for _, l := range p.lines {
		if l.Band {
			s.canvas.Band(a, l.cols, withAlpha(l.color, bandAlpha))
		}
	}
	for _, l := range p.lines {
		s.canvas.Line(a, l.cols, plot.Stroke{Color: l.color, Width: lineWidth, Dash: l.Dash})
	}
	for _, m := range p.marks {
		s.canvas.Marks(a, m.cols, withAlpha(m.color, markAlpha))
	}
	if p.clipped && p.peak.Line < len(p.lines) {
		tip := p.frame.top - plot.PeakSize - 3
		s.canvas.Arrow(float64(p.arrow*s.ratio), float64(tip*s.ratio), p.lines[p.peak.Line].color)
	}
}

// paintGrid draws the axes, one pixel wide at any scale: they are there to read off, not to look at.
func (s *scene) paintGrid(a plot.Area, p *panelScene) {
	r := a.Rect
	for _, t := range s.times {
		if x := int(a.X(t.Value)); x >= r.Min.X && x < r.Max.X {
			s.canvas.Fill(image.Rect(x, r.Min.Y, x+1, r.Max.Y), s.palette.grid)
		}
	}
	for _, v := range p.ticks {
		if y := int(a.Y(v)); v > 0 {
			s.canvas.Fill(image.Rect(r.Min.X, y, r.Max.X, y+1), s.palette.grid)
		}
	}
	s.canvas.Fill(image.Rect(r.Min.X, r.Max.Y, r.Max.X, r.Max.Y+1), s.palette.axis)
	if e := p.empty; e.text != "" { // no grid behind words
		s.canvas.Fill(image.Rect(
			s.pixel(e.pos.X-6), s.pixel(e.pos.Y), s.pixel(e.pos.X+e.size.Width+6), s.pixel(e.pos.Y+e.size.Height),
		).Intersect(r), s.palette.back)
	}
}

// paintSpans shades stretches of time, each at least two pixels wide: a short one must be seen too.
func (s *scene) paintSpans(a plot.Area, p *panelScene) {
	const least = 2
	for _, span := range p.Panel.Spans {
		if span.Hidden || span.List == nil {
			continue
		}
		for i := range span.List.Len() {
			from, to := span.List.At(i)
			if to < s.window.X0() || from > s.window.X1() {
				continue
			}
			x0, x1 := int(math.Floor(a.X(from))), int(math.Ceil(a.X(to)))
			r := image.Rect(x0, a.Rect.Min.Y, max(x1, x0+least), a.Rect.Max.Y).Intersect(a.Rect)
			s.canvas.Fill(r, withAlpha(s.palette.line(span.Color), spanAlpha))
		}
	}
}
