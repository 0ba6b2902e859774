package lab

import "math"

// falseAlarm is the chance with which one check of a share may fail although everything is right. The lab makes four of them a run:
// together they stay below one in a million (design: 99.9999 %).
const falseAlarm = 2e-7

// fits says whether k of n may come from independent chances of p, both tails taken together.
func fits(k, n int, p float64) bool {
	low, high := tails(k, n, p)
	return min(low, high) >= falseAlarm/2
}

// tails gives the chances of at most k and of at least k among n.
func tails(k, n int, p float64) (low, high float64) {
	for i := range n + 1 {
		c := chance(i, n, p)
		if i <= k {
			low += c
		}
		if i >= k {
			high += c
		}
	}
	return low, high
}

func chance(k, n int, p float64) float64 {
	factorial := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return math.Exp(factorial(n) - factorial(k) - factorial(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}
