package chart

import (
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/chart/plot"
)

// Three panels of three lines with 100,000 points each, the last minute followed: what the widget does ten times a second, but for what
// Fyne does with the image and the labels.
func BenchmarkFollow(b *testing.B) {
	test.NewTempApp(b)
	s := newSession()
	panels := []*Panel{s.rtt, s.loss, s.rate}
	n := 0
	put := func() {
		x := float64(n) / 10
		n++
		for i, p := range panels {
			for k, l := range p.Lines {
				y := 20 + 10*float64(k) + 5*math.Sin(x/float64(5+i)) + s.rng.ExpFloat64()
				l.Series.Put(plot.Point{X: x, Y: y, Low: y - 1, High: y + 1})
			}
		}
	}
	for _, p := range panels {
		for k, name := range []string{"Direct", "STUN", "Relay UDP"} {
			p.Lines = append(p.Lines, &Line{Series: &plot.Series{MaxGap: 0.35}, Name: name, Color: blue, Dash: plot.Dash(k), Band: true})
		}
	}
	for range 100_000 {
		put()
	}
	g := s.group()
	g.Resize(fyne.NewSize(1180, 780))
	g.SetFollow(true)
	b.ReportAllocs()
	for b.Loop() {
		put()
		g.SetNow(float64(n) / 10)
		g.Update()
		g.screen.generate(1180, 780)
	}
}
