package plot

import "math"

// capsule covers all that is within half a line's width of the segment from (x0, y0) to (x1, y1): a line with round ends, whose ends
// make smooth joints. The edge is anti-aliased over one pixel by the distance of each pixel's centre.
func (c *Canvas) capsule(x0, y0, x1, y1 float64, p *pen) {
	reach := p.half + 0.5
	s := segment{x0: x0, y0: y0, dx: x1 - x0, dy: y1 - y0}
	s.length2 = s.dx*s.dx + s.dy*s.dy
	s.length = math.Sqrt(s.length2)
	left, right := c.clipX(math.Min(x0, x1)-reach, math.Max(x0, x1)+reach)
	top, bottom := c.clipY(math.Min(y0, y1)-reach, math.Max(y0, y1)+reach)
	if left >= right || top >= bottom {
		return
	}
	c.touch(top, bottom)
	switch {
	case s.dx == 0 && bottom-top > 8 && math.Floor(x0)+0.5 == x0:
		c.upright(s, int(x0), top, bottom, p)
	case math.Abs(s.dx) >= math.Abs(s.dy):
		for x := left; x < right; x++ {
			middle := s.yAt(float64(x) + 0.5)
			spread := reach * math.Sqrt2
			from, to := c.clipY(middle-spread, middle+spread)
			for y := max(from, top); y < min(to, bottom); y++ {
				c.coverNear(&s, x, y, p, 0)
			}
		}
	default:
		for y := top; y < bottom; y++ {
			middle := s.xAt(float64(y) + 0.5)
			spread := reach * math.Sqrt2
			from, to := c.clipX(middle-spread, middle+spread)
			for x := max(from, left); x < min(to, right); x++ {
				c.coverNear(&s, x, y, p, y)
			}
		}
	}
}

// upright draws a vertical capsule through the middle of a column of pixels, of which a dense series has one a column: its long middle
// needs no distances.
func (c *Canvas) upright(s segment, x, top, bottom int, p *pen) {
	y0, y1 := math.Min(s.y0, s.y0+s.dy), math.Max(s.y0, s.y0+s.dy)
	inner0, inner1 := c.clipY(math.Ceil(y0), math.Floor(y1))
	wide := int(math.Ceil(p.half - 0.5)) // columns beside the middle one
	left, right := max(x-wide, c.clip.Min.X), min(x+wide+1, c.clip.Max.X)
	var coverage [16]uint8
	for col := left; col < min(right, left+len(coverage)); col++ {
		coverage[col-left] = shade(p.half + 0.5 - math.Abs(float64(col-x)))
	}
	for y := top; y < bottom; y++ {
		if y < inner0 || y >= inner1 || right-left > len(coverage) {
			for col := left; col < right; col++ {
				c.coverNear(&s, col, y, p, y)
			}
			continue
		}
		if !p.on(x, y) {
			continue
		}
		at := y*c.img.Rect.Dx() + left
		row := c.mask[at : at+right-left]
		for i := range row {
			row[i] = max(row[i], coverage[i&15])
		}
	}
}

// coverNear covers one pixel as its distance from the segment demands. Down tells how far the dash pattern has run down the line.
func (c *Canvas) coverNear(s *segment, x, y int, p *pen, down int) {
	if coverage := shade(p.half + 0.5 - s.distance(float64(x)+0.5, float64(y)+0.5)); coverage > 0 && p.on(x, down) {
		c.cover(x, y, coverage)
	}
}

// segment is a straight line in pixels.
type segment struct {
	x0, y0, dx, dy  float64
	length, length2 float64
}

// distance is how far a point is from the segment.
func (s *segment) distance(x, y float64) float64 {
	px, py := x-s.x0, y-s.y0
	along := px*s.dx + py*s.dy
	switch {
	case along <= 0 || s.length2 == 0:
		return math.Sqrt(px*px + py*py)
	case along >= s.length2:
		px, py = px-s.dx, py-s.dy
		return math.Sqrt(px*px + py*py)
	}
	return math.Abs(px*s.dy-py*s.dx) / s.length
}

// yAt is where the segment passes a column; beyond its ends, where it ends.
func (s *segment) yAt(x float64) float64 {
	if s.dx == 0 {
		return s.y0
	}
	return s.y0 + math.Max(0, math.Min(1, (x-s.x0)/s.dx))*s.dy
}

func (s *segment) xAt(y float64) float64 {
	if s.dy == 0 {
		return s.x0
	}
	return s.x0 + math.Max(0, math.Min(1, (y-s.y0)/s.dy))*s.dx
}

func shade(v float64) uint8 {
	switch {
	case v >= 1:
		return 255
	case v <= 0:
		return 0
	}
	return uint8(v*255 + 0.5)
}

// clipX returns the pixels between two places that may be drawn on.
func (c *Canvas) clipX(from, to float64) (int, int) {
	return clampInt(math.Floor(from), c.clip.Min.X, c.clip.Max.X), clampInt(math.Ceil(to), c.clip.Min.X, c.clip.Max.X)
}

func (c *Canvas) clipY(from, to float64) (int, int) {
	return clampInt(math.Floor(from), c.clip.Min.Y, c.clip.Max.Y), clampInt(math.Ceil(to), c.clip.Min.Y, c.clip.Max.Y)
}

func clampInt(v float64, lo, hi int) int {
	return int(math.Max(float64(lo), math.Min(v, float64(hi))))
}
