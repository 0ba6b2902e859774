package natprobe_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

func checkWords(t *testing.T, r netcheck.NetResult, withAdvice bool, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(r.Text+" "+r.Advice, word) {
			t.Errorf("%q is missing in %q, advice %q", word, r.Text, r.Advice)
		}
	}
	if (r.Advice != "") != withAdvice || !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, "..") {
		t.Errorf("text %q, advice %q", r.Text, r.Advice)
	}
}

func TestIdle(t *testing.T) {
	const ok, degraded, untested = netcheck.NetOK, netcheck.NetDegraded, netcheck.NetNotTested
	const s = time.Second
	for _, tt := range []struct {
		name       string
		world      *world
		limit      time.Duration // of ctx
		state      netcheck.NetState
		code       netcheck.ReasonCode
		least      time.Duration // AtLeast is at least that
		grain      time.Duration // between AtLeast and AtMost at most; 0: there is no AtMost
		took       time.Duration
		words      []string
		withAdvice bool
	}{
		{"never", &world{}, time.Hour, ok, "", 290 * s, 0, 300 * s, []string{"silent for 290 s still got packets"}, false},
		{"300 s", &world{forgets: 300 * s}, time.Hour, ok, "", 290 * s, 0, 300 * s, nil, false},
		{"150 s", &world{forgets: 150 * s}, time.Hour, ok, "", 120 * s, 70 * s, 310 * s, []string{"firewall or NAT on the way forgets"}, false},
		{"45 s", &world{forgets: 45 * s}, time.Hour, degraded, "", 35 * s, 8 * s, 200 * s, []string{"packets came again once this computer had sent something", "longer idle time-out of UDP 3478 to 203.0.113.7", "at least every "}, true},
		{"20 s", &world{forgets: 20 * s}, time.Hour, degraded, "", 15 * s, 7 * s, 120 * s, nil, true},
		{"5 s", &world{forgets: 4500 * time.Millisecond}, time.Hour, degraded, "", 3 * s, 2 * s, 60 * s, nil, true},
		{"a NAT with other ports", &world{forgets: 45 * s, renames: true}, time.Hour, degraded, "", 35 * s, 8 * s, 200 * s, []string{"another outside port (198.51.100.4:"}, true},
		{"loss", &world{forgets: 45 * s, loses: 7}, time.Hour, degraded, "", 30 * s, 16 * s, 250 * s, nil, true},
		{"the server forgets after 100 s", &world{lives: 100 * s}, time.Hour, ok, "", 90 * s, 0, 250 * s, []string{"Longer silences could not be tried: The server keeps a relay for 100 s only."}, false},
		{"two relays alone", &world{most: 2}, time.Hour, ok, "", 120 * s, 0, 310 * s, nil, false},
		{"one relay alone", &world{most: 1}, time.Hour, untested, netcheck.ReasonUndecided, 0, 0, 20 * s, []string{"could not be found out", "too many sessions"}, false},
		{"stopped", &world{}, 70 * s, ok, "", 30 * s, 0, 71 * s, []string{"silent for "}, false},
		{"stopped at once", &world{}, 3 * s, untested, netcheck.ReasonCancelled, 0, 0, 4 * s, []string{"ran out of time"}, false},
		{"no way to its own relays", &world{refuses: map[stun.Method]stun.ErrorCode{stun.MethodCreatePermission: 403}}, time.Hour, untested, netcheck.ReasonUndecided, 0, 0, 9 * s, []string{"own address"}, false},
		{"an outage", &world{dead: func() func(time.Time) bool {
			var begin time.Time
			return func(now time.Time) bool {
				if begin.IsZero() {
					begin = now
				}
				return now.Sub(begin) > 50*s
			}
		}()}, time.Hour, ok, "", 30 * s, 0, 310 * s, []string{"Longer silences could not be tried", "did not answer"}, false},
		{"nothing answers", &world{dead: func(time.Time) bool { return true }}, time.Hour, untested, netcheck.ReasonNoAnswer, 0, 0, 5 * s, []string{"Not tested: "}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := tt.world
			w.live(t, func(t *testing.T, p *natprobe.Prober, ask natprobe.Ask) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.limit)
				defer cancel()
				r := p.Idle(ctx, ask, 0)
				if r.State != tt.state || r.Code != tt.code {
					t.Errorf("%q, %q: %s", r.State, r.Code, r.Text)
				}
				checkWords(t, r, tt.withAdvice, tt.words...)
				least, most := r.Facts.AtLeast, r.Facts.AtMost
				if least < tt.least || (most > 0) != (tt.grain > 0) || most > 0 && most-least > tt.grain {
					t.Errorf("%s to %s: %s", least, most, r.Text)
				}
				if w.forgets > 0 && most > 0 && (least > w.forgets || most < w.forgets) {
					t.Errorf("%s to %s, and it is %s", least, most, w.forgets)
				}
				if r.Took > tt.took || r.Kind != netcheck.ProbeIdle {
					t.Errorf("%s took %s", r.Kind, r.Took)
				}
				if _, most := w.left(); most > 4 && !w.renames && w.loses == 0 { // else some can not be given back
					t.Errorf("%d relays at one time", most)
				}
			})
		})
	}
}
