package plot

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Every run of joined points keeps its extremes, its ends and its gaps, at any zoom.
func TestColumnsMatchPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		s := randomSeries(rng, 1+rng.IntN(2000))
		_, last, _ := s.Extent()
		w := NewWindow(rng.Float64()*last*1.2-last*0.1, 0.01+rng.Float64()*last*1.3, 1+rng.IntN(400))
		got := s.Columns(w, nil)
		if want := plainColumns(s, w); !slices.Equal(got, want) {
			t.Fatalf("window %+v:\ngot  %+v\nwant %+v", w, got, want)
		}
	}
}

// plainColumns looks at every point.
func plainColumns(s *Series, w Window) []Column {
	var out []Column
	first, last := s.Len(), -1
	for i := range s.Len() {
		if c := w.column(s.At(i).X); c >= 0 && c < w.Pixels {
			first, last = min(first, i), max(last, i)
		}
	}
	if last < 0 { // nothing inside: only the neighbours of the view
		first = s.Search(w.X0())
		for first < s.Len() && w.column(s.At(first).X) < 0 {
			first++
		}
		last = first - 1
	}
	for i := max(first-1, 0); i <= min(last+1, s.Len()-1); i++ {
		p := s.At(i)
		if p.IsGap() {
			continue
		}
		one := Column{Pixel: w.column(p.X), X0: p.X, X1: p.X, First: p.Y, Last: p.Y, Min: p.Y, Max: p.Y, Low: p.Low, High: p.High, Points: 1, Joined: s.joined(i)}
		if n := len(out); n > 0 && out[n-1].Pixel == one.Pixel && one.Joined {
			out[n-1].merge(one)
			continue
		}
		out = append(out, one)
	}
	return out
}

func TestColumnsEdges(t *testing.T) {
	s := &Series{}
	for x := range 11 {
		s.Put(Flat(float64(x), float64(x)))
	}
	pixels := func(cols []Column) (out []int) {
		for _, c := range cols {
			out = append(out, c.Pixel)
		}
		return out
	}
	tests := []struct {
		name   string
		window Window
		want   []int
	}{
		{"all of it", NewWindow(0, 11, 11), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"a point on the right edge is beyond it", NewWindow(0, 10, 10), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"one neighbour beyond each edge", NewWindow(3, 3, 3), []int{-1, 0, 1, 2, 3}},
		{"between two points", NewWindow(3.25, 0.5, 10), []int{-1, 10}},
		{"before the first", NewWindow(-20, 10, 10), []int{10}},
		{"after the last", NewWindow(20, 10, 10), []int{-1}},
		{"all in one pixel", NewWindow(0, 100, 1), []int{0}},
	}
	for _, tt := range tests {
		if got := pixels(s.Columns(tt.window, nil)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: pixels %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestGapsAreNotBridged(t *testing.T) {
	s := &Series{MaxGap: 0.35}
	for _, x := range []float64{0, 0.1, 0.2, 1, 1.1} {
		s.Put(Flat(x, 1))
	}
	s.Put(Gap(1.2))
	s.Put(Flat(1.3, 1))
	for _, pixels := range []int{1, 3, 1000} {
		breaks := 0
		for i, c := range s.Columns(NewWindow(0, 2, pixels), nil) {
			if i > 0 && !c.Joined {
				breaks++
			}
		}
		if breaks != 2 {
			t.Errorf("%d pixels: %d breaks, want 2", pixels, breaks)
		}
	}
}

// Scrolling by less than a window must not change which points share a column, otherwise the line shimmers.
func TestColumnsAreSteadyWhileScrolling(t *testing.T) {
	s := &Series{}
	for i := range 5000 {
		s.Put(Flat(float64(i)*0.1, math.Sin(float64(i))))
	}
	byStart := map[float64]Column{}
	for step := range 200 {
		w := NewWindow(100+float64(step)*0.1, 300, 997)
		for _, c := range s.Columns(w, nil) {
			if c.Pixel <= 0 || c.Pixel >= w.Pixels-1 {
				continue
			}
			c.Pixel += w.First
			if old, ok := byStart[c.X0]; ok && old != c {
				t.Fatalf("step %d: column %+v was %+v", step, c, old)
			}
			byStart[c.X0] = c
		}
	}
}

func TestMarksColumns(t *testing.T) {
	m := &Marks{}
	m.Put(Mark{X: 1, Up: 1})
	m.Put(Mark{X: 1.1, Down: 2})
	m.Put(Mark{X: 5, Unknown: 1})
	m.Put(Mark{X: 3, Up: 4})
	m.Put(Mark{X: 3}) // revised: nothing was lost after all
	m.Put(Mark{X: 9, Up: 1})
	want := []MarkColumn{
		{Pixel: 0, Mark: Mark{X: 1, Up: 1, Down: 2}},
		{Pixel: 4, Mark: Mark{X: 5, Unknown: 1}},
	}
	if got := m.Columns(NewWindow(1, 8, 8), nil); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := m.Between(1, 5); got.Up != 1 || got.Down != 2 || got.Unknown != 0 {
		t.Errorf("between: %+v", got)
	}
}
