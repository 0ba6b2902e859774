package widgets

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
)

// sectionBody is what scrolls in a SectionView.
type sectionBody struct {
	widget.BaseWidget
	view     *SectionView
	width    float32
	height   float32
	rows     []*sectionLine
	tops     []float32 // where each section begins
	selected int       // of rows; -1 for none
	pointed  int
	all      bool
	texts    pool[*canvas.Text]
	rules    pool[*canvas.Rectangle]
}

// sectionLine is a row of a section as it was laid out.
type sectionLine struct {
	section, row int
	y, height    float32
	x, width     []float32 // of its cells
	ground       *canvas.Rectangle
}

// pool keeps canvas objects from one layout to the next.
type pool[T fyne.CanvasObject] struct {
	objects []T
	used    int
}

func (p *pool[T]) next(create func() T) T {
	if p.used == len(p.objects) {
		p.objects = append(p.objects, create())
	}
	p.used++
	return p.objects[p.used-1]
}

func (p *pool[T]) taken() []T { return p.objects[:p.used] }

const (
	sectionGap  = 16 // above a section
	columnGap   = 20
	sectionEdge = 10
)

var sectionTitle = style{theme.ColorNameForeground, theme.SizeNameSubHeadingText, true}

func newSectionBody(v *SectionView) *sectionBody {
	b := &sectionBody{view: v, selected: -1, pointed: -1}
	b.ExtendBaseWidget(b)
	return b
}

func (b *sectionBody) line(i int) *sectionLine {
	if i < 0 || i >= len(b.rows) {
		return nil
	}
	return b.rows[i]
}

// flow lays everything out for a width.
func (b *sectionBody) flow(width float32) {
	b.width, b.rows, b.tops = width, b.rows[:0], b.tops[:0]
	b.texts.used, b.rules.used = 0, 0
	if width <= 0 {
		return
	}
	y := float32(theme.Size(theme.SizeNamePadding))
	for i := range b.view.sections {
		if i > 0 {
			y += sectionGap
		}
		b.tops = append(b.tops, y)
		y = b.flowSection(i, y)
	}
	b.height = y + theme.Size(theme.SizeNamePadding)
	b.restate()
}

func (b *sectionBody) flowSection(i int, y float32) float32 {
	s := &b.view.sections[i]
	room := b.width - 2*sectionEdge
	if s.Title != "" {
		y = b.block(s.Title, sectionTitle, sectionEdge, y, room, false)
	}
	if s.Intro != "" {
		y = b.block(s.Intro, mutedStyle, sectionEdge, y+2, room, false)
	}
	y += 4
	x, w := columnsOf(s, room)
	right := figureColumns(s)
	if len(s.Columns) > 0 {
		bottom := y
		for k, head := range s.Columns {
			bottom = max(bottom, b.block(head, headStyle, x[k], y, w[k], right[k]))
		}
		y = bottom + 3
	}
	b.rule(y, theme.ColorNameInputBorder)
	for r, row := range s.Rows {
		y = b.flowRow(&sectionLine{section: i, row: r, y: y, x: x, width: w}, row, right)
		b.rule(y-hairline, look.ColorBorder)
	}
	return y
}

func (b *sectionBody) flowRow(l *sectionLine, row []model.Cell, right []bool) float32 {
	const pad = 4
	l.ground = b.rules.next(newGround)
	b.rows = append(b.rows, l)
	bottom := l.y + pad + plainStyle.measure("M").Height
	for k, c := range row {
		s := plainStyle
		if k == 0 {
			s = mutedStyle
		}
		if c.Soft {
			s = s.in(look.ColorFaint)
		}
		bottom = max(bottom, b.block(c.Text, s, l.x[k], l.y+pad, l.width[k], right[k]))
	}
	l.height = bottom + pad - l.y
	l.ground.Move(fyne.NewPos(0, l.y))
	l.ground.Resize(fyne.NewSize(b.width, l.height-hairline))
	return l.y + l.height
}

