package stats

import (
	"math/bits"
	"time"
)

// sketchSub is the number of classes per power of two: a percentile is at most 1/16 (6 %) above the true one.
const (
	sketchBits = 4
	sketchSub  = 1 << sketchBits
)

// Sketch keeps the distribution of durations in bounded memory and without allocating: the count, mean and largest are exact,
// percentiles are at most 6 % too high and never too low. It serves self checks such as timer error and dwell; figures about
// the network are exact and come from Summarize. The zero value is ready; negative durations count as 0.
type Sketch struct {
	n     int
	sum   time.Duration
	max   time.Duration
	class [64 * sketchSub]uint32
}

// Add takes one duration.
func (s *Sketch) Add(d time.Duration) {
	d = max(d, 0)
	s.n++
	s.sum += d
	s.max = max(s.max, d)
	s.class[sketchClass(uint64(d))]++
}

// sketchClass numbers the classes: values below sketchSub have one each, then sketchSub to every power of two.
func sketchClass(v uint64) int {
	if v < sketchSub {
		return int(v) //nolint:gosec // below 16
	}
	exp := bits.Len64(v) - 1 - sketchBits
	return (exp+1)*sketchSub + int(v>>exp) - sketchSub //nolint:gosec // v>>exp is below 32
}

// classTop is the largest value of a class.
func classTop(class int) uint64 {
	if class < sketchSub {
		return uint64(class) //nolint:gosec // not negative
	}
	exp := class/sketchSub - 1
	return (uint64(class%sketchSub+sketchSub)+1)<<exp - 1 //nolint:gosec // not negative
}

// N is the number of durations.
func (s *Sketch) N() int { return s.n }

// Max is the largest, 0 if there is none.
func (s *Sketch) Max() time.Duration { return s.max }

// Mean is the mean, 0 if there is none.
func (s *Sketch) Mean() time.Duration {
	if s.n == 0 {
		return 0
	}
	return s.sum / time.Duration(s.n)
}

// Percentile gives the percentile p (0..1) by nearest rank, rounded up to the top of its class; 0 if there is nothing.
func (s *Sketch) Percentile(p float64) time.Duration {
	if s.n == 0 {
		return 0
	}
	rank := nearestRank(p, s.n)
	seen := 0
	for i, c := range s.class {
		if seen += int(c); seen >= rank {
			return min(time.Duration(classTop(i)), s.max) //nolint:gosec // limited by max
		}
	}
	return s.max
}
