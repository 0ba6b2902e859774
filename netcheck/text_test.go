package netcheck

import (
	"math"
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
		{percent(0.0123), "1.23 %"},
		{percent(1), "100 %"},
		{millis(1500 * time.Microsecond), "1.5"},
		{micros(int64(50_250)), "50.2"},
		{micros(1234.5), "1.23"},
		{lossText(0, 0, 0), "not measured"},
		{lossText(0, 500, 0.0076), "0 % (0 of 500: below 0.76 %)"},
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
