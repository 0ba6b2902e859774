package plot

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// panel is three series and marks with all the memory that a redraw uses again.
type panel struct {
	series [3]*Series
	marks  Marks
	cols   [3][]Column
	ticks  []MarkColumn
	scaler Scaler
	canvas Canvas
	rng    *rand.Rand
	n      int
}

func newPanel(points int) *panel {
	p := &panel{rng: rand.New(rand.NewPCG(1, 1))}
	for i := range p.series {
		p.series[i] = &Series{MaxGap: 0.35}
	}
	for range points {
		p.append()
	}
	return p
}

func (p *panel) append() {
	x := float64(p.n) / 10
	p.n++
	for i, s := range p.series {
		y := 20 + 10*float64(i) + 5*math.Sin(x/50) + p.rng.ExpFloat64()*3
		s.Put(Point{X: x, Y: y, Low: y - 1, High: y + 2})
	}
	if p.n%97 == 0 {
		p.marks.Put(Mark{X: x, Up: 1})
	}
}

// redraw shows the last span seconds.
func (p *panel) redraw(width, height int, span float64) {
	w := NewWindow(float64(p.n)/10-span, span, width)
	p.scaler.Reset()
	for i, s := range p.series {
		p.cols[i] = s.Columns(w, p.cols[i][:0])
		p.scaler.Add(p.cols[i], width, true)
	}
	top, _, _ := p.scaler.Scale(1)
	a := Area{Rect: image.Rect(0, 0, width, height-10), Window: w, Top: top}
	p.canvas.Reset(width, height, 1)
	for _, cols := range p.cols {
		p.canvas.Band(a, cols, ink)
	}
	for i, cols := range p.cols {
		p.canvas.Line(a, cols, Stroke{Color: ink, Width: 1.5, Dash: Dash(i)})
	}
	p.ticks = p.marks.Columns(w, p.ticks[:0])
	p.canvas.Marks(a, p.ticks, ink)
}

// Three charts with three series of 100,000 points each, all of it in view.
func BenchmarkRedrawAll(b *testing.B) {
	var panels []*panel
	for range 3 {
		panels = append(panels, newPanel(100_000))
	}
	for b.Loop() {
		for _, p := range panels {
			p.redraw(1180, 260, 10_000)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/redraw")
}

// As many points, the last minute in view, one window more before each redraw: what happens ten times a second.
func BenchmarkAppendAndRedrawMinute(b *testing.B) {
	var panels []*panel
	for range 3 {
		panels = append(panels, newPanel(100_000))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range panels {
			p.append()
			p.redraw(1180, 260, 60)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/redraw")
}

func BenchmarkColumns(b *testing.B) {
	p := newPanel(100_000)
	w := NewWindow(0, 10_000, 1180)
	for b.Loop() {
		p.cols[0] = p.series[0].Columns(w, p.cols[0][:0])
	}
}

func BenchmarkPut(b *testing.B) {
	s := &Series{}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Put(Flat(float64(i), 1))
	}
}
