package widgets

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"echopath/app/model"
	"echopath/app/present"
	"echopath/netcheck"
)

// ResultTable is the table of the paths: a row each, with the state and the figures. It has the focus as a whole: Up and Down move
// the selection, Enter, Space or a click opens a row, Ctrl+C copies the row and, after Ctrl+A, the whole table. Left and Right move the columns where there
// is not room for all.
type ResultTable struct {
	widget.BaseWidget
	OnOpen   func(netcheck.Path)          // may be nil
	OnSelect func(netcheck.Path)          // the selection has moved; may be nil
	OnGuest  func(id string, opened bool) // the same for a table of guests; may be nil
	OnKey    func(*fyne.KeyEvent) bool    // a key that the table has no use for: true if it was taken; may be nil
	OnMenu   func() []*fyne.MenuItem      // what the menu of a row offers beside copying; may be nil

	kind     tableKind
	header   []model.Heading
	samples  []string // the widest texts that are expected in the columns
	certain  int      // so many columns are shown in the narrowest window; those behind them where there is room, or after scrolling
	first    int      // column of figures that is wanted behind the state
	rows     []tableRow
	selected string // key of a row; "" for none
	all      bool   // Ctrl+A
	focused  bool
	pointed  int // row under the pointer; -1 for none
	pointer  fyne.Position

	lines []*tableLine // one for each row
	head  *tableHead
	grid  tableGrid
	ring  *canvas.Rectangle // around the selected row while the table has the focus
	need  []float32
	wish  []float32 // of columns whose texts are cut if need be: what they would have
}

// tableRow is a row of any screen.
type tableRow struct {
	key              string
	path             netcheck.Path // unknown: it is about none
	title, hint, why string
	state            present.Mark
	cells            []model.Cell
	active           bool
}

func (r *tableRow) same(o *tableRow) bool {
	return r.key == o.key && r.title == o.title && r.hint == o.hint && r.why == o.why && r.state == o.state && r.active == o.active &&
		slices.Equal(r.cells, o.cells)
}

// NewResultTable makes an empty table of packets.
func NewResultTable() *ResultTable { return newTable(ofPaths, packetSamples[:], len(packetSamples)) }

// NewVideoTable makes an empty table of video. Where it has not room for all columns it says so, and can be scrolled sideways.
func NewVideoTable() *ResultTable { return newTable(ofPaths, asShown(videoSamples), videoCertain) }

// NewRunTable makes an empty table of packets for a place that may be narrow: where it has not room for all columns it says so, and
// can be scrolled sideways.
func NewRunTable() *ResultTable { return newTable(ofPaths, packetSamples[:], runCertain) }

// NewGuestTable makes an empty table of guests.
func NewGuestTable() *ResultTable {
	t := newTable(ofGuests, guestSamples[:], guestCertain)
	h := model.GuestHeader()
	t.setHeader(h[:])
	return t
}

func newTable(kind tableKind, samples []string, certain int) *ResultTable {
	t := &ResultTable{pointed: -1, kind: kind, samples: samples, certain: certain, header: make([]model.Heading, len(samples)),
		head: newTableHead(kind, len(samples)), ring: newRing(), need: make([]float32, colFirst+len(samples)), wish: make([]float32, colFirst+len(samples))}
	t.ExtendBaseWidget(t)
	return t
}

// SetHeader names the columns of a table of packets.
func (t *ResultTable) SetHeader(h [model.NumCols]model.Heading) { t.setHeader(h[:]) }

// SetVideoHeader names the columns of a table of video.
func (t *ResultTable) SetVideoHeader(h [model.NumVideoCols]model.Heading) { t.setHeader(asShown(h)) }

func (t *ResultTable) setHeader(h []model.Heading) {
	if slices.Equal(t.header, h) {
		return
	}
	t.header = slices.Clone(h)
	t.Refresh()
}

// SetRows shows the rows of a table of packets. Only what is different is drawn again.
func (t *ResultTable) SetRows(rows []model.Row) {
	out := make([]tableRow, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = tableRow{string(r.Path), r.Path, r.Title, r.Hint, r.Why, r.State, slices.Clone(r.Cells[:]), r.Active}
	}
	t.setRows(out)
}

// SetVideoRows shows the rows of a table of video.
func (t *ResultTable) SetVideoRows(rows []model.VideoRow) {
	out := make([]tableRow, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = tableRow{string(r.Path), r.Path, r.Title, r.Hint, r.Why, r.State, asShown(r.Cells), r.Active}
	}
	t.setRows(out)
}

// SetGuestRows shows the rows of a table of guests.
func (t *ResultTable) SetGuestRows(rows []model.GuestRow) {
	out := make([]tableRow, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = tableRow{r.ID, netcheck.PathUnknown, r.Name, r.Hint, r.Why, r.State, slices.Clone(r.Cells[:]), r.Active}
	}
	t.setRows(out)
}

func (t *ResultTable) setRows(rows []tableRow) {
	same := len(rows) == len(t.rows)
	old := t.rows
	t.rows = rows
	for len(t.lines) < len(rows) {
		t.lines = append(t.lines, newTableLine(t.kind, len(t.samples)))
	}
	wider := t.widen()
	if !same || wider {
		t.Refresh()
		return
	}
	for i := range rows {
		if !rows[i].same(&old[i]) {
			t.lines[i].set(&t.rows[i], t.stateOf(i))
			t.lines[i].dress()
			t.lines[i].place(t.grid)
		}
	}
	t.retip()
}

