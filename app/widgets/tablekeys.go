package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// FocusGained implements fyne.Focusable. Somebody who comes with Tab must see where they are, so a row is selected.
func (t *ResultTable) FocusGained() {
	t.focused = true
	if t.row(t.selected) < 0 && len(t.rows) > 0 {
		t.SelectKey(t.rows[0].key)
	}
	t.restate()
}

// FocusLost implements fyne.Focusable.
func (t *ResultTable) FocusLost() {
	t.focused, t.all = false, false
	t.restate()
}

// TypedRune implements fyne.Focusable.
func (t *ResultTable) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *ResultTable) TypedKey(key *fyne.KeyEvent) {
	at := t.row(t.selected)
	switch key.Name {
	case fyne.KeyUp:
		t.selectRow(max(at-1, 0))
	case fyne.KeyDown:
		t.selectRow(at + 1)
	case fyne.KeyHome, fyne.KeyPageUp:
		t.selectRow(0)
	case fyne.KeyEnd, fyne.KeyPageDown:
		t.selectRow(len(t.rows) - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		t.open(at)
	case fyne.KeyLeft, fyne.KeyRight:
		t.sideways(key)
	default:
		t.pass(key)
	}
}

// sideways moves the columns if there is something to see on that side.
func (t *ResultTable) sideways(key *fyne.KeyEvent) {
	by := 1
	if key.Name == fyne.KeyLeft {
		by = -1
	}
	if !t.scroll(by) {
		t.pass(key)
	}
}

// pass leaves a key to others.
func (t *ResultTable) pass(key *fyne.KeyEvent) {
	if t.OnKey == nil || !t.OnKey(key) {
		passOn(t, key)
	}
}

func (t *ResultTable) selectRow(i int) {
	if i = min(i, len(t.rows)-1); i >= 0 {
		t.SelectKey(t.rows[i].key)
	}
}

func (t *ResultTable) open(i int) {
	if i < 0 || i >= len(t.rows) {
		return
	}
	if t.OnOpen != nil {
		t.OnOpen(t.rows[i].path)
	}
	if t.OnGuest != nil {
		t.OnGuest(t.rows[i].key, true)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (t *ResultTable) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		t.copySelection()
	case *fyne.ShortcutSelectAll:
		t.all = true
		t.restate()
	}
}

func (t *ResultTable) copySelection() {
	rows := t.rows
	if i := t.row(t.selected); !t.all && i >= 0 {
		rows = t.rows[i : i+1]
	}
	toClipboard(t.text(rows))
}

func toClipboard(text string) { fyne.CurrentApp().Clipboard().SetContent(text) }

// rowAt is the row at a height: -1 for the header and below the last.
func (t *ResultTable) rowAt(y float32) int {
	if y < headHeight() {
		return -1
	}
	if i := int((y - headHeight()) / rowHeight()); i < len(t.rows) {
		return i
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (t *ResultTable) Tapped(e *fyne.PointEvent) {
	focus(t)
	if i := t.rowAt(e.Position.Y); i >= 0 {
		t.selectRow(i)
		t.open(i)
		return
	}
	if t.overMore(e.Position) {
		t.turn()
	}
}

// focus gives the keyboard to an object that was clicked.
func focus(f fyne.Focusable) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(f.(fyne.CanvasObject)); c != nil {
		c.Focus(f)
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (t *ResultTable) TappedSecondary(e *fyne.PointEvent) {
	focus(t)
	row := fyne.NewMenuItem("Copy row", t.copySelection)
	if i := t.rowAt(e.Position.Y); i >= 0 {
		t.selectRow(i)
	} else {
		row.Disabled = true
	}
	items := []*fyne.MenuItem{row, fyne.NewMenuItem("Copy table", func() { toClipboard(t.Text()) })}
	if t.OnMenu != nil {
		items = append(append(t.OnMenu(), fyne.NewMenuItemSeparator()), items...)
	}
	showMenu(t, e.AbsolutePosition, items...)
}

// showMenu opens a context menu.
func showMenu(over fyne.CanvasObject, at fyne.Position, items ...*fyne.MenuItem) {
	c := fyne.CurrentApp().Driver().CanvasForObject(over)
	if c == nil {
		return
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at)
}

// MouseIn implements desktop.Hoverable.
func (t *ResultTable) MouseIn(e *desktop.MouseEvent) { t.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (t *ResultTable) MouseMoved(e *desktop.MouseEvent) {
	if i := t.rowAt(e.Position.Y); i != t.pointed {
		t.pointed = i
		t.restate()
	}
	t.tip(tipsFor(t), e.Position)
}

// tip shows what the place under the pointer means.
func (t *ResultTable) tip(layer *Tips, p fyne.Position) {
	t.pointer = p
	origin := areaOf(t).pos
	text, where := t.hintAt(p)
	where.pos = where.pos.Add(origin)
	layer.show(t, text, where, origin.Add(p))
}

// retip keeps a tip true that is being read while the figures change.
func (t *ResultTable) retip() {
	if layer := tipsFor(t); layer != nil && layer.owner == t {
		t.tip(layer, t.pointer)
	}
}

// MouseOut implements desktop.Hoverable.
func (t *ResultTable) MouseOut() {
	t.pointed = -1
	t.restate()
	hideTip(t, t)
}

// hintAt is what the place under the pointer means.
func (t *ResultTable) hintAt(p fyne.Position) (string, area) {
	col, i := t.grid.column(p.X), t.rowAt(p.Y)
	if col < 0 {
		return "", area{}
	}
	if i < 0 {
		where := t.grid.cell(t.grid.head(), col)
		switch {
		case p.Y >= headHeight():
		case col >= colFirst:
			return t.header[t.grid.figure(col)].Hint, where
		case col == colState:
			return t.moreHint(), where
		}
		return "", where
	}
	return t.rowHint(&t.rows[i], col, t.grid.row(i))
}

func (t *ResultTable) rowHint(r *tableRow, col int, row area) (string, area) {
	where := t.grid.cell(row, col)
	switch {
	case col == colPath:
		return r.hint, where
	case col == colState:
		return r.why, where
	case hasFigures(r):
		return r.cells[t.grid.figure(col)].Hint, where
	}
	return r.why, t.grid.span(row)
}
