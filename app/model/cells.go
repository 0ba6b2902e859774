package model

import (
	"fmt"
	"slices"

	"echopath/app/present"
	"echopath/netcheck"
)

// columnTerms are what the columns' heads mean.
var columnTerms = [NumCols]present.Term{
	ColConnect: present.TermConnect, ColLossOut: present.TermLossOut, ColLossBack: present.TermLossBack, ColLate: present.TermLate,
	ColRTT50: present.TermRTTp50, ColRTT95: present.TermRTTp95, ColJitter: present.TermJitter, ColKbps: present.TermKbps,
}

// Header gives the heads of the table's columns. The directions are called up and down once a second machine was measured.
func (t *Test) Header() [NumCols]Heading {
	out, back := ways(t.upDown())
	heads := [NumCols]Heading{
		ColConnect: {Title: "Connect", Unit: "ms"},
		ColLossOut: {Title: "Loss " + out, Unit: "95 % interval"}, ColLossBack: {Title: "Loss " + back, Unit: "95 % interval"},
		ColLate:  {Title: "Late", Unit: "of answers"},
		ColRTT50: {Title: "RTT p50", Unit: "ms"}, ColRTT95: {Title: "RTT p95", Unit: "ms"},
		ColJitter: {Title: "Jitter", Unit: "p95 ms"}, ColKbps: {Title: "Bitrate", Unit: t.units.Name()},
	}
	for i := range heads {
		heads[i].Hint = present.Define(t.term(i))
	}
	heads[ColKbps].Hint = t.units.hint(heads[ColKbps].Hint)
	late := t.plan.Loss.LateAfter
	if late == 0 {
		late = t.checked.Plan.Loss.LateAfter
	}
	if late > 0 {
		heads[ColLate].Hint = joined(heads[ColLate].Hint, "In this test: more than "+present.Millis(late)+" ms.")
	}
	return heads
}

// term is what a column's head means: the two directions are those of a network only if there is one between the ends.
func (t *trial) term(column int) present.Term {
	if t.upDown() {
		switch column {
		case ColLossOut:
			return present.TermLossUp
		case ColLossBack:
			return present.TermLossDown
		}
	}
	return columnTerms[column]
}

// upDown tells that the run is, or will be, with another computer.
func (t *trial) upDown() bool {
	if t.plan.Target.Kind == netcheck.TargetInvite || !t.begun && t.form.Target == netcheck.TargetInvite {
		return true
	}
	return slices.ContainsFunc(t.report.Paths, func(p netcheck.PathReport) bool { return p.Direction == netcheck.DirectionUpDown })
}

// cells are a path's figures as far as they are known: exact ones once the probe has ended, provisional ones before.
func (t *Test) cells(p netcheck.PathReport, s stage) [NumCols]Cell {
	reason := t.noFigures(p, s)
	if s >= stageMeasuring { // a video may still run
		if results := present.Measured(p); len(results) > 0 {
			return t.finalCells(p, results[0])
		}
	}
	if present.Called(p) {
		return t.callCells(p)
	}
	if y := t.live(p.Path); y != nil && (s == stageMeasuring || s == stageFinishing) {
		return t.liveCells(p, y)
	}
	c := t.emptyCells(reason)
	if p.Connected {
		c[ColConnect] = cell(present.Millis(p.Connect), columnTerms[ColConnect])
	}
	return c
}

// noFigures says why there are none.
func (t *trial) noFigures(p netcheck.PathReport, s stage) string {
	switch s {
	case stageNotChosen:
		return "This path was not chosen."
	case stageUnfit:
		return t.unfitWhy(p.Path)
	case stageReady:
		return "Not measured yet: start the test."
	case stageWaiting:
		return "Not measured yet: the paths run one after another."
	case stageConnecting:
		return "Not measured yet: this path is being connected."
	case stageMeasuring, stageFinishing:
		return "Not measured yet: the first " + t.words.things + " are under way."
	}
	return orElse(t.why(p), "Nothing was measured on this path.")
}

func (t *trial) emptyCells(reason string) (c [NumCols]Cell) {
	for i := range c {
		c[i] = Cell{Text: present.None, Hint: joined(reason, present.Define(t.term(i)))}
	}
	return c
}

// cell is a figure, or the sign that there is none, with what the term means.
func cell(text string, term present.Term, more ...string) Cell {
	return Cell{Text: text, Hint: joined(append(more, present.Define(term))...)}
}

