package plot

import "math"

// Window is a stretch of time that is shown on whole pixels: pixel p covers [At(p), At(p+1)).
//
// Its left edge is a multiple of the width of a pixel. So each point stays in the company of the same neighbours while the view
// scrolls, and the picture moves as a whole instead of shimmering.
type Window struct {
	First    int     // the left edge in pixels since X = 0
	PerPixel float64 // seconds
	Pixels   int
}

// NewWindow shows span seconds from about x0 on so many pixels.
func NewWindow(x0, span float64, pixels int) Window {
	pixels = max(pixels, 1)
	per := span / float64(pixels)
	if !(per > 0) || math.IsInf(per, 0) {
		per = 1 / float64(pixels)
	}
	first := math.Round(x0 / per)
	if !(math.Abs(first) < 1<<52) {
		first = 0
	}
	return Window{First: int(first), PerPixel: per, Pixels: pixels}
}

// X0 is the left edge.
func (w Window) X0() float64 { return w.At(0) }

// X1 is the right edge.
func (w Window) X1() float64 { return w.At(float64(w.Pixels)) }

// At returns the time at a distance of px pixels from the left edge.
func (w Window) At(px float64) float64 { return (float64(w.First) + px) * w.PerPixel }

// Pixel returns the place of x in pixels from the left edge.
func (w Window) Pixel(x float64) float64 { return x/w.PerPixel - float64(w.First) }

// column tells in which pixel column x is; -1 stands for all that is left of the view, Pixels for all that is right of it. Every
// comparison goes through here, so that rounding can not put a point into two columns.
func (w Window) column(x float64) int {
	c := math.Floor(x/w.PerPixel) - float64(w.First)
	return int(math.Max(-1, math.Min(c, float64(w.Pixels))))
}
