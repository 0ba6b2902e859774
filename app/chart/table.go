package chart

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"echopath/app/chart/plot"
)

// key is what makes lines of several panels one to the user.
type key struct {
	name  string
	color color.NRGBA
	dash  plot.Dash
}

func (l *Line) key() key  { return key{l.Name, l.Color, l.Dash} }
func (m *Marks) key() key { return key{m.Name, m.Color, m.Dash} }
func (v *Spans) key() key { return key{v.Name, v.Color, plot.Solid} }

// table is the values at a time: a row for each line, a column for each panel, and one for lost packets if any are shown.
type table struct {
	time  string
	heads []string
	rows  []row

	labels  []label
	samples []sample
	widths  []float32 // of the columns, the widest so far: the box does not change its size with every digit
}

type row struct {
	key   key
	cells []string
}

type sample struct {
	pos   fyne.Position
	color color.NRGBA
	dash  plot.Dash
}

// forget lets the next box start narrow.
func (t *table) forget() { t.widths = t.widths[:0] }

// fill gathers the values near a time.
func (t *table) fill(g *Group, x float64) {
	t.time, t.heads, t.rows = plot.Clock(x, timeDecimals(g.scene.window.PerPixel)), t.heads[:0], t.rows[:0]
	withMarks := false
	for _, p := range g.panels {
		t.heads = append(t.heads, p.Title)
		withMarks = withMarks || len(p.Marks) > 0
	}
	if withMarks {
		t.heads = append(t.heads, "Lost")
	}
	for _, r := range g.Values(x) {
		t.row(r.Line.key()).set(columnOf(g.panels, r.Panel), r.Text)
	}
	t.fillLost(g, x)
}

// fillLost adds what was lost in the pixels around the cursor, or in its window of time if that is longer.
func (t *table) fillLost(g *Group, x float64) {
	half := max(2*g.scene.window.PerPixel, 0.05)
	for _, p := range g.panels {
		for _, m := range p.Marks {
			if m.Hidden || m.Marks == nil {
				continue
			}
			sum := m.Marks.Between(x-half, x+half)
			if sum.Lost() > 0 || t.has(m.key()) {
				t.row(m.key()).set(len(t.heads)-1, lostText(sum))
			}
		}
	}
}

func lostText(m plot.Mark) string {
	if m.Lost() == 0 {
		return "0"
	}
	var parts []string
	for _, part := range []struct {
		count int
		where string
	}{{m.Up, "out"}, {m.Down, "back"}, {m.Unknown, "unknown"}} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.where))
		}
	}
	return strings.Join(parts, ", ")
}

// timeDecimals is how exact the pointer is: a pixel must make a difference, but windows are 100 ms.
func timeDecimals(perPixel float64) int {
	if perPixel >= 1 {
		return 0
	}
	return 1
}

// row returns the row of a line, which is made at the first value.
func (t *table) row(k key) *row {
	for i := range t.rows {
		if t.rows[i].key == k {
			return &t.rows[i]
		}
	}
	t.rows = append(t.rows, row{key: k, cells: make([]string, len(t.heads))})
	return &t.rows[len(t.rows)-1]
}

func (t *table) has(k key) bool {
	return slices.ContainsFunc(t.rows, func(r row) bool { return r.key == k })
}

func (r *row) set(column int, text string) { r.cells[column] = text }

func columnOf(panels []*Panel, p *Panel) int {
	for i, q := range panels {
		if p == q {
			return i
		}
	}
	return 0
}
