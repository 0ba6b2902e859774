package stats

import (
	"cmp"
	"math"
)

// NearestRank gives the percentile p (0..1) of values in ascending order by the nearest-rank method: the value of rank
// ceil(p*n), counted from 1. It is always one of the values, never an interpolation: the smallest that at least the share p
// of all values does not exceed. A p of 0 or less gives the smallest value, of 1 or more the largest. An empty slice has no
// percentile and gives the zero value: ask for the length first.
func NearestRank[T cmp.Ordered](sorted []T, p float64) T {
	if len(sorted) == 0 {
		var none T
		return none
	}
	return sorted[nearestRank(p, len(sorted))-1]
}

// nearestRank is the rank ceil(p*n) of n values, counted from 1 and limited to 1..n; n must be positive.
func nearestRank(p float64, n int) int {
	switch {
	case p >= 1:
		return n
	case !(p > 0): // a NaN too
		return 1
	}
	// 0.07*100 is 7.000000000000001 in binary; without the tolerance its rank would be 8.
	const tolerance = 0x1p-51
	x := p * float64(n)
	return min(max(int(math.Ceil(x-x*tolerance)), 1), n)
}
