package natprobe_test

import (
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

// A computer that stands still while answers come in must not call the server silent.
func TestStandstill(t *testing.T) {
	for _, tt := range []struct {
		name string
		ask  func(*natprobe.Prober) func(t *testing.T, ask natprobe.Ask) netcheck.NetResult
	}{
		{"UDP", func(p *natprobe.Prober) func(*testing.T, natprobe.Ask) netcheck.NetResult {
			return func(t *testing.T, ask natprobe.Ask) netcheck.NetResult { return p.UDP(t.Context(), ask) }
		}},
		{"TURN", func(p *natprobe.Prober) func(*testing.T, natprobe.Ask) netcheck.NetResult {
			return func(t *testing.T, ask natprobe.Ask) netcheck.NetResult { return p.TURN(t.Context(), ask) }
		}},
	} {
		for _, from := range []int{1, 2, 4, 6, 9} {
			t.Run(tt.name, func(t *testing.T) {
				reads := 0
				w := &world{stall: func(int, time.Time) bool {
					reads++
					return reads >= from && reads < from+3
				}}
				w.live(t, func(t *testing.T, p *natprobe.Prober, ask natprobe.Ask) {
					if r := tt.ask(p)(t, ask); r.State != netcheck.NetOK {
						t.Errorf("standing still from the read %d on: %q, %q: %s %+v", from, r.State, r.Code, r.Text, r.Steps)
					}
				})
			})
		}
	}
}

// One that always stands still comes to an end all the same.
func TestAlwaysStandingStill(t *testing.T) {
	w := &world{stall: func(int, time.Time) bool { return true }, dead: func(time.Time) bool { return true }}
	w.live(t, func(t *testing.T, p *natprobe.Prober, ask natprobe.Ask) {
		if r := p.TURN(t.Context(), ask); r.State != netcheck.NetBlocked || r.Took > 10*time.Minute {
			t.Errorf("%q after %s", r.State, r.Took)
		}
	})
}
