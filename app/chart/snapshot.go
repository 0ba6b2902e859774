package chart

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"

	"echopath/app/chart/plot"
)

// snapshot is what a scene was made from, kept to tell whether another one would look the same.
type snapshot struct {
	window  plot.Window
	span    float64
	size    fyne.Size
	ratio   float32
	palette palette
	panels  []panelSeen
	lines   []lineSeen
	marks   []marksSeen
	spans   []spansSeen
}

type panelSeen struct {
	title, unit, empty     string
	weight                 float32
	minTop, maxTop         float64
	lines, marks, withData int
}

type lineSeen struct {
	series       *plot.Series
	version      uint64
	color        color.NRGBA
	dash         plot.Dash
	band, hidden bool
}

type marksSeen struct {
	marks   *plot.Marks
	version uint64
	color   color.NRGBA
	hidden  bool
}

type spansSeen struct {
	spans   *Spans
	version uint64
	color   color.NRGBA
	hidden  bool
}

// take notes all that can change; it reuses the memory of an older snapshot.
func (s *snapshot) take(in input, window plot.Window) {
	s.window, s.span, s.size, s.ratio, s.palette = window, in.span, in.size, in.ratio, in.palette
	s.panels, s.lines, s.marks, s.spans = s.panels[:0], s.lines[:0], s.marks[:0], s.spans[:0]
	for _, p := range in.charts {
		seen := panelSeen{p.Title, p.Unit, p.Empty, p.weight(), p.MinTop, p.MaxTop, len(p.Lines), len(p.Marks), 0}
		for _, l := range p.Lines {
			line := lineSeen{l.Series, 0, l.Color, l.Dash, l.Band, l.Hidden}
			if l.Series != nil {
				line.version = l.Series.Version()
				seen.withData += min(l.Series.Len(), 1)
			}
			s.lines = append(s.lines, line)
		}
		for _, m := range p.Marks {
			marks := marksSeen{m.Marks, 0, m.Color, m.Hidden}
			if m.Marks != nil {
				marks.version = m.Marks.Version()
			}
			s.marks = append(s.marks, marks)
		}
		for _, v := range p.Spans {
			spans := spansSeen{v, 0, v.Color, v.Hidden}
			if v.List != nil {
				spans.version = v.List.Version()
			}
			s.spans = append(s.spans, spans)
		}
		s.panels = append(s.panels, seen)
	}
}

// looksLike tells whether pictures made from two snapshots are the same.
func (s *snapshot) looksLike(old *snapshot) bool {
	return s.window == old.window && s.span == old.span && s.size == old.size && s.ratio == old.ratio && s.palette == old.palette &&
		slices.Equal(s.panels, old.panels) && slices.Equal(s.marks, old.marks) && slices.Equal(s.spans, old.spans) &&
		slices.EqualFunc(s.lines, old.lines, s.sameLine)
}

func (s *snapshot) sameLine(line, old lineSeen) bool {
	since := old.version
	old.version = line.version
	if line != old {
		return false
	}
	return line.hidden || line.series == nil || !line.series.ChangedWithin(since, s.window.X0(), s.window.X1())
}
