package model

import (
	"fmt"

	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// carrierSection sets the figures of the carriers side by side.
func (t *trial) carrierSection(p netcheck.PathReport) (Section, bool) {
	results := present.Measured(p)
	if len(results) == 0 {
		return t.liveSection(p)
	}
	out, back := ways(p.Direction == netcheck.DirectionUpDown)
	s := Section{Title: "Carriers side by side", Intro: present.Define(present.TermCarrier), Columns: carrierColumns(results)}
	each := func(name string, term present.Term, value func(netcheck.CarrierResult) string) {
		values := make([]string, len(results))
		for i, c := range results {
			values[i] = value(c)
		}
		s.addBoth(name, term, values...)
	}
	of := func(value func(stats.Summary) string) func(netcheck.CarrierResult) string {
		return func(c netcheck.CarrierResult) string { return value(c.Stats) }
	}
	each("Sent", "", of(func(s stats.Summary) string { return present.Count(s.Total.Sent) }))
	each("Answered", "", of(func(s stats.Summary) string { return present.Count(s.Total.Received) }))
	each("Lost "+out, t.term(ColLossOut), of(func(s stats.Summary) string { return lossDetail(s.Up) }))
	each("Lost "+back, t.term(ColLossBack), of(func(s stats.Summary) string { return lossDetail(s.Down) }))
	each("Lost in all", present.TermInterval, of(func(s stats.Summary) string { return lossText(s.Total) }))
	each("Longest burst "+out+" / "+back, "", of(func(s stats.Summary) string { return bothWays(s, burst) }))
	each("Late", present.TermLate, of(func(s stats.Summary) string { return lateDetail(s) }))
	each("Reordered "+out+" / "+back, "", of(func(s stats.Summary) string { return bothWays(s, reordered) }))
	each("Duplicates "+out+" / "+back, "", of(func(s stats.Summary) string { return bothWays(s, duplicates) }))
	rtt := func(name string, term present.Term, us func(stats.RTT) float64) {
		each(name, term, of(func(s stats.Summary) string {
			if !s.RTT.OK {
				return ""
			}
			return present.Micros(us(s.RTT)) + " ms"
		}))
	}
	rtt("RTT min", "", func(r stats.RTT) float64 { return float64(r.MinUS) })
	rtt("RTT mean", "", func(r stats.RTT) float64 { return r.MeanUS })
	rtt("RTT p50", present.TermRTTp50, func(r stats.RTT) float64 { return float64(r.P50US) })
	rtt("RTT p95", present.TermRTTp95, func(r stats.RTT) float64 { return float64(r.P95US) })
	rtt("RTT p99", "", func(r stats.RTT) float64 { return float64(r.P99US) })
	rtt("RTT max", "", func(r stats.RTT) float64 { return float64(r.MaxUS) })
	each("Jitter p95 "+out+" / "+back, present.TermJitter, of(func(s stats.Summary) string { return bothWays(s, jitter) }))
	each("Bitrate of answers", present.TermKbps, func(c netcheck.CarrierResult) string {
		return t.units.answersBitrate(t.plan.Loss.Size, []netcheck.CarrierResult{c}) + " " + t.units.Name()
	})
	return s, true
}

func carrierColumns(results []netcheck.CarrierResult) []string {
	columns := []string{""}
	for _, c := range results {
		columns = append(columns, c.Carrier.Title())
	}
	return columns
}

func lossDetail(d stats.Direction) string {
	if !d.Known {
		return "direction not known"
	}
	return lossText(d.Loss)
}

func lossText(l stats.Loss) string {
	if !l.RatioOK {
		return ""
	}
	return fmt.Sprintf("%s of %s: %s", present.Count(l.Lost), present.Count(l.Sent), present.Loss(l))
}

func lateDetail(s stats.Summary) string {
	if s.Total.Received == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s: %s", present.Count(s.Late), present.Count(s.Total.Received), present.Late(s))
}

// bothWays writes a figure of both directions, "" where neither is known.
func bothWays(s stats.Summary, figure func(stats.Direction) string) string {
	up, down := figure(s.Up), figure(s.Down)
	if up == "" && down == "" {
		return ""
	}
	return orElse(up, present.None) + " / " + orElse(down, present.None)
}

func burst(d stats.Direction) string {
	if !d.Known {
		return ""
	}
	return present.Count(d.Bursts.Max)
}

func reordered(d stats.Direction) string {
	if d.Ordered == 0 {
		return ""
	}
	return present.Count(d.Reordered)
}

func duplicates(d stats.Direction) string { return present.Count(d.Duplicate) }

func jitter(d stats.Direction) string {
	if !d.JitterOK {
		return ""
	}
	return present.Micros(d.JitterP95US) + " ms"
}

// liveSection shows what is known of the carriers while they run.
func (t *trial) liveSection(p netcheck.PathReport) (Section, bool) {
	var accounts []*tally
	s := Section{Title: "Carriers side by side", Intro: "So far. Intervals, percentiles and jitter come when this path has been measured.", Columns: []string{""}}
	for _, c := range shownCarriers {
		if y := t.tallies[SeriesKey{p.Path, c}]; y != nil && len(y.windows) > 0 {
			accounts = append(accounts, y)
			s.Columns = append(s.Columns, c.Title())
		}
	}
	if len(accounts) == 0 || ended(p) {
		return Section{}, false
	}
	out, back := ways(p.Direction == netcheck.DirectionUpDown)
	each := func(name string, term present.Term, value func(*tally) string) {
		values := make([]string, len(accounts))
		for i, y := range accounts {
			values[i] = value(y)
		}
		s.addBoth(name, term, values...)
	}
	each("Sent", "", func(y *tally) string { return present.Count(int(y.sum.sent)) })
	each("Answered", "", func(y *tally) string { return present.Count(int(y.sum.answered)) })
	each("Lost "+out, t.term(ColLossOut), func(y *tally) string { return present.Count(int(y.sum.lostUp)) })
	each("Lost "+back, t.term(ColLossBack), func(y *tally) string { return present.Count(int(y.sum.lostDown)) })
	each("Lost, direction not known yet", "", func(y *tally) string { return present.Count(int(y.sum.lostAny)) })
	each("Late", present.TermLate, func(y *tally) string { return present.Count(int(y.sum.late)) })
	each("RTT mean", "", func(y *tally) string {
		if mean, ok := y.rttMean(); ok {
			return present.Millis(mean) + " ms"
		}
		return ""
	})
	for _, row := range s.Rows {
		for i := range row[1:] {
			row[i+1].Soft = true
		}
	}
	return s, true
}
