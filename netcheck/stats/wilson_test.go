package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestWilsonAgainstKnownIntervals(t *testing.T) {
	tests := []struct {
		lost, sent int
		low, high  float64
	}{
		// Without loss the upper end is z²/(n+z²).
		{0, 1, 0, 0.793450},
		{0, 100, 0, 0.036993},
		{0, 500, 0, 0.007624},
		{0, 1920, 0, 0.001997},
		// Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 1/29.
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{1, 29, 0.0061, 0.1718},
		{50, 100, 0.403832, 0.596168},
		{100, 100, 0.963007, 1},
		{1, 1, 0.206550, 1},
	}
	for _, tt := range tests {
		low, high, ok := Wilson(tt.lost, tt.sent)
		if !ok || math.Abs(low-tt.low) > 5.1e-5 || math.Abs(high-tt.high) > 5.1e-5 {
			t.Errorf("Wilson(%d, %d) = %.6f, %.6f, %v; want %.6f, %.6f", tt.lost, tt.sent, low, high, ok, tt.low, tt.high)
		}
		if tt.lost == 0 && low != 0 {
			t.Errorf("Wilson(0, %d): low is %g, want exactly 0", tt.sent, low)
		}
	}
}

func TestWilsonRefusesWhatIsNoRatio(t *testing.T) {
	for _, c := range [][2]int{{0, 0}, {1, 0}, {-1, 10}, {11, 10}, {0, -1}} {
		if low, high, ok := Wilson(c[0], c[1]); ok || low != 0 || high != 0 {
			t.Errorf("Wilson(%d, %d) = %v, %v, %v; want not ok", c[0], c[1], low, high, ok)
		}
	}
}

// The interval is defined as the ratios that a score test at 5 % would not reject; its ends are searched for here.
func TestWilsonEndsAreTheEdgesOfTheScoreTest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		sent := 1 + rng.IntN(5000)
		lost := rng.IntN(sent + 1)
		low, high, _ := Wilson(lost, sent)
		ratio := float64(lost) / float64(sent)
		if want := scoreEdge(ratio, float64(sent), 0); math.Abs(low-want) > 1e-9 {
			t.Fatalf("Wilson(%d, %d): low %v, want %v", lost, sent, low, want)
		}
		if want := scoreEdge(ratio, float64(sent), 1); math.Abs(high-want) > 1e-9 {
			t.Fatalf("Wilson(%d, %d): high %v, want %v", lost, sent, high, want)
		}
	}
}

// scoreEdge bisects between the ratio, which the test accepts, and the end of the scale beyond.
func scoreEdge(ratio, n, end float64) float64 {
	accepted, rejected := ratio, end
	for range 100 {
		p := (accepted + rejected) / 2
		if math.Abs(ratio-p) <= z95*math.Sqrt(p*(1-p)/n) {
			accepted = p
		} else {
			rejected = p
		}
	}
	return accepted
}
