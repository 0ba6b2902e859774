package plot

import (
	"image"
	"image/color"
	"math"
)

// Dash is the style of a line, which tells lines apart without colour.
type Dash int

// The styles.
const (
	Solid Dash = iota
	Dashed
	Dotted
	DashDotted
	styles
)

// Stroke is how a line is drawn. Width is in units of length, not pixels.
type Stroke struct {
	Color color.NRGBA
	Width float64
	Dash  Dash
}

// Area is where and at what scale values are drawn: the window's pixels begin at the left edge of Rect, 0 is its lower edge, Top its
// upper one.
type Area struct {
	Rect   image.Rectangle
	Window Window
	Top    float64
}

// Y returns the place of a value in pixels from the top of the picture.
func (a Area) Y(v float64) float64 {
	return float64(a.Rect.Max.Y) - v/a.Top*float64(a.Rect.Dy())
}

// X returns the place of a time in pixels from the left of the picture.
func (a Area) X(x float64) float64 { return float64(a.Rect.Min.X) + a.Window.Pixel(x) }

// Line draws a series' columns. Lines end where they leave the area; a point without neighbours is drawn as a dot.
func (c *Canvas) Line(a Area, cols []Column, s Stroke) {
	half := math.Max(s.Width*c.scale, 1) / 2
	clip := a.Rect
	clip.Max.Y += int(math.Ceil(half)) // a line along 0 keeps its thickness
	c.begin(clip)
	pen := pen{half: half, dash: s.Dash.pattern(c.scale), origin: a.Window.First - a.Rect.Min.X}
	for i, col := range cols {
		alone := !(i > 0 && col.Joined) && !(i+1 < len(cols) && cols[i+1].Joined)
		if i > 0 && col.Joined {
			c.joint(a, cols[i-1], col, &pen)
		}
		switch {
		case col.Points > 1:
			x := math.Floor((a.X(col.X0)+a.X(col.X1))/2) + 0.5
			c.capsule(x, a.Y(col.Max), x, a.Y(col.Min), &pen)
		case alone:
			dot := pen
			dot.half, dot.dash = half*1.6, nil
			c.capsule(a.X(col.X0), a.Y(col.First), a.X(col.X0), a.Y(col.First), &dot)
		}
	}
	c.paint(s.Color)
}

// joint draws the line from one column to the next.
func (c *Canvas) joint(a Area, p, q Column, pen *pen) {
	x0, y0, x1, y1 := a.X(p.X1), a.Y(p.Last), a.X(q.X0), a.Y(q.First)
	if p.Points > 1 && q.Points > 1 && q.Pixel == p.Pixel+1 {
		if q.Min <= p.Max && p.Min <= q.Max {
			return // they touch
		}
		x0, x1 = math.Floor(x0)+0.5, math.Floor(x1)+0.5
	}
	c.capsule(x0, y0, x1, y1, pen)
}

// pen is a stroke in pixels.
type pen struct {
	half   float64
	dash   []bool // a period of the pattern, one entry a pixel; nil for solid
	origin int    // added to a pixel's x to get its place in time, to which the pattern is tied: it moves with the line
}

// on tells whether the pattern has ink at a pixel. Along steep parts the pattern runs down the line, twice as fast, so that a spike
// can not hide in a pause; where the line is a dense bundle this gives a hatching.
func (p *pen) on(x, y int) bool {
	if p.dash == nil {
		return true
	}
	k := (x + p.origin + 2*y) % len(p.dash)
	if k < 0 {
		k += len(p.dash)
	}
	return p.dash[k]
}

// strokes are the lengths of ink and pause in turn, of one period of a style.
var strokes = [styles][]float64{Dashed: {6, 4}, Dotted: {2, 3}, DashDotted: {8, 3, 2, 3}}

// patterns are ready-made, so that drawing does not allocate: by style, then by quarters of a pixel per unit of length.
var patterns = func() (all [styles][33][]bool) {
	for style, lengths := range strokes {
		for quarters := range all[style] {
			if len(lengths) > 0 && quarters > 0 {
				all[style][quarters] = pattern(lengths, float64(quarters)/4)
			}
		}
	}
	return all
}()

// pattern is one period in pixels. The first piece of ink and the whole have at least one.
func pattern(lengths []float64, scale float64) []bool {
	at, ends := 0.0, make([]int, len(lengths))
	for i, l := range lengths {
		at += l * scale
		ends[i] = int(math.Round(at))
	}
	ends[0] = max(ends[0], 1)
	out := make([]bool, max(ends[len(ends)-1], 2))
	for i := 0; i < len(lengths); i += 2 {
		from := 0
		if i > 0 {
			from = ends[i-1]
		}
		for x := from; x < min(ends[i], len(out)); x++ {
			out[x] = true
		}
	}
	return out
}

func (d Dash) pattern(scale float64) []bool {
	if d <= Solid || d >= styles {
		return nil
	}
	return patterns[d][max(4, min(int(math.Round(scale*4)), len(patterns[d])-1))]
}
