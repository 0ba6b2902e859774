package netcheck

import (
	"fmt"
	"math"
	"slices"
)

// lossSeen are the figures of a network that loses packets, as the probes' own questions show it: a question over UDP is sent again where no
// answer comes (RFC 8489, section 6.2.1), so that much loss shows as many sendings.
type lossSeen struct {
	lost, of      int // packets that say something about loss; see unansweredOf
	missing, sent int // all packets, and those of them that got no answer
	legs          []netLeg
}

// The loss that is no finding, as the share of questions without an answer, and how seldom so much more may come by chance: 1 % each way
// makes 2 %. See TestLossByChance.
const (
	usualUnanswered = 0.02
	byChance        = 0.001
)

// manyLostShare is with which calls can not be understood: a fifth each way.
const manyLostShare = 0.36

func (s lossSeen) share() float64 { return float64(s.lost) / float64(max(1, s.of)) }

// String says of how much loss the probes are evidence.
func (s lossSeen) String() string {
	return fmt.Sprintf("%d of %d packets that asked over UDP got no answer", s.missing, s.sent)
}

// loses tells that the probes lost more packets than a network in order does now and then.
func (v *netView) loses() (s lossSeen, yes bool) {
	for _, r := range v.results {
		if !v.tellsLoss(r) {
			continue
		}
		q := *r.Facts.Questions
		lost, of := unansweredOf(q)
		s.lost, s.of = s.lost+lost, s.of+of
		s.missing, s.sent = s.missing+q.Sent-q.Answered, s.sent+q.Sent
		if lost > 0 {
			s.legs = append(s.legs, v.leg(r))
		}
	}
	return s, s.lost > 0 && chanceOf(s.lost, s.of, usualUnanswered) <= byChance
}

// unansweredOf counts the packets of questions that say something about loss. A question to which nothing came at all counts once: a server
// may be silent to one kind of request, however often it is sent.
func unansweredOf(q QuestionFacts) (lost, of int) {
	sent := q.Sent - q.SilentSent + q.Silent
	return max(0, sent-q.Answered), sent
}

// countsPackets tells of a probe by whose questions loss may be told. The load of a long probe makes loss of its own.
func countsPackets(r NetResult) bool {
	return r.Facts.Questions != nil && (r.Kind == ProbeUDP || r.Kind == ProbeTURN)
}

// tellsLoss tells of a probe whose questions the server would have answered: it answered this one, or another at the same place.
func (v *netView) tellsLoss(r NetResult) bool {
	switch {
	case !countsPackets(r):
		return false
	case r.State == NetOK || r.State == NetDegraded || fellSilent(r):
		return true
	}
	return r.State == NetBlocked && r.Code == ReasonNoAnswer && slices.ContainsFunc(v.results, func(o NetResult) bool {
		return countsPackets(o) && o.Facts.Questions.Answered > 0 && o.Remote == r.Remote && r.Remote != ""
	})
}

// fellSilent tells of a server that answered something and then nothing.
func fellSilent(r NetResult) bool {
	return r.Kind == ProbeTURN && r.Code == ReasonNoAnswer && (r.State == NetFailed || r.State == NetDegraded)
}

// byLoss tells that a relay which answered and then did not, or let no packet through, is explained by the loss that was seen.
func (v *netView) byLoss(p netPlace) bool {
	_, lossy := v.loses()
	explained := func(l netLeg) bool {
		return overUDP(l) && l.reached && (l.Code == ReasonNoAnswer || l.Code == ReasonNoData) && failedCode(l.NetResult) == 0
	}
	return lossy && p.relay && !has(p.deciding(), func(l netLeg) bool { return !explained(l) })
}

// chanceOf is how likely at least so many of n are, each with a chance of p: the tail of a binomial distribution.
func chanceOf(least, n int, p float64) float64 {
	sum := 0.0
	for k := least; k <= n; k++ {
		whole, _ := math.Lgamma(float64(n + 1))
		these, _ := math.Lgamma(float64(k + 1))
		others, _ := math.Lgamma(float64(n - k + 1))
		sum += math.Exp(whole - these - others + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	}
	return min(1, sum)
}
