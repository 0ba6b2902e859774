package plot

import "math"

// fan is how many entries of one level an entry of the next one sums up. 16 keeps the whole pyramid below a tenth of the points'
// memory, while a query still looks at no more than 2*16 entries a level.
const fan = 16

// node sums up a stretch of neighbouring points.
type node struct {
	min, max  float64 // of Y
	low, high float64 // of the bands
	broken    bool    // somewhere inside, neighbours are not joined
}

var emptyNode = node{min: math.Inf(1), max: math.Inf(-1), low: math.Inf(1), high: math.Inf(-1)}

func (n *node) add(m *node) {
	n.stretch(m.min, m.max, m.low, m.high)
	n.broken = n.broken || m.broken
}

// stretch widens the extremes. Comparisons are several times as quick here as min and max, which look for what is not a number.
func (n *node) stretch(least, most, low, high float64) {
	if least < n.min {
		n.min = least
	}
	if most > n.max {
		n.max = most
	}
	if low < n.low {
		n.low = low
	}
	if high > n.high {
		n.high = high
	}
}

// pyramid holds level upon level of nodes: entry k of level 0 sums up points [k*fan, (k+1)*fan), and so on. Unlike the sums over a
// pixel column it does not depend on the zoom, so it survives every change of the view.
type pyramid struct {
	levels [][]node
}

func (t *pyramid) clear() {
	for i := range t.levels {
		t.levels[i] = t.levels[i][:0]
	}
}

// fix sums up again what points [from, to) are part of.
func (t *pyramid) fix(s *Series, from, to int) {
	if from > 0 {
		from-- // the joint to the point before belongs to the stretch that holds both
	}
	if to < len(s.points) {
		to++
	}
	size := len(s.points)
	for level := 0; ; level++ {
		from, to, size = from/fan, (to+fan-1)/fan, (size+fan-1)/fan
		if level == len(t.levels) {
			t.levels = append(t.levels, nil)
		}
		for len(t.levels[level]) < size {
			t.levels[level] = append(t.levels[level], emptyNode)
		}
		for k := from; k < to; k++ {
			t.levels[level][k] = t.sum(s, level, k)
		}
		if size <= 1 {
			return
		}
	}
}

// sum computes entry k of a level from the one below.
func (t *pyramid) sum(s *Series, level, k int) node {
	n := emptyNode
	if level == 0 {
		s.addPoints(&n, k*fan, min((k+1)*fan, len(s.points)))
		return n
	}
	below := t.levels[level-1]
	width := pointsIn(level - 1)
	for c := k * fan; c < min((k+1)*fan, len(below)); c++ {
		n.add(&below[c])
		if c > k*fan && !s.joined(c*width) {
			n.broken = true
		}
	}
	return n
}

// pointsIn is how many points an entry of a level sums up.
func pointsIn(level int) int {
	w := fan
	for range level {
		w *= fan
	}
	return w
}

// over sums up points [i, j).
func (s *Series) over(i, j int) node {
	n := emptyNode
	start := i
	for i < j {
		if i > start && !s.joined(i) {
			n.broken = true
		}
		if m, width := s.largest(i, j); width > 0 {
			n.add(m)
			i += width
			continue
		}
		// Single points up to the next stretch that is summed up.
		end := min(j, (i/fan+1)*fan)
		s.addPoints(&n, i, end)
		i = end
	}
	return n
}

// largest returns the biggest ready-made sum that begins at i and ends before j; its width is 0 if there is none.
func (s *Series) largest(i, j int) (sum *node, width int) {
	w := fan
	for level := 0; level < len(s.tree.levels) && i%w == 0 && i+w <= j; level++ {
		sum, width = &s.tree.levels[level][i/w], w
		w *= fan
	}
	return sum, width
}

// addPoints adds points [i, j) one by one. It is the innermost loop of decimation.
func (s *Series) addPoints(n *node, i, j int) {
	for k := i; k < j; k++ {
		p := &s.points[k]
		if p.Y != p.Y { // not a number
			n.broken = true
			continue
		}
		n.stretch(p.Y, p.Y, p.Low, p.High)
		if k > i && s.MaxGap > 0 && p.X-s.points[k-1].X > s.MaxGap {
			n.broken = true
		}
	}
}
