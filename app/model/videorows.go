package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// videoTerms are what the columns' heads mean.
var videoTerms = [NumVideoCols]present.Term{
	VideoColShown: present.TermShown, VideoColFPS: present.TermFPS, VideoColFrozen: present.TermFreeze, VideoColDelay: present.TermPictureDelay,
	VideoColLossBefore: present.TermLossBefore, VideoColLossAfter: present.TermLossAfter, VideoColBitrate: present.TermVideoBitrate,
	VideoColPSNR: present.TermPSNR, VideoColSSIM: present.TermSSIM, VideoColConnect: present.TermConnect, VideoColLoad: present.TermLatencyUnderLoad,
}

// Header gives the heads of the table's columns.
func (v *Video) Header() [NumVideoCols]Heading {
	if v.calling() {
		return v.callHeader()
	}
	heads := [NumVideoCols]Heading{
		VideoColShown: {Title: "Shown", Unit: "pictures"}, VideoColFPS: {Title: "Shown", Unit: "a second"}, VideoColFrozen: {Title: "Frozen"},
		VideoColDelay: {Title: "Delay", Unit: "p50 / p95 ms"}, VideoColLossBefore: {Title: "Loss", Unit: "before repair"},
		VideoColLossAfter: {Title: "Loss", Unit: "after repair"}, VideoColBitrate: {Title: "Bitrate", Unit: v.units.Name()},
		VideoColPSNR: {Title: "PSNR", Unit: "dB"}, VideoColSSIM: {Title: "SSIM"}, VideoColConnect: {Title: "Connect", Unit: "ms"},
		VideoColLoad: {Title: "Under load", Unit: "RTT, grade"},
	}
	for i := range heads {
		heads[i].Hint = present.Define(videoTerms[i])
	}
	heads[VideoColBitrate].Hint = v.units.hint(heads[VideoColBitrate].Hint)
	return heads
}

// rows are those of all paths, before, during and after a run: a table whose lines keep their places.
func (v *Video) rows(now time.Duration) []VideoRow {
	rows := make([]VideoRow, 0, len(netcheck.AllPaths()))
	for _, p := range netcheck.AllPaths() {
		report, _ := v.report.Path(p)
		s := v.stage(p, now)
		r := VideoRow{Path: p, Title: p.Title(), Hint: pathHint(p), Active: s.active(), Cells: v.cells(report, s)}
		r.State, r.Why = v.state(report, p, s)
		if why := videoWhy(report); why != "" && s == stageEnded {
			r.Why = why // the packets' own reason is on the other screen
		}
		rows = append(rows, r)
	}
	return rows
}

// videoWhy is why there is no video of a path, or not to its end, where that is not why the path ended; "" if there is.
func videoWhy(p netcheck.PathReport) string {
	if p.State == netcheck.StateOK && p.Call != nil {
		return sentence(forWindow(p.Call.Text))
	}
	if p.Video == nil || p.Video.Text == "" || p.State != netcheck.StateOK {
		return ""
	}
	return sentence(forWindow(p.Video.Text))
}

// cells are a path's figures as far as they are known: exact ones once the video has ended, provisional ones before.
func (v *Video) cells(p netcheck.PathReport, s stage) [NumVideoCols]Cell {
	var c [NumVideoCols]Cell
	reason := joined(v.noFigures(p, s))
	if why := videoWhy(p); why != "" {
		reason = why
	}
	if v.calling() {
		return v.callCellsOf(p, s, reason)
	}
	f := v.films[p.Path]
	switch {
	case present.Seen(p):
		c = v.finalCells(p)
	case f != nil && f.begun && s.active():
		c = v.liveCells(f)
	default:
		for i := range c {
			c[i] = Cell{Text: present.None, Hint: joined(reason, present.Define(videoTerms[i]))}
		}
	}
	if p.Connected {
		c[VideoColConnect] = cell(present.Millis(p.Connect), present.TermConnect)
	}
	return c
}

// finalCells are those of a result, in the words of the terminal.
func (v *Video) finalCells(p netcheck.PathReport) [NumVideoCols]Cell {
	f, r := present.VideoOf(p, v.verdict.Paths[p.Path]), p.Video.Result
	texts := [NumVideoCols]string{VideoColShown: f.Shown, VideoColFPS: f.FPS, VideoColFrozen: f.FrozenShort, VideoColDelay: f.Delay,
		VideoColLossBefore: f.LossBefore, VideoColLossAfter: f.LossAfter, VideoColBitrate: v.units.known(f.Received, r.ReceivedKbps),
		VideoColPSNR: f.PSNR, VideoColSSIM: f.SSIM, VideoColConnect: present.None, VideoColLoad: present.LoadCell(present.LoadOf(p))}
	out, back := ways(p.Direction == netcheck.DirectionUpDown)
	more := [NumVideoCols]string{
		VideoColShown:      fmt.Sprintf("%s missing, %s dropped by the encoder, %s left out by this computer.", f.Missing, f.Dropped, f.Skipped),
		VideoColFrozen:     "Stood still: " + f.Frozen + ".",
		VideoColDelay:      "At most " + f.DelayMax + " ms.",
		VideoColLossBefore: sentence(out + " " + f.LossOut + ", " + back + " " + f.LossBack),
		VideoColBitrate:    fmt.Sprintf("Sent %s, received %s, asked of the encoder %s kbit/s.", f.Sent, f.Received, f.Target),
		VideoColPSNR:       "Mean of " + present.Counted(r.Stats.PSNRCount, "picture") + ".",
		VideoColSSIM:       "Mean of " + present.Counted(r.Stats.SSIMCount, "picture") + ".",
		VideoColLoad:       present.LoadDetail(present.LoadOf(p)),
	}
	var c [NumVideoCols]Cell
	for i := range c {
		if texts[i] == present.None {
			more[i] = v.whyNone(i)
		}
		c[i] = cell(texts[i], videoTerms[i], more[i])
	}
	return c
}

