package netcheck

import (
	"slices"
	"time"

	"echopath/netcheck/stats"
)

// A measurement that this computer disturbed is not worthless. What a busy computer does to figures makes them worse and never better: it
// reads packets late, and it may throw some away, which is counted. So the truth lies between two grades: the best, of what only the network
// can have done, and the worst, of the figures as they are. Where both agree, or the worst is not poor, the path has a grade in spite of
// the trouble. What says nothing about the network at all is another matter: queues that the test itself filled.

// maxGivenUp is the share of its packets that this computer may have given up before the rest says nothing about the asked rate any more.
const maxGivenUp = 0.1

// smallBuffer is how many packets the smallest usual buffer of a socket holds (64 kB): a standstill that more arrive in may cost some.
const smallBuffer = 50

// disturbance is what this computer did to the figures of a carrier.
type disturbance struct {
	late    bool // packets left late, or some not at all: times are no longer than measured
	givenUp bool // too many were given up for the rest to stand for all
	held    bool // queues that the test filled: nothing is known of the network with less in them
	drops   int  // packets thrown away here or at the other end, which may all be among the lost ones
	dropped bool // some may have been thrown away, and nobody counted
}

// own tells that a code speaks of trouble with the measurement that leaves bounds of the truth.
func (c ReasonCode) own() bool {
	return c == ReasonBusy || c == ReasonSenderLimit || c == ReasonSocketDrops || c == ReasonLogMissing
}

func disturbanceOf(p PathReport, c CarrierResult) disturbance {
	asked, _, far := unsent(c)
	over := func(n int, share float64) bool { return float64(n) > share*float64(asked) }
	t := disturbance{late: p.Code == ReasonBusy || p.Code == ReasonSenderLimit,
		givenUp: over(c.Self.MissedSends, maxGivenUp) || over(c.Self.SendFailed, maxSkippedShare),
		held:    over(c.Self.SkippedSender, maxSkippedShare) || over(far, maxSkippedShare) || heldBack(p.results()) || unexplained(p)}
	pair := PairCheck{}
	if p.Pair != nil {
		pair = *p.Pair
	}
	switch {
	case p.Path.Stream(): // TCP keeps what a program has not read
	case pair.DropsKnown:
		t.drops = int(min(pair.Drops+pair.FarDrops, uint64(c.Stats.Total.Lost))) //nolint:gosec // not above Lost
	case t.late:
		t.dropped = stoodStill(c, asked)
	}
	t.dropped = t.dropped || p.Code == ReasonSocketDrops && t.drops == 0 && !p.Path.Stream()
	return t
}

// unexplained tells of a path on which packets were not sent, and whose figures do not say why.
func unexplained(p PathReport) bool {
	return p.Code == ReasonSenderLimit && !slices.ContainsFunc(p.results(), func(c CarrierResult) bool {
		_, sender, _ := unsent(c)
		return sender > 0
	})
}

// stoodStill tells that more packets may have arrived during the longest delay of this computer than a small buffer holds. Two carriers
// run, and both directions may end here.
func stoodStill(c CarrierResult, asked int) bool {
	const streams = 4
	return c.Span <= 0 || float64(c.Self.SendErrorMax)/float64(c.Span)*float64(asked)*streams > smallBuffer
}

// results lists the carriers' results.
func (p PathReport) results() []CarrierResult {
	var out []CarrierResult
	for _, c := range p.Carriers {
		if c.Result != nil {
			out = append(out, *c.Result)
		}
	}
	return out
}

// bestGrade is the grade of what only the network can have done.
func (t disturbance) bestGrade(c CarrierResult) Grade {
	if t.held {
		return GradeGood
	}
	grade := GradeGood
	if !t.dropped {
		least := c
		least.Stats = withoutDrops(c.Stats, t.drops)
		grade = gradeBy(least, metric.ofLoss)
	}
	if !t.late {
		grade = worse(grade, gradeBy(c, metric.ofTime))
	}
	return grade
}

// worstGrade is the grade of the figures as they are; poor where nothing is known of the rate that was asked for.
func (t disturbance) worstGrade(c CarrierResult) Grade {
	if t.held || t.givenUp {
		return GradePoor
	}
	return worse(gradeCarrier(c), oneWayGrade(c))
}

