package widgets

import (
	"strings"

	"fyne.io/fyne/v2"

	"echopath/app/present"
)

// moreColumns says how many columns there is no room for, with an arrow to the sides where they are; "" if all are shown.
func moreColumns(g tableGrid) string {
	n := g.figures - g.shown
	if n <= 0 {
		return ""
	}
	text := present.Counted(n, "more column")
	if g.first > 0 {
		text = "‹ " + text
	}
	if g.first+g.shown < g.figures {
		text += " ›"
	}
	return text
}

// moreHint names the columns that are not shown, and says how to see them; "" if all are.
func (t *ResultTable) moreHint() string {
	var names []string
	for i, h := range t.header {
		if _, shown := t.grid.slot(i); !shown {
			names = append(names, h.Title)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "There is no room for " + strings.Join(names, ", ") + ". Click here, or press the arrow keys Left and Right, to see them; a wider window shows more."
}

// overMore tells whether a place is that of the words on hidden columns.
func (t *ResultTable) overMore(p fyne.Position) bool {
	return moreColumns(t.grid) != "" && p.Y < headHeight() && t.grid.column(p.X) == colState
}

// scroll moves the columns of figures by so many, and tells whether that changed anything.
func (t *ResultTable) scroll(by int) bool {
	before := t.first
	t.first = min(max(before+by, 0), t.grid.figures)
	if t.first, _ = t.room(t.grid.total); t.first == before {
		return false
	}
	t.Refresh()
	t.retip()
	return true
}

// turn shows the columns behind those that are shown, or again the first ones.
func (t *ResultTable) turn() {
	if !t.scroll(t.grid.shown) {
		t.scroll(-t.first)
	}
}
