package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"echopath/app/look"
	"echopath/app/model"
)

// tableHead is the drawn header.
type tableHead struct {
	titles, units []*canvas.Text
	rule          *canvas.Rectangle
}

func newTableHead(kind tableKind, figures int) *tableHead {
	n := colFirst + figures
	h := &tableHead{titles: make([]*canvas.Text, n), units: make([]*canvas.Text, n), rule: canvas.NewRectangle(color.Transparent)}
	for i := range h.titles {
		align := fyne.TextAlignTrailing
		if i < colFirst+kind.left {
			align = fyne.TextAlignLeading
		}
		h.titles[i], h.units[i] = headStyle.newText("", align), unitStyle.newText("", align)
	}
	h.titles[colPath].Text, h.titles[colState].Text = kind.title, "State"
	return h
}

func (h *tableHead) objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i := range h.titles {
		out = append(out, h.titles[i], h.units[i])
	}
	return append(out, h.rule)
}

func (h *tableHead) set(header []model.Heading) {
	for i, c := range header {
		h.titles[colFirst+i].Text, h.units[colFirst+i].Text = c.Title, c.Unit
	}
	for i := range h.titles {
		headStyle.apply(h.titles[i])
		if i != colState {
			unitStyle.apply(h.units[i])
		}
		h.titles[i].Refresh()
		h.units[i].Refresh()
	}
	h.rule.FillColor = paint(theme.ColorNameInputBorder)
	h.rule.Refresh()
}

// show hides the figures that there is no room for.
func (h *tableHead) show(g tableGrid) {
	hideOthers(h.titles[colFirst:], g)
	hideOthers(h.units[colFirst:], g)
	h.more(g)
}

// more says in the line of the units, below the head of the states, that there are more columns, and on which side.
func (h *tableHead) more(g tableGrid) {
	write(h.units[colState], unitStyle.fit(moreColumns(g), g.width[colState]), unitStyle.in(theme.ColorNamePrimary))
}

func hideOthers(texts []*canvas.Text, g tableGrid) {
	for i, t := range texts {
		if _, shown := g.slot(i); t.Hidden == shown {
			t.Hidden = !shown
			t.Refresh()
		}
	}
}

func (h *tableHead) place(g tableGrid) {
	top := theme.Size(theme.SizeNameInnerPadding) / 2
	title, unit := headStyle.measure("M").Height, unitStyle.measure("M").Height
	put := func(i, col int) {
		h.titles[i].Move(fyne.NewPos(g.x[col], top))
		h.titles[i].Resize(fyne.NewSize(g.width[col], title))
		h.units[i].Move(fyne.NewPos(g.x[col], top+title))
		h.units[i].Resize(fyne.NewSize(g.width[col], unit))
	}
	put(colPath, colPath)
	put(colState, colState)
	for col := colFirst; col < len(g.x); col++ {
		put(colFirst+g.figure(col), col)
	}
	h.rule.Move(fyne.NewPos(0, headHeight()-hairline))
	h.rule.Resize(fyne.NewSize(g.total, hairline))
}

// tableLine is a drawn row.
type tableLine struct {
	kind   tableKind
	index  int
	row    tableRow
	state  lineState
	ground *canvas.Rectangle
	active *canvas.Rectangle // strip at the left edge of the path that is being measured
	rule   *canvas.Rectangle
	swatch *canvas.Rectangle // piece of the path's line, with its dot
	dot    *canvas.Circle
	title  *canvas.Text
	shape  *shape
	word   *canvas.Text
	cells  []*canvas.Text
	why    *canvas.Text // over the figures where there are none
}

func newTableLine(kind tableKind, figures int) *tableLine {
	l := &tableLine{
		kind:   kind,
		ground: canvas.NewRectangle(color.Transparent), active: canvas.NewRectangle(color.Transparent), rule: canvas.NewRectangle(color.Transparent),
		swatch: canvas.NewRectangle(color.Transparent), dot: canvas.NewCircle(color.Transparent), shape: newShape("○", look.ColorMuted),
		cells: make([]*canvas.Text, figures),
	}
	l.title = plainStyle.newText("", fyne.TextAlignLeading)
	l.word = plainStyle.newText("", fyne.TextAlignLeading)
	l.why = mutedStyle.newText("", fyne.TextAlignLeading)
	for i := range l.cells {
		align := fyne.TextAlignTrailing
		if i < kind.left {
			align = fyne.TextAlignLeading
		}
		l.cells[i] = plainStyle.newText("", align)
	}
	return l
}

