package picture

// axis tells how the samples of one line come from those of another: sample i of the new one is the sum of taps samples of the
// old one from start[i] on, each times its weight.
type axis struct {
	from, to int
	taps     int
	start    []int32
	weights  []uint16 // taps for each new sample; they add up to 1<<weightBits
	pairs    []uint32 // if taps is 2: start<<16 and the weight of the first
}

// weightBits is such that a weighted sum of bytes and a half fit into 16 bits.
const weightBits = 8

// set prepares the axis for a pair of lengths, both at least 1. It does nothing if that is what it has.
func (a *axis) set(from, to int) {
	if a.from == from && a.to == to {
		return
	}
	a.from, a.to, a.taps = from, to, 1
	for i := range to {
		s := a.span(i)
		a.taps = max(a.taps, s.last-s.first+1)
	}
	a.start, a.weights = resize(a.start, to), resize(a.weights, to*a.taps)
	for i := range to {
		s := a.span(i)
		start := min(s.first, from-a.taps) // at the end of the line taps of no weight come before
		a.start[i] = int32(start)
		given := 0 // rounding the sums and not the weights makes them add up
		for k := range a.taps {
			sum := s.upTo(start + k)
			a.weights[i*a.taps+k] = uint16(sum - given)
			given = sum
		}
	}
	a.setPairs()
}

func (a *axis) setPairs() {
	if a.taps != 2 || a.from > 1<<16 {
		a.pairs = nil
		return
	}
	a.pairs = resize(a.pairs, a.to)
	for i := range a.pairs {
		a.pairs[i] = uint32(a.start[i])<<16 | uint32(a.weights[2*i])
	}
}

// span is what a new sample consists of: the old ones from first to last. The first has the share covered/unit, those between
// step/unit, and the last the rest.
type span struct{ first, last, covered, step, unit int }

// upTo gives the weight of an old sample and all before it.
func (s span) upTo(source int) int {
	switch {
	case source >= s.last:
		return 1 << weightBits
	case source < s.first:
		return 0
	}
	return ((s.covered+(source-s.first)*s.step)<<weightBits + s.unit/2) / s.unit
}

func (a *axis) span(i int) span {
	if a.to < a.from {
		return a.area(i)
	}
	return a.bilinear(i)
}

// area is the stretch of the old line that sample i covers.
func (a *axis) area(i int) span {
	begin, end := i*a.from, (i+1)*a.from // in units of 1/to of an old sample
	first := begin / a.to
	return span{first, (end - 1) / a.to, (first+1)*a.to - begin, a.to, a.from}
}

// bilinear is the two samples of the old line between whose middles the middle of sample i lies, or the outermost one.
func (a *axis) bilinear(i int) span {
	unit := 2 * a.to
	middle := max((2*i+1)*a.from-a.to, 0) // in units of 1/unit, from the middle of the first old sample
	first := middle / unit
	if first >= a.from-1 {
		return span{first: a.from - 1, last: a.from - 1}
	}
	return span{first, first + 1, unit - middle%unit, 0, unit}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