// oneWayGrade takes losses of which the direction is not known for losses of one direction.
func oneWayGrade(c CarrierResult) Grade {
	if c.Stats.Up.Known {
		return GradeGood
	}
	return metricByID("loss_out").grade(share(c.Stats.Total, true))
}

// withoutDrops takes n packets off each loss: that many may have been lost here.
func withoutDrops(s stats.Summary, n int) stats.Summary {
	if n > 0 {
		for _, l := range []*stats.Loss{&s.Up.Loss, &s.Down.Loss, &s.Total} {
			*l = stats.LossOf(l.Sent, max(0, l.Lost-n))
		}
	}
	return s
}

// boundsOf gives the best and the worst grade that a path's packets may deserve. ok is false where the reason leaves no bounds.
func boundsOf(p PathReport) (best, worst Grade, ok bool) {
	c, measured := judged(p)
	if !measured || !p.Code.own() || c.Stats.Total.Sent < minJudged {
		return GradeUnknown, GradeUnknown, false
	}
	t := disturbanceOf(p, c)
	best, worst = t.bestGrade(c), t.worstGrade(c)
	return best, worse(best, worst), true
}

// gradeDoubted grades the packets of a path that this computer disturbed.
func gradeDoubted(p PathReport) Grade {
	best, worst, ok := boundsOf(p)
	if !ok || worst == GradePoor && best != GradePoor {
		return GradeInconclusive
	}
	return worst
}

// harmless tells that trouble of this computer left figures that are good all the same.
func harmless(code ReasonCode, sum LossSummary) bool {
	p := PathReport{Code: code, Pair: &sum.Pair}
	for _, c := range sum.Carriers {
		p.Carriers = append(p.Carriers, CarrierReport{Carrier: c.Carrier, Result: &c})
	}
	_, worst, ok := boundsOf(p)
	return ok && worst == GradeGood
}

// doubtful tells of a path whose figures this computer or its own load disturbed.
func doubtful(p PathReport) bool { return p.State == StateInconclusive || p.State == StateSaturated }

// lossFigures gives the result that a word about loss may rest on: also that of a path whose times are in doubt, if what this computer
// did to it can not have changed what is said.
func lossFigures(p PathReport) (CarrierResult, bool) {
	if c, ok := figures(p); ok || !doubtful(p) {
		return c, ok
	}
	c, ok := judged(p)
	if !ok || !p.Code.own() {
		return CarrierResult{}, false
	}
	t, least := disturbanceOf(p, c), c
	least.Stats = withoutDrops(c.Stats, t.drops)
	if t.held || t.dropped || gradeBy(least, metric.ofLoss) != worse(gradeBy(c, metric.ofLoss), oneWayGrade(c)) {
		return CarrierResult{}, false
	}
	return c, true
}

// unjudged tells of a path that was measured, and of which nobody can say how calls over it would be. One that the user stopped, or that
// ended with the session, is no such path: it was not measured.
func unjudged(p PathReport, g Grade) bool {
	return g == GradeInconclusive && p.State != StateInterrupted && !p.ended()
}

// doubtedChoice gives the first path that a call would choose before one that could be judged, and that could not be judged itself.
func doubtedChoice(r Report, grades map[Path]Grade) (PathReport, bool) {
	paths := choices(r, grades)
	before := paths[:max(firstJudged(paths, grades), 0)]
	i := slices.IndexFunc(before, func(p PathReport) bool { return unjudged(p, grades[p.Path]) })
	if i < 0 {
		return PathReport{}, false
	}
	return before[i], true
}

// queueWait is by how much the middle round trip is above the shortest one where a queue on the way is full most of the time.
const queueWait = 50 * time.Millisecond

// fullQueue tells that packets were lost behind a queue that was full: the sign of a line that is slower than the test.
func fullQueue(c CarrierResult) bool {
	t := c.Stats.RTT
	return lossy(c) && t.OK && time.Duration(t.P50US-t.MinUS)*time.Microsecond >= queueWait
}

// heldBack tells that the test filled the line: SRTP lost packets behind a full queue, and the data channel beside it was held back.
func heldBack(all []CarrierResult) bool {
	full, back := false, false
	for _, c := range all {
		asked, _, far := unsent(c)
		full = full || c.Carrier == CarrierSRTP && fullQueue(c)
		back = back || c.Carrier == CarrierDataChannel && float64(max(c.Self.SkippedSender, far)) > maxSkippedShare*float64(asked)
	}
	return full && back
}
