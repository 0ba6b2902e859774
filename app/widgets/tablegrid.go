package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"echopath/app/model"
)

// Columns in front of the figures.
const (
	colPath = iota
	colState
	colFirst // the first figure
)

// videoColumns is the order in which the table of video shows the model's columns: how a picture looked and what the path carried
// come first, so that they stay where there is not room for all.
var videoColumns = [model.NumVideoCols]int{
	model.VideoColFrozen, model.VideoColDelay, model.VideoColBitrate, model.VideoColLossBefore, model.VideoColLossAfter, model.VideoColPSNR,
	model.VideoColShown, model.VideoColFPS, model.VideoColLoad, model.VideoColSSIM, model.VideoColConnect,
}

// asShown puts what belongs to the model's columns of video into the order of the table.
func asShown[T any](columns [model.NumVideoCols]T) []T {
	out := make([]T, 0, len(columns))
	for _, col := range videoColumns {
		out = append(out, columns[col])
	}
	return out
}

// tableKind is what a table is about. Its samples are the widest texts that are expected: with them the columns have their width before
// the first figure comes, and keep it. Wider ones make their column wider once.
type tableKind struct {
	title         string // head of the first column
	sample, state string // the widest texts that are expected in the first two
	swatch        bool   // the first column shows the path's line
	left          int    // so many columns of figures are texts, and begin at the left
	leastRows     int    // that the table has room for
	foreign       bool   // what stands in the columns of texts comes from others: it makes the window no wider, and is cut instead
}

var (
	ofPaths  = tableKind{title: "Path", sample: "Relay UDP", state: "not applicable", swatch: true}
	ofGuests = tableKind{title: "Guest", sample: "MEETING-ROOM", state: "measuring Relay UDP", left: 2, leastRows: 2, foreign: true}
)

// cut tells of a column whose texts are cut where there is no room for them.
func (k tableKind) cut(col int) bool {
	return k.foreign && (col == colPath || col >= colFirst && col < colFirst+k.left)
}

// side is the room for the line of the path in the first column.
func (k tableKind) side() float32 {
	if k.swatch {
		return swatchSize + swatchGap
	}
	return 0
}

var guestSamples = [model.NumGuestCols]string{
	model.GuestColAddress:    "192.168.100.100",
	model.GuestColWay:        "WebSocket",
	model.GuestColSince:      "23:59:59",
	model.GuestColPacketsIn:  "1 234 567",
	model.GuestColPacketsOut: "1 234 567",
	model.GuestColBytesIn:    "0.888",
	model.GuestColBytesOut:   "0.888",
}

// runCertain columns of packets have their place in the narrowest window, beside charts.
const runCertain = 3

// guestCertain columns of guests have their place in the narrowest window, however large the numbers behind them become.
const guestCertain = 3

var packetSamples = [model.NumCols]string{
	model.ColConnect:  "12 345",
	model.ColLossOut:  "12.5 % (9.6–15.9)",
	model.ColLossBack: "12.5 % (9.6–15.9)",
	model.ColLate:     "12.5 %",
	model.ColRTT50:    "1 234",
	model.ColRTT95:    "1 234",
	model.ColJitter:   "1 234",
	model.ColKbps:     "12 345",
}

var videoSamples = [model.NumVideoCols]string{
	model.VideoColShown:      "1 799 of 1 800",
	model.VideoColFPS:        "29.9",
	model.VideoColFrozen:     "1.2 s in 3",
	model.VideoColDelay:      "123 / 234",
	model.VideoColLossBefore: "12.5 %",
	model.VideoColLossAfter:  "12.5 %",
	model.VideoColBitrate:    "2 480",
	model.VideoColPSNR:       "44.1",
	model.VideoColSSIM:       "0.961",
	model.VideoColConnect:    "1 234",
	model.VideoColLoad:       "+12 A",
}

// videoCertain columns of video have their place in the narrowest window.
const videoCertain = 5

const (
	tableEdge  = 10 // before the first and behind the last column
	tableGap   = 10 // least distance of two columns
	swatchSize = 18 // of the piece of the path's line in the charts
	swatchGap  = 7
)

var (
	headStyle = style{theme.ColorNameForeground, theme.SizeNameCaptionText, true}
	unitStyle = captionStyle
)

// rowSlack is the room above and below the text of a row together, in inner paddings: with more, five rows would leave too little
// for the charts in a window of 900 x 600.
const rowSlack = 1.2

// RowHeight is the height of a row of a ResultTable.
func RowHeight() float32 { return rowHeight() }

func rowHeight() float32 {
	return plainStyle.measure("M").Height + rowSlack*theme.Size(theme.SizeNameInnerPadding)
}

// headFoot is the room between the units and the line below them: letters that reach below their line need it.
const headFoot = 2

func headHeight() float32 {
	return headStyle.measure("M").Height + unitStyle.measure("M").Height + theme.Size(theme.SizeNameInnerPadding)/2 + headFoot
}

