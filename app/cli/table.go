package cli

import (
	"fmt"
	"strings"
)

// table is a grid of text whose columns are as wide as what stands in them.
type table struct {
	columns []column
	rows    []row
}

// column has a title with the unit below it.
type column struct {
	title, unit string
	right       bool
}

// row is a line of cells, or a head followed by text that takes the place of the other cells.
type row struct {
	cells []cell
	head  string
	span  string
	mark  cell // begins the span, in its tone
}

type cell struct {
	text string
	tone tone
}

func plain(texts ...string) []cell {
	cells := make([]cell, len(texts))
	for i, t := range texts {
		cells[i].text = t
	}
	return cells
}

const gap = 2 // columns of the screen between two of the table

// widths is what each column of the table needs.
func (t table) widths(s screen) []int {
	w := make([]int, len(t.columns))
	for i, c := range t.columns {
		w[i] = max(columns(s.text(c.title)), columns(s.text(c.unit)))
	}
	for _, r := range t.rows {
		w[0] = max(w[0], columns(s.text(r.head)))
		for i, c := range r.cells {
			w[i] = max(w[i], columns(s.text(c.text)))
		}
	}
	return w
}

// width is that of the whole table.
func (t table) width(s screen) int {
	sum := gap * (len(t.columns) - 1)
	for _, w := range t.widths(s) {
		sum += w
	}
	return sum
}

// write prints the table.
func (t table) write(s screen) {
	w := t.widths(s)
	var titles, units []string
	for _, c := range t.columns {
		titles, units = append(titles, c.title), append(units, c.unit)
	}
	t.writeCells(s, w, plain(titles...))
	t.writeCells(s, w, plain(units...))
	for _, r := range t.rows {
		if r.cells != nil {
			t.writeCells(s, w, r.cells)
			continue
		}
		writeSpan(s, r, w[0], w[0]+gap)
	}
}

func (t table) writeCells(s screen, w []int, cells []cell) {
	var b strings.Builder
	for i, c := range cells {
		text := s.text(c.text)
		pad := strings.Repeat(" ", max(w[i]-columns(text), 0))
		if i > 0 {
			b.WriteString(strings.Repeat(" ", gap))
		}
		if t.columns[i].right {
			b.WriteString(pad + s.paint(c.tone, text))
		} else {
			b.WriteString(s.paint(c.tone, text) + pad)
		}
	}
	if line := strings.TrimRight(b.String(), " "); line != "" {
		_, _ = fmt.Fprintln(s, line)
	}
}

// writeSpan wraps the text of a row beside its head, with an indent for the further lines.
func writeSpan(s screen, r row, headWidth, indent int) {
	first := fmt.Sprintf("%-*s", headWidth+gap, s.text(r.head))
	mark := s.text(r.mark.text)
	text := mark + s.text(printable(r.span))
	for i, line := range indented(first, strings.Repeat(" ", indent), text, s.width) {
		if i == 0 && mark != "" {
			line = strings.Replace(line, mark, s.paint(r.mark.tone, mark), 1)
		}
		_, _ = fmt.Fprintln(s, strings.TrimRight(line, " "))
	}
}
