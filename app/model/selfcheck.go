package model

import (
	"fmt"

	"echopath/app/present"
	"echopath/netcheck"
)

// selfSection shows what the measurer found out about itself: how far the figures can be trusted.
func (t *trial) selfSection(p netcheck.PathReport) (Section, bool) {
	results := present.Measured(p)
	if len(results) == 0 {
		return Section{}, false
	}
	s := Section{Title: "Self check", Intro: present.Define(present.TermSelfCheck), Columns: carrierColumns(results)}
	each := func(name string, term present.Term, value func(netcheck.SelfCheck) string) {
		values := make([]string, len(results))
		for i, c := range results {
			values[i] = value(c.Self)
		}
		s.addBoth(name, term, values...)
	}
	each("Clock resolution, here / far end", present.TermClockResolution, func(c netcheck.SelfCheck) string {
		return present.Millis(c.ClockResolution) + " / " + present.Millis(c.FarClockResolution) + " ms"
	})
	each("Send error, mean / p95 / max", present.TermSendError, func(c netcheck.SelfCheck) string {
		return present.Millis(c.SendErrorMean) + " / " + present.Millis(c.SendErrorP95) + " / " + present.Millis(c.SendErrorMax) + " ms"
	})
	each("Missed sends", present.TermMissedSends, func(c netcheck.SelfCheck) string { return present.Count(c.MissedSends) })
	each("Skipped, here / far end", present.TermSkipped, func(c netcheck.SelfCheck) string {
		return present.Count(c.SkippedSender) + " / " + present.Count(c.SkippedReflector)
	})
	each("Refused by the system", present.TermSendFailed, func(c netcheck.SelfCheck) string { return present.Count(c.SendFailed) })
	each("Queued at most, here / far end", present.TermQueued, func(c netcheck.SelfCheck) string {
		return present.Count(c.QueuedMax) + " / " + present.Count(c.FarQueuedMax) + " bytes"
	})
	each("Dwell p95", present.TermDwell, func(c netcheck.SelfCheck) string { return present.Millis(c.DwellP95) + " ms" })
	each("Bundled", present.TermBundled, func(c netcheck.SelfCheck) string {
		if !c.BundledKnown {
			return ""
		}
		return netcheck.Percent(c.Bundled)
	})
	each("Far end's log", "", func(c netcheck.SelfCheck) string {
		if c.LogComplete {
			return "arrived whole"
		}
		return "did not arrive whole"
	})
	s.addPair(p.Pair)
	return s, true
}

// addPair puts the counters of the candidate pair below: they count every packet, those of STUN and SCTP too, so they are a
// cross-check and not a second result.
func (s *Section) addPair(c *netcheck.PairCheck) {
	if c == nil {
		return
	}
	if c.DropsKnown {
		s.addBoth("Socket drops, here / far end", present.TermSocketDrops, fmt.Sprintf("%d / %d", c.Drops, c.FarDrops))
	} else {
		s.addBoth("Socket drops", present.TermSocketDrops, "not told by this system")
	}
	if c.Known {
		s.addBoth("Pair counters, sent / arrived out", present.TermSelectedPair, fmt.Sprintf("%d / %d", c.SentUp, c.ReceivedUp))
		s.addBoth("Pair counters, sent / arrived back", present.TermSelectedPair, fmt.Sprintf("%d / %d", c.SentDown, c.RecvDown))
	}
}
