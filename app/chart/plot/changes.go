package plot

import "math"

// changeLog remembers where the last changes were, so that a chart can tell whether it shows them.
type changeLog struct {
	xs   [64]float64
	next int
	n    uint64
}

func (c *changeLog) add(x float64) {
	c.xs[c.next] = x
	c.next = (c.next + 1) % len(c.xs)
	c.n++
}

// span spans the last count changes; it is everything when they are no longer known, and empty (lo > hi) for none.
func (c *changeLog) span(count uint64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	if count == 0 {
		return lo, hi
	}
	if count > uint64(len(c.xs)) || count > c.n {
		return math.Inf(-1), math.Inf(1)
	}
	for k := 1; k <= int(count); k++ {
		x := c.xs[(c.next-k+len(c.xs))%len(c.xs)]
		if math.IsInf(x, -1) {
			return math.Inf(-1), math.Inf(1) // the series was cleared
		}
		lo, hi = math.Min(lo, x), math.Max(hi, x)
	}
	return lo, hi
}
