package export

import (
	"math"
	"strings"
	"time"

	"echopath/netcheck"
)

// The functions below turn a figure and whether it was measured into a value that a file can leave open.

// text is nil for the empty string. What is not UTF-8 came from a peer or a system and must not spoil the file.
func text[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	v := strings.ToValidUTF8(string(s), "\uFFFD")
	return &v
}

func truth(t netcheck.Tri) *bool {
	if t != netcheck.Yes && t != netcheck.No {
		return nil
	}
	v := t == netcheck.Yes
	return &v
}

func count[T int | uint64](measured bool, n T) *T {
	if !measured {
		return nil
	}
	return &n
}

// figure is nil for what JSON can not hold: a NaN from somewhere must cost one figure, not the whole report.
func figure(measured bool, v float64) *float64 {
	if !measured || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// millis gives milliseconds from whole microseconds: three decimals, exact.
func millis(measured bool, us int64) *float64 { return figure(measured, float64(us)/1e3) }

// meanMillis gives milliseconds from a mean of microseconds, rounded to the nanosecond: the data are no finer than a
// microsecond, and more digits would be noise.
func meanMillis(measured bool, us float64) *float64 {
	return figure(measured, math.Round(us*1e3)/1e6)
}

// millisOf and secondsOf are exact to the microsecond, microsOf to the nanosecond.
func millisOf(measured bool, d time.Duration) *float64 {
	return millis(measured, d.Round(time.Microsecond).Microseconds())
}

func secondsOf(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond).Microseconds()) / 1e6
}

func microsOf(measured bool, d time.Duration) *float64 { return figure(measured, float64(d)/1e3) }
