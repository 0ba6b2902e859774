package web

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

var errNo = errors.New("no")

// attempt is how one attempt of a race goes.
type attempt struct {
	takes time.Duration
	err   error
	deaf  bool // it does not end with its context
}

// runRace gives when the attempts began, who won, and what was dropped and failed.
func runRace(ctx context.Context, attempts []attempt) (begun []time.Duration, winner int, ok bool, dropped, failed []int) {
	begin := time.Now()
	begun = make([]time.Duration, len(attempts))
	winner, ok = race(ctx, len(attempts), func(ctx context.Context, i int) (int, error) {
		begun[i] = time.Since(begin) + 1 // 0 is: not at all
		a, ended := attempts[i], ctx.Done()
		if a.deaf {
			ended = nil
		}
		select {
		case <-time.After(a.takes):
			return i, a.err
		case <-ended:
			return 0, ctx.Err()
		}
	}, func(i int, _ error) { failed = append(failed, i) }, func(i int) { dropped = append(dropped, i) })
	return begun, winner, ok, dropped, failed
}

func TestRace(t *testing.T) {
	const ms, never = time.Millisecond, time.Hour
	for name, tt := range map[string]struct {
		attempts        []attempt
		begun           []time.Duration
		winner          int // -1: none
		dropped, failed []int
	}{
		"the first at once":            {[]attempt{{takes: ms}, {takes: ms}}, []time.Duration{0, -1}, 0, nil, nil},
		"a silent one delays the next": {[]attempt{{takes: never}, {takes: ms}, {takes: ms}}, []time.Duration{0, 250 * ms, -1}, 1, nil, nil},
		"a refusal does not":           {[]attempt{{takes: ms, err: errNo}, {takes: 2 * ms, err: errNo}, {takes: ms}}, []time.Duration{0, ms, 3 * ms}, 2, nil, []int{0, 1}},
		"the quicker one":              {[]attempt{{takes: 500 * ms}, {takes: 100 * ms}}, []time.Duration{0, 250 * ms}, 1, nil, nil},
		"who comes too late":           {[]attempt{{takes: 400 * ms, deaf: true}, {takes: 100 * ms}}, []time.Duration{0, 250 * ms}, 1, []int{0}, nil},
		"none":                         {[]attempt{{takes: 600 * ms, err: errNo}, {takes: 100 * ms, err: errNo}}, []time.Duration{0, 250 * ms}, -1, nil, []int{1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, winner, ok, dropped, failed := runRace(t.Context(), tt.attempts)
				for i := range begun {
					begun[i]-- // see runRace
				}
				if !slices.Equal(begun, tt.begun) || ok != (tt.winner >= 0) || ok && winner != tt.winner || !slices.Equal(dropped, tt.dropped) || !slices.Equal(failed, tt.failed) {
					t.Errorf("begun %v, winner %d, %v, dropped %v, failed %v", begun, winner, ok, dropped, failed)
				}
			})
		})
	}
}

// The end of the context ends a race at once, and begins nothing new.
func TestRaceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		begun, _, ok, _, failed := runRace(ctx, []attempt{{takes: time.Hour}, {takes: time.Hour}})
		if ok || begun[1] != 0 || time.Since(begin) != 100*time.Millisecond || !slices.Equal(failed, []int{0}) {
			t.Errorf("won %v, begun %v, failed %v after %v", ok, begun, failed, time.Since(begin))
		}
	})
}
