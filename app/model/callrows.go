package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// In a call the columns of the table hold both directions, "up / down": up is the picture of the end that called. Those that only an
// echo has give their place to what only a call has.
const (
	callColRTT     = VideoColDelay
	callColJitter  = VideoColPSNR
	callColDropped = VideoColSSIM
	callColTarget  = VideoColLoad
)

var callColumnTerms = [NumVideoCols]present.Term{
	VideoColShown: present.TermShown, VideoColFPS: present.TermFPS, VideoColFrozen: present.TermFreeze, callColRTT: present.TermRTTp50,
	VideoColLossBefore: present.TermLossBefore, VideoColLossAfter: present.TermLossAfter, VideoColBitrate: present.TermVideoBitrate,
	callColJitter: present.TermJitter, callColDropped: present.TermDropped, VideoColConnect: present.TermConnect, callColTarget: present.TermTargetBitrate,
}

const upDownHint = "Up and down: the picture of the end that called as the other one received it, and the other way round."

// callHeader gives the heads of the table's columns while a call is shown.
func (v *Video) callHeader() [NumVideoCols]Heading {
	heads := [NumVideoCols]Heading{
		VideoColShown: {Title: "Shown", Unit: "up / down"}, VideoColFPS: {Title: "A second", Unit: "up / down"}, VideoColFrozen: {Title: "Frozen", Unit: "s up / down"},
		callColRTT: {Title: "RTT", Unit: "p50 / p95 ms"}, VideoColLossBefore: {Title: "Loss up / down", Unit: "before repair"},
		VideoColLossAfter: {Title: "Loss up / down", Unit: "after repair"}, VideoColBitrate: {Title: "Up / down", Unit: v.units.Name()},
		callColJitter: {Title: "Jitter", Unit: "ms up / down"}, callColDropped: {Title: "Dropped", Unit: "up / down"},
		VideoColConnect: {Title: "Connect", Unit: "ms"}, callColTarget: {Title: "Target", Unit: v.units.Name()},
	}
	for i := range heads {
		heads[i].Hint = present.Define(callColumnTerms[i])
		if i != callColRTT && i != VideoColConnect {
			heads[i].Hint = joined(heads[i].Hint, upDownHint)
		}
	}
	heads[VideoColBitrate].Hint = v.units.hint(heads[VideoColBitrate].Hint)
	return heads
}

// both writes the figures of the two directions; none where neither is known.
func both(up, down string) string {
	if up == present.None && down == present.None {
		return present.None
	}
	return up + " / " + down
}

// callCellsOf are the cells of a path in a call, as far as they are known.
func (v *Video) callCellsOf(p netcheck.PathReport, s stage, reason string) [NumVideoCols]Cell {
	var c [NumVideoCols]Cell
	f := v.calls[p.Path]
	switch {
	case present.Called(p):
		c = v.finalCallCells(p)
	case f != nil && f.begun && s.active():
		c = v.liveCallCells(f)
	default:
		for i := range c {
			c[i] = Cell{Text: present.None, Hint: joined(reason, present.Define(callColumnTerms[i]))}
		}
	}
	if p.Connected {
		c[VideoColConnect] = cell(present.Millis(p.Connect), present.TermConnect)
	}
	return c
}

// finalCallCells are those of a result, in the words of the terminal.
func (v *Video) finalCallCells(p netcheck.PathReport) [NumVideoCols]Cell {
	r := p.Call.Result
	up, down := present.CallOf(*r)
	counted := func(text string) string { first, _, _ := strings.Cut(text, " of "); return first }
	seconds := func(text string) string { first, _, _ := strings.Cut(text, " s"); return first }
	texts := [NumVideoCols]string{VideoColShown: both(counted(up.Shown), counted(down.Shown)), VideoColFPS: both(v.farFPS(r.Up, r.Up.Known, r.Span), v.farFPS(r.Down, true, r.Span)),
		VideoColFrozen: both(seconds(up.FrozenShort), seconds(down.FrozenShort)), callColRTT: present.RTT(r.RTT),
		VideoColLossBefore: both(up.LossBefore, down.LossBefore), VideoColLossAfter: both(up.LossAfter, down.LossAfter),
		VideoColBitrate: both(v.units.known(up.Received, r.Up.ReceivedKbps), v.units.known(down.Received, r.Down.ReceivedKbps)),
		callColJitter:   both(up.Jitter, down.Jitter), callColDropped: both(up.Dropped, down.Dropped), VideoColConnect: present.None,
		callColTarget: both(v.units.known(up.Target, r.Up.TargetKbps), v.units.known(down.Target, r.Down.TargetKbps))}
	more := [NumVideoCols]string{
		VideoColShown:   fmt.Sprintf("Up %s, down %s.", up.Shown, down.Shown),
		VideoColFrozen:  fmt.Sprintf("Up %s, down %s.", up.Frozen, down.Frozen),
		VideoColBitrate: fmt.Sprintf("As it was received. Sent: up %s, down %s kbit/s.", up.Sent, down.Sent),
		callColTarget:   "What congestion control allowed the sender, mean of the call.",
	}
	var c [NumVideoCols]Cell
	for i := range c {
		if texts[i] == present.None {
			more[i] = "Too little came to tell, or the account of the other end did not arrive."
		}
		c[i] = cell(texts[i], callColumnTerms[i], more[i])
	}
	return c
}

