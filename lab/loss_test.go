package lab

import (
	"testing"
	"time"
)

// scenarioLoss drops five in a hundred of the packets one way, by chance, and none the other way.
func scenarioLoss(t *testing.T) {
	const share, rule = 0.05, "-p udp -m length --length 230:400 -m statistic --mode random --probability 0.05 -m comment --comment dropped -j DROP"
	for name, in := range map[string]string{"up": "lan", "down": "wan"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Layout{A: Side{NAT: Cone, Lossy: []string{"-i " + in + " " + rule}}, B: Side{NAT: None}}, 3*time.Minute)
			w.host(5349)
			r, code := w.report(w.guest(nil, "--path", "direct", "--duration", "20s", "--rate", "100", "--size", "200"), 2*time.Minute)
			p := r.Path("direct")
			if p == nil || p.On("srtp") == nil || p.Outcome() != "ok" {
				t.Fatalf("exit %d: %+v", code, p)
			}
			c := p.On("srtp")
			t.Logf("%d dropped in all, exit %d, %s; %s", w.counted("nata", "dropped"), code, figures(c), figures(p.On("datachannel")))
			lossy, clean := c.Up, c.Down
			if name == "down" {
				lossy, clean = c.Down, c.Up
			}
			checkLossy(t, lossy, share)
			if clean.Lost == nil || *clean.Lost != 0 {
				t.Errorf("the other way lost some: %s", figures(c))
			}
		})
	}
}

func checkLossy(t *testing.T, way Way, share float64) {
	t.Helper()
	switch {
	case way.Sent == nil || way.Lost == nil || *way.Sent < 1000:
		t.Errorf("too little was measured: %v", way)
	case !fits(*way.Lost, *way.Sent, share):
		t.Errorf("%d of %d lost does not fit a chance of %v", *way.Lost, *way.Sent, share)
	}
}
