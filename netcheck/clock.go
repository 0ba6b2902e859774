package netcheck

import (
	"context"
	"time"
)

// Clock is the time that the engine and its probes live by.
type Clock interface {
	// Now is the time with its monotonic reading.
	Now() time.Time
	// SleepUntil waits until t, as precisely as the system can, or until ctx ends, and then gives ctx.Err.
	SleepUntil(ctx context.Context, t time.Time) error
}

// RuntimeClock is the Go runtime's clock. Its sleep overshoots by up to a millisecond on some systems; programs hand in a
// sharper one.
type RuntimeClock struct{}

// Now is time.Now.
func (RuntimeClock) Now() time.Time { return time.Now() }

// SleepUntil waits on a timer.
func (RuntimeClock) SleepUntil(ctx context.Context, t time.Time) error {
	d := time.Until(t)
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Resolution measures the smallest step of a clock: the least difference other than zero between readings one after another.
// It looks for at most two milliseconds; a clock that does not move for that long has the resolution of what was waited.
func Resolution(now func() time.Time) time.Duration {
	const patience, enough = 2 * time.Millisecond, 20
	begin := now()
	least, steps, last := time.Duration(0), 0, begin
	for range 1_000_000 {
		t := now()
		if step := t.Sub(last); step > 0 {
			if least == 0 || step < least {
				least = step
			}
			steps++
			last = t
		}
		if steps >= enough || t.Sub(begin) > patience {
			break
		}
	}
	if least == 0 {
		return patience
	}
	return least
}
