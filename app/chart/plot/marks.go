package plot

import "sort"

// Mark counts what was lost in the window that begins at X: on the way out (up), on the way back (down), or unknown where.
type Mark struct {
	X                 float64
	Up, Down, Unknown int
}

// Lost is the sum over all directions.
func (m Mark) Lost() int { return m.Up + m.Down + m.Unknown }

// Marks holds the windows in which something was lost, in ascending order of X. Windows without loss take no memory.
type Marks struct {
	marks   []Mark
	version uint64
}

// Put sets the counts of a window; all zero takes it away again.
func (m *Marks) Put(mark Mark) {
	i := m.search(mark.X)
	known := i < len(m.marks) && m.marks[i].X == mark.X
	switch {
	case known && m.marks[i] == mark, !known && mark.Lost() == 0:
		return
	case known && mark.Lost() == 0:
		m.marks = append(m.marks[:i], m.marks[i+1:]...)
	case known:
		m.marks[i] = mark
	default:
		m.marks = append(m.marks, Mark{})
		copy(m.marks[i+1:], m.marks[i:])
		m.marks[i] = mark
	}
	m.version++
}

// Clear takes all marks away and keeps the memory.
func (m *Marks) Clear() {
	m.marks = m.marks[:0]
	m.version++
}

// Len is the number of windows with loss.
func (m *Marks) Len() int { return len(m.marks) }

// At returns a mark by its place in ascending order of X.
func (m *Marks) At(i int) Mark { return m.marks[i] }

// Version grows with every change.
func (m *Marks) Version() uint64 { return m.version }

// Between sums up what was lost in [x0, x1); X is x0.
func (m *Marks) Between(x0, x1 float64) Mark {
	sum := Mark{X: x0}
	for i := m.search(x0); i < len(m.marks) && m.marks[i].X < x1; i++ {
		sum.add(m.marks[i])
	}
	return sum
}

// MarkColumn is what was lost in one pixel column.
type MarkColumn struct {
	Pixel int
	Mark
}

// Columns appends the sums of each pixel column in which something was lost to buf and returns it.
func (m *Marks) Columns(w Window, buf []MarkColumn) []MarkColumn {
	begin := len(buf)
	for i := m.search(w.X0() - w.PerPixel); i < len(m.marks); i++ {
		c := w.column(m.marks[i].X)
		if c < 0 {
			continue
		}
		if c >= w.Pixels {
			break
		}
		if n := len(buf); n > begin && buf[n-1].Pixel == c {
			buf[n-1].add(m.marks[i])
			continue
		}
		buf = append(buf, MarkColumn{Pixel: c, Mark: m.marks[i]})
	}
	return buf
}

func (m *Mark) add(o Mark) {
	m.Up += o.Up
	m.Down += o.Down
	m.Unknown += o.Unknown
}

func (m *Marks) search(x float64) int {
	n := len(m.marks)
	if n == 0 || m.marks[n-1].X < x {
		return n
	}
	return sort.Search(n, func(i int) bool { return m.marks[i].X >= x })
}
