package netcheck

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestResolution(t *testing.T) {
	base := time.Now()
	ticking := func(step time.Duration, readings int) func() time.Time {
		n := 0
		return func() time.Time { n++; return base.Add(time.Duration(n/readings) * step) }
	}
	backwards := func() func() time.Time {
		n := 0
		return func() time.Time { n++; return base.Add(-time.Duration(n) * time.Microsecond) }
	}
	tests := []struct {
		name string
		now  func() time.Time
		want time.Duration
	}{
		{"every reading is a nanosecond on", ticking(1, 1), 1},
		{"100 ns, as on Windows", ticking(100, 7), 100},
		{"coarser than the patience", ticking(15_600*time.Microsecond, 1000), 15_600 * time.Microsecond},
		{"a clock that stands", func() time.Time { return base }, 2 * time.Millisecond},
		{"a clock that goes back", backwards(), 2 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			got := Resolution(func() time.Time { calls++; return tt.now() })
			if got != tt.want || calls > 1_000_001 {
				t.Errorf("%v after %d readings, want %v", got, calls, tt.want)
			}
		})
	}
	if r := Resolution(RuntimeClock{}.Now); r <= 0 || r > time.Second {
		t.Errorf("this computer's clock: %v", r)
	}
}

func TestSleepUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, begin := RuntimeClock{}, time.Now()
		if err := c.SleepUntil(t.Context(), begin.Add(time.Hour)); err != nil || time.Since(begin) != time.Hour {
			t.Errorf("slept %v, %v", time.Since(begin), err)
		}
		if err := c.SleepUntil(t.Context(), begin); err != nil || time.Since(begin) != time.Hour {
			t.Errorf("a time that has passed: slept on to %v, %v", time.Since(begin), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := c.SleepUntil(ctx, time.Now().Add(time.Hour)); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Hour+time.Minute {
			t.Errorf("cancelled: %v at %v", err, time.Since(begin))
		}
		if err := c.SleepUntil(ctx, begin); err == nil {
			t.Error("a context that has ended is an error, also when there is nothing to wait for")
		}
	})
}
