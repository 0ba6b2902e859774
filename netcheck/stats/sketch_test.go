package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestSketchAgainstTheExactFigures(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	distributions := map[string]func() time.Duration{
		"uniform":         func() time.Duration { return time.Duration(r.Int64N(int64(time.Second))) },
		"exponential":     func() time.Duration { return time.Duration(r.ExpFloat64() * float64(time.Millisecond)) },
		"over all scales": func() time.Duration { return time.Duration(r.Uint64() >> (1 + r.UintN(62))) },
		"small":           func() time.Duration { return time.Duration(r.IntN(40)) },
		"one value":       func() time.Duration { return 12_345 },
		"nothing":         func() time.Duration { return 0 },
		"long":            func() time.Duration { return math.MaxInt64 / 2048 },
	}
	for name, draw := range distributions {
		t.Run(name, func(t *testing.T) {
			var s Sketch
			var all []time.Duration
			sum := 0.0
			for range 1000 {
				d := draw()
				s.Add(d)
				all = append(all, d)
				sum += float64(d)
			}
			slices.Sort(all)
			for _, p := range []float64{0, 0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1, -1, 2} {
				want := NearestRank(all, p)
				if got := s.Percentile(p); got < want || float64(got) > float64(want)*(1+1.0/sketchSub) {
					t.Errorf("p%v: %v, the exact one is %v", 100*p, got, want)
				}
			}
			if s.N() != 1000 || s.Max() != all[999] {
				t.Errorf("n %d, max %v; want 1000, %v", s.N(), s.Max(), all[999])
			}
			if name == "over all scales" { // the sum of these does not fit
				return
			}
			if mean := sum / 1000; math.Abs(float64(s.Mean())-mean) > 1+mean*1e-9 {
				t.Errorf("mean %v, want %v", s.Mean(), time.Duration(mean))
			}
		})
	}
}

// Classes follow each other without gap or overlap, and none is wider than a sixteenth of its values.
func TestSketchClasses(t *testing.T) {
	last := -1
	for class := range sketchClass(math.MaxInt64) + 1 {
		top := classTop(class)
		if sketchClass(top) != class || class != last+1 || top < math.MaxInt64 && sketchClass(top+1) != class+1 {
			t.Fatalf("class %d up to %d", class, top)
		}
		last = class
	}
	if top := classTop(last); top != math.MaxInt64 {
		t.Errorf("the last class ends at %d", top)
	}
}

func TestSketchEdges(t *testing.T) {
	var s Sketch
	if s.N() != 0 || s.Mean() != 0 || s.Max() != 0 || s.Percentile(0.5) != 0 {
		t.Errorf("an empty one: %d, %v, %v, %v", s.N(), s.Mean(), s.Max(), s.Percentile(0.5))
	}
	s.Add(-time.Second)
	s.Add(math.MaxInt64)
	if s.N() != 2 || s.Max() != math.MaxInt64 || s.Percentile(0.5) != 0 || s.Percentile(1) != math.MaxInt64 {
		t.Errorf("%d, %v, %v, %v", s.N(), s.Max(), s.Percentile(0.5), s.Percentile(1))
	}
}

func BenchmarkSketchAdd(b *testing.B) {
	var s Sketch
	b.ReportAllocs()
	for b.Loop() {
		s.Add(1_234_567)
	}
}
