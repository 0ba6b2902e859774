package netcheck

import (
	"fmt"
	"time"

	"echopath/netcheck/stats"
)

// limits grade a figure. A value at a limit still has the better grade, so there are no gaps.
type limits struct {
	id   string
	good float64 // at most this: good
	fair float64 // at most this: fair; above: poor, if that is certain enough
}

// metric is a figure of the loss probe with its limits.
type metric struct {
	limits
	value func(CarrierResult) reading
}

// ofLoss tells a share of lost packets from a time.
func (m metric) ofLoss() bool {
	return m.id == "loss_out" || m.id == "loss_back" || m.id == "loss_total"
}

func (m metric) ofTime() bool { return !m.ofLoss() }

// reading is a measured figure and the least that it may be in truth: the lower end of the 95 % interval of a share, the
// figure itself of what is no sample of something larger.
type reading struct {
	value, low float64
	known      bool
}

func exactly(v float64, known bool) reading { return reading{v, v, known} }

func share(l stats.Loss, known bool) reading {
	return reading{l.LossRatio, l.CI95Low, known && l.RatioOK}
}

// The limits. Loss: speech concealment hides about 1 % (ITU-T G.113 appendix I gives the impairment), and at 3 % every
// listener hears it. RTT: 300 ms both ways is twice the 150 ms of one-way delay that ITU-T G.114 finds acceptable to most; at
// 500 ms people talk over each other. Jitter: what the buffers of conference programs absorb without adding delay, and what
// they still can, for 95 % of the packets (J of RFC 3550 after each of them, not only after the last). Late packets count as lost for the listener, and have the same limits as loss.
var metrics = []metric{
	{limits{"loss_out", 0.01, 0.03}, func(c CarrierResult) reading { return share(c.Stats.Up.Loss, c.Stats.Up.Known) }},
	{limits{"loss_back", 0.01, 0.03}, func(c CarrierResult) reading { return share(c.Stats.Down.Loss, c.Stats.Down.Known) }},
	{limits{"loss_total", 0.02, 0.06}, totalLoss},
	{limits{"late", 0.01, 0.03}, lateRatio},
	{limits{"rtt", 0.300, 0.500}, func(c CarrierResult) reading {
		return exactly((time.Duration(c.Stats.RTT.P95US) * time.Microsecond).Seconds(), c.Stats.RTT.OK)
	}},
	{limits{"jitter", 0.030, 0.050}, jitterP95},
}

// totalLoss grades the round trip where directions are unknown; twice the limits, because it is two ways.
func totalLoss(c CarrierResult) reading { return share(c.Stats.Total, !c.Stats.Up.Known) }

// lateRatio is the share of the answered packets that came too late.
func lateRatio(c CarrierResult) reading {
	late, n := c.Stats.Late, c.Stats.Total.Received
	low, _, ok := stats.Wilson(late, n)
	if !ok {
		return reading{}
	}
	return reading{float64(late) / float64(n), low, true}
}

// jitterP95 is the larger of both directions' jitter, in seconds: what 95 % of the packets stay below.
func jitterP95(c CarrierResult) reading {
	up, down := c.Stats.Up, c.Stats.Down
	return exactly(max(up.JitterP95US, down.JitterP95US)/1e6, up.JitterOK || down.JitterOK)
}

// grade goes by the figure as it was measured, with one reservation: poor, which accuses a network, needs more than chance.
// As long as the 95 % interval of a share holds values that would be good, the grade is fair: 1 packet lost of 25 is 4 %, and
// may be 0.7 % in truth. Figure and interval grow together with the number of packets lost, so one more never gives a better
// grade, and from a hundred packets on the reservation changes nothing: 4 of 100 are poor.
func (m limits) grade(r reading) Grade {
	switch {
	case r.value <= m.good:
		return GradeGood
	case r.value <= m.fair, r.low <= m.good:
		return GradeFair
	}
	return GradePoor
}

// tooFew is the number of packets below which a share that may be good in truth is said to rest on too few.
const tooFew = 100

// uncertain tells that a grade worse than good rests on too few packets to act on.
func (m limits) uncertain(r reading, packets int) bool { return packets < tooFew && r.low <= m.good }

func metricByID(id string) metric {
	for _, m := range metrics {
		if m.id == id {
			return m
		}
	}
	panic(fmt.Sprintf("no metric %q", id)) // a mistake in this package's own tables
}

// severity of a finding about a metric.
func severityOf(g Grade) Severity {
	if g == GradePoor {
		return SeverityCritical
	}
	return SeverityWarning
}
