package model

import (
	"time"

	"echopath/app/chart/plot"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// tally is the running account of one carrier on one path, kept up with every sample at a cost that does not grow with the
// length of the run.
type tally struct {
	curves  *Curves
	windows []window
	origin  time.Duration // at which window 0 began, since the session's start
	sum     window        // of all windows
	rttSum  time.Duration // of all answers: each window's mean as often as it has answers
	rttLast time.Duration // mean of the newest window with answers
	rttAt   int           // that window
	settled int           // windows before this one are taken as decided
	back    int64         // bytes of answers in those
	least   int           // windows until a bitrate over the last second is more than chance
}

// window is what the newest sample says of 100 ms.
type window struct {
	seen                      bool
	sent, answered            int32
	lostUp, lostDown, lostAny int32
	late, skipped             int32
	bytesOut, bytesBack       int64
	rttMean                   time.Duration
}

// Bounds of what is believed of a sample: they come from files too.
const (
	maxWindows  = int(netcheck.MaxDuration/netcheck.SampleWidth) + 600
	perSecond   = int(time.Second / netcheck.SampleWidth)
	giveUpAfter = 32 // windows: the probe gives up on a packet after at most 3 s
)

func newTally(key SeriesKey, interval time.Duration) *tally {
	const enough = 5 // packets
	line := func() *plot.Series {
		return &plot.Series{MaxGap: max(1, 2.5*interval.Seconds())} // at low rates most windows are empty
	}
	need := int((enough*interval + netcheck.SampleWidth - 1) / netcheck.SampleWidth)
	return &tally{
		curves: &Curves{Key: key, RTT: line(), Loss: line(), Sent: line(), Received: line(), Lost: &plot.Marks{}},
		least:  min(max(need, 1), perSecond), rttAt: -1,
	}
}

func windowOf(s netcheck.Sample) window {
	return window{seen: true, sent: int32(s.Sent), answered: int32(s.Answered), lostUp: int32(s.LostUp), lostDown: int32(s.LostDown),
		lostAny: int32(s.LostUnknown), late: int32(s.Late), skipped: int32(s.Skipped),
		bytesOut: int64(s.BytesOut), bytesBack: int64(s.BytesBack), rttMean: s.RTTMean}
}

// add counts o, or takes it away again with sign -1.
func (w *window) add(o window, sign int32) {
	w.sent += sign * o.sent
	w.answered += sign * o.answered
	w.lostUp += sign * o.lostUp
	w.lostDown += sign * o.lostDown
	w.lostAny += sign * o.lostAny
	w.late += sign * o.late
	w.skipped += sign * o.skipped
	w.bytesOut += int64(sign) * o.bytesOut
	w.bytesBack += int64(sign) * o.bytesBack
}

func (w window) lost() int32    { return w.lostUp + w.lostDown + w.lostAny }
func (w window) decided() int32 { return w.answered + w.lost() }

// open tells that the fate of a packet is still unknown. Skipped ones that count as sent have none.
func (w window) open() bool { return w.sent-w.decided() > w.skipped }

// put takes the newest view of a window.
func (y *tally) put(s netcheck.Sample) {
	if s.Index < 0 || s.Index >= maxWindows {
		return
	}
	if len(y.windows) == 0 {
		y.origin = s.At - time.Duration(s.Index)*netcheck.SampleWidth
	}
	for s.Index >= len(y.windows) {
		y.windows = append(y.windows, window{})
	}
	old, w := y.windows[s.Index], windowOf(s)
	y.windows[s.Index] = w
	y.sum.add(old, -1)
	y.sum.add(w, 1)
	y.rttSum += time.Duration(w.answered)*w.rttMean - time.Duration(old.answered)*old.rttMean
	if s.Index < y.settled {
		y.back += w.bytesBack - old.bytesBack
	}
	if w.answered > 0 && s.Index >= y.rttAt {
		y.rttLast, y.rttAt = w.rttMean, s.Index
	}
	y.draw(s)
	y.settle(false)
}

// settle moves the border behind which windows are taken as decided. Answers on the way would show as a fall of the bitrate
// at the edge of the chart.
func (y *tally) settle(all bool) {
	for y.settled < len(y.windows) {
		behind := len(y.windows) - 1 - y.settled
		if w := y.windows[y.settled]; !all && (behind == 0 || w.open() && behind < giveUpAfter) {
			return
		}
		y.back += y.windows[y.settled].bytesBack
		y.settled++
		y.drawRates(y.settled - 1)
	}
}

// finish tells that no packet is under way any more.
func (y *tally) finish() { y.settle(true) }

// rttMean is the mean over all answers so far.
func (y *tally) rttMean() (time.Duration, bool) {
	if y.sum.answered <= 0 {
		return 0, false
	}
	return y.rttSum / time.Duration(y.sum.answered), true
}

// kbps is the mean bitrate of the answers so far, in kbit/s.
func (y *tally) kbps() (float64, bool) {
	if y.settled < y.least {
		return 0, false
	}
	return float64(y.back) * 8 / 1000 / (time.Duration(y.settled) * netcheck.SampleWidth).Seconds(), true
}

// summary puts the counts so far into the form of a result, so that they are written with the same words. It holds no
// percentiles: those need every packet.
func (y *tally) summary() stats.Summary {
	var s stats.Summary
	up, down, unknown := int(y.sum.lostUp), int(y.sum.lostDown), int(y.sum.lostAny)
	sent := int(y.sum.decided())
	s.Total = stats.LossOf(sent, up+down+unknown)
	s.Late = int(y.sum.late)
	if unknown == 0 {
		s.Up = stats.Direction{Known: true, Loss: stats.LossOf(sent, up)}
		s.Down = stats.Direction{Known: true, Loss: stats.LossOf(sent-up, down)}
	}
	return s
}

// makeTallies makes the accounts and series of a session, all of them, before there is anything to put in.
func (t *trial) makeTallies(granted netcheck.Plan) {
	t.tallies, t.curves = map[SeriesKey]*tally{}, nil
	if granted.Video.Mode.Only() {
		return // no packets are sent
	}
	for _, p := range granted.Paths {
		for _, c := range granted.Loss.Carriers {
			key := SeriesKey{p, c}
			if t.tallies[key] == nil {
				t.tallies[key] = newTally(key, granted.Loss.Interval())
				t.curves = append(t.curves, t.tallies[key].curves)
			}
		}
	}
}

// measure keeps the accounts.
func (t *trial) measure(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.SampleTaken:
		if y := t.tallies[SeriesKey{e.Path, b.Sample.Carrier}]; y != nil {
			y.put(b.Sample)
		}
	case netcheck.VideoSampleTaken:
		if f := t.films[e.Path]; f != nil {
			f.put(b.Sample)
		}
	case netcheck.CallSampleTaken:
		if c := t.calls[e.Path]; c != nil {
			c.put(b.Sample)
		}
	case netcheck.VideoHappened:
		if f := t.films[e.Path]; f != nil {
			f.happened(e.At, b)
		}
	case netcheck.ProbeEnded:
		t.finish(e.Path, b.Probe)
	case netcheck.PathEnded:
		t.finish(e.Path, "")
	}
}

// finish tells that a path's probe has ended; "" is all of them.
func (t *trial) finish(p netcheck.Path, probe string) {
	if c := t.calls[p]; c != nil {
		c.finish()
	}
	if f := t.films[p]; f != nil && probe != netcheck.ProbeLoss {
		f.finish()
	}
	if probe != netcheck.ProbeVideo {
		for key, y := range t.tallies {
			if key.Path == p {
				y.finish()
			}
		}
	}
}

// live gives the account of the carrier that the path is judged by, or nil before its first sample.
func (t *trial) live(p netcheck.Path) *tally {
	for _, c := range shownCarriers {
		if y := t.tallies[SeriesKey{p, c}]; y != nil {
			if len(y.windows) == 0 {
				return nil
			}
			return y
		}
	}
	return nil
}
