package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"echopath/app/model"
)

// Columns in front of the figures.
const (
	colPath = iota
	colState
	colFirst // model.ColConnect
	numCols  = colFirst + model.NumCols
)

// samples are the widest texts that are expected: with them the columns have their width before the first figure comes, and keep
// it. Wider ones make their column wider once.
var samples = [numCols]string{
	colPath:                      "Relay UDP",
	colState:                     "not applicable",
	colFirst + model.ColConnect:  "12 345",
	colFirst + model.ColLossOut:  "12.5 % (9.6–15.9)",
	colFirst + model.ColLossBack: "12.5 % (9.6–15.9)",
	colFirst + model.ColLate:     "12.5 %",
	colFirst + model.ColRTT50:    "1 234",
	colFirst + model.ColRTT95:    "1 234",
	colFirst + model.ColJitter:   "1 234",
	colFirst + model.ColKbps:     "12 345",
}

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

func rowHeight() float32 {
	return plainStyle.measure("M").Height + rowSlack*theme.Size(theme.SizeNameInnerPadding)
}

func headHeight() float32 {
	return headStyle.measure("M").Height + unitStyle.measure("M").Height + theme.Size(theme.SizeNameInnerPadding)/2
}

// tableGrid is where the columns are.
type tableGrid struct {
	x, width [numCols]float32
	total    float32
}

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
	const side = swatchSize + swatchGap
	mark := shapeSide(theme.Size(theme.SizeNameText)) * 1.6
	want(colPath, side+strongStyle.measure(samples[colPath]).Width)
	want(colState, mark+plainStyle.measure(samples[colState]).Width)
	for i, h := range t.header {
		want(colFirst+i, max(plainStyle.measure(samples[colFirst+i]).Width, headStyle.measure(h.Title).Width, unitStyle.measure(h.Unit).Width))
	}
	for i := range t.rows {
		r := &t.rows[i]
		want(colPath, side+strongStyle.measure(r.Title).Width)
		want(colState, mark+plainStyle.measure(r.State.Word).Width)
		for j, c := range r.Cells {
			want(colFirst+j, plainStyle.measure(c.Text).Width)
		}
	}
	return grown
}

func (t *ResultTable) leastWidth() float32 {
	if t.need[colPath] == 0 {
		t.widen()
	}
	sum := float32(2*tableEdge + (numCols-1)*tableGap)
	for _, w := range t.need {
		sum += w
	}
	return sum
}

// layOut places the columns and spreads what is left over among the gaps.
func (t *ResultTable) layOut(width float32) tableGrid {
	g := tableGrid{total: width}
	spare := max(width-t.leastWidth(), 0) / (numCols - 1)
	x := float32(tableEdge)
	for i, w := range t.need {
		g.x[i], g.width[i] = x, w
		x += w + tableGap + spare
	}
	return g
}
