package plot

import (
	"image/color"
	"testing"
)

// columnsOf is a line with the given values, one a pixel.
func columnsOf(values ...float64) []Column {
	s := &Series{}
	for i, v := range values {
		s.Put(Flat(float64(i), v))
	}
	return s.Columns(NewWindow(0, float64(len(values)), len(values)), nil)
}

// flat is a line of n equal values.
func flat(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func TestScale(t *testing.T) {
	spiky := flat(100, 20)
	spiky[41] = 812
	noisy := flat(100, 20)
	noisy[41] = 35
	tests := []struct {
		name    string
		lines   [][]float64
		least   float64
		top     float64
		peak    Peak
		clipped bool
	}{
		{name: "nothing", least: 1, top: 1},
		{name: "small values do not look dramatic", lines: [][]float64{flat(50, 0.3)}, least: 1, top: 1},
		{name: "all zero", lines: [][]float64{flat(50, 0)}, least: 2, top: 2},
		{name: "a spike is cut off and named", lines: [][]float64{spiky}, least: 1, top: 25, peak: Peak{X: 41, Value: 812}, clipped: true},
		{name: "what is only a little higher is shown", lines: [][]float64{noisy}, least: 1, top: 40},
		{name: "a spike below the least span is shown", lines: [][]float64{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5}}, least: 10, top: 10},
		{name: "too few to tell a spike", lines: [][]float64{{1, 1, 50}}, least: 1, top: 60},
		{name: "a short line is no spike of a long one", lines: [][]float64{flat(500, 1), flat(12, 150)}, least: 1, top: 200},
		{
			name: "the spike of the second line", lines: [][]float64{flat(100, 5), spiky}, least: 1,
			top: 25, peak: Peak{X: 41, Value: 812, Line: 1}, clipped: true,
		},
	}
	for _, tt := range tests {
		var s Scaler
		s.Reset()
		for _, values := range tt.lines {
			s.Add(columnsOf(values...), len(values), false)
		}
		top, peak, clipped := s.Scale(tt.least)
		if top != tt.top || clipped != tt.clipped {
			t.Errorf("%s: top %v, clipped %v", tt.name, top, clipped)
		}
		if clipped && peak != tt.peak {
			t.Errorf("%s: peak %+v", tt.name, peak)
		}
	}
}

func TestScaleLooksAtWhatIsVisible(t *testing.T) {
	s := &Series{}
	for i := range 200 {
		y := 10.0
		if i < 50 || i >= 150 {
			y = 1000
		}
		s.Put(Flat(float64(i), y))
	}
	var scaler Scaler
	scaler.Reset()
	scaler.Add(s.Columns(NewWindow(50, 100, 100), nil), 100, false)
	if top, _, clipped := scaler.Scale(1); top != 12 || clipped {
		t.Errorf("top %v, clipped %v: the neighbours beyond the edges were counted", top, clipped)
	}
}

func TestLegible(t *testing.T) {
	white, black := color.NRGBA{255, 255, 255, 255}, color.NRGBA{0x17, 0x17, 0x18, 255}
	paths := []color.NRGBA{{0, 0x72, 0xb2, 255}, {0, 0x9e, 0x73, 255}, {0xe6, 0x9f, 0, 255}, {0xd5, 0x5e, 0, 255}, {0xcc, 0x79, 0xa7, 255}}
	for _, c := range paths {
		for back, want := range map[color.NRGBA]float64{white: contrastOnLight, black: contrastOnDark} {
			if got := contrast(luminance(Legible(c, back)), luminance(back)); got < want {
				t.Errorf("%v on %v has a contrast of %.2f", c, back, got)
			}
		}
	}
	if got := Legible(paths[0], white); got != paths[0] {
		t.Errorf("blue on white needs no change, got %v", got)
	}
}
