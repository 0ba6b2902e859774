package widgets

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"echopath/app/model"
)

// SectionView shows sections one below the other and scrolls. Long texts wrap inside their column. With the focus, Up and Down
// move a selection through the lines, and Ctrl+C copies the selected line or, without one or after Ctrl+A, everything.
type SectionView struct {
	widget.BaseWidget
	sections []model.Section
	scroll   *container.Scroll
	body     *sectionBody
	ring     *canvas.Rectangle
	focused  bool
}

// NewSectionView makes an empty view.
func NewSectionView() *SectionView {
	v := &SectionView{ring: newRing()}
	v.body = newSectionBody(v)
	v.scroll = container.NewVScroll(v.body)
	v.ExtendBaseWidget(v)
	return v
}

// SetSections shows the sections. If they are the same ones with other figures, the view stays where it was scrolled to.
func (v *SectionView) SetSections(s []model.Section) {
	if slices.EqualFunc(s, v.sections, sameSection) {
		return
	}
	other := !slices.EqualFunc(s, v.sections, func(a, b model.Section) bool { return a.Title == b.Title })
	v.sections = s
	if other {
		v.body.selected, v.body.all = -1, false
		v.scroll.Offset = fyne.Position{}
	}
	v.body.flow(v.body.width)
	v.scroll.Refresh()
	canvas.Refresh(v)
}

func sameSection(a, b model.Section) bool {
	return a.Title == b.Title && a.Intro == b.Intro && slices.Equal(a.Columns, b.Columns) &&
		slices.EqualFunc(a.Rows, b.Rows, func(x, y []model.Cell) bool { return slices.Equal(x, y) })
}

// Text is everything, tab-separated.
func (v *SectionView) Text() string {
	parts := make([]string, len(v.sections))
	for i := range v.sections {
		parts[i] = sectionText(&v.sections[i])
	}
	return strings.Join(parts, "\n")
}

func sectionText(s *model.Section) string {
	lines := []string{s.Title}
	if s.Intro != "" {
		lines = append(lines, s.Intro)
	}
	if len(s.Columns) > 0 {
		lines = append(lines, tabbed(s.Columns))
	}
	for _, r := range s.Rows {
		lines = append(lines, lineText(r))
	}
	return strings.Join(lines, "\n") + "\n"
}

func lineText(row []model.Cell) string {
	texts := make([]string, len(row))
	for i, c := range row {
		texts[i] = c.Text
	}
	return tabbed(texts)
}

func (v *SectionView) copySelection() {
	if l := v.body.line(v.body.selected); l != nil && !v.body.all {
		toClipboard(lineText(v.sections[l.section].Rows[l.row]) + "\n")
		return
	}
	toClipboard(v.Text())
}

// FocusGained implements fyne.Focusable.
func (v *SectionView) FocusGained() { v.setFocus(true) }

// FocusLost implements fyne.Focusable.
func (v *SectionView) FocusLost() {
	v.body.all = false
	v.body.restate()
	v.setFocus(false)
}

func (v *SectionView) setFocus(on bool) {
	v.focused = on
	dressRing(v.ring, on)
}

// TypedRune implements fyne.Focusable.
func (v *SectionView) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (v *SectionView) TypedKey(key *fyne.KeyEvent) {
	page := v.scroll.Size().Height - listRowHeight()
	switch key.Name {
	case fyne.KeyUp:
		v.selectLine(max(v.body.selected-1, 0))
	case fyne.KeyDown:
		v.selectLine(v.body.selected + 1)
	case fyne.KeyHome:
		v.selectLine(0)
	case fyne.KeyEnd:
		v.selectLine(len(v.body.rows) - 1)
	case fyne.KeyPageUp:
		v.scrollBy(-page)
	case fyne.KeyPageDown, fyne.KeySpace:
		v.scrollBy(page)
	default:
		passOn(v, key)
	}
}

func (v *SectionView) scrollBy(dy float32) {
	most := max(v.body.height-v.scroll.Size().Height, 0)
	v.scroll.ScrollToOffset(fyne.NewPos(0, min(max(v.scroll.Offset.Y+dy, 0), most)))
}

// selectLine marks a line and brings it into sight.
func (v *SectionView) selectLine(i int) {
	i = min(i, len(v.body.rows)-1)
	v.body.selected, v.body.all = i, false
	v.body.restate()
	l := v.body.line(i)
	if l == nil {
		return
	}
	top := l.y
	if l.row == 0 {
		top = v.body.tops[l.section] // with the title above it
	}
	switch view := v.scroll.Size().Height; {
	case top < v.scroll.Offset.Y:
		v.scrollBy(top - v.scroll.Offset.Y)
	case l.y+l.height > v.scroll.Offset.Y+view:
		v.scrollBy(l.y + l.height - view - v.scroll.Offset.Y)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (v *SectionView) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		v.copySelection()
	case *fyne.ShortcutSelectAll:
		v.body.all = true
		v.body.restate()
	}
}

func (v *SectionView) menu(section int, at fyne.Position) {
	line := fyne.NewMenuItem("Copy line", v.copySelection)
	line.Disabled = v.body.selected < 0
	one := fyne.NewMenuItem("Copy section", func() { toClipboard(sectionText(&v.sections[section])) })
	one.Disabled = section < 0
	showMenu(v, at, line, one, fyne.NewMenuItem("Copy all", func() { toClipboard(v.Text()) }))
}

// CreateRenderer implements fyne.Widget.
func (v *SectionView) CreateRenderer() fyne.WidgetRenderer { return &sectionRenderer{v} }

type sectionRenderer struct{ v *SectionView }

func (r *sectionRenderer) Destroy()           {}
func (r *sectionRenderer) MinSize() fyne.Size { return fyne.NewSize(240, 4*listRowHeight()) }
func (r *sectionRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.v.scroll, r.v.ring}
}

func (r *sectionRenderer) Layout(size fyne.Size) {
	r.v.body.flow(size.Width)
	r.v.scroll.Resize(size)
	r.v.scroll.Refresh()
	r.v.ring.Resize(size)
}

func (r *sectionRenderer) Refresh() {
	r.v.body.flow(r.v.Size().Width)
	r.v.scroll.Refresh()
	dressRing(r.v.ring, r.v.focused)
	canvas.Refresh(r.v)
}
