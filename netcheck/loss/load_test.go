package loss_test

import (
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/loss"
	"echopath/netcheck/netchecktest"
)

// loadedProbe runs for 4 s. The way out takes 5 ms until the load begins after 1500 ms, 65 ms for a second and then 45 ms. It
// must be called inside a bubble.
func loadedProbe(t *testing.T, loaded func(start time.Time) func() (time.Time, bool)) []netcheck.CarrierResult {
	t.Helper()
	start := time.Now()
	out := func(netcheck.Carrier, int, []byte) []time.Duration {
		switch since := time.Since(start); {
		case since < 1500*time.Millisecond:
			return []time.Duration{5 * time.Millisecond}
		case since < 2500*time.Millisecond:
			return []time.Duration{65 * time.Millisecond}
		}
		return []time.Duration{45 * time.Millisecond}
	}
	local, far := netchecktest.NewLink(out, nil)
	served := make(chan error, 1)
	go func() { served <- echo.Responder{}.Serve(t.Context(), far) }()
	p := plan()
	p.Duration = 4 * time.Second
	lp := loss.Probe{Path: netcheck.PathDirect, Plan: p, Start: start}
	if loaded != nil {
		lp.Loaded = loaded(start)
	}
	sum, err := lp.Run(t.Context(), local, func(netcheck.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := local.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("responder: %v", err)
	}
	return sum.(*netcheck.LossSummary).Carriers
}

// The second after the video's begin is in neither part.
func TestEffectOfAVideo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		results := loadedProbe(t, func(start time.Time) func() (time.Time, bool) {
			return func() (time.Time, bool) { asked++; return start.Add(1500 * time.Millisecond), true }
		})
		for _, c := range results {
			e := c.Load
			if e == nil || e.IncreaseMS != 40 || e.Grade != "B" {
				t.Fatalf("%s: %+v", c.Carrier, e)
			}
			if e.Idle.MinUS != 5_000 || e.Idle.MaxUS != 5_000 || e.Loaded.MinUS != 45_000 || e.Loaded.MaxUS != 45_000 {
				t.Errorf("%s: parts are mixed: %+v", c.Carrier, e)
			}
			if n := e.Idle.N + e.Loaded.N; n >= c.Stats.RTT.N || n < c.Stats.RTT.N-101 {
				t.Errorf("%s: %d of %d packets are in the two parts", c.Carrier, n, c.Stats.RTT.N)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
}

func TestNoEffectWithoutAVideo(t *testing.T) {
	for name, loaded := range map[string]func(time.Time) func() (time.Time, bool){
		"nobody to ask":    nil,
		"it did not run":   func(s time.Time) func() (time.Time, bool) { return func() (time.Time, bool) { return s, false } },
		"it began at once": func(s time.Time) func() (time.Time, bool) { return func() (time.Time, bool) { return s, true } },
		"it began at the end": func(s time.Time) func() (time.Time, bool) {
			return func() (time.Time, bool) { return s.Add(4 * time.Second), true }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, c := range loadedProbe(t, loaded) {
					if c.Load != nil {
						t.Errorf("%s: %+v", c.Carrier, c.Load)
					}
				}
			})
		})
	}
}
