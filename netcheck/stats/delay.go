package stats

import "math"

// difference is a-b, held within ±math.MaxInt64. Times may come from a peer's log or from a file: a wrapped difference would
// make a plausible figure out of an absurd one, and -math.MaxInt64 still has an absolute value.
func difference(a, b int64) int64 {
	d := a - b
	switch {
	case b > 0 && d > a, b < 0 && d < a: // wrapped
		if b > 0 {
			return -math.MaxInt64
		}
		return math.MaxInt64
	case d == math.MinInt64:
		return -math.MaxInt64
	}
	return d
}

// magnitude is |d|; d comes from difference.
func magnitude(d int64) int64 { return max(d, -d) }

// transit remembers the one-way delay of the packet before, which includes the unknown offset between the two clocks.
type transit struct {
	previous int64 // microseconds
	known    bool
}

// step gives the change of delay since the packet before, in microseconds: D(i,j) of RFC 3550, section 6.4.1, and the
// one-way ipdv of RFC 3393, section 2.4. The offset between the clocks cancels. ok is false for the first packet.
func (t *transit) step(sentUS, receivedUS int64) (d int64, ok bool) {
	now := difference(receivedUS, sentUS)
	d, ok = difference(now, t.previous), t.known
	t.previous, t.known = now, true
	return d, ok
}
