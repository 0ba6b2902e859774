package plot

import "math"

// MinSpan is the shortest time that a viewport shows: five windows of 100 ms.
const MinSpan = 0.5

// margin is how far a view may reach beyond the data, as a share of its own span.
const margin = 0.02

// mode is how a viewport moves when time goes on.
type mode int

const (
	showAll    mode = iota // everything there is
	showLatest             // a fixed span that ends now
	showFixed              // what the user chose
)

// Viewport decides which stretch of time is shown. The zero value shows everything.
//
//	           Follow                  Zoom, Pan
//	everything ------> the latest span ---------> a fixed span
//	    ^                                             |
//	    +------------- Reset, or zoomed out ----------+
type Viewport struct {
	mode   mode
	lo, hi float64 // all there is, or will be
	now    float64
	span   float64 // wanted while following
	x0, x1 float64 // shown while fixed
}

// SetExtent tells from when to when there is data, or will be according to plan.
func (v *Viewport) SetExtent(lo, hi float64) {
	if !(hi >= lo) || math.IsInf(hi-lo, 0) {
		return
	}
	v.lo, v.hi = lo, hi
	if v.mode == showFixed {
		v.clamp()
	}
}

// SetNow moves the right end of what is followed.
func (v *Viewport) SetNow(now float64) {
	if !math.IsNaN(now) && !math.IsInf(now, 0) {
		v.now = now
	}
}

// View returns what is shown.
func (v *Viewport) View() (x0, span float64) {
	switch v.mode {
	case showLatest:
		// Until there is a whole span of data the line grows from the left edge, as on an empty sheet.
		return math.Max(v.now-v.span, v.lo), v.span
	case showFixed:
		return v.x0, v.x1 - v.x0
	}
	return v.lo, v.all()
}

// Follow shows the latest span seconds from now on.
func (v *Viewport) Follow(span float64) {
	if math.IsNaN(span) || math.IsInf(span, 0) {
		return
	}
	v.mode, v.span = showLatest, math.Max(span, MinSpan)
}

// Following tells whether the view moves with the time.
func (v *Viewport) Following() bool { return v.mode == showLatest }

// All tells whether everything is shown.
func (v *Viewport) All() bool { return v.mode == showAll }

// Reset shows everything.
func (v *Viewport) Reset() { v.mode = showAll }

// Zoom shows factor times as much time, with x staying where it is on the screen: below 1 is closer. Zoomed out as far as there is
// data, the view shows everything again.
func (v *Viewport) Zoom(x, factor float64) {
	if !(factor > 0) || math.IsInf(factor, 0) || math.IsNaN(x) {
		return
	}
	x0, span := v.View()
	wanted := math.Max(span*factor, MinSpan)
	if factor > 1 && wanted >= v.all() {
		v.Reset()
		return
	}
	at := math.Max(0, math.Min(1, (x-x0)/span))
	v.mode, v.x0 = showFixed, x-at*wanted
	v.x1 = v.x0 + wanted
	v.clamp()
}

// ZoomLatest changes the span while the view goes on following; without following it zooms about the middle.
func (v *Viewport) ZoomLatest(factor float64) {
	x0, span := v.View()
	if v.mode != showLatest || !(factor > 0) {
		v.Zoom(x0+span/2, factor)
		return
	}
	if factor > 1 && span*factor >= v.all() {
		v.Reset()
		return
	}
	v.Follow(span * factor)
}

// Pan moves the view by a time; positive is later. What shows everything can not be moved.
func (v *Viewport) Pan(by float64) {
	if v.mode == showAll || math.IsNaN(by) || math.IsInf(by, 0) {
		return
	}
	x0, span := v.View()
	v.mode, v.x0, v.x1 = showFixed, x0+by, x0+by+span
	v.clamp()
}

// Show fixes the view to [x0, x1].
func (v *Viewport) Show(x0, x1 float64) {
	if !(x1 > x0) || math.IsInf(x1-x0, 0) {
		return
	}
	v.mode, v.x0, v.x1 = showFixed, x0, math.Max(x1, x0+MinSpan)
	v.clamp()
}

func (v *Viewport) all() float64 { return math.Max(v.hi-v.lo, MinSpan) }

// clamp keeps a fixed view near the data.
func (v *Viewport) clamp() {
	span := math.Max(math.Min(v.x1-v.x0, v.all()*(1+2*margin)), MinSpan)
	lo, hi := v.lo-span*margin, v.lo+v.all()+span*margin
	v.x0 = math.Max(lo, math.Min(v.x0, hi-span))
	v.x1 = v.x0 + span
}
