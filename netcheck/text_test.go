package netcheck

import (
	"math"
	"strconv"
	"testing"
	"time"
)

func TestNumber(t *testing.T) {
	tests := map[float64]string{
		0: "0", 1: "1", -1.5: "-1.5", 0.5: "0.5", 0.123456: "0.123", 12.3456: "12.3", 99.95: "100", 9.999: "10", 123.4: "123",
		1234.5: "1234", 20000: "20000", 0.000038: "0.000038", 1e-9: "0", math.NaN(): "0", math.Inf(1): "0", 999.5: "1000", 10: "10", 100: "100",
	}
	for v, want := range tests {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Percent(0.0123), "1.23 %"},
		{Percent(1), "100 %"},
		{Percent(0), "0 %"},
		{Percent(0.9996), "> 99.9 %"},
		{Percent(1 - 1e-9), "> 99.9 %"},
		{Percent(0.999), "99.9 %"},
		{Percent(1e-7), "< 0.001 %"},
		{Percent(1e-12), "< 0.001 %"},
		{Percent(1e-5), "0.001 %"},
		{UpperBound(0.007624), "0.77"},
		{UpperBound(0.0076), "0.76"},
		{UpperBound(0.07), "7"},
		{UpperBound(0.0996), "10"},
		{UpperBound(0.166), "16.6"},
		{UpperBound(0.997), "99.7"}, {UpperBound(0.99601), "99.7"},
		{UpperBound(1), "100"},
		{UpperBound(0), "0"},
		{UpperBound(math.NaN()), "0"},
		{LowerBound(0.007624), "0.76"},
		{LowerBound(0.0109), "1"},
		{LowerBound(0.07), "7"},
		{LowerBound(0.29), "29"},
		{LowerBound(0.997), "99.7"},
		{LowerBound(1e-10), "0"},
		{millis(1500 * time.Microsecond), "1.5"},
		{micros(int64(50_250)), "50.2"},
		{micros(1234.5), "1.23"},
		{lossText(0, 0, 0), "not measured"},
		{lossText(0, 500, 0.0076), "0 % (0 of 500: below 0.76 %)"},
		{lossText(0, 500, 0.007624), "0 % (0 of 500: below 0.77 %)"},
		{lossText(2, 500, 0.0145), "0.4 % (2 of 500)"},
		{truncate("żółw", 2), "żó"},
		{truncate("ab", 2), "ab"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// Whatever the figure, the text is a number that a person can read.
func TestNumberSweep(t *testing.T) {
	for exp := -12.0; exp < 12; exp += 0.01 {
		v := math.Pow(10, exp)
		s := number(v)
		if len(s) == 0 || len(s) > 13 || s[0] == '.' || s[len(s)-1] == '.' || s == "-0" {
			t.Fatalf("number(%v) = %q", v, s)
		}
	}
}

// A bound is on the outer side of what it bounds, and within a tenth of it.
func TestBoundsSweep(t *testing.T) {
	for exp := -5.0; exp < 0; exp += 0.001 {
		ratio := math.Pow(10, exp)
		low, err1 := strconv.ParseFloat(LowerBound(ratio), 64)
		high, err2 := strconv.ParseFloat(UpperBound(ratio), 64)
		v := ratio * 100
		if err1 != nil || err2 != nil || low > v*(1+1e-9) || high < v*(1-1e-9) || low < 0.9*v || high > 1.1*v {
			t.Fatalf("%v %%: %s to %s", v, LowerBound(ratio), UpperBound(ratio))
		}
	}
}
