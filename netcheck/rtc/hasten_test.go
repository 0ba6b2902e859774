package rtc

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// checkedSignals notes when it is asked for a sign of life.
type checkedSignals struct {
	Signals
	begin time.Time
	at    []time.Duration
	hangs bool // until ctx ends
}

func (c *checkedSignals) Check(ctx context.Context) error {
	c.at = append(c.at, time.Since(c.begin))
	if c.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// hastened runs hasten until the end tells it to stop, or by itself.
func hastened(t *testing.T, s Signals, end func(a *attempt, cancel context.CancelFunc)) {
	t.Helper()
	a := &attempt{signals: s, near: &peer{dialog: &dialog{}}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.hasten(ctx)
	}()
	end(a, cancel)
	<-done
}

// An order that is not answered has the wire checked, for as long as nothing comes.
func TestHasten(t *testing.T) {
	answered := func(after time.Duration) func(*attempt, context.CancelFunc) {
		return func(a *attempt, _ context.CancelFunc) {
			time.Sleep(after)
			a.near.dialog.answered.fire()
		}
	}
	cancelled := func(after time.Duration) func(*attempt, context.CancelFunc) {
		return func(_ *attempt, cancel context.CancelFunc) {
			time.Sleep(after)
			cancel()
		}
	}
	for name, tt := range map[string]struct {
		hangs bool
		end   func(*attempt, context.CancelFunc)
		want  []time.Duration
	}{
		"answered in time":    {false, answered(hastenAfter - 1), nil},
		"answered late":       {false, answered(hastenAfter + 2*hastenEvery + 1), []time.Duration{hastenAfter, hastenAfter + hastenEvery, hastenAfter + 2*hastenEvery}},
		"given up in time":    {false, cancelled(time.Second), nil},
		"given up late":       {false, cancelled(hastenAfter + hastenEvery + 1), []time.Duration{hastenAfter, hastenAfter + hastenEvery}},
		"a check takes on":    {true, cancelled(time.Minute), []time.Duration{hastenAfter}},
		"answered in a check": {true, func(a *attempt, cancel context.CancelFunc) { answered(time.Minute)(a, cancel); cancel() }, []time.Duration{hastenAfter}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &checkedSignals{begin: time.Now(), hangs: tt.hangs}
				hastened(t, s, tt.end)
				if !slices.Equal(s.at, tt.want) {
					t.Errorf("checked at %v, want %v", s.at, tt.want)
				}
			})
		})
	}
}

// Signalling that can not be checked is left alone.
func TestHastenWithoutChecks(t *testing.T) {
	near, _ := newMemory()
	hastened(t, struct{ Signals }{near}, func(*attempt, context.CancelFunc) {})
}
