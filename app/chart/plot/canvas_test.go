package plot

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
)

var ink = color.NRGBA{R: 200, G: 100, B: 50, A: 255}

func areaOf(w, h int, x1, top float64) Area {
	return Area{Rect: image.Rect(0, 10, w, h-10), Window: NewWindow(0, x1, w), Top: top}
}

// rows returns the first and last row with ink in a column of pixels, or -1.
func rows(img *image.RGBA, x int) (first, last int) {
	first, last = -1, -1
	for y := range img.Rect.Dy() {
		if img.RGBAAt(x, y).A > 127 {
			if first < 0 {
				first = y
			}
			last = y
		}
	}
	return first, last
}

func TestLineIsWhereTheValuesAre(t *testing.T) {
	s := &Series{}
	for i := range 11 {
		s.Put(Flat(float64(i), float64(i)))
	}
	var c Canvas
	c.Reset(100, 120, 1)
	a := areaOf(100, 120, 10, 10)
	c.Line(a, s.Columns(a.Window, nil), Stroke{Color: ink, Width: 2})
	for x := 2; x < 98; x++ {
		first, last := rows(c.Image(), x)
		want := a.Y((float64(x) + 0.5) / 10)
		if first < 0 || math.Abs(float64(first+last+1)/2-want) > 1 || last-first > 4 {
			t.Fatalf("column %d: ink in rows %d to %d, the line is at %.1f", x, first, last, want)
		}
	}
}

func TestLineKeepsPeaksAndGaps(t *testing.T) {
	s := &Series{MaxGap: 0.35}
	for i := range 100000 {
		switch {
		case i == 33333:
			s.Put(Flat(float64(i)/10, 9)) // one point in 166 of its pixel
		case i < 50000 || i > 55000:
			s.Put(Flat(float64(i)/10, 5))
		}
	}
	for _, dash := range []Dash{Solid, Dashed, Dotted} {
		var c Canvas
		c.Reset(600, 120, 1)
		a := areaOf(600, 120, 10000, 10)
		c.Line(a, s.Columns(a.Window, nil), Stroke{Color: ink, Width: 1.5, Dash: dash})
		highest := 1000
		for x := 195; x < 205; x++ {
			if first, _ := rows(c.Image(), x); first >= 0 {
				highest = min(highest, first)
			}
		}
		if float64(highest) > a.Y(9)+3 {
			t.Errorf("dash %d: the peak ends in row %d, want %.0f", dash, highest, a.Y(9))
		}
		for x := 304; x < 326; x++ {
			if first, _ := rows(c.Image(), x); first >= 0 {
				t.Fatalf("dash %d: ink in the gap, column %d", dash, x)
			}
		}
	}
}

// Nothing is drawn outside the area, however wild the values.
func TestDrawingStaysInside(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 50 {
		s, m := &Series{}, &Marks{}
		for i := range 500 {
			y := rng.NormFloat64() * math.Pow(10, float64(rng.IntN(12)))
			s.Put(Point{X: float64(i), Y: y, Low: y - rng.Float64()*1e3, High: y + rng.Float64()*1e9})
			m.Put(Mark{X: float64(i), Up: rng.IntN(1000), Down: rng.IntN(3), Unknown: rng.IntN(2)})
		}
		var c Canvas
		c.Reset(200, 100, 1+rng.Float64()*2)
		reach := c.Px(MarkReach)
		a := Area{Rect: image.Rect(30, 35, 150, 70), Window: NewWindow(rng.Float64()*400, rng.Float64()*300, 120), Top: 10}
		cols := s.Columns(a.Window, nil)
		c.Band(a, cols, ink)
		c.Line(a, cols, Stroke{Color: ink, Width: 1.5, Dash: Dash(rng.IntN(3))})
		c.Marks(a, m.Columns(a.Window, nil), ink)
		allowed := image.Rect(30, 35-0, 150, 70+reach)
		allowed.Min.Y = min(35, 70-reach)
		for y := range 100 {
			for x := range 200 {
				if c.Image().RGBAAt(x, y).A > 0 && !(image.Pt(x, y).In(allowed)) {
					t.Fatalf("ink at %d, %d", x, y)
				}
			}
		}
		for i, v := range c.mask {
			if v != 0 {
				t.Fatalf("the mask is not clean at %d", i)
			}
		}
	}
}

func TestMarksPointTheWay(t *testing.T) {
	m := &Marks{}
	m.Put(Mark{X: 10, Up: 1})
	m.Put(Mark{X: 20, Down: 1})
	m.Put(Mark{X: 30, Unknown: 4})
	m.Put(Mark{X: 40, Up: 100})
	var c Canvas
	c.Reset(100, 60, 1)
	a := Area{Rect: image.Rect(0, 10, 100, 40), Window: NewWindow(0, 100, 100), Top: 1}
	c.Marks(a, m.Columns(a.Window, nil), ink)
	for x, want := range map[int][2]int{10: {35, 39}, 20: {40, 44}, 30: {36, 43}, 40: {30, 39}, 50: {-1, -1}} {
		if first, last := rows(c.Image(), x); first != want[0] || last != want[1] {
			t.Errorf("at %d: rows %d to %d, want %v", x, first, last, want)
		}
	}
}

func TestTranslucentLineIsEven(t *testing.T) {
	s := &Series{}
	for i := range 200 {
		s.Put(Flat(float64(i), 5))
	}
	var c Canvas
	c.Reset(200, 40, 2)
	a := Area{Rect: image.Rect(0, 0, 200, 40), Window: NewWindow(0, 200, 200), Top: 10}
	c.Line(a, s.Columns(a.Window, nil), Stroke{Color: color.NRGBA{A: 100}, Width: 2})
	want := c.Image().RGBAAt(100, 20)
	for x := 2; x < 198; x++ {
		if got := c.Image().RGBAAt(x, 20); got != want || got.A != 100 {
			t.Fatalf("column %d: %v, elsewhere %v", x, got, want)
		}
	}
}

func TestCanvasIsReused(t *testing.T) {
	var c Canvas
	c.Reset(50, 40, 1)
	first := c.Image()
	c.Fill(first.Rect, ink)
	c.Reset(50, 40, 1)
	if c.Image() != first || first.RGBAAt(3, 3).A != 0 {
		t.Error("the same size gives another image, or a dirty one")
	}
	c.Reset(51, 40, 1)
	if c.Image() == first {
		t.Error("another size gives the same image")
	}
	c.Reset(0, -3, 0)
	if c.Image().Rect.Empty() {
		t.Error("an image without pixels can not be shown")
	}
}
