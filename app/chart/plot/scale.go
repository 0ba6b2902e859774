package plot

import (
	"math"
	"slices"
)

const (
	// clipShare is how much of a line may be left above the scale.
	clipShare = 0.02
	// clipFrom is the fewest columns of a line from which a spike is told from a line that is simply high.
	clipFrom = 10
	// near: what exceeds the rest by less than this factor is shown with it. Cutting it off would gain little.
	near = 2
	// bandShare is how much of a band may be above the scale. Bands hold the extremes of each window and are noisier than the line.
	bandShare = 0.10
	// headroom keeps the top of a line off the edge.
	headroom = 1.02
)

// Peak is the highest value that a scale does not show.
type Peak struct {
	X, Value float64
	Line     int // which of the lines handed to Add, from 0
}

// Scaler finds the upper end of a value axis from what is visible. It depends on nothing else, no earlier scale, so equal views look
// equal. It is reused to spare allocations.
type Scaler struct {
	max, top float64
	line     int
	peak     Peak
	tops     []float64
	sorted   []float64
}

// Reset forgets all lines.
func (s *Scaler) Reset() { *s = Scaler{tops: s.tops[:0], sorted: s.sorted[:0], peak: Peak{Line: -1}} }

// Add takes the columns of one line in view, and whether its band is shown.
//
// The share that may be cut off is counted for each line alone: a path that is slow, and in view for a moment only, is no spike.
func (s *Scaler) Add(cols []Column, pixels int, band bool) {
	s.tops, s.sorted = s.tops[:0], s.sorted[:0]
	highest := Peak{Value: math.Inf(-1), Line: s.line}
	for _, c := range cols {
		if c.Pixel < 0 || c.Pixel >= pixels {
			continue
		}
		high := c.Max
		if band {
			high = c.High
		}
		s.tops, s.sorted = append(s.tops, high), append(s.sorted, c.Max)
		if high > highest.Value {
			highest.X, highest.Value = (c.X0+c.X1)/2, high
		}
	}
	s.line++
	if len(s.tops) == 0 {
		return
	}
	if highest.Value > s.peak.Value || s.peak.Line < 0 {
		s.peak = highest
	}
	s.max = math.Max(s.max, highest.Value)
	s.top = math.Max(s.top, usual(s.sorted, clipShare))
	s.top = math.Max(s.top, usual(s.tops, bandShare))
}

// Scale returns the upper end of the axis, at least least, and the peak above it if there is one.
func (s *Scaler) Scale(least float64) (top float64, peak Peak, clipped bool) {
	top = NiceTop(math.Max(s.top*headroom, least))
	return top, s.peak, s.max > top
}

// usual returns the largest value that is near those which all but a share of the values do not exceed; the very largest if there are
// too few to judge. It sorts.
func usual(values []float64, share float64) float64 {
	slices.Sort(values)
	last := len(values) - 1
	if len(values) < clipFrom {
		return values[last]
	}
	i := last - int(math.Ceil(share*float64(last)))
	for limit := values[i] * near; i < last && values[i+1] <= limit; {
		i++
	}
	return values[i]
}

// NiceTop returns the smallest end of an axis that is at least v and looks like one: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power
// of ten.
func NiceTop(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 1
	}
	exp := math.Floor(math.Log10(v))
	for {
		for _, m := range [...]float64{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
			if top := round(m, exp); top >= v*(1-1e-9) {
				return top
			}
		}
		exp++
	}
}
