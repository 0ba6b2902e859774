package plot

import (
	"image"
	"image/color"
	"math"
	"math/bits"
)

// Band fills the area between the lows and highs of a series' columns.
func (c *Canvas) Band(a Area, cols []Column, col color.NRGBA) {
	c.begin(a.Rect)
	for i, q := range cols {
		c.bandAt(a.Rect.Min.X+q.Pixel, a.Y(q.High), a.Y(q.Low))
		if i > 0 && q.Joined {
			c.bandBetween(a, cols[i-1], q)
		}
	}
	c.paint(col)
}

// bandBetween fills the pixels that have no points of their own, along straight lines.
func (c *Canvas) bandBetween(a Area, p, q Column) {
	x0, x1 := a.X(p.X1), a.X(q.X0)
	from, to := c.clipX(x0, x1)
	for x := max(from, a.Rect.Min.X+p.Pixel+1); x < min(to, a.Rect.Min.X+q.Pixel); x++ {
		t := (float64(x) + 0.5 - x0) / (x1 - x0)
		high, low := p.High+(q.High-p.High)*t, p.Low+(q.Low-p.Low)*t
		c.bandAt(x, a.Y(high), a.Y(low))
	}
}

// bandAt fills one column of pixels from y0 down to y1.
func (c *Canvas) bandAt(x int, y0, y1 float64) {
	if x < c.clip.Min.X || x >= c.clip.Max.X || !(y1 > y0) {
		return
	}
	from, to := c.clipY(y0, y1)
	if from >= to {
		return
	}
	c.touch(from, to)
	inner0, inner1 := c.clipY(math.Ceil(y0), math.Floor(y1))
	at, width := from*c.img.Rect.Dx()+x, c.img.Rect.Dx()
	for y := from; y < to; y++ {
		coverage := uint8(255)
		if y < inner0 || y >= inner1 {
			coverage = shade(math.Min(float64(y+1), y1) - math.Max(float64(y), y0))
		}
		c.mask[at] = max(c.mask[at], coverage)
		at += width
	}
}

// Lengths of ticks for lost packets: the first packet, and what each doubling adds.
const (
	tickFirst  = 5
	tickDouble = 1.5
	// MarkReach is the longest tick, so the room that a panel leaves below its axis.
	MarkReach = 10
	tickWidth = 2
)

// Marks draws lost packets as ticks on the lower edge of the area: lost on the way out above it, on the way back below it, unknown
// where on both sides of it and shorter. The more were lost in a column, the longer the tick.
func (c *Canvas) Marks(a Area, cols []MarkColumn, col color.NRGBA) {
	axis := a.Rect.Max.Y
	for _, m := range cols {
		x := a.Rect.Min.X + m.Pixel
		r := image.Rect(x, axis, x+c.Px(tickWidth), axis)
		r.Max.X = min(r.Max.X, a.Rect.Max.X)
		r.Min.Y -= max(c.tick(m.Up), c.tick(m.Unknown)/2)
		r.Max.Y += max(c.tick(m.Down), c.tick(m.Unknown)/2)
		c.Fill(r, col)
	}
}

func (c *Canvas) tick(lost int) int {
	if lost <= 0 {
		return 0
	}
	length := tickFirst + tickDouble*float64(bits.Len(uint(lost))-1)
	return c.Px(math.Min(length, MarkReach))
}

// PeakSize is the height of the arrow that stands for what is above the scale.
const PeakSize = 5

// Arrow draws an arrow that points up, with its tip at a place in pixels: there a peak leaves the scale.
func (c *Canvas) Arrow(middle, tip float64, col color.NRGBA) {
	c.begin(c.img.Rect)
	top, bottom := c.clipY(tip, tip+float64(PeakSize)*c.scale)
	c.touch(top, bottom)
	for y := top; y < bottom; y++ {
		half := (float64(y) + 0.5 - tip) * 0.8
		from, to := c.clipX(middle-half, middle+half)
		for px := from; px < to; px++ {
			inside := math.Min(float64(px+1), middle+half) - math.Max(float64(px), middle-half)
			c.cover(px, y, shade(inside))
		}
	}
	c.paint(col)
}
