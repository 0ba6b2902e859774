package model

import (
	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// callCells are the figures of a two-way call in the table of packets, as far as it has columns for them: a host sees the calls of
// its guests there.
func (t *Test) callCells(p netcheck.PathReport) [NumCols]Cell {
	const of = "Of the packets of the call, before repair."
	s := p.Call.Result
	c := t.emptyCells("A call has no such figure; its details have others.")
	c[ColConnect] = cell(present.Millis(p.Connect), columnTerms[ColConnect])
	loss := func(column int, l stats.Loss) {
		if c[column] = cell(present.Loss(l), t.term(column), lostOf(l.Lost, l.Sent), of); !l.RatioOK {
			c[column] = cell(present.None, t.term(column), "Not known: the account of the other end did not arrive.")
		}
	}
	loss(ColLossOut, s.Up.BeforeRepair)
	loss(ColLossBack, s.Down.BeforeRepair)
	if s.RTT.OK {
		const reports = "Of the reports of the call."
		c[ColRTT50] = cell(present.RTTp50(s.RTT), columnTerms[ColRTT50], reports)
		c[ColRTT95] = cell(present.RTTp95(s.RTT), columnTerms[ColRTT95], reports)
	}
	return c
}

const callUpDown = "Up: the picture of the end that called, as the other received it. Down: the other one's."

// callSection sets the two directions of a call side by side.
func (t *trial) callSection(p netcheck.PathReport) (Section, bool) {
	s := Section{Title: "Two-way call", Columns: []string{"", "Up", "Down"}}
	if p.Call != nil && p.State == netcheck.StateOK { // else the reason of the path says it
		s.Intro = sentence(forWindow(p.Call.Text))
	}
	if !present.Called(p) {
		return t.liveCallSection(p, s)
	}
	s.Intro = joined(callUpDown, s.Intro)
	r := p.Call.Result
	up, down := present.CallOf(*r)
	rate := func(up, down string, upKbps, downKbps float64) []string {
		return []string{t.units.known(up, upKbps), t.units.known(down, downKbps)}
	}
	unit := " (" + t.units.Name() + ")"
	s.addBoth("Shown", present.TermShown, up.Shown, down.Shown)
	s.addBoth("Stood still", present.TermFreeze, up.Frozen, down.Frozen)
	s.addBoth("Dropped by the encoder", present.TermDropped, up.Dropped, down.Dropped)
	s.addBoth("Left out by the computer", "", up.Skipped, down.Skipped)
	s.addBoth("Size of the last picture", present.TermPictureSize, up.Size, down.Size)
	s.addBoth("Bitrate sent"+unit, present.TermVideoBitrate, rate(up.Sent, down.Sent, r.Up.SentKbps, r.Down.SentKbps)...)
	s.addBoth("Bitrate received"+unit, present.TermVideoBitrate, rate(up.Received, down.Received, r.Up.ReceivedKbps, r.Down.ReceivedKbps)...)
	s.addBoth("Target bitrate"+unit, present.TermTargetBitrate, rate(up.Target, down.Target, r.Up.TargetKbps, r.Down.TargetKbps)...)
	s.addBoth("Lost before repair", present.TermLossBefore, lossText(r.Up.BeforeRepair), lossText(r.Down.BeforeRepair))
	s.addBoth("Lost in spite of repair", present.TermLossAfter, lossText(r.Up.AfterRepair), lossText(r.Down.AfterRepair))
	s.addBoth("Jitter (ms)", "", up.Jitter, down.Jitter)
	s.add("RTT p50 / p95 (ms)", present.RTT(r.RTT), present.TermRTTp50)
	return s, true
}

// liveCallSection is what is known while the call runs, or why there was none.
func (t *trial) liveCallSection(p netcheck.PathReport, s Section) (Section, bool) {
	f := t.calls[p.Path]
	if f == nil || !f.begun || ended(p) {
		s.Columns = nil
		return s, s.Intro != ""
	}
	s.Intro = "So far. Loss and jitter come when this path has been measured."
	sum := f.Sum()
	up, down := t.units.liveWay(sum.Up), t.units.liveWay(sum.Down)
	s.addBoth("Shown", present.TermShown, up.shown, down.shown)
	s.addBoth("Shown a second", present.TermFPS, up.fps, down.fps)
	s.addBoth("Stood still (s)", present.TermFreeze, up.frozen, down.frozen)
	s.addBoth("Bitrate received ("+t.units.Name()+")", present.TermVideoBitrate, up.kbps, down.kbps)
	s.addBoth("Size of the last picture", present.TermPictureSize, f.size(f.whole, true), f.size(f.newest, false))
	for _, row := range s.Rows {
		row[1].Soft, row[2].Soft = true, true
	}
	return s, true
}

// size is that of the last picture that was shown of a direction by the end of a window.
func (f *callFilm) size(at int, up bool) string {
	w := f.windows[at].Down
	if up {
		w = f.windows[at].Up
	}
	if w.Width <= 0 {
		return present.None
	}
	return netcheck.VideoSize{Width: w.Width, Height: w.Height}.String()
}
