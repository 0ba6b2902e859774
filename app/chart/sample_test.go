package chart

import (
	"image/color"
	"math"
	"math/rand/v2"

	"echopath/app/chart/plot"
)

// The paths' colours, as their owner fixes them (Okabe and Ito).
var (
	blue   = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	green  = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	orange = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	red    = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	purple = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
)

// session is a made-up measurement in the three panels of the product.
type session struct {
	rtt, loss, rate *Panel
	rng             *rand.Rand
}

func newSession() *session {
	return &session{
		rtt:  &Panel{Title: "Round trip", Unit: "ms", Weight: 1.4, MinTop: 1, Empty: "Start a test to see round-trip times"},
		loss: &Panel{Title: "Loss", Unit: "%", MinTop: 2, MaxTop: 100, Empty: "Lost packets show as ticks on this axis"},
		rate: &Panel{Title: "Bitrate", Unit: "kbit/s", MinTop: 10, Empty: "What the path carries"},
		rng:  rand.New(rand.NewPCG(7, 7)),
	}
}

func (s *session) group() *Group { return New(s.rtt, s.loss, s.rate) }

// made is one path over one carrier.
type made struct {
	name     string
	color    color.NRGBA
	dash     plot.Dash
	from, to float64
	base     float64             // ms
	noise    float64             // ms
	lossAt   func(x float64) int // packets lost in the window, above 0 out, below 0 back
	spikes   map[int]float64     // ms, by window
}

// add measures a path, a window of 100 ms with 5 packets at a time.
func (s *session) add(m made) {
	line := func(p *Panel, band bool) *plot.Series {
		series := &plot.Series{MaxGap: 0.35}
		p.Lines = append(p.Lines, &Line{Series: series, Name: m.name, Color: m.color, Dash: m.dash, Band: band})
		return series
	}
	rtt, loss, rate := line(s.rtt, true), line(s.loss, false), line(s.rate, false)
	marks := &plot.Marks{}
	s.loss.Marks = append(s.loss.Marks, &Marks{Marks: marks, Name: m.name, Color: m.color, Dash: m.dash})
	recent := []int{}
	for i := range int(math.Round((m.to - m.from) * 10)) {
		x := m.from + float64(i)/10
		y := m.base + m.noise*(0.5*math.Sin(x/3)+s.rng.ExpFloat64()*0.4)
		if spike, ok := m.spikes[i]; ok {
			y = spike
		}
		lost := 0
		if m.lossAt != nil {
			lost = m.lossAt(x)
		}
		rtt.Put(plot.Point{X: x, Y: y, Low: y - m.noise*0.4*s.rng.Float64(), High: y + m.noise*s.rng.ExpFloat64()*0.6})
		recent = append(recent, max(lost, -lost))
		loss.Put(plot.Flat(x, lossOf(recent)))
		rate.Put(plot.Flat(x, 64-float64(max(lost, -lost))*4+s.rng.Float64()))
		marks.Put(plot.Mark{X: x, Up: max(lost, 0), Down: max(-lost, 0)})
	}
}

// lossOf is the share of packets lost in the last second.
func lossOf(recent []int) float64 {
	sum, n := 0, 0
	for i := max(0, len(recent)-10); i < len(recent); i++ {
		sum, n = sum+recent[i], n+5
	}
	return 100 * float64(sum) / float64(n)
}

// fivePaths measures five paths one after another, each over two carriers, with a pause between them.
func fivePaths() *session {
	s := newSession()
	paths := []struct {
		name        string
		color       color.NRGBA
		base, noise float64
	}{{"Direct", blue, 0.4, 0.2}, {"STUN", green, 12, 3}, {"Relay UDP", orange, 24, 4}, {"Relay TCP", red, 31, 9}, {"Relay TLS", purple, 33, 9}}
	for i, p := range paths {
		begin := float64(i)*12 + 1
		loss := func(x float64) int {
			if i < 2 || s.rng.IntN(40) > i {
				return 0
			}
			return s.rng.IntN(5) - 2
		}
		s.add(made{name: p.name + " · SRTP", color: p.color, from: begin, to: begin + 10, base: p.base, noise: p.noise, lossAt: loss})
		s.add(made{name: p.name + " · data", color: p.color, dash: plot.Dashed, from: begin, to: begin + 10, base: p.base * 1.1, noise: p.noise, lossAt: loss})
	}
	return s
}