// tableGrid is where the columns are.
type tableGrid struct {
	x, width []float32 // of the columns that are shown
	first    int       // column of figures that stands behind the state
	shown    int       // columns of figures that there is room for, from first on
	figures  int       // columns of figures that there are
	total    float32
}

// slot is the place of a column of figures among those that are shown; ok is false if it is not.
func (g tableGrid) slot(figure int) (col int, ok bool) {
	return colFirst + figure - g.first, figure >= g.first && figure < g.first+g.shown
}

// figure is the column of figures in a place.
func (g tableGrid) figure(col int) int { return g.first + col - colFirst }

func (g tableGrid) row(i int) area {
	return area{fyne.NewPos(0, headHeight()+float32(i)*rowHeight()), fyne.NewSize(g.total, rowHeight())}
}

func (g tableGrid) head() area { return area{size: fyne.NewSize(g.total, headHeight())} }

// cell is the part of a row that belongs to a column, with half of the gaps beside it.
func (g tableGrid) cell(row area, col int) area {
	left, right := g.x[col]-tableGap/2, g.x[col]+g.width[col]+tableGap/2
	return area{fyne.NewPos(left, row.pos.Y), fyne.NewSize(right-left, row.size.Height)}
}

// span is the part of a row behind the state, to its end.
func (g tableGrid) span(row area) area {
	left := g.x[colFirst]
	return area{fyne.NewPos(left, row.pos.Y), fyne.NewSize(g.total-tableEdge-left, row.size.Height)}
}

// column finds the column at x, -1 beside all of them.
func (g tableGrid) column(x float32) int {
	for i := range g.x {
		if x >= g.x[i]-tableGap/2 && x < g.x[i]+g.width[i]+tableGap/2 {
			return i
		}
	}
	return -1
}

// widen makes the columns wide enough for what they hold and tells whether one has grown.
func (t *ResultTable) widen() bool {
	grown := false
	want := func(col int, width float32) {
		if width > t.need[col] {
			t.need[col], grown = width, true
		}
	}
	text := func(col int, width float32) {
		if !t.kind.cut(col) {
			want(col, width)
			return
		}
		if width > t.wish[col] {
			t.wish[col], grown = width, true
		}
	}
	side := t.kind.side()
	mark := shapeSide(theme.Size(theme.SizeNameText)) * 1.6
	want(colPath, side+strongStyle.measure(t.kind.sample).Width)
	want(colState, mark+plainStyle.measure(t.kind.state).Width)
	for i, h := range t.header {
		want(colFirst+i, max(plainStyle.measure(t.samples[i]).Width, headStyle.measure(h.Title).Width, unitStyle.measure(h.Unit).Width))
	}
	for i := range t.rows {
		r := &t.rows[i]
		text(colPath, side+strongStyle.measure(r.title).Width)
		want(colState, mark+plainStyle.measure(r.state.Word).Width)
		for j, c := range r.cells {
			text(colFirst+j, plainStyle.measure(c.Text).Width)
		}
	}
	return grown
}

func (t *ResultTable) leastWidth() float32 { return t.widthOf(0, t.certain) }

// widthOf is the least width with so many columns of figures from the first one on.
func (t *ResultTable) widthOf(first, figures int) float32 {
	if t.need[colPath] == 0 {
		t.widen()
	}
	sum := float32(2*tableEdge + (colFirst+figures-1)*tableGap)
	for _, w := range t.columns(t.need, first, figures) {
		sum += w
	}
	return sum
}

// columns picks from a list of all columns those in front of the figures, and so many figures.
func (t *ResultTable) columns(all []float32, first, figures int) []float32 {
	return slices.Concat(all[:colFirst], all[colFirst+first:colFirst+first+figures])
}

// room tells which columns of figures there is room for: from the wanted one on, or from an earlier one where the last ones need not
// all the width.
func (t *ResultTable) room(width float32) (first, shown int) {
	all := len(t.samples)
	for first < min(t.first, all-1) && t.widthOf(first, all-first) > width {
		first++
	}
	least := 1
	if first == 0 {
		least = t.certain
	}
	shown = all - first
	for shown > least && t.widthOf(first, shown) > width {
		shown--
	}
	return first, shown
}

// layOut places the columns that there is room for and spreads what is left over among the gaps.
func (t *ResultTable) layOut(width float32) tableGrid {
	first, shown := t.room(width)
	g := tableGrid{width: t.columns(t.need, first, shown), first: first, shown: shown, figures: len(t.samples), total: width}
	g.x = make([]float32, len(g.width))
	spare := max(width-t.widthOf(first, shown), 0)
	for i, wish := range t.columns(t.wish, first, shown) {
		if more := min(wish-g.width[i], spare); more > 0 {
			g.width[i] += more
			spare -= more
		}
	}
	spare /= float32(len(g.x) - 1)
	x := float32(tableEdge)
	for i, w := range g.width {
		g.x[i] = x
		x += w + tableGap + spare
	}
	return g
}
