package plot

import (
	"math"
	"math/rand/v2"
	"testing"
)

func newView() *Viewport {
	v := &Viewport{}
	v.SetExtent(0, 100)
	v.SetNow(80)
	return v
}

func TestViewport(t *testing.T) {
	tests := []struct {
		name     string
		do       func(*Viewport)
		x0, span float64
		mode     mode
	}{
		{"everything at first", func(*Viewport) {}, 0, 100, showAll},
		{"follow", func(v *Viewport) { v.Follow(30) }, 50, 30, showLatest},
		{"follow moves with time", func(v *Viewport) { v.Follow(30); v.SetNow(90) }, 60, 30, showLatest},
		{"follow before there is a whole span", func(v *Viewport) { v.Follow(30); v.SetNow(10) }, 0, 30, showLatest},
		{"zoom keeps x in place", func(v *Viewport) { v.Zoom(20, 0.5) }, 10, 50, showFixed},
		{"zoom leaves following", func(v *Viewport) { v.Follow(30); v.Zoom(65, 0.5) }, 57.5, 15, showFixed},
		{"zoom has a limit", func(v *Viewport) { v.Zoom(50, 1e-9) }, 49.75, 0.5, showFixed},
		{"zoomed out shows everything again", func(v *Viewport) { v.Zoom(20, 0.5); v.Zoom(20, 3) }, 0, 100, showAll},
		{"fixed does not move with time", func(v *Viewport) { v.Zoom(20, 0.5); v.SetNow(95) }, 10, 50, showFixed},
		{"zoom up to now", func(v *Viewport) { v.Follow(30); v.ZoomLatest(0.5) }, 65, 15, showLatest},
		{"zoom about the middle", func(v *Viewport) { v.ZoomLatest(0.5) }, 25, 50, showFixed},
		{"pan", func(v *Viewport) { v.Zoom(20, 0.5); v.Pan(5) }, 15, 50, showFixed},
		{"pan ends a little before the data", func(v *Viewport) { v.Zoom(50, 0.5); v.Pan(-1e6) }, -1, 50, showFixed},
		{"pan ends a little after the data", func(v *Viewport) { v.Zoom(50, 0.5); v.Pan(1e6) }, 51, 50, showFixed},
		{"everything can not be moved", func(v *Viewport) { v.Pan(5) }, 0, 100, showAll},
		{"pan leaves following", func(v *Viewport) { v.Follow(30); v.Pan(-10) }, 40, 30, showFixed},
		{"reset", func(v *Viewport) { v.Zoom(50, 0.1); v.Reset() }, 0, 100, showAll},
		{"show", func(v *Viewport) { v.Show(24, 32) }, 24, 8, showFixed},
		{"show what is too short", func(v *Viewport) { v.Show(24, 24.1) }, 24, 0.5, showFixed},
		{"nonsense is ignored", func(v *Viewport) {
			v.Zoom(math.NaN(), 2)
			v.Zoom(1, 0)
			v.Pan(math.Inf(1))
			v.Show(5, 5)
			v.Follow(math.NaN())
			v.SetExtent(3, 1)
			v.SetNow(math.NaN())
		}, 0, 100, showAll},
	}
	for _, tt := range tests {
		v := newView()
		tt.do(v)
		x0, span := v.View()
		if math.Abs(x0-tt.x0) > 1e-9 || math.Abs(span-tt.span) > 1e-9 || v.mode != tt.mode {
			t.Errorf("%s: %v for %v in mode %v, want %v for %v in mode %v", tt.name, x0, span, v.mode, tt.x0, tt.span, tt.mode)
		}
	}
}

// Whatever the user does, the view stays near the data and is never too short.
func TestViewportStaysNearTheData(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		v, now := &Viewport{}, 0.0
		for range 100 {
			now += rng.Float64()
			v.SetExtent(0, now)
			v.SetNow(now)
			switch rng.IntN(6) {
			case 0:
				v.Follow(rng.Float64() * 100)
			case 1:
				v.Zoom(rng.Float64()*now, math.Exp(rng.NormFloat64()))
			case 2:
				v.Pan(rng.NormFloat64() * now)
			case 3:
				v.ZoomLatest(math.Exp(rng.NormFloat64()))
			case 4:
				v.Show(rng.Float64()*now, rng.Float64()*now)
			}
			x0, span := v.View()
			if !(span >= MinSpan-1e-9) || !(x0 >= -span*margin-1e-9) || !v.Following() && x0+span > v.all()+2*span*margin+1e-9 {
				t.Fatalf("shows %v for %v of %v s", x0, span, now)
			}
		}
	}
}
