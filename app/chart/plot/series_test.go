package plot

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSeriesPut(t *testing.T) {
	s := &Series{}
	for _, x := range []float64{1, 3, 2, 5, 3, 0} {
		s.Put(Flat(x, x*10))
	}
	s.Put(Flat(3, 7))
	want := []Point{Flat(0, 0), Flat(1, 10), Flat(2, 20), Flat(3, 7), Flat(5, 50)}
	if s.Len() != len(want) {
		t.Fatalf("%d points, want %d", s.Len(), len(want))
	}
	for i, p := range want {
		if s.At(i) != p {
			t.Errorf("point %d is %v, want %v", i, s.At(i), p)
		}
	}
	if lo, hi, ok := s.Extent(); !ok || lo != 0 || hi != 5 {
		t.Errorf("extent %v %v %v", lo, hi, ok)
	}
}

func TestSeriesPutSameIsNoChange(t *testing.T) {
	s := &Series{}
	s.Put(Flat(1, 2))
	s.Put(Gap(2))
	v := s.Version()
	s.Put(Flat(1, 2))
	s.Put(Gap(2))
	s.Put(Point{X: math.NaN(), Y: 1})
	if s.Version() != v {
		t.Errorf("version went from %d to %d", v, s.Version())
	}
}

func TestSeriesTidies(t *testing.T) {
	s := &Series{}
	s.Put(Point{X: 0, Y: math.Inf(1)})
	s.Put(Point{X: 1, Y: 5, Low: 9, High: 1})
	s.Put(Point{X: 2, Y: 5, Low: math.NaN(), High: math.NaN()})
	if !s.At(0).IsGap() {
		t.Error("infinity is not a gap")
	}
	for i := 1; i <= 2; i++ {
		if p := s.At(i); p.Low != 5 || p.High != 5 {
			t.Errorf("band of %v does not hold its value", p)
		}
	}
}

func TestSeriesNearest(t *testing.T) {
	s := &Series{}
	for _, x := range []float64{0, 1, 2} {
		s.Put(Flat(x, x))
	}
	s.Put(Gap(3))
	tests := []struct {
		x, within, want float64
		ok              bool
	}{
		{x: 0.4, within: 1, want: 0, ok: true},
		{x: 0.6, within: 1, want: 1, ok: true},
		{x: 2.9, within: 1, want: 2, ok: true},
		{x: 3.5, within: 1},
		{x: -0.5, within: 0.2},
	}
	for _, tt := range tests {
		if p, ok := s.Nearest(tt.x, tt.within); ok != tt.ok || ok && p.X != tt.want {
			t.Errorf("nearest to %v is %v %v, want %v %v", tt.x, p.X, ok, tt.want, tt.ok)
		}
	}
}

func TestSeriesChangedWithin(t *testing.T) {
	s := &Series{}
	for i := range 1000 {
		s.Put(Flat(float64(i), 1))
	}
	v := s.Version()
	if s.ChangedWithin(v, -1e9, 1e9) {
		t.Error("changed without a change")
	}
	s.Put(Flat(1000, 1))
	if s.ChangedWithin(v, 0, 500) {
		t.Error("an appended point is not in view")
	}
	if !s.ChangedWithin(v, 0, 999) {
		t.Error("the line from the last point in view changed")
	}
	s.Put(Flat(10, 2))
	if !s.ChangedWithin(v, 0, 500) {
		t.Error("a revised point is in view")
	}
	v = s.Version()
	for i := range 200 {
		s.Put(Flat(2000+float64(i), 1))
	}
	if !s.ChangedWithin(v, 0, 500) {
		t.Error("more changes than are remembered must count as a change")
	}
	v = s.Version()
	s.Clear()
	s.Put(Flat(5000, 1))
	if !s.ChangedWithin(v, 0, 500) {
		t.Error("clearing is a change everywhere")
	}
}

// The pyramid gives the same as looking at every point, whatever was appended, revised and inserted.
func TestPyramidMatchesPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 20 {
		s := randomSeries(rng, 1+rng.IntN(3000))
		for range 200 {
			i := rng.IntN(s.Len())
			j := i + 1 + rng.IntN(s.Len()-i)
			want := emptyNode
			for k := i; k < j; k++ {
				s.addPoints(&want, k, k+1)
				want.broken = want.broken || k > i && !s.joined(k)
			}
			if got := s.over(i, j); got != want {
				t.Fatalf("round %d: over(%d, %d) = %+v, want %+v", round, i, j, got, want)
			}
		}
	}
}

// randomSeries has noise, gaps of both kinds, revisions and points that come late.
func randomSeries(rng *rand.Rand, n int) *Series {
	s := &Series{MaxGap: 0.35}
	x := 0.0
	var late []Point
	for range n {
		x += 0.1
		if rng.IntN(50) == 0 {
			x += rng.Float64() * 3
		}
		y := rng.NormFloat64()*3 + 20
		p := Point{X: x, Y: y, Low: y - rng.Float64(), High: y + rng.Float64()*10}
		if rng.IntN(40) == 0 {
			p = Gap(x)
		}
		if rng.IntN(30) == 0 {
			late = append(late, p)
			continue
		}
		s.Put(p)
		if rng.IntN(5) == 0 && s.Len() > 20 {
			revised := s.At(s.Len() - 1 - rng.IntN(15))
			s.Put(Flat(revised.X, rng.Float64()*50))
		}
	}
	for _, p := range late {
		s.Put(p)
	}
	if s.Len() == 0 {
		s.Put(Flat(0, 1))
	}
	return s
}
