package chart

import (
	"strings"

	"fyne.io/fyne/v2"
)

const (
	columnGap = 14
	sampleGap = 6
)

// layout finds the places of all texts and returns the size of the box. Where a table is too wide, each line's values go below its
// name instead.
func (t *table) layout(p palette, widest float32) fyne.Size {
	t.labels, t.samples = t.labels[:0], t.samples[:0]
	if size := t.tableSize(p); size.Width <= widest || len(t.rows) == 0 {
		t.layoutTable(p)
		return size
	}
	return t.layoutStack(p)
}

// tableSize measures the columns; they never shrink while the pointer is inside.
func (t *table) tableSize(p palette) fyne.Size {
	for len(t.widths) < len(t.heads)+1 {
		t.widths = append(t.widths, 0)
	}
	t.widen(0, measure(t.time, p.caption, true).Width)
	for i, h := range t.heads {
		t.widen(i+1, measure(h, p.caption, false).Width)
	}
	for _, r := range t.rows {
		t.widen(0, sampleWidth+sampleGap+measure(r.key.name, p.caption, false).Width)
		for i, cell := range r.cells {
			t.widen(i+1, measure(cell, p.caption, false).Width)
		}
	}
	size := fyne.NewSize(2*boxPad, float32(len(t.rows)+1)*lineHeight(p)+2*boxPad)
	if len(t.rows) == 0 {
		size.Width += measure(t.time, p.caption, true).Width
		return size
	}
	for i, w := range t.widths[:len(t.heads)+1] {
		if i > 0 {
			size.Width += columnGap
		}
		size.Width += w
	}
	return size
}

func (t *table) widen(column int, width float32) { t.widths[column] = max(t.widths[column], width) }

func (t *table) layoutTable(p palette) {
	y := float32(boxPad)
	t.add(p, t.time, boxPad, y, false, true)
	if len(t.rows) == 0 {
		return
	}
	x := float32(boxPad) + t.widths[0]
	for i, h := range t.heads {
		x += columnGap + t.widths[i+1]
		t.add(p, h, x, y, true, false)
	}
	for _, r := range t.rows {
		y += lineHeight(p)
		t.addName(p, r, y)
		x = float32(boxPad) + t.widths[0]
		for i, cell := range r.cells {
			x += columnGap + t.widths[i+1]
			if cell == "" {
				cell = "–"
			}
			t.add(p, cell, x, y, true, false)
		}
	}
}

// layoutStack is the narrow form.
func (t *table) layoutStack(p palette) fyne.Size {
	y := float32(boxPad)
	width := t.add(p, t.time, boxPad, y, false, true)
	for _, r := range t.rows {
		y += lineHeight(p)
		width = max(width, t.addName(p, r, y))
		var values []string
		for i, cell := range r.cells {
			switch {
			case cell == "":
			case t.heads[i] == "Lost":
				values = append(values, "lost "+cell)
			default:
				values = append(values, cell)
			}
		}
		y += lineHeight(p)
		width = max(width, t.add(p, strings.Join(values, "  ·  "), boxPad+sampleWidth+sampleGap, y, false, false))
	}
	return fyne.NewSize(width+boxPad, y+lineHeight(p)+boxPad)
}

func (t *table) addName(p palette, r row, y float32) float32 {
	t.samples = append(t.samples, sample{pos: fyne.NewPos(boxPad, y+lineHeight(p)/2), color: p.line(r.key.color), dash: r.key.dash})
	return t.add(p, r.key.name, boxPad+sampleWidth+sampleGap, y, false, false)
}

// add writes a text that begins, or with right set ends, at x, and returns where it ends.
func (t *table) add(p palette, text string, x, y float32, right, bold bool) float32 {
	size := measure(text, p.caption, bold)
	if right {
		x -= size.Width
	}
	t.labels = append(t.labels, label{text: text, pos: fyne.NewPos(x, y), size: size, fontSize: p.caption, bold: bold, color: p.text})
	return x + size.Width
}

func lineHeight(p palette) float32 { return measure("0", p.caption, false).Height + 1 }
