package chart

import (
	"image/color"

	"echopath/app/chart/plot"
)

// Line is one series in a panel. Lines of the same name, colour and dash in several panels are one to the user: one chip in the
// legend, one row beside the cursor.
type Line struct {
	Series *plot.Series
	Name   string
	Color  color.NRGBA // made lighter or darker where the background demands it, see plot.Legible
	Dash   plot.Dash
	Band   bool // the series' low and high are shown behind the line
	Hidden bool
	// Tags are what the line can be shown and hidden by, each with a chip in the legend: its path and its carrier, for example. A
	// line is shown while all its tags are. Without tags it has a chip of its own.
	Tags []string
}

// Marks are lost packets, shown as ticks on a panel's time axis: lost on the way out above it, on the way back below. They are hidden
// and shown together with the line of the same name, colour and dash.
type Marks struct {
	Marks  *plot.Marks
	Name   string
	Color  color.NRGBA
	Dash   plot.Dash // of the line to which they belong; ticks have no dashes
	Hidden bool
	Tags   []string // see Line
}

// Spans are stretches of time that are shaded over the height of a panel, such as those in which a picture stood still.
type Spans struct {
	List   SpanList
	Name   string
	Color  color.NRGBA
	Hidden bool
	Tags   []string // see Line
}

// SpanList is where the stretches are, in seconds and in order of time.
type SpanList interface {
	Len() int
	At(i int) (from, to float64)
	Version() uint64 // grows with every change
}

// Panel is one of the stacked charts.
type Panel struct {
	Title  string  // "Round trip"
	Unit   string  // "ms"
	Weight float32 // share of the height, 1 if 0
	Lines  []*Line
	Marks  []*Marks
	Spans  []*Spans
	MinTop float64                // the least upper end of the axis: what is smaller does not look dramatic
	MaxTop float64                // the most, 0 for any: a share ends at 100 %
	Format func(v float64) string // of values beside the cursor, plot.FormatValue if nil
	Empty  string                 // what to say while there is nothing to show
}

// Reading is the value of a line near a time.
type Reading struct {
	Panel *Panel
	Line  *Line
	X     float64 // of the point
	Value float64
	Text  string // the value with its unit
}

func (p *Panel) weight() float32 {
	if p.Weight > 0 {
		return p.Weight
	}
	return 1
}

// text writes a value with its unit.
func (p *Panel) text(v float64) string {
	format := p.Format
	if format == nil {
		format = plot.FormatValue
	}
	if p.Unit == "" {
		return format(v)
	}
	return format(v) + " " + p.Unit
}
