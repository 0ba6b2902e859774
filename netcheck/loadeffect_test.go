package netcheck

import (
	"math"
	"slices"
	"strings"
	"testing"

	"echopath/netcheck/stats"
)

func rttOf(n int, p50 int64) stats.RTT { return stats.RTT{OK: n > 0, N: n, P50US: p50} }

func TestEffectOfLoad(t *testing.T) {
	for _, tt := range []struct {
		idle, loaded int64 // microseconds
		increase     float64
		grade        string
	}{
		{20_000, 20_000, 0, "A+"}, {20_000, 10_000, 0, "A+"}, {20_000, 24_999, 4.999, "A+"}, {20_000, 25_000, 5, "A"}, {0, 29_999, 29.999, "A"},
		{0, 30_000, 30, "B"}, {0, 59_999, 59.999, "B"}, {0, 60_000, 60, "C"}, {0, 199_999, 199.999, "C"}, {0, 200_000, 200, "D"},
		{0, 399_999, 399.999, "D"}, {0, 400_000, 400, "F"}, {0, math.MaxInt64, float64(math.MaxInt64) / 1000, "F"}, {-1, 0, 0.001, "A+"},
		{math.MinInt64 + 1, math.MaxInt64, 2 * float64(math.MaxInt64) / 1000, "F"},
	} {
		e := EffectOfLoad(rttOf(100, tt.idle), rttOf(200, tt.loaded))
		if e == nil || e.IncreaseMS != tt.increase || e.Grade != tt.grade || e.Idle.N != 100 || e.Loaded.N != 200 {
			t.Errorf("%d to %d: %+v, want %v %s", tt.idle, tt.loaded, e, tt.increase, tt.grade)
		}
	}
	for _, few := range [][2]int{{0, 100}, {100, 0}, {19, 100}, {100, 19}} {
		if e := EffectOfLoad(rttOf(few[0], 1), rttOf(few[1], 1)); e != nil {
			t.Errorf("of %d and %d packets: %+v", few[0], few[1], e)
		}
	}
	if e := EffectOfLoad(rttOf(20, 1), rttOf(20, 1)); e == nil {
		t.Error("20 packets are enough")
	}
}

func TestLoadFinding(t *testing.T) {
	for grade, want := range map[string]Severity{"A+": "", "A": "", "B": "", "C": SeverityWarning, "D": SeverityWarning, "F": SeverityCritical} {
		p := goodPath(PathDirect, 20*ms)
		p.Carriers[1].Result.Load = &LoadEffect{Idle: rttOf(100, 20_000), Loaded: rttOf(100, 95_000), IncreaseMS: 75, Grade: grade}
		r := turnReport(p)
		v := Judge(r)
		if want == "" {
			if len(v.Findings) > 0 {
				t.Errorf("%s: %+v", grade, v.Findings)
			}
			continue
		}
		if got := ids(v); !slices.Equal(got, []string{"load_delay:direct"}) || v.Findings[0].Severity != SeverityWarning || findLoad(r, p)[0].Severity != want || // beside a good whole nothing is critical
			!strings.Contains(v.Findings[0].Detail, "more than 95 ms for the round trip instead of 20 ms before: 75 ms more, grade "+grade) {
			t.Errorf("%s: %q, %+v", grade, got, v.Findings)
		}
		checkWords(t, r, v)
	}
}