// finalCells are those of a result, in the words of the terminal.
func (t *Test) finalCells(p netcheck.PathReport, c netcheck.CarrierResult) [NumCols]Cell {
	out, back := present.LossCells(c.Stats)
	of := "On the " + c.Carrier.Title() + " carrier."
	cells := [NumCols]Cell{
		ColConnect:  cell(present.Millis(p.Connect), columnTerms[ColConnect]),
		ColLossOut:  cell(out, t.term(ColLossOut), lostOf(c.Stats.Up.Lost, c.Stats.Up.Sent), of),
		ColLossBack: cell(back, t.term(ColLossBack), lostOf(c.Stats.Down.Lost, c.Stats.Down.Sent), of),
		ColLate: cell(present.Late(c.Stats), columnTerms[ColLate],
			fmt.Sprintf("%s late of %s.", present.Count(c.Stats.Late), present.Counted(c.Stats.Total.Received, "answer")), of),
		ColRTT50:  cell(present.RTTp50(c.Stats.RTT), columnTerms[ColRTT50], of),
		ColRTT95:  cell(present.RTTp95(c.Stats.RTT), columnTerms[ColRTT95], of),
		ColJitter: cell(present.Jitter(c.Stats), columnTerms[ColJitter], of),
		ColKbps:   cell(t.units.answersBitrate(t.plan.Loss.Size, present.Measured(p)), columnTerms[ColKbps], bothCarriers),
	}
	if !c.Stats.Up.Known && c.Stats.Total.RatioOK {
		const why = "It is not known on which way packets were lost."
		cells[ColLossOut].Hint = joined(lostOf(c.Stats.Total.Lost, c.Stats.Total.Sent), why, of)
		cells[ColLossBack].Hint = joined(why, of)
	}
	for i := range cells {
		switch {
		case cells[i].Text != present.None || i == ColLossBack && !c.Stats.Up.Known:
		case i == ColLossBack && c.Stats.Total.Sent > 0:
			cells[i].Hint = joined("Nothing reached the far end, so nothing came back that could be lost.", present.Define(t.term(i)))
		default:
			cells[i].Hint = joined("Too few answers to tell.", present.Define(t.term(i)))
		}
	}
	return cells
}

// bothCarriers says what the bitrate is of: as in the terminal, and beside the cost of the plan, it is that of the path.
const bothCarriers = "All carriers together."

// liveKbps is the bitrate of the answers so far, all carriers of a path together, in kbit/s.
func (t *Test) liveKbps(p netcheck.Path) (kbps float64, ok bool) {
	for key, y := range t.tallies {
		if k, known := y.kbps(); known && key.Path == p {
			kbps, ok = kbps+k, true
		}
	}
	return kbps, ok
}

func lostOf(lost, sent int) string {
	return fmt.Sprintf("%s lost of %s.", present.Count(lost), present.Counted(sent, "packet"))
}

// liveCells are what can be said honestly while packets are under way: shares of those that are decided. Percentiles need
// every packet; the round-trip time so far stands in the status bar and in the charts.
func (t *Test) liveCells(p netcheck.PathReport, y *tally) [NumCols]Cell {
	const sofar, later = "So far.", "It needs all packets, and comes when this path has been measured."
	s := y.summary()
	out, back := present.LossCells(s)
	soft := func(text string, i int, more string) Cell {
		c := cell(text, t.term(i), sofar, more)
		c.Soft = true
		return c
	}
	cells := t.emptyCells(later)
	cells[ColConnect] = cell(present.Millis(p.Connect), columnTerms[ColConnect])
	if s.Total.RatioOK {
		cells[ColLossOut] = soft(out, ColLossOut, lostOf(s.Up.Lost, s.Up.Sent))
		cells[ColLossBack] = soft(back, ColLossBack, lostOf(s.Down.Lost, s.Down.Sent))
		if !s.Up.Known {
			const why = "On which way is not known yet."
			cells[ColLossOut].Hint = joined(sofar, lostOf(s.Total.Lost, s.Total.Sent), why)
			cells[ColLossBack] = Cell{Text: back, Hint: why, Soft: true}
		}
	}
	if s.Total.Received > 0 {
		cells[ColLate] = soft(present.Late(s), ColLate, fmt.Sprintf("%s late of %s.", present.Count(s.Late), present.Counted(s.Total.Received, "answer")))
	}
	if kbps, ok := t.liveKbps(p.Path); ok {
		cells[ColKbps] = soft(t.units.bitrate(kbps), ColKbps, bothCarriers)
	}
	return cells
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
