package natprobe_test

import (
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

func TestRate(t *testing.T) {
	const ok, degraded, untested = netcheck.NetOK, netcheck.NetDegraded, netcheck.NetNotTested
	for _, tt := range []struct {
		name       string
		world      *world
		state      netcheck.NetState
		code       netcheck.ReasonCode
		limit      [2]float64 // kbit/s
		many       [2]float64
		took       time.Duration
		words      []string
		withAdvice bool
	}{
		{"no limit", &world{}, ok, "", [2]float64{}, [2]float64{}, 66 * time.Second, []string{"One connection over UDP carried 4 Mbit/s", "0.0 % were lost"}, false},
		{"even loss", &world{loses: 8}, ok, "", [2]float64{}, [2]float64{}, 90 * time.Second, []string{"carried 4 Mbit/s"}, false},
		{"800 kbit/s for each", &world{perFlow: 800}, degraded, "", [2]float64{700, 850}, [2]float64{980, 1020}, 66 * time.Second,
			[]string{"carries about 8", "4 connections carried 1 Mbit/s", "a limit of single connections", "coturn: max-bps", "UDP 3478 to 203.0.113.7"}, true},
		{"300 kbit/s for each", &world{perFlow: 300}, degraded, "", [2]float64{250, 320}, [2]float64{480, 520}, 60 * time.Second, []string{"a limit of single connections"}, true},
		{"3500 kbit/s for each", &world{perFlow: 3500}, degraded, "", [2]float64{3200, 3600}, [2]float64{3900, 4100}, 100 * time.Second, []string{"a limit of single connections"}, true},
		{"a line of 1500 kbit/s", &world{together: 1500}, degraded, "", [2]float64{1350, 1550}, [2]float64{1350, 1550}, 90 * time.Second, []string{"no limit of single connections", "End other transfers"}, true},
		{"a line with a long queue", &world{queued: 1500}, degraded, "", [2]float64{1350, 1550}, [2]float64{1200, 1550}, 100 * time.Second, []string{"the delay grew by", "no limit of single connections"}, true},
		{"two relays alone", &world{perFlow: 800, most: 2}, degraded, "", [2]float64{700, 850}, [2]float64{900, 1020}, 70 * time.Second, []string{"2 connections carried"}, true},
		{"one relay alone", &world{most: 1}, untested, netcheck.ReasonQuota, [2]float64{}, [2]float64{}, 5 * time.Second, []string{"Not tested: ", "too many sessions"}, true},
		{"no way to its own relays", &world{refuses: map[stun.Method]stun.ErrorCode{stun.MethodCreatePermission: 403}}, untested, netcheck.ReasonPeerRefused, [2]float64{}, [2]float64{}, 5 * time.Second, []string{"Not tested: ", "own address"}, true},
		{"nothing answers", &world{dead: func(time.Time) bool { return true }}, untested, netcheck.ReasonNoAnswer, [2]float64{}, [2]float64{}, 5 * time.Second, []string{"Not tested: "}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := tt.world
			w.live(t, func(t *testing.T, p *natprobe.Prober, ask natprobe.Ask) {
				r := p.Rate(t.Context(), ask, 8*time.Second)
				if r.State != tt.state || r.Code != tt.code {
					t.Errorf("%q, %q: %s", r.State, r.Code, r.Text)
				}
				checkWords(t, r, tt.withAdvice, tt.words...)
				if !between(r.Facts.LimitKbps, tt.limit) || !between(r.Facts.ManyKbps, tt.many) {
					t.Errorf("limit %v, several %v: %s", r.Facts.LimitKbps, r.Facts.ManyKbps, r.Text)
				}
				if r.Took > tt.took || r.Kind != netcheck.ProbeRate {
					t.Errorf("%s took %s, %s at most", r.Kind, r.Took, tt.took)
				}
				if left, most := w.left(); left > 0 && w.loses == 0 || most > 4 {
					t.Errorf("%d relays are left, of %d", left, most)
				}
			})
		})
	}
}

func between(x float64, bounds [2]float64) bool { return x >= bounds[0] && x <= bounds[1] }
