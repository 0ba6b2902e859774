package plot

import (
	"math"
	"sort"
)

// Column is a run of joined points that fall into one pixel column. There are several in a column with gaps inside, so that no gap is
// painted over, and none in a column without points.
type Column struct {
	Pixel       int     // counted from the left edge of the view; outside it for the neighbours just beyond the edges
	X0, X1      float64 // of the first and last point
	First, Last float64 // their values
	Min, Max    float64
	Low, High   float64 // the band over all points of the run
	Points      int
	Joined      bool // a line leads here from the column before
}

// Columns appends the series' runs in a window to buf, in ascending order, and returns it. The nearest points beyond both edges come
// too, so that lines enter and leave the view. It costs about the number of pixels, and that of the gaps in view.
func (s *Series) Columns(w Window, buf []Column) []Column {
	i := s.searchColumn(w, 0, 0)
	if i > 0 {
		buf = s.appendRuns(buf, i-1, i, -1)
	}
	for i < len(s.points) {
		c := w.column(s.points[i].X)
		if c >= w.Pixels {
			return s.appendRuns(buf, i, i+1, w.Pixels)
		}
		j := s.searchColumn(w, c+1, i+1)
		buf = s.appendRuns(buf, i, j, c)
		i = j
	}
	return buf
}

// searchColumn returns the first point from `from` on that is in pixel column c or after it. It gallops, because the next column is
// most often only a few points away.
func (s *Series) searchColumn(w Window, c, from int) int {
	n := len(s.points)
	lo, step := from, 1
	for lo+step < n && w.column(s.points[lo+step].X) < c {
		lo += step
		step *= 2
	}
	hi := min(lo+step+1, n)
	if lo >= hi {
		return lo
	}
	return lo + sort.Search(hi-lo, func(k int) bool { return w.column(s.points[lo+k].X) >= c })
}

// appendRuns adds points [i, j), all of one pixel column, as one run or, where there are gaps, as several.
func (s *Series) appendRuns(buf []Column, i, j, pixel int) []Column {
	n := s.over(i, j)
	if n.broken {
		return s.appendBroken(buf, i, j, pixel)
	}
	return append(buf, s.run(n, i, j, pixel))
}

// appendBroken looks for the gaps, by halves, so that stretches without any are still taken from the pyramid.
func (s *Series) appendBroken(buf []Column, i, j, pixel int) []Column {
	if j-i == 1 {
		if s.points[i].IsGap() {
			return buf
		}
		return append(buf, s.run(s.over(i, j), i, j, pixel))
	}
	m := (i + j) / 2
	before := len(buf)
	buf = s.appendRuns(buf, i, m, pixel)
	middle := len(buf)
	buf = s.appendRuns(buf, m, j, pixel)
	if middle > before && middle < len(buf) && s.joined(m) {
		buf[middle-1].merge(buf[middle])
		buf = append(buf[:middle], buf[middle+1:]...)
	}
	return buf
}

func (s *Series) run(n node, i, j, pixel int) Column {
	a, b := s.points[i], s.points[j-1]
	return Column{
		Pixel: pixel, X0: a.X, X1: b.X, First: a.Y, Last: b.Y,
		Min: n.min, Max: n.max, Low: n.low, High: n.high,
		Points: j - i, Joined: s.joined(i),
	}
}

// merge adds the run that follows without a gap.
func (c *Column) merge(d Column) {
	c.X1, c.Last = d.X1, d.Last
	c.Min, c.Max = math.Min(c.Min, d.Min), math.Max(c.Max, d.Max)
	c.Low, c.High = math.Min(c.Low, d.Low), math.Max(c.High, d.High)
	c.Points += d.Points
}
