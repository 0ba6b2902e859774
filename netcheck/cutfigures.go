package netcheck

import (
	"cmp"
	"slices"
	"time"

	"echopath/netcheck/stats"
)

// besideCuts gives the figures of a path's packets without what was lost in cuts: what is said of a direction must not rest on a time
// in which nobody could answer. Like all that is beside cuts it is for words: grades, tables and files hold everything.
func besideCuts(s stats.Summary) stats.Summary {
	cuts := cutsOf(s)
	if cuts.N == 0 {
		return s
	}
	s.Total = s.Total.BesideCuts(cuts.Lost())
	if s.Up.Known {
		s.Up.Loss, s.Down.Loss = s.Up.BesideCuts(cuts.LostUp), s.Down.BesideCuts(cuts.LostDown)
	}
	s.Up.Bursts, s.Down.Bursts = stats.BurstResult{}, stats.BurstResult{} // they may be the cut
	return s
}

// cutsOf gives the cuts of a path that worked beside them; one on which hardly a packet came back is no path that was cut.
func cutsOf(s stats.Summary) stats.Cuts {
	if s.Total.Received < minJudged {
		return stats.Cuts{}
	}
	return s.Silence.Cuts
}

// window is one direction of a video in a window, or an echo there and back.
type window struct {
	index                int
	sent, shown, dropped int // pictures
	size                 int64
	lost, lostAfter      int // packets
	frozen               time.Duration
	targetKbps           float64
	width                int
	delay                time.Duration // mean of the pictures shown
}

// apart adds up windows: those that a cut touches, and the others.
type apart struct {
	cuts         []cut
	in, out      window // sums
	touched      time.Duration
	freezes      int // outside: runs of windows in which the picture stood still
	longest, now time.Duration
	rates        int // windows with a target
	full         int // pictures sent in full size
	most         int // width of those
	delays       []window
}

func (a *apart) add(w window) {
	if touched(a.cuts, w.index) {
		a.in.join(w)
		a.touched += VideoSampleWidth
		a.now = 0
		return
	}
	a.out.join(w)
	if w.frozen > 0 {
		if a.now == 0 {
			a.freezes++
		}
		a.now += w.frozen
		a.longest = max(a.longest, a.now)
	} else {
		a.now = 0
	}
	if w.targetKbps > 0 {
		a.rates++
	}
	if w.width >= a.most {
		a.full += w.sent
	}
	if w.shown > 0 {
		a.delays = append(a.delays, w)
	}
}

func (w *window) join(o window) {
	w.sent += o.sent
	w.shown += o.shown
	w.dropped += o.dropped
	w.size += o.size
	w.lost += o.lost
	w.lostAfter += o.lostAfter
	w.frozen += o.frozen
	w.targetKbps += max(o.targetKbps, 0)
}

// missing is how many pictures of the windows that a cut touches were never shown, at most so many.
func (a *apart) missing(most int) int { return min(max(0, a.in.sent-a.in.shown), most) }

// without takes the packets of those windows out of a loss.
func (a *apart) without(l stats.Loss, lost int) stats.Loss {
	if !l.RatioOK {
		return l
	}
	all := max(a.in.size+a.out.size, 1)
	sent := l.Sent - int(float64(l.Sent)*float64(a.in.size)/float64(all))
	return stats.LossOf(sent, min(sent, max(0, l.Lost-lost)))
}

// meanTarget is that of the windows outside; other if there are none.
func (a *apart) meanTarget(other float64) float64 {
	if a.rates == 0 {
		return other
	}
	return a.out.targetKbps / float64(a.rates)
}

// delayAt is what this share of the pictures outside took or less, as near as means of windows tell.
func (a *apart) delayAt(share float64) (us int64, ok bool) {
	slices.SortFunc(a.delays, func(x, y window) int { return cmp.Compare(x.delay, y.delay) })
	rank := int(share * float64(a.out.shown))
	for _, w := range a.delays {
		if us, ok = w.delay.Microseconds(), true; rank < w.shown {
			break
		}
		rank -= w.shown
	}
	return us, ok
}

// pictures takes what happened in the windows that a cut touches out of the figures of pictures.
func (a *apart) pictures(s stats.VideoStats) stats.VideoStats {
	missing := a.missing(s.Missing)
	s.Sent, s.Missing = max(0, s.Sent-a.in.sent), s.Missing-missing
	s.Shown, s.Dropped = max(0, s.Shown-a.in.shown), max(0, s.Dropped-a.in.dropped)
	s.FrozenUS = max(0, s.FrozenUS-a.in.frozen.Microseconds())
	s.Freezes, s.LongestFreezeUS = a.freezes, a.longest.Microseconds()
	if s.WidthMost > 0 {
		s.SentMost = min(a.full, s.Sent)
	}
	if us, ok := a.delayAt(0.95); ok && s.DelayOK {
		s.DelayP95US = us
		s.DelayP50US, _ = a.delayAt(0.5)
	}
	return s
}

// videoBeside gives the figures of an echoed video without its cuts.
func videoBeside(p PathReport, s VideoSummary) VideoSummary {
	a := apart{cuts: videoCuts(p), most: s.Stats.WidthMost}
	if len(a.cuts) == 0 {
		return s
	}
	up, down := 0, 0 // packets lost in the cuts
	for w := range p.Video.Samples.All() {
		if touched(a.cuts, w.Index) {
			up, down = up+w.LostUp, down+w.LostDown
		}
		a.add(window{index: w.Index, sent: w.FramesSent, shown: w.FramesShown, dropped: w.FramesDropped, size: w.BytesSent,
			lostAfter: w.LostAfter, frozen: w.Frozen, targetKbps: w.TargetKbps, width: w.Width, delay: w.DelayMean})
	}
	s.Stats = a.pictures(s.Stats)
	s.Span = max(s.Span-a.touched, VideoSampleWidth)
	s.TargetKbps = a.meanTarget(s.TargetKbps)
	s.Up, s.Down = a.without(s.Up, up), a.without(s.Down, down)
	s.AfterRepair = a.without(s.AfterRepair, a.in.lostAfter)
	return s
}

// beside gives a direction of a call without its cuts.
func (w callWay) beside(p PathReport) callWay {
	_, up, down := callCuts(p)
	a := apart{cuts: down}
	if w.up {
		a.cuts = up
	}
	if len(a.cuts) == 0 {
		return w
	}
	a.most = w.WidthAsked
	for s := range p.Call.Samples.All() {
		d := s.Down
		if w.up {
			d = s.Up
		}
		a.add(window{index: s.Index, sent: d.Sent, shown: d.Shown, dropped: d.Dropped, size: d.BytesSent, lost: d.Lost, lostAfter: d.LostAfter,
			frozen: d.Frozen, targetKbps: d.TargetKbps, width: d.Width})
	}
	v := a.pictures(w.video().Stats)
	w.Sent, w.Shown, w.Lost, w.Dropped = v.Sent, v.Shown, v.Missing, v.Dropped
	w.Freezes, w.FrozenUS, w.LongestFreezeUS = v.Freezes, v.FrozenUS, v.LongestFreezeUS
	w.SentFull = min(w.SentFull, w.Sent)
	w.span = max(w.span-a.touched, VideoSampleWidth)
	w.TargetKbps = a.meanTarget(w.TargetKbps)
	w.BeforeRepair, w.AfterRepair = a.without(w.BeforeRepair, a.in.lost), a.without(w.AfterRepair, a.in.lostAfter)
	return w
}
