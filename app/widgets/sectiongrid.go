package widgets

import (
	"slices"
	"strings"
	"unicode"

	"echopath/app/model"
	"echopath/app/present"
)

// columnsOf places the columns of a section. Those that need less than their share have what they need; the others share the rest,
// and what is wider wraps.
func columnsOf(s *model.Section, room float32) (x, w []float32) {
	n := len(s.Columns)
	for _, r := range s.Rows {
		n = max(n, len(r))
	}
	w = make([]float32, n)
	for k, head := range s.Columns {
		w[k] = headStyle.measure(head).Width
	}
	for _, r := range s.Rows {
		for k, c := range r {
			w[k] = max(w[k], plainStyle.measure(c.Text).Width)
		}
	}
	limit(w, room-columnGap*float32(max(n-1, 0)))
	x = make([]float32, n)
	at := float32(sectionEdge)
	for k := range w {
		x[k] = at
		at += w[k] + columnGap
	}
	return x, w
}

// limit cuts the widest of w down to one width, so that all of them fit into room.
func limit(w []float32, room float32) {
	sorted := slices.Sorted(slices.Values(w))
	for i, v := range sorted {
		share := room / float32(len(sorted)-i)
		if v > share {
			for k := range w {
				w[k] = min(w[k], max(share, 1))
			}
			return
		}
		room -= v
	}
}

// figureColumns tells which columns hold nothing but figures: those are aligned to the right.
func figureColumns(s *model.Section) []bool {
	n := len(s.Columns)
	for _, r := range s.Rows {
		n = max(n, len(r))
	}
	right := make([]bool, n)
	for k := 1; k < n && len(s.Columns) > 0; k++ {
		figures, others := 0, 0
		for _, r := range s.Rows {
			switch {
			case k >= len(r) || r[k].Text == "" || r[k].Text == present.None:
			case isFigure(r[k].Text):
				figures++
			default:
				others++
			}
		}
		right[k] = figures > 0 && others == 0
	}
	return right
}

// isFigure tells whether a text is a number, perhaps with a unit or a range. Addresses and times begin with a digit too.
func isFigure(text string) bool {
	if strings.Contains(text, ":") || !strings.ContainsAny(text[:1], "0123456789<-≤") {
		return false
	}
	for _, word := range strings.Fields(text) {
		if strings.Count(word, ".") > 2 { // 0.5–2.1 has two
			return false
		}
	}
	letters := strings.IndexFunc(text, unicode.IsLetter)
	return letters < 0 || len(text)-letters <= len("kbit/s")
}
