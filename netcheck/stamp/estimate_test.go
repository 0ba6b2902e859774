package stamp_test

import (
	"math"
	"testing"
	"time"

	"echopath/netcheck/stamp"
)

func TestErrorEstimateFormat(t *testing.T) {
	for _, c := range []struct {
		resolution time.Duration
		synced     bool
		want       uint16
	}{
		{-1, false, 0x0001},
		{0, false, 0x0001},
		{1, false, 0x0005}, // 4.29 units of 2^-32 s, up
		{1, true, 0x8005},
		{100, false, 1<<8 | 215},            // 429.5 units
		{time.Second, false, 25<<8 | 128},   // 2^32 units
		{math.MaxInt64, false, 56<<8 | 128}, // held to 2^31 s
		{math.MaxInt64, true, 1<<15 | 56<<8 | 128},
	} {
		if got := stamp.ErrorEstimate(c.resolution, c.synced); got != c.want {
			t.Errorf("ErrorEstimate(%v, %v) = %#04x, want %#04x", c.resolution, c.synced, got, c.want)
		}
	}
}

func TestErrorEstimateNeverUnderstates(t *testing.T) {
	for d := time.Duration(1); d < (1<<30)*time.Second; d += 1 + d/3 {
		got, synced, ok := stamp.DecodeErrorEstimate(stamp.ErrorEstimate(d, true))
		if !ok || !synced {
			t.Fatalf("%v: synced %v, ok %v", d, synced, ok)
		}
		if got < d || got > d+d/100+2 {
			t.Fatalf("%v came back as %v", d, got)
		}
	}
}

func TestDecodeEveryErrorEstimate(t *testing.T) {
	for v := range 1 << 16 {
		e := uint16(v)
		got, synced, ok := stamp.DecodeErrorEstimate(e)
		if want := e&0xff != 0 && e&0x4000 == 0; ok != want {
			t.Fatalf("%#04x: ok %v, want %v", e, ok, want)
		}
		if !ok {
			if got != 0 || synced {
				t.Fatalf("%#04x: unusable, yet %v %v", e, got, synced)
			}
			continue
		}
		nanos := math.Ceil(math.Ldexp(float64(e&0xff)*1e9, int(e>>8&0x3f)-32))
		if want := min(nanos, math.MaxInt64); math.Abs(float64(got)-want) > want*1e-12 || synced != (e&0x8000 != 0) {
			t.Fatalf("%#04x: %d ns synced %v, want %.0f ns", e, got, synced, want)
		}
	}
}
