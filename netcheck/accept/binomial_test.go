package accept_test

import (
	"math"
	"testing"
)

// falseAlarm is the chance with which a check of a share may fail although everything is right: 1e-7, so that the dozen of
// checks of this package stay below 1e-5 together.
const falseAlarm = 1e-7

// checkShare fails if k of n is out of what independent chances of p give.
func checkShare(t *testing.T, what string, k, n int, p float64) {
	t.Helper()
	if low, high := tails(k, n, p); low < falseAlarm/2 || high < falseAlarm/2 {
		t.Errorf("%s: %d of %d does not fit a chance of %v", what, k, n, p)
	}
}

// tails gives the chances of at most k and of at least k successes among n.
func tails(k, n int, p float64) (low, high float64) {
	for i := range n + 1 {
		if c := pmf(i, n, p); i < k {
			low += c
		} else if i > k {
			high += c
		} else {
			low, high = low+c, high+c
		}
	}
	return low, high
}

func pmf(k, n int, p float64) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return math.Exp(lg(n) - lg(k) - lg(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

func TestTails(t *testing.T) {
	low, high := tails(1, 3, 0.5)
	if math.Abs(low-0.5) > 1e-12 || math.Abs(high-0.875) > 1e-12 {
		t.Errorf("at most 1 of 3: %v, at least: %v, want 0.5 and 0.875", low, high)
	}
	if low, _ := tails(12, 600, 0.05); low < 1e-5 || low > 1e-3 {
		t.Errorf("at most 12 of 600 at 5 %%: %v", low)
	}
}
