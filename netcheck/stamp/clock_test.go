package stamp_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/stamp"
)

var startTimes = map[string]time.Time{
	"unix epoch":       time.Unix(0, 0),
	"ordinary":         time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC),
	"last second":      time.Date(2036, 2, 7, 6, 28, 15, 999999999, time.UTC),
	"first of new era": time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC),
	"next era":         time.Date(2051, 1, 1, 0, 0, 0, 1, time.UTC),
}

func TestClockFormat(t *testing.T) {
	for name, want := range map[string]uint64{
		"unix epoch":       2208988800 << 32,
		"first of new era": 0,
	} {
		if got := stamp.NewClock(startTimes[name]).NTP(0); got != want {
			t.Errorf("%s: %#x, want %#x", name, got, want)
		}
	}
	c := stamp.NewClock(startTimes["first of new era"])
	if got, want := c.NTP(1500*time.Millisecond), uint64(1<<32|1<<31); got != want {
		t.Errorf("1.5 s: %#x, want %#x", got, want)
	}
	if got, want := c.NTP(-500*time.Millisecond), ^uint64(0)-1<<31+1; got != want {
		t.Errorf("-0.5 s: %#x, want %#x", got, want)
	}
}

func TestClockIsExact(t *testing.T) {
	const limit = (1<<31 - 1) * time.Second
	gen := rand.New(rand.NewPCG(1, 2))
	for name, start := range startTimes {
		c := stamp.NewClock(start)
		durations := []time.Duration{0, 1, -1, time.Second, -time.Second, time.Second - 1, 1 - time.Second, limit, -limit}
		for range 20000 {
			durations = append(durations, time.Duration(gen.Int64N(int64(20*time.Second)))-5*time.Second,
				time.Duration(gen.Int64N(2*int64(limit)))-limit)
		}
		for _, d := range durations {
			if got := c.Since(c.NTP(d)); got != d {
				t.Fatalf("%s: Since(NTP(%d ns)) = %d ns", name, d, got)
			}
		}
	}
}

func TestMicrosRoundDown(t *testing.T) {
	for name, start := range startTimes {
		c := stamp.NewClock(start)
		for us := int64(-3000); us < 3000; us++ {
			for _, extra := range []int64{0, 1, 999} {
				d := time.Duration(us*1000 + extra)
				if got := c.Micros(c.NTP(d)); got != us {
					t.Fatalf("%s: Micros(NTP(%v)) = %d, want %d", name, d, got, us)
				}
			}
		}
	}
}

func TestEraWrapWithinSession(t *testing.T) {
	c := stamp.NewClock(startTimes["last second"])
	before, after := c.NTP(0), c.NTP(time.Second)
	if after > before {
		t.Fatalf("no wrap between %#x and %#x", before, after)
	}
	if got := stamp.Between(before, after); got != time.Second {
		t.Errorf("across the era: %v, want 1s", got)
	}
	if got := stamp.Between(after, before); got != -time.Second {
		t.Errorf("and back: %v, want -1s", got)
	}
	if got := c.Micros(c.NTP(2 * time.Second)); got != 2000000 {
		t.Errorf("Micros = %d, want 2000000", got)
	}
}

func TestClockAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := stamp.NewClock(start)
		time.Sleep(1234567 * time.Nanosecond)
		if got := c.Since(c.At(time.Now())); got != 1234567 {
			t.Errorf("since start: %v, want 1.234567ms", got)
		}
	})
}
