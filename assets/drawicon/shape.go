package main

import (
	"fmt"
	"image/color"
	"math"
)

type point struct{ x, y float64 }

// shape is a filled figure in the units of the view box.
type shape interface {
	distance(p point) float64 // from the outline, negative inside
	svg() string              // the element without its colour
	stroked() bool            // svg takes its colour as a stroke
}

// layer is a shape with its colour; later layers cover earlier ones.
type layer struct {
	shape
	color color.RGBA
}

type roundedSquare struct{ size, radius float64 }

func (s roundedSquare) distance(p point) float64 {
	half := s.size / 2
	dx := math.Abs(p.x-half) - (half - s.radius)
	dy := math.Abs(p.y-half) - (half - s.radius)
	return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - s.radius
}

func (s roundedSquare) svg() string {
	return fmt.Sprintf(`<rect width="%g" height="%g" rx="%g"`, s.size, s.size, s.radius)
}

func (roundedSquare) stroked() bool { return false }

type disc struct {
	center point
	radius float64
}

func (d disc) distance(p point) float64 { return math.Hypot(p.x-d.center.x, p.y-d.center.y) - d.radius }

func (d disc) svg() string {
	return fmt.Sprintf(`<circle cx="%g" cy="%g" r="%g"`, d.center.x, d.center.y, d.radius)
}

func (disc) stroked() bool { return false }

// line has round ends.
type line struct {
	from, to point
	width    float64
}

func (l line) distance(p point) float64 {
	dx, dy := l.to.x-l.from.x, l.to.y-l.from.y
	along := ((p.x-l.from.x)*dx + (p.y-l.from.y)*dy) / (dx*dx + dy*dy)
	along = min(max(along, 0), 1)
	return math.Hypot(p.x-l.from.x-along*dx, p.y-l.from.y-along*dy) - l.width/2
}

func (l line) svg() string {
	return fmt.Sprintf(`<path d="M%g %gL%g %g" stroke-width="%g"`, l.from.x, l.from.y, l.to.x, l.to.y, l.width)
}

func (line) stroked() bool { return true }

// arc has round ends. Angles are in degrees, counter-clockwise from the right, as on paper; begin is less than end.
type arc struct {
	center     point
	radius     float64
	begin, end float64
	width      float64
}

func (a arc) at(degrees float64) point {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return point{a.center.x + a.radius*cos, a.center.y - a.radius*sin}
}

func (a arc) distance(p point) float64 {
	angle := math.Atan2(a.center.y-p.y, p.x-a.center.x) * 180 / math.Pi
	for angle < a.begin {
		angle += 360
	}
	if angle <= a.end {
		return math.Abs(math.Hypot(p.x-a.center.x, p.y-a.center.y)-a.radius) - a.width/2
	}
	b, e := a.at(a.begin), a.at(a.end)
	return min(math.Hypot(p.x-b.x, p.y-b.y), math.Hypot(p.x-e.x, p.y-e.y)) - a.width/2
}

func (a arc) svg() string {
	b, e, large := a.at(a.begin), a.at(a.end), 0
	if a.end-a.begin > 180 {
		large = 1
	}
	return fmt.Sprintf(`<path d="M%.2f %.2fA%g %g 0 %d 0 %.2f %.2f" stroke-width="%g"`, b.x, b.y, a.radius, a.radius, large, e.x, e.y, a.width)
}

func (arc) stroked() bool { return true }
