package pace_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"echopath/internal/pace"
	"echopath/netcheck"
)

func TestSleepUntilNeverWakesEarly(t *testing.T) {
	for _, d := range []time.Duration{-time.Second, 0, 50 * time.Microsecond, time.Millisecond, 5 * time.Millisecond} {
		at := time.Now().Add(d)
		if err := (pace.Clock{}).SleepUntil(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		if early := time.Until(at); early > 0 {
			t.Errorf("sleep of %v woke %v early", d, early)
		}
	}
}

func TestSleepUntilEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(10*time.Millisecond, cancel)
	defer timer.Stop()
	begin := time.Now()
	if err := (pace.Clock{}).SleepUntil(ctx, begin.Add(time.Hour)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	if err := (pace.Clock{}).SleepUntil(ctx, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: got %v, want canceled", err)
	}
}

// BenchmarkLateness prints how late each clock wakes from sleeps of 250 microseconds, the interval of 4000 packets a second.
func BenchmarkLateness(b *testing.B) {
	for name, clock := range map[string]netcheck.Clock{"pace": pace.Clock{}, "runtime": netcheck.RuntimeClock{}} {
		b.Run(name, func(b *testing.B) {
			late := make([]time.Duration, 0, b.N)
			for b.Loop() {
				at := time.Now().Add(250 * time.Microsecond)
				if err := clock.SleepUntil(b.Context(), at); err != nil {
					b.Fatal(err)
				}
				late = append(late, time.Since(at))
			}
			slices.Sort(late)
			b.ReportMetric(float64(late[len(late)/2].Microseconds()), "p50-us-late")
			b.ReportMetric(float64(late[len(late)*95/100].Microseconds()), "p95-us-late")
		})
	}
}
