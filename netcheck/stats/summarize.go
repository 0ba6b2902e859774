package stats

import "slices"

// Summarize is the one way from packets to figures. It needs time in the order of n log n and, at any moment, up to 16
// bytes a row.
//
// The way up: sent is every packet but those that the sender skipped; received are those that reached the reflector, whether
// it answered or not. The way down: sent are the replies. A packet that the reflector skipped crossed the way up, was never
// sent down and is no loss. With a single StatusLost the directions can not be told apart, and only Total has ratios.
func Summarize(rows Rows, opt Options) Summary {
	t := tally{rtts: make([]int64, 0, rows.Len())}
	for i := range rows.Len() {
		t.add(rows.At(i), opt)
	}
	s := t.summary()
	t.rtts = nil // let it go before the orders of arrival need memory
	s.Up.measureArrivals(rows, upArrival)
	s.Down.measureArrivals(rows, downArrival)
	return s
}

// tally is what one pass in order of sequence collects.
type tally struct {
	ok, lostUp, lostDown, lost      int
	skippedSender, skippedReflector int
	undecided, late, dupUp, dupDown int
	burstsUp, burstsDown            Bursts
	rtts                            []int64 // microseconds
	rttSum                          float64 // exact up to 2^53 microseconds in all
	silence                         silence
}

func (t *tally) add(p Packet, opt Options) {
	switch p.Status {
	case StatusOK:
		t.ok++
		t.burstsUp.Add(false)
		t.burstsDown.Add(false)
		t.dupDown += int(p.DupDown)
		t.addRTT(p, opt)
	case StatusLostUp:
		t.lostUp++
		t.burstsUp.Add(true)
	case StatusLostDown:
		t.lostDown++
		t.burstsUp.Add(false)
		t.burstsDown.Add(true)
	case StatusLost:
		t.lost++
	case StatusSkipped:
		t.addSkipped(p)
	default:
		t.undecided++
	}
	if p.reachedReflector() {
		t.dupUp += int(p.DupUp)
	}
	t.silence.add(p)
}

func (t *tally) addRTT(p Packet, opt Options) {
	us, ok := p.RTT()
	if !ok {
		return
	}
	t.rtts = append(t.rtts, us)
	t.rttSum += float64(us)
	if opt.late(us) {
		t.late++
	}
}

func (t *tally) addSkipped(p Packet) {
	if p.skippedBy() == SkipperReflector {
		t.skippedReflector++
		t.burstsUp.Add(false)
		return
	}
	t.skippedSender++
}

func (o Options) late(rttUS int64) bool { return o.LateAfterUS > 0 && rttUS > o.LateAfterUS }

// summary gives everything that does not depend on the order of arrival. It sorts t.rtts.
func (t *tally) summary() Summary {
	lost := t.lostUp + t.lostDown + t.lost
	s := Summary{
		Total:              Loss{Sent: t.ok + lost, Received: t.ok, Lost: lost},
		Late:               t.late,
		SkippedBySender:    t.skippedSender,
		SkippedByReflector: t.skippedReflector,
		Undecided:          t.undecided,
		RTT:                t.rtt(),
		Silence:            t.silence.result(),
	}
	s.Total.rate()
	s.Up.Loss = Loss{Sent: s.Total.Sent + t.skippedReflector, Received: t.ok + t.lostDown + t.skippedReflector, Lost: t.lostUp}
	s.Down.Loss = Loss{Sent: t.ok + t.lostDown, Received: t.ok, Lost: t.lostDown}
	s.Up.Duplicate, s.Down.Duplicate = t.dupUp, t.dupDown
	if t.lost > 0 {
		return s
	}
	s.Up.Known, s.Down.Known = true, true
	s.Up.Bursts, s.Down.Bursts = t.burstsUp.Result(), t.burstsDown.Result()
	s.Up.rate()
	s.Down.rate()
	return s
}

func (t *tally) rtt() RTT {
	n := len(t.rtts)
	if n == 0 {
		return RTT{}
	}
	slices.Sort(t.rtts)
	return RTT{
		OK:     true,
		N:      n,
		MinUS:  t.rtts[0],
		MeanUS: t.rttSum / float64(n),
		P50US:  NearestRank(t.rtts, 0.50),
		P95US:  NearestRank(t.rtts, 0.95),
		P99US:  NearestRank(t.rtts, 0.99),
		MaxUS:  t.rtts[n-1],
	}
}