// Selected is the path of the selected row, "" while none is.
func (t *ResultTable) Selected() netcheck.Path { return netcheck.Path(t.SelectedKey()) }

// SelectedKey is the path or guest of the selected row, "" while none is.
func (t *ResultTable) SelectedKey() string {
	if t.row(t.selected) < 0 {
		return ""
	}
	return t.selected
}

// Select marks the row of a path; "" none.
func (t *ResultTable) Select(p netcheck.Path) { t.SelectKey(string(p)) }

// SelectKey marks the row of a path or guest; "" none.
func (t *ResultTable) SelectKey(key string) {
	if t.selected == key && !t.all {
		return
	}
	t.selected, t.all = key, false
	t.restate()
	if t.OnSelect != nil {
		t.OnSelect(netcheck.Path(key))
	}
	if t.OnGuest != nil {
		t.OnGuest(key, false)
	}
}

// Place is where the selected row begins and how high it is, for whoever scrolls the table; ok is false while there is none.
func (t *ResultTable) Place() (y, height float32, ok bool) {
	i := t.row(t.selected)
	if i < 0 {
		return 0, 0, false
	}
	a := t.grid.row(i)
	return a.pos.Y, a.size.Height, true
}

func (t *ResultTable) row(key string) int {
	return slices.IndexFunc(t.rows, func(r tableRow) bool { return r.key == key })
}

// Text is the whole table with its header, tab-separated.
func (t *ResultTable) Text() string { return t.text(t.rows) }

func (t *ResultTable) text(rows []tableRow) string {
	head := []string{t.kind.title, "State"}
	for _, h := range t.header {
		if h.Unit != "" {
			h.Title += " (" + h.Unit + ")"
		}
		head = append(head, h.Title)
	}
	out := []string{tabbed(append(head, "Note"))}
	for _, r := range rows {
		cells := []string{r.title, r.state.Word}
		for _, c := range r.cells {
			cells = append(cells, c.Text)
		}
		out = append(out, tabbed(append(cells, r.why)))
	}
	return strings.Join(out, "\n") + "\n"
}

// tabbed joins cells so that a spreadsheet takes each for one cell.
func tabbed(cells []string) string {
	clean := strings.NewReplacer("\t", " ", "\n", " ")
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = clean.Replace(c)
	}
	return strings.TrimRight(strings.Join(out, "\t"), "\t")
}

// hasFigures tells whether there is anything to stand in the columns; else the reason does.
func hasFigures(r *tableRow) bool {
	return slices.ContainsFunc(r.cells, func(c model.Cell) bool { return c.Text != "" && c.Text != present.None })
}

// lineState is how a row is marked.
type lineState struct{ selected, pointed bool }

func (t *ResultTable) stateOf(i int) lineState {
	return lineState{
		selected: t.all || t.rows[i].key == t.selected,
		pointed:  i == t.pointed,
	}
}

// restate draws the marks of the rows again, after selection, focus or pointer have moved.
func (t *ResultTable) restate() {
	for i := range t.rows {
		t.lines[i].mark(t.stateOf(i))
	}
	t.placeRing()
}

func (t *ResultTable) placeRing() {
	i := t.row(t.selected)
	show := t.focused && i >= 0
	if show {
		a := t.grid.row(i)
		t.ring.Move(a.pos.AddXY(1, 1))
		t.ring.Resize(a.size.SubtractWidthHeight(2, 2))
	}
	dressRing(t.ring, show)
}

// CreateRenderer implements fyne.Widget.
func (t *ResultTable) CreateRenderer() fyne.WidgetRenderer { return &tableRenderer{t} }

type tableRenderer struct{ t *ResultTable }

func (r *tableRenderer) Destroy() {}

func (r *tableRenderer) Objects() []fyne.CanvasObject {
	out := r.t.head.objects()
	for i := range r.t.rows {
		out = append(out, r.t.lines[i].objects()...)
	}
	return append(out, r.t.ring)
}

func (r *tableRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.t.leastWidth(), headHeight()+float32(max(len(r.t.rows), r.t.kind.leastRows))*rowHeight())
}

func (r *tableRenderer) Layout(size fyne.Size) {
	t := r.t
	t.grid = t.layOut(size.Width)
	t.first = t.grid.first
	t.head.show(t.grid)
	for i := range t.rows {
		t.lines[i].show(t.grid)
	}
	t.head.place(t.grid)
	for i := range t.rows {
		t.lines[i].place(t.grid)
	}
	t.placeRing()
}

func (r *tableRenderer) Refresh() {
	t := r.t
	clear(t.need) // the text size may be another now
	clear(t.wish)
	t.widen()
	t.head.set(t.header)
	for i := range t.rows {
		t.lines[i].index = i
		t.lines[i].set(&t.rows[i], t.stateOf(i))
		t.lines[i].dress()
	}
	r.Layout(t.Size())
	canvas.Refresh(t)
}
