// Package pace is a clock that wakes on time. The Go runtime waits for its timers in calls that count whole milliseconds, so
// a timer of 250 microseconds fires up to a millisecond late and four packets leave together; the last stretch is slept here
// in the kernel's own high-resolution timer where the system has one.
//
// It owns sleeping and nothing else. It never spins: a tool that measures delay must not take the computer's cores.
package pace

import (
	"context"
	"time"

	"echopath/netcheck"
)

// Clock is the system's time with a sharp SleepUntil. The zero value is ready and safe for concurrent use.
type Clock struct{ netcheck.RuntimeClock }

// coarse is how long before its time a sleeper leaves the runtime's timer, which may be late by about a millisecond. It is
// also the longest stretch that a cancelled context has to wait for.
const coarse = 2 * time.Millisecond

// SleepUntil waits until t, usually within 100 microseconds on Linux, or until ctx ends, and then gives ctx.Err.
func (c Clock) SleepUntil(ctx context.Context, t time.Time) error {
	if time.Until(t) > coarse {
		if err := c.RuntimeClock.SleepUntil(ctx, t.Add(-coarse)); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fine(ctx, t)
}
