package stats

import "math"

// z95 is the 97.5 % quantile of the normal distribution: 2.5 % are left out at either side.
const z95 = 1.959963984540054

// Wilson gives the 95 % score interval (Wilson 1927) of the ratio lost/sent, 0 <= low <= lost/sent <= high <= 1. Unlike the
// normal approximation it stays honest at the edges: no loss in 100 packets means "below 3.7 %", not "0 %". The packets are
// taken as independent; losses in bursts make the true interval wider. ok is false when nothing was sent, or the counts can
// not be a ratio.
func Wilson(lost, sent int) (low, high float64, ok bool) {
	if sent <= 0 || lost < 0 || lost > sent {
		return 0, 0, false
	}
	n, k := float64(sent), float64(lost)
	// Each product is rounded in a variable of its own: a fused multiply-add would give another last digit on another
	// processor, and figures recomputed elsewhere must come out equal.
	variance := k * (n - k) / n
	half := z95 * math.Sqrt(variance+z95*z95/4)
	centre := k + z95*z95/2
	weight := n + z95*z95
	ratio := k / n
	low = max(0, min(ratio, (centre-half)/weight))
	high = min(1, max(ratio, (centre+half)/weight))
	// Both are exact in theory; rounding must not leave a trace of loss where there was none.
	if lost == 0 {
		low = 0
	}
	if lost == sent {
		high = 1
	}
	return low, high, true
}
