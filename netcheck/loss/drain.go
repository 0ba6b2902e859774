package loss

import (
	"context"
	"errors"
	"time"

	"echopath/netcheck"
)

// The drain after the last packet. It ends early once nothing is missing, so it costs time only where packets were lost. What
// comes after it would be called lost although it is late, so it is generous: three times the longest round trip seen, and
// longer than the user calls late.
const (
	drainRTTs  = 3
	drainMin   = 2 * time.Second // a queue that has just filled up shows in no round trip yet
	drainMax   = 10 * time.Second
	lateMargin = time.Second
	settleTime = 20 * time.Millisecond // for copies of the last packets, when nothing is missing
	pollEvery  = 5 * time.Millisecond

	// A user who stops a run waits less; what is under way then stays undecided.
	graceMargin = 100 * time.Millisecond
	graceMax    = 2 * time.Second
)

// drainLimit is how long to wait for what is missing.
func drainLimit(maxRTT, lateAfter time.Duration, stopped bool) time.Duration {
	if stopped {
		return min(max(2*maxRTT, lateAfter)+graceMargin, graceMax)
	}
	return min(max(drainRTTs*maxRTT, lateAfter+lateMargin, drainMin), max(drainMax, lateAfter+lateMargin))
}

// fateAfter is how long a packet must have been waited for before its silence counts as loss: half as long again as the
// longest round trip seen.
func fateAfter(maxRTT time.Duration) time.Duration { return maxRTT + maxRTT/2 + graceMargin }

// drain waits for replies under way. It notes when it ended: packets sent shortly before that have no fate.
func (r *run) drain(ctx, inner context.Context) {
	begin := r.Clock.Now()
	quiet := context.WithoutCancel(ctx)
	settled := begin
	for {
		now := r.Clock.Now()
		missing, maxRTT := r.missing()
		if missing {
			settled = now
		}
		over := now.Sub(begin) >= drainLimit(maxRTT, r.plan.LateAfter, inner.Err() != nil)
		if over || now.Sub(settled) >= settleTime || linkGone(inner) {
			r.undecidedUS = r.stamps.Micros(r.stamps.At(now.Add(-fateAfter(maxRTT))))
			return
		}
		_ = r.Clock.SleepUntil(quiet, now.Add(pollEvery))
	}
}

func (r *run) missing() (bool, time.Duration) {
	missing, maxRTT := false, time.Duration(0)
	for _, c := range r.carriers {
		c.mu.Lock()
		missing = missing || c.unanswered > 0
		maxRTT = max(maxRTT, c.maxRTT)
		c.mu.Unlock()
	}
	return missing, maxRTT
}

func linkGone(inner context.Context) bool {
	var f *netcheck.Failure
	return errors.As(context.Cause(inner), &f) && f.Code == netcheck.ReasonLinkLost
}
