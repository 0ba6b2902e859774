package loss

import (
	"slices"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// The live view gives up on a packet after this many of the longest round-trip times seen, within the bounds.
const (
	giveUpRTTs = 3
	giveUpMin  = 300 * time.Millisecond
	giveUpMax  = 3 * time.Second
)

// samples gives the windows that changed since the last call, oldest first.
func (c *carrierRun) samples(now time.Time, begin time.Duration) []netcheck.Sample {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.giveUp(c.clock.Micros(c.clock.At(now)), min(max(giveUpRTTs*c.maxRTT, giveUpMin), giveUpMax))
	windows := make([]int, 0, len(c.dirty))
	for w := range c.dirty {
		windows = append(windows, w)
	}
	clear(c.dirty)
	slices.Sort(windows)
	out := make([]netcheck.Sample, 0, len(windows))
	for _, w := range windows {
		out = append(out, c.sample(w, begin))
	}
	return out
}

// sample looks at the rows of one window. It is a function of the rows alone, so that a view taken later is right however
// often fates have changed in between.
func (c *carrierRun) sample(window int, begin time.Duration) netcheck.Sample {
	s := netcheck.Sample{Carrier: c.carrier, Index: window, At: begin + time.Duration(window)*netcheck.SampleWidth, Queued: c.queued[window]}
	var sum time.Duration
	measured := 0
	for seq := c.firstOf(window); seq < c.record.Len() && c.window(seq) == window; seq++ {
		p, flags := c.record.row(seq)
		c.count(&s, p, *flags)
		us, ok := p.RTT()
		if !ok {
			continue
		}
		rtt := time.Duration(us) * time.Microsecond
		if measured == 0 || rtt < s.RTTMin {
			s.RTTMin = rtt
		}
		if measured == 0 || rtt > s.RTTMax {
			s.RTTMax = rtt
		}
		measured++
		sum += rtt
		if rtt > c.plan.LateAfter {
			s.Late++
		}
	}
	if measured > 0 {
		s.RTTMean = sum / time.Duration(measured)
	}
	s.BytesOut, s.BytesBack = s.Sent*c.plan.Size, s.Answered*c.plan.Size
	return s
}

func (c *carrierRun) count(s *netcheck.Sample, p *stats.Packet, flags uint8) {
	if p.Status == stats.StatusSkipped {
		s.Skipped++
		if p.SkippedBy == stats.SkipperSender {
			return
		}
	}
	s.Sent++
	switch fate(p, flags) {
	case stats.StatusOK:
		s.Answered++
	case stats.StatusLostUp:
		s.LostUp++
	case stats.StatusLostDown:
		s.LostDown++
	case stats.StatusLost:
		s.LostUnknown++
	case stats.StatusSkipped, stats.StatusUnknown:
	}
}

// fate is what became of a packet as far as is known now; Unknown while it is under way.
func fate(p *stats.Packet, flags uint8) stats.Status {
	switch {
	case flags&flagFinal != 0 || p.Status != stats.StatusUnknown:
		return p.Status
	case flags&flagGivenUp == 0:
		return stats.StatusUnknown
	}
	return unansweredFate(flags)
}

// unansweredFate reads the direction of a loss out of receipt bitmaps.
func unansweredFate(flags uint8) stats.Status {
	switch {
	case flags&flagUpSeen != 0:
		return stats.StatusLostDown
	case flags&flagUpMissing != 0:
		return stats.StatusLostUp
	}
	return stats.StatusLost
}
