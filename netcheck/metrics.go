package netcheck

import (
	"fmt"
	"time"
)

// metric is a figure with the limits that grade it. A value at a limit still has the better grade, so there are no gaps.
type metric struct {
	id    string
	good  float64 // at most this: good
	fair  float64 // at most this: fair; above: poor
	value func(CarrierResult) (float64, bool)
}

// The limits. Loss: speech concealment hides about 1 % (ITU-T G.113 appendix I gives the impairment), and at 3 % every
// listener hears it. RTT: 300 ms both ways is twice the 150 ms of one-way delay that ITU-T G.114 finds acceptable to most; at
// 500 ms people talk over each other. Jitter: what the buffers of conference programs absorb without adding delay, and what
// they still can. Late packets count as lost for the listener, and have the same limits as loss.
var metrics = []metric{
	{"loss_out", 0.01, 0.03, func(c CarrierResult) (float64, bool) {
		return c.Stats.Up.LossRatio, c.Stats.Up.Known && c.Stats.Up.RatioOK
	}},
	{"loss_back", 0.01, 0.03, func(c CarrierResult) (float64, bool) {
		return c.Stats.Down.LossRatio, c.Stats.Down.Known && c.Stats.Down.RatioOK
	}},
	{"loss_total", 0.02, 0.06, totalLoss},
	{"late", 0.01, 0.03, lateRatio},
	{"rtt", 0.300, 0.500, func(c CarrierResult) (float64, bool) {
		return (time.Duration(c.Stats.RTT.P95US) * time.Microsecond).Seconds(), c.Stats.RTT.OK
	}},
	{"jitter", 0.030, 0.050, jitterSeconds},
}

// totalLoss grades the round trip where directions are unknown; twice the limits, because it is two ways.
func totalLoss(c CarrierResult) (float64, bool) {
	return c.Stats.Total.LossRatio, !c.Stats.Up.Known && c.Stats.Total.RatioOK
}

// lateRatio is the share of the answered packets that came too late.
func lateRatio(c CarrierResult) (float64, bool) {
	n := c.Stats.Total.Received
	if n == 0 {
		return 0, false
	}
	return float64(c.Stats.Late) / float64(n), true
}

// jitterSeconds is the larger of both directions' jitter.
func jitterSeconds(c CarrierResult) (float64, bool) {
	up, down := c.Stats.Up, c.Stats.Down
	if !up.JitterOK && !down.JitterOK {
		return 0, false
	}
	return max(up.JitterUS, down.JitterUS) / 1e6, true
}

func (m metric) grade(v float64) Grade {
	switch {
	case v <= m.good:
		return GradeGood
	case v <= m.fair:
		return GradeFair
	}
	return GradePoor
}

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
