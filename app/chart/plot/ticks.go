package plot

import "math"

// Tick is a place on an axis and what is written there.
type Tick struct {
	Value float64
	Label string
}

// NiceStep returns the smallest 1, 2 or 5 times a power of ten that is at least min.
func NiceStep(least float64) float64 {
	if !(least > 0) || math.IsInf(least, 0) {
		return 1
	}
	exp := math.Floor(math.Log10(least))
	for {
		for _, m := range [3]float64{1, 2, 5} {
			// Near-equal is good enough: log10 and powers are off in the last digits.
			if step := round(m, exp); step >= least*(1-1e-9) {
				return step
			}
		}
		exp++
	}
}

// round gives m * 10^exp without the noise of multiplying by 0.1.
func round(m, exp float64) float64 {
	if exp < 0 {
		return m / math.Pow(10, -exp)
	}
	return m * math.Pow(10, exp)
}

// AppendValueTicks appends places from 0 to top for at most count labels, but at least those at both ends. Top is a result of NiceTop;
// the steps between are such that one ends there.
func AppendValueTicks(buf []float64, top float64, count int) []float64 {
	if !(top > 0) || math.IsInf(top, 0) {
		return append(buf, 0)
	}
	n := divisions(top, max(count-1, 1))
	for k := range n {
		buf = append(buf, tidy(top*float64(k)/float64(n)))
	}
	return append(buf, top)
}

// divisions returns into how many equal steps, at most that many, a nice top is best divided.
func divisions(top float64, most int) int {
	step := NiceStep(top / float64(most))
	for ; step < top; step = NiceStep(step * 1.5) {
		if n := math.Round(top / step); math.Abs(n*step-top) < 1e-6*top {
			return int(n)
		}
	}
	// Halves look well too, unless they need a decimal more: 0, 40, 80 but not 0, 7.5, 15.
	if most >= 2 && decimals(top/2) <= decimals(top) {
		return 2
	}
	return 1
}

// decimals is how many digits after the point v needs.
func decimals(v float64) int {
	exp, digits := decompose(v)
	return max(0, digits-1-exp)
}

// decompose returns the power of ten of v's first digit, and how many digits v has, up to six.
func decompose(v float64) (exp, digits int) {
	exp = int(math.Floor(math.Log10(v) + 1e-12))
	for digits = 1; digits < 6; digits++ {
		scaled := v * math.Pow(10, float64(digits-1-exp))
		if math.Abs(scaled-math.Round(scaled)) < 1e-6*scaled {
			break
		}
	}
	return exp, digits
}

// tidy takes the noise of division off: 0.6000000000000001.
func tidy(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 9-math.Floor(math.Log10(v)))
	if t := math.Round(v*scale) / scale; t > 0 && !math.IsInf(t, 0) {
		return t
	}
	return v
}

// multiple is k*step, for steps below one as a quotient, which is exact in print: 3*0.1 is 0.30000000000000004.
func multiple(k int, step float64) float64 {
	if step < 1 {
		return float64(k) / math.Round(1/step)
	}
	return float64(k) * step
}

// timeSteps are the steps of a time axis in seconds up to a day; below and above them 1, 2, 5 go on.
var timeSteps = [...]float64{
	0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600,
}

// TimeStep returns the smallest step of a time axis that is at least `least` seconds.
func TimeStep(least float64) float64 {
	if least <= timeSteps[0] {
		return NiceStep(math.Max(least, 1e-6))
	}
	for _, s := range timeSteps {
		if s >= least*(1-1e-9) {
			return s
		}
	}
	return 24 * 3600 * NiceStep(least/(24*3600))
}

// AppendTimeTicks appends the multiples of the smallest fitting step within [x0, x1] so that they are no closer than least seconds.
func AppendTimeTicks(buf []Tick, x0, x1, least float64) []Tick {
	if !(x1 > x0) || math.IsInf(x1-x0, 0) {
		return buf
	}
	step := TimeStep(math.Max(least, (x1-x0)/1000))
	eps := (x1 - x0) * 1e-9
	for k := math.Ceil((x0 - eps) / step); k*step <= x1+eps; k++ {
		x := multiple(int(k), step)
		buf = append(buf, Tick{Value: x, Label: FormatTime(x, step)})
	}
	return buf
}

// NiceSpan returns the smallest length for a growing time axis that holds span seconds: 10 s, 15 s, 30 s, 1 min, 1:30 and so on.
func NiceSpan(span float64) float64 {
	step := TimeStep(math.Max(span/6, 5))
	return math.Ceil(span/step-1e-9) * step
}
