package chart

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"

	"echopath/app/chart/plot"
)

// input is all that a picture of the panels depends on.
type input struct {
	charts   []*Panel
	x0, span float64
	size     fyne.Size
	ratio    float32 // pixels per unit of length
	palette  palette
}

// label is a text and the upper left corner of its box.
type label struct {
	text     string
	pos      fyne.Position
	size     fyne.Size
	fontSize float32
	bold     bool
	color    color.NRGBA
}

// scene is a picture of the panels: what is to be drawn and where. It is made anew from an input whenever something changed, into
// the same memory, and drawn onto the screen or into a file.
type scene struct {
	input
	window  plot.Window
	line    float32 // height of a line of text
	left    float32 // of the plots; it never shrinks, so that they do not jump when a label gets shorter
	right   float32
	axisTop float32
	panels  []panelScene
	times   []plot.Tick
	labels  []label

	scaler plot.Scaler
	canvas plot.Canvas
}

// panelScene is one panel in a picture.
type panelScene struct {
	*Panel
	frame
	top     float64 // the value at the upper edge of the plot
	ticks   []float64
	peak    plot.Peak
	clipped bool
	arrow   float32 // where the arrow for the peak is
	empty   label   // says why there is nothing to see; without text if there is
	lines   []lineScene
	marks   []markScene
	shown   int // points in view
}

type lineScene struct {
	*Line
	color color.NRGBA
	cols  []plot.Column
}

type markScene struct {
	color color.NRGBA
	cols  []plot.MarkColumn
}

// prepare works out the whole picture but for its pixels.
func (s *scene) prepare(in input) {
	s.input = in
	s.labels = s.labels[:0]
	s.line = measure("0", in.palette.caption, false).Height
	s.left = max(s.left, leftMargin)
	s.right = max(in.size.Width-rightMargin, s.left+1)
	frames, axisTop := arrange(in.size, in.charts, s.line, plot.MarkReach+1)
	s.axisTop = axisTop
	s.resize(len(frames))
	for i := range s.panels {
		s.panels[i].Panel, s.panels[i].frame = in.charts[i], frames[i]
	}
	s.scaleAll()
	if need := s.gutter(); need > s.left {
		s.left = need
		s.scaleAll() // the plots have fewer pixels now
	}
	s.labelAll()
}

// resize makes so many panels, keeping their memory.
func (s *scene) resize(n int) {
	for len(s.panels) < n {
		s.panels = append(s.panels, panelScene{})
	}
	s.panels = s.panels[:n]
}

// scaleAll finds the columns and the scales for the present width.
func (s *scene) scaleAll() {
	s.window = s.windowFor(s.input)
	for i := range s.panels {
		s.columns(&s.panels[i])
		s.scale(&s.panels[i])
	}
}

// windowFor is the window that a scene of an input has, as long as its labels need no more room than now.
func (s *scene) windowFor(in input) plot.Window {
	right := max(in.size.Width-rightMargin, s.left+1)
	pixels := math.Round(float64(right*in.ratio)) - math.Round(float64(s.left*in.ratio))
	return plot.NewWindow(in.x0, in.span, int(pixels))
}

// columns decimates what is visible of a panel.
func (s *scene) columns(p *panelScene) {
	lines, marks := p.lines[:0], p.marks[:0]
	p.shown = 0
	for _, l := range p.Lines {
		if l.Hidden || l.Series == nil {
			continue
		}
		lines = grow(lines)
		v := &lines[len(lines)-1]
		v.Line, v.color, v.cols = l, s.palette.line(l.Color), l.Series.Columns(s.window, v.cols[:0])
		for _, c := range v.cols {
			if c.Pixel >= 0 && c.Pixel < s.window.Pixels || c.Joined && c.Pixel > 0 {
				p.shown++ // a line that only passes through the view is seen too
			}
		}
	}
	for _, m := range p.Panel.Marks {
		if m.Hidden || m.Marks == nil {
			continue
		}
		marks = grow(marks)
		v := &marks[len(marks)-1]
		v.color, v.cols = s.palette.line(m.Color), m.Marks.Columns(s.window, v.cols[:0])
	}
	p.lines, p.marks = lines, marks
}

// grow adds an entry, with the memory that it had when the slice was longer.
func grow[T any](list []T) []T {
	if len(list) < cap(list) {
		return list[:len(list)+1]
	}
	var zero T
	return append(list, zero)
}

// scale finds the value axis of a panel.
func (s *scene) scale(p *panelScene) {
	s.scaler.Reset()
	for _, l := range p.lines {
		s.scaler.Add(l.cols, s.window.Pixels, l.Band)
	}
	p.top, p.peak, p.clipped = s.scaler.Scale(p.MinTop)
	if p.MaxTop > 0 && p.top >= p.MaxTop {
		p.top, p.clipped = p.MaxTop, false
	}
	count := int(p.height()/(s.line*1.7)) + 1
	p.ticks = plot.AppendValueTicks(p.ticks[:0], p.top, min(max(count, 2), 9))
}

// pixel rounds a place to whole pixels.
func (s *scene) pixel(v float32) int { return int(math.Round(float64(v * s.ratio))) }

// place is where a time is, in units of length.
func (s *scene) place(x float64) float32 {
	return (float32(s.pixel(s.left)) + float32(s.window.Pixel(x))) / s.ratio
}

// timeAt is the time at a place.
func (s *scene) timeAt(at float32) float64 {
	return s.window.At(float64(at*s.ratio) - float64(s.pixel(s.left)))
}

// area is where a panel's values are drawn.
func (s *scene) area(p *panelScene) plot.Area {
	return plot.Area{
		Rect:   image.Rect(s.pixel(s.left), s.pixel(p.frame.top), s.pixel(s.left)+s.window.Pixels, s.pixel(p.bottom)),
		Window: s.window,
		Top:    p.top,
	}
}

// valuePlace is where a value is from the top, kept within the panel.
func (p *panelScene) valuePlace(v float64) float32 {
	share := math.Max(0, math.Min(1, v/p.top))
	return p.bottom - float32(share)*p.height()
}

func measure(text string, size float32, bold bool) fyne.Size {
	return fyne.MeasureText(text, size, fyne.TextStyle{Bold: bold})
}
