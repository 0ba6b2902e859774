package video_test

import (
	"cmp"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

const videoType = 96 // payload type

// videoOf picks the video packets, retransmitted ones included.
func videoOf(wire []vlab.Packet) []vlab.Packet {
	var out []vlab.Packet
	for _, p := range wire {
		if pt, _, _, ok := p.RTP(); ok && pt == videoType {
			out = append(out, p)
		}
	}
	return out
}

// tally is what a log says about one direction.
type tally struct {
	sent, lost, full        int
	bytesSent, bytesArrived int
	open                    int // packets that came so late that the ends need not have counted them
}

func tallyOf(wire []vlab.Packet, drained time.Duration) tally {
	const slack = 20 * time.Millisecond
	var c tally
	for _, p := range wire {
		c.sent++
		c.bytesSent += p.OnWire()
		switch {
		case !p.Dropped:
			if c.bytesArrived += p.OnWire(); p.Order == 0 || p.Left > drained-slack {
				c.open++
			}
			continue
		case p.Full:
			c.full++
		}
		if c.lost++; p.At > drained-slack {
			c.open++
		}
	}
	return c
}

// checkTruth compares what is reported with what happened: losses before repair exactly, bitrates within two percent. Packets
// that were sent again and came after the probe had stopped waiting may count or not.
func (o outcome) checkTruth(t *testing.T) {
	t.Helper()
	up, down := tallyOf(o.wire[vlab.Up], o.drained), tallyOf(o.wire[vlab.Down], o.drained)
	t.Logf("network: up %+v, down %+v", up, down)
	if !o.DirectionKnown {
		t.Error("the direction of the losses is not known")
	}
	checkLoss(t, "out", o.Up, up)
	checkLoss(t, "back", o.Down, down)
	checkRate(t, "sent", o.SentKbps, up.bytesSent, o.Span)
	checkRate(t, "received", o.ReceivedKbps, down.bytesArrived, o.Span)
}

func checkLoss(t *testing.T, what string, got stats.Loss, want tally) {
	t.Helper()
	if got.Sent > want.sent || got.Sent < want.sent-want.open || got.Lost > want.lost+want.open || got.Lost < want.lost-want.open {
		t.Errorf("%s: %d of %d lost, but the network lost %d of %d (%d open)", what, got.Lost, got.Sent, want.lost, want.sent, want.open)
	}
}

func checkRate(t *testing.T, what string, got float64, bytes int, span time.Duration) {
	t.Helper()
	if want := float64(bytes) * 8 / 1000 / span.Seconds(); math.Abs(got-want) > 0.02*want {
		t.Errorf("%s: %.1f kbit/s, but on the wire there were %.1f", what, got, want)
	} else {
		t.Logf("%s: %.1f kbit/s, on the wire %.1f (%+.2f %%)", what, got, want, 100*(got/want-1))
	}
}

// stand is the time for which one picture was on the screen.
type stand struct{ from, gap time.Duration } // from: since the session's start

// stands lists them in order of time. They come from the frames' own times, not from the summary.
func (o outcome) stands() []stand {
	var shown []stats.Frame
	for _, f := range o.frames {
		if f.Status == stats.FrameShown {
			shown = append(shown, f)
		}
	}
	slices.SortFunc(shown, func(a, b stats.Frame) int { return cmp.Compare(a.ShownUS, b.ShownUS) })
	var out []stand
	for i := 1; i < len(shown); i++ {
		from := shown[i-1].ShownUS
		out = append(out, stand{time.Duration(from) * time.Microsecond, time.Duration(shown[i].ShownUS-from) * time.Microsecond})
	}
	return out
}

// freezeLimit makes a gap a freeze.
const freezeLimit = 150 * time.Millisecond

// frozen sums up the gaps above the limit, whole, and gives the worst gap of all, from some time on.
func frozen(list []stand, from time.Duration) (total, worst time.Duration) {
	for _, s := range list {
		if s.from+s.gap < from {
			continue
		}
		if worst = max(worst, s.gap); s.gap > freezeLimit {
			total += s.gap
		}
	}
	return total, worst
}

// carried is how many kbit/s of video came through, between two moments of the lab's time.
func carried(wire []vlab.Packet, from, until time.Duration) float64 {
	bytes := 0
	for _, p := range wire {
		if p.Order > 0 && p.Left >= from && p.Left < until {
			bytes += p.OnWire()
		}
	}
	return float64(bytes) * 8 / 1000 / (until - from).Seconds()
}

// standstill is how long a picture stood because those after it did not come back. Unlike a gap it does not depend on when this
// computer got round to showing them.
func (o outcome) standstill() (longest time.Duration) {
	const interval = time.Second / 30
	run := 0
	for _, f := range o.frames {
		switch f.Status {
		case stats.FrameMissing, stats.FrameDropped:
			run++
		case stats.FrameShown:
			run = 0
		}
		longest = max(longest, time.Duration(run+1)*interval)
	}
	return longest
}

// calm tells that nothing kept this computer from measuring as asked.
func (o outcome) calm() bool { return o.path.State == netcheck.StateOK && o.Stats.Skipped == 0 }

// wrong fails the test, unless this computer was too busy for that to mean anything.
func (o outcome) wrong(t *testing.T, format string, args ...any) {
	t.Helper()
	if o.calm() {
		t.Errorf(format, args...)
		return
	}
	t.Logf("not judged, this computer was busy: "+format, args...)
}

// limit compares a figure that depends on the time with what is wanted of it. It fails the test only where times are to be
// judged: ECHOPATH_PERF is set, as for the benchmarks of the window, and the computer was not busy.
func (o outcome) limit(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	verdict := "met"
	if got > want {
		verdict = "MISSED"
	}
	t.Logf("%s: %v, wanted %v at most: %s", what, got.Round(time.Millisecond), want, verdict)
	if got > want && o.calm() && os.Getenv("ECHOPATH_PERF") != "" {
		t.Errorf("%s: %v, want %v at most", what, got, want)
	}
}

// print logs what a reader of a failed test wants to know.
func (o outcome) print(t *testing.T) {
	t.Helper()
	s := o.Stats
	ms := func(us int64) time.Duration {
		return (time.Duration(us) * time.Microsecond).Round(100 * time.Microsecond)
	}
	_, worst := frozen(o.stands(), 0)
	t.Logf("%s: state %s %s; sent %d, shown %d, missing %d, again %d, dropped %d, skipped %d, undecided %d; delay p50 %v p95 %v max %v; "+
		"%d freezes, %v in all, longest %v, worst gap %v; psnr %.1f; sizes %d", o.path.Path, o.path.State, o.path.Reason, s.Sent, s.Shown, s.Missing,
		s.Duplicated, s.Dropped, s.Skipped, s.Undecided, ms(s.DelayP50US), ms(s.DelayP95US), ms(s.DelayMaxUS), s.Freezes, ms(s.FrozenUS),
		ms(s.LongestFreezeUS), worst, s.PSNRMean, s.SizeChanges)
	t.Logf("lost before repair: %d of %d out, %d of %d back; after: %d of %d; sent again %d, NACK %d, PLI %d; RTT %+v; self %+v",
		o.Up.Lost, o.Up.Sent, o.Down.Lost, o.Down.Sent, o.AfterRepair.Lost, o.AfterRepair.Sent, o.Retransmitted, o.NACK, o.PLI, o.RTT, o.Self)
	for i, v := range o.samples {
		if i%5 == 0 {
			t.Logf("%7v target %5.0f own %5.0f peer %5.0f %s, shown %d dropped %d, %dx%d", v.At.Round(10*time.Millisecond), v.TargetKbps, v.OwnKbps,
				v.PeerKbps, v.State, v.FramesShown, v.FramesDropped, v.Width, v.Height)
		}
	}
}