// farFPS is how many new pictures a direction's receiver showed in a second of the call.
func (v *Video) farFPS(d netcheck.CallDirection, known bool, span time.Duration) string {
	if !known || span <= 0 || d.Shown == 0 {
		return present.None
	}
	return present.Number(float64(d.Shown)/span.Seconds(), 3)
}

// liveCallCells are what can be said honestly while pictures are under way.
func (v *Video) liveCallCells(f *callFilm) [NumVideoCols]Cell {
	sum := f.Sum()
	texts := [NumVideoCols]string{}
	for i := range texts {
		texts[i] = present.None
	}
	up, down := v.units.liveWay(sum.Up), v.units.liveWay(sum.Down)
	texts[VideoColShown], texts[VideoColFPS] = both(up.shown, down.shown), both(up.fps, down.fps)
	texts[VideoColFrozen], texts[VideoColBitrate] = both(up.frozen, down.frozen), both(up.kbps, down.kbps)
	var c [NumVideoCols]Cell
	for i := range c {
		if texts[i] == present.None {
			c[i] = cell(present.None, callColumnTerms[i], "It needs the accounts of both ends, and comes when this path has been measured.")
			continue
		}
		c[i] = cell(texts[i], callColumnTerms[i], "So far. Up is as old as the account of the other end.")
		c[i].Soft = true
	}
	return c
}

// wayTexts is what is said of one direction while the call runs.
type wayTexts struct{ shown, fps, kbps, frozen string }

func (u Units) liveWay(s present.CallWaySum) wayTexts {
	w := wayTexts{present.None, present.None, present.None, present.None}
	if s.Windows > 0 {
		w.shown = present.Count(s.Shown)
	}
	if fps, kbps, ok := s.Figures(); ok {
		w.fps, w.kbps, w.frozen = present.Number(fps, 3), u.bitrate(kbps), strings.TrimSuffix(present.Seconds(s.Frozen), " s")
	}
	return w
}

// callCaption is what stands under the pictures of a call: those of the path that runs, or of the last one that did.
func (v *Video) callCaption() VideoCaption {
	c := VideoCaption{Names: v.names()}
	p, f := v.callOnScreen()
	if f == nil {
		c.Why = v.noPictures()
		return c
	}
	c.Path = p
	up, down := v.wayCaption(f, f.whole, true), v.wayCaption(f, f.newest, false)
	if v.far { // a host sees the call of a guest from the other end
		c.Sent, c.Echoed, c.Frozen = down, up, f.still(f.whole, true)
		return c
	}
	c.Sent, c.Echoed, c.Frozen = up, down, f.still(f.newest, false)
	return c
}

// wayCaption says size, pictures and bitrate of the last second of a direction, as its receiver counts.
func (v *Video) wayCaption(f *callFilm, at int, up bool) string {
	first, second, ok := f.lastSecond(at, up)
	if !ok {
		return "how it arrives is not known yet"
	}
	w := f.windows[at].Down
	if up {
		second, w = first, f.windows[at].Up
	}
	if second.shown == 0 {
		return "nothing arrives"
	}
	text := v.arrives(w, second)
	switch {
	case v.far: // there is less room at a host
		return text
	case up:
		return "arrives there as " + text
	}
	return "arrives here as " + text
}

// arrives is "640x360@30, 1500 kbit/s".
func (v *Video) arrives(w netcheck.CallWindow, second callSecond) string {
	text := present.Number(second.fps(), 2) + "/s"
	if w.Width > 0 {
		text = fmt.Sprintf("%s@%s", netcheck.VideoSize{Width: w.Width, Height: w.Height}, present.Number(second.fps(), 2))
	}
	return text + ", " + v.units.bitrate(second.rate(second.bytesIn)) + " " + v.units.Name()
}

// still tells that the picture of a direction stands still in a window.
func (f *callFilm) still(at int, up bool) bool {
	first, second, ok := f.lastSecond(at, up)
	if up {
		second = first
	}
	return ok && second.windows == videoPerSecond && second.shown == 0
}

// callOnScreen is the path whose call is seen; nil if there is none yet.
func (v *Video) callOnScreen() (netcheck.Path, *callFilm) {
	if v.progress != nil && v.phase.Busy() {
		if f := v.calls[v.progress.Path()]; f != nil && f.begun {
			return v.progress.Path(), f
		}
	}
	for i := len(v.plan.Paths) - 1; i >= 0; i-- {
		if f := v.calls[v.plan.Paths[i]]; f != nil && f.begun {
			return v.plan.Paths[i], f
		}
	}
	return netcheck.PathUnknown, nil
}
