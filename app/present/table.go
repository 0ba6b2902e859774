package present

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
	tone Tone
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
func (t table) widths(out page) []int {
	w := make([]int, len(t.columns))
	for i, c := range t.columns {
		w[i] = max(Columns(out.Fit(c.title)), Columns(out.Fit(c.unit)))
	}
	for _, r := range t.rows {
		w[0] = max(w[0], Columns(out.Fit(r.head)))
		for i, c := range r.cells {
			w[i] = max(w[i], Columns(out.Fit(c.text)))
		}
	}
	return w
}

// width is that of the whole table.
func (t table) width(out page) int {
	sum := gap * (len(t.columns) - 1)
	for _, w := range t.widths(out) {
		sum += w
	}
	return sum
}

// write prints the table.
func (t table) write(out page) {
	w := t.widths(out)
	var titles, units []string
	for _, c := range t.columns {
		titles, units = append(titles, c.title), append(units, c.unit)
	}
	t.writeCells(out, w, plain(titles...))
	t.writeCells(out, w, plain(units...))
	for _, r := range t.rows {
		if r.cells != nil {
			t.writeCells(out, w, r.cells)
			continue
		}
		writeSpan(out, r, w[0], w[0]+gap)
	}
}

func (t table) writeCells(out page, w []int, cells []cell) {
	var b strings.Builder
	for i, c := range cells {
		text := out.Fit(c.text)
		pad := strings.Repeat(" ", max(w[i]-Columns(text), 0))
		if i > 0 {
			b.WriteString(strings.Repeat(" ", gap))
		}
		if t.columns[i].right {
			b.WriteString(pad + out.Paint(c.tone, text))
		} else {
			b.WriteString(out.Paint(c.tone, text) + pad)
		}
	}
	if line := strings.TrimRight(b.String(), " "); line != "" {
		out.line(line)
	}
}

// writeSpan wraps the text of a row beside its head, with an indent for the further lines.
func writeSpan(out page, r row, headWidth, indent int) {
	first := fmt.Sprintf("%-*s", headWidth+gap, out.Fit(r.head))
	mark := out.Fit(r.mark.text)
	text := mark + out.Fit(Printable(r.span))
	for i, line := range Indented(first, strings.Repeat(" ", indent), text, out.Width) {
		if i == 0 && mark != "" {
			line = strings.Replace(line, mark, out.Paint(r.mark.tone, mark), 1)
		}
		out.line(strings.TrimRight(line, " "))
	}
}