// block writes a text in lines of a width and gives the height behind it.
func (b *sectionBody) block(text string, s style, x, y, width float32, right bool) float32 {
	h := s.measure("M").Height
	for _, line := range s.wrap(text, width+0.5) {
		t := b.texts.next(func() *canvas.Text { return s.newText("", fyne.TextAlignLeading) })
		align := fyne.TextAlignLeading
		if right {
			align = fyne.TextAlignTrailing
		}
		if t.Alignment != align {
			t.Alignment = align
			t.Refresh()
		}
		write(t, line, s)
		t.Move(fyne.NewPos(x, y))
		t.Resize(fyne.NewSize(width, h))
		y += h
	}
	return y
}

func newGround() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }

func (b *sectionBody) rule(y float32, name fyne.ThemeColorName) {
	r := b.rules.next(newGround)
	dye(r, paint(name))
	r.Move(fyne.NewPos(0, y))
	r.Resize(fyne.NewSize(b.width, hairline))
}

// restate draws selection and pointer again.
func (b *sectionBody) restate() {
	for i, l := range b.rows {
		switch {
		case b.all || i == b.selected:
			dye(l.ground, paint(theme.ColorNameSelection))
		case i == b.pointed:
			dye(l.ground, paint(look.ColorRowOver))
		default:
			dye(l.ground, color.Transparent)
		}
	}
}

func (b *sectionBody) rowAt(y float32) int {
	return slices.IndexFunc(b.rows, func(l *sectionLine) bool { return y >= l.y && y < l.y+l.height })
}

// Tapped implements fyne.Tappable.
func (b *sectionBody) Tapped(e *fyne.PointEvent) {
	focus(b.view)
	b.view.selectLine(b.rowAt(e.Position.Y))
}

// TappedSecondary implements fyne.SecondaryTappable.
func (b *sectionBody) TappedSecondary(e *fyne.PointEvent) {
	focus(b.view)
	b.view.selectLine(b.rowAt(e.Position.Y))
	section := -1
	for i, top := range b.tops {
		if e.Position.Y >= top {
			section = i
		}
	}
	b.view.menu(section, e.AbsolutePosition)
}

// MouseIn implements desktop.Hoverable.
func (b *sectionBody) MouseIn(e *desktop.MouseEvent) { b.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (b *sectionBody) MouseMoved(e *desktop.MouseEvent) {
	if i := b.rowAt(e.Position.Y); i != b.pointed {
		b.pointed = i
		b.restate()
	}
	text, where := "", area{}
	if l := b.line(b.pointed); l != nil {
		for k, c := range b.view.sections[l.section].Rows[l.row] {
			if e.Position.X >= l.x[k]-columnGap/2 && e.Position.X < l.x[k]+l.width[k]+columnGap/2 {
				text = c.Hint
				where = area{areaOf(b).pos.AddXY(l.x[k], l.y), fyne.NewSize(l.width[k], l.height)}
			}
		}
	}
	tipsFor(b).show(b, text, where, e.AbsolutePosition)
}

// MouseOut implements desktop.Hoverable.
func (b *sectionBody) MouseOut() {
	b.pointed = -1
	b.restate()
	hideTip(b, b)
}

// CreateRenderer implements fyne.Widget.
func (b *sectionBody) CreateRenderer() fyne.WidgetRenderer { return &sectionBodyRenderer{b} }

type sectionBodyRenderer struct{ b *sectionBody }

func (r *sectionBodyRenderer) Destroy()           {}
func (r *sectionBodyRenderer) Layout(fyne.Size)   {}
func (r *sectionBodyRenderer) MinSize() fyne.Size { return fyne.NewSize(1, r.b.height) }
func (r *sectionBodyRenderer) Refresh()           { canvas.Refresh(r.b) }

func (r *sectionBodyRenderer) Objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, o := range r.b.rules.taken() {
		out = append(out, o)
	}
	for _, o := range r.b.texts.taken() {
		out = append(out, o)
	}
	return out
}
