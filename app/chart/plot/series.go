package plot

import (
	"math"
	"sort"
)

// Point is one window of a series. X is in seconds. A Y that is not a number is a gap: nothing was measured there.
type Point struct {
	X, Y      float64
	Low, High float64 // the band of the window; equal to Y where there is none
}

// Flat is a point without a band.
func Flat(x, y float64) Point { return Point{X: x, Y: y, Low: y, High: y} }

// Gap is a point at which nothing was measured.
func Gap(x float64) Point { return Flat(x, math.NaN()) }

// IsGap tells a point at which nothing was measured.
func (p Point) IsGap() bool { return math.IsNaN(p.Y) }

// Series is a line over time: points in ascending order of X, each X once. The zero value is an empty series that joins all its
// points.
type Series struct {
	// MaxGap is the largest distance in X over which neighbours are joined, 0 for any. Without it a line would be drawn over the
	// pause between two paths. It is set before the first point.
	MaxGap float64

	points  []Point
	tree    pyramid
	version uint64
	changes changeLog
}

// Put adds a point, or replaces the one with the same X. Both are cheap near the end, where live data comes in and is revised;
// a point further back is inserted too.
func (s *Series) Put(p Point) {
	p = p.tidy()
	if math.IsNaN(p.X) || math.IsInf(p.X, 0) {
		return
	}
	i := s.Search(p.X)
	switch {
	case i == len(s.points):
		s.points = append(s.points, p)
		s.tree.fix(s, i, i+1)
	case s.points[i].X == p.X:
		if s.points[i].same(p) {
			return
		}
		s.points[i] = p
		s.tree.fix(s, i, i+1)
	default:
		s.points = append(s.points, Point{})
		copy(s.points[i+1:], s.points[i:])
		s.points[i] = p
		s.tree.fix(s, i, len(s.points))
	}
	s.version++
	s.changes.add(p.X)
}

// Clear empties the series and keeps its memory.
func (s *Series) Clear() {
	s.points = s.points[:0]
	s.tree.clear()
	s.version++
	s.changes.add(math.Inf(-1))
}

// Len is the number of points, gaps included.
func (s *Series) Len() int { return len(s.points) }

// At returns a point by its place in ascending order of X.
func (s *Series) At(i int) Point { return s.points[i] }

// Search returns the place of the first point at or after x; Len if there is none.
func (s *Series) Search(x float64) int {
	n := len(s.points)
	if n == 0 || s.points[n-1].X < x {
		return n // the common case: live data is appended
	}
	return sort.Search(n, func(i int) bool { return s.points[i].X >= x })
}

// Nearest returns the measured point closest to x, if it is not further away than within.
func (s *Series) Nearest(x, within float64) (Point, bool) {
	i := s.Search(x)
	best, found := Point{}, false
	for _, k := range [2]int{i - 1, i} {
		if k < 0 || k >= len(s.points) || s.points[k].IsGap() {
			continue
		}
		if d := math.Abs(s.points[k].X - x); d <= within && (!found || d < math.Abs(best.X-x)) {
			best, found = s.points[k], true
		}
	}
	return best, found
}

// Extent is the X of the first and last point; ok is false for an empty series.
func (s *Series) Extent() (first, last float64, ok bool) {
	if len(s.points) == 0 {
		return 0, 0, false
	}
	return s.points[0].X, s.points[len(s.points)-1].X, true
}

// Version grows with every change.
func (s *Series) Version() uint64 { return s.version }

// ChangedWithin tells whether what is drawn between x0 and x1 may have changed since a version. It may say yes for no reason,
// never no. A chart that shows the past does not redraw for what is appended.
func (s *Series) ChangedWithin(since uint64, x0, x1 float64) bool {
	lo, hi := s.changes.span(s.version - since)
	if lo > hi {
		return false
	}
	// A changed point moves the lines to its neighbours too.
	if i := s.Search(lo); i > 0 {
		lo = s.points[i-1].X
	}
	if i := s.Search(math.Nextafter(hi, math.Inf(1))); i < len(s.points) {
		hi = s.points[i].X
	}
	return lo <= x1 && hi >= x0
}

// joined tells whether a line is drawn from point i-1 to point i.
func (s *Series) joined(i int) bool {
	if i <= 0 || i >= len(s.points) {
		return false
	}
	a, b := &s.points[i-1], &s.points[i]
	return !a.IsGap() && !b.IsGap() && (s.MaxGap <= 0 || b.X-a.X <= s.MaxGap)
}

// tidy turns what can not be drawn into a gap and widens a band that does not hold its own value.
func (p Point) tidy() Point {
	if math.IsNaN(p.Y) || math.IsInf(p.Y, 0) {
		return Gap(p.X)
	}
	if !(p.Low <= p.Y) || math.IsInf(p.Low, 0) {
		p.Low = p.Y
	}
	if !(p.High >= p.Y) || math.IsInf(p.High, 0) {
		p.High = p.Y
	}
	return p
}

func (p Point) same(q Point) bool {
	return p == q || p.X == q.X && p.IsGap() && q.IsGap()
}