// whyNone says why a video that was measured has no such figure.
func (v *Video) whyNone(col int) string {
	switch {
	case col == VideoColLoad && v.plan.Video.Mode != netcheck.VideoUnderLoad:
		return "Not measured: it needs a call under load."
	case col == VideoColLossBefore:
		return "Not known: the other end's counts did not arrive."
	case col == VideoColPSNR || col == VideoColSSIM:
		return "No picture that came back could be compared."
	}
	return "Too little came back to tell."
}

// liveCells are what can be said honestly while pictures are under way.
func (v *Video) liveCells(film *film) [NumVideoCols]Cell {
	sum := film.Sum()
	f := sum.Figures()
	texts := [NumVideoCols]string{VideoColShown: f.Shown, VideoColFPS: f.FPS, VideoColFrozen: f.Frozen, VideoColDelay: present.None,
		VideoColLossBefore: f.LossBefore, VideoColLossAfter: f.LossAfter,
		VideoColBitrate: v.units.known(f.Received, sum.Rate(sum.BytesReceived)), VideoColPSNR: f.PSNR, VideoColSSIM: f.SSIM,
		VideoColConnect: present.None, VideoColLoad: present.None}
	far := [NumVideoCols]string{}
	if d, ok := sum.Delay(); ok {
		texts[VideoColDelay], far[VideoColDelay] = "mean "+present.Millis(d), "The half and the 95 % come when this path has been measured."
	}
	var c [NumVideoCols]Cell
	for i := range c {
		if texts[i] == present.None {
			c[i] = cell(present.None, videoTerms[i], "It needs all pictures, and comes when this path has been measured.")
			continue
		}
		c[i] = cell(texts[i], videoTerms[i], joined("So far.", far[i]))
		c[i].Soft = true
	}
	return c
}

// known writes a bitrate in the person's unit where its text in kbit/s says that it was measured.
func (u Units) known(text string, kbps float64) string {
	if text == present.None {
		return text
	}
	return u.bitrate(kbps)
}

// hint is a definition in the person's unit.
func (u Units) hint(text string) string {
	if u.Mbit {
		return strings.Replace(text, "thousand", "million", 1)
	}
	return text
}

// caption is what stands under the pictures: those of the path that runs, or of the last one that did.
func (v *Video) caption() VideoCaption {
	if v.calling() {
		return v.callCaption()
	}
	if v.far {
		return VideoCaption{Names: v.names(), Why: v.noFarPictures()}
	}
	p, f := v.onScreen()
	if f == nil {
		return VideoCaption{Names: v.names(), Why: v.noPictures()}
	}
	newest := f.Newest()
	second, _ := f.LastSecond(newest.Index)
	c := VideoCaption{Names: v.names(), Path: p, Frozen: f.frozen}
	c.Sent = fmt.Sprintf("Sent: %s, %s a second, %s %s", netcheck.VideoSize{Width: newest.Width, Height: newest.Height},
		present.Number(float64(second.Sent)/max(second.Span().Seconds(), 0.2), 3), v.units.bitrate(second.Rate(second.BytesSent)), v.units.Name())
	echoed := []string{present.Number(second.FPS(), 3) + " a second"}
	if d, ok := second.Delay(); ok {
		echoed = append(echoed, present.Millis(d)+" ms later")
	}
	if db, ok := second.PSNR(); ok {
		echoed = append(echoed, "PSNR "+present.Number(db, 3)+" dB")
	}
	if f.frozen {
		echoed = append(echoed, "stands still")
	}
	c.Echoed = "Echoed: " + strings.Join(echoed, ", ")
	return c
}

// onScreen is the path whose pictures are seen; nil if there are none yet.
func (v *Video) onScreen() (netcheck.Path, *film) {
	if v.progress != nil && v.phase.Busy() {
		if f := v.films[v.progress.Path()]; f != nil && f.begun {
			return v.progress.Path(), f
		}
		if v.quietFirst() {
			return netcheck.PathUnknown, nil // the last picture of the path before is not of this one
		}
	}
	for _, p := range slices.Backward(v.plan.Paths) {
		if f := v.films[p]; f != nil && f.begun {
			return p, f
		}
	}
	return netcheck.PathUnknown, nil
}

// quietFirst tells of a call under load whose packets still run alone.
func (t *trial) quietFirst() bool {
	if t.progress == nil || t.plan.Video.Mode != netcheck.VideoUnderLoad || !t.progress.Probing() {
		return false
	}
	f := t.films[t.progress.Path()]
	return f == nil || !f.begun
}

// noPictures is what stands in their place.
func (v *Video) noPictures() string {
	switch {
	case v.machine.noVideo != "":
		return sentence(forWindow(v.machine.noVideo))
	case v.far:
		return v.noFarPictures()
	case v.phase == PhaseDone:
		return "No picture was sent in this run."
	case v.phase.Busy() && v.quietFirst():
		return "First the line is measured without video, for " + present.About(v.plan.Video.Idle) + "; then the pictures appear here."
	case v.phase.Busy():
		return "The pictures appear here as soon as a path is connected."
	}
	if v.calling() {
		return "Press Start: both pictures appear here, each with how it arrives at the other end."
	}
	return "Press Start: the picture that is sent appears here, and beside it the one that comes back."
}