func (l *tableLine) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{l.ground, l.active, l.rule, l.swatch, l.dot, l.title, l.shape, l.word, l.why}
	for _, c := range l.cells {
		out = append(out, c)
	}
	return out
}

// write changes a text and draws it only if it looks different.
func write(t *canvas.Text, text string, s style) {
	if s.apply(t) || t.Text != text {
		t.Text = text
		t.Refresh()
	}
}

// set shows a row.
func (l *tableLine) set(r *tableRow, state lineState) {
	l.row = *r
	tone := look.ToneColor(r.state.Tone)
	write(l.title, r.title, l.titleStyle())
	write(l.word, r.state.Word, plainStyle.in(tone))
	l.shape.set(r.state.Shape, tone)
	figures := hasFigures(r)
	for i, c := range r.cells {
		s := plainStyle
		switch {
		case !figures:
			c.Text = ""
		case c.Soft:
			s = s.in(look.ColorFaint)
		}
		write(l.cells[i], c.Text, s)
	}
	if l.active.Hidden == r.active {
		l.active.Hidden = !r.active
		l.active.Refresh()
	}
	l.mark(state)
}

func (l *tableLine) titleStyle() style {
	if l.row.active {
		return strongStyle
	}
	return plainStyle
}

// cut shortens texts that have no room in their columns.
func (l *tableLine) cut(g tableGrid) {
	if !l.kind.foreign {
		return
	}
	name := l.titleStyle()
	write(l.title, name.fit(l.row.title, g.width[colPath]-l.kind.side()), name)
	if !hasFigures(&l.row) {
		return
	}
	for i, c := range l.row.cells[:l.kind.left] {
		col, shown := g.slot(i)
		if !shown {
			continue
		}
		s := plainStyle
		if c.Soft {
			s = s.in(look.ColorFaint)
		}
		write(l.cells[i], s.fit(c.Text, g.width[col]), s)
	}
}

// mark shows selection and pointer.
func (l *tableLine) mark(s lineState) {
	l.state = s
	fill := color.Color(color.Transparent)
	switch {
	case s.selected:
		fill = paint(theme.ColorNameSelection)
	case s.pointed:
		fill = paint(look.ColorRowOver)
	}
	dye(l.ground, fill)
}

// dye fills a rectangle and draws it only if it looks different.
func dye(r *canvas.Rectangle, c color.Color) {
	if r.FillColor != c {
		r.FillColor = c
		r.Refresh()
	}
}

// dress takes the colours of the theme.
func (l *tableLine) dress() {
	path := color.Color(color.Transparent)
	if l.kind.swatch {
		path = look.PathColor(l.row.path, look.Variant())
	}
	dye(l.swatch, path)
	dye(l.active, paint(theme.ColorNamePrimary))
	dye(l.rule, paint(look.ColorBorder))
	if l.dot.FillColor != path {
		l.dot.FillColor = path
		l.dot.Refresh()
	}
}

// show hides the figures that there is no room for.
func (l *tableLine) show(g tableGrid) { hideOthers(l.cells, g) }

func (l *tableLine) place(g tableGrid) {
	row := g.row(l.index)
	y, h := row.pos.Y, row.size.Height
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	put(l.ground, 0, y, g.total, h-hairline)
	put(l.active, 0, y, 3, h-hairline)
	put(l.rule, 0, y+h-hairline, g.total, hairline)
	const dot = 8
	l.cut(g)
	x := g.x[colPath]
	put(l.swatch, x, y+h/2-1, swatchSize, 2)
	put(l.dot, x+(swatchSize-dot)/2, y+h/2-dot/2, dot, dot)
	put(l.title, x+l.kind.side(), y, g.width[colPath], h)
	side := shapeSide(theme.Size(theme.SizeNameText))
	put(l.shape, g.x[colState], y, side, h)
	put(l.word, g.x[colState]+side*1.6, y, g.width[colState], h)
	for col := colFirst; col < len(g.x); col++ {
		put(l.cells[g.figure(col)], g.x[col], y, g.width[col], h)
	}
	span := g.span(row)
	why := ""
	if !hasFigures(&l.row) {
		why = mutedStyle.fit(l.row.why, span.size.Width)
	}
	write(l.why, why, mutedStyle)
	put(l.why, span.pos.X, y, span.size.Width, h)
}
