package plot

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestAppendValueTicks(t *testing.T) {
	tests := []struct {
		top   float64
		count int
		want  []float64
	}{
		{1, 6, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{1, 3, []float64{0, 0.5, 1}},
		{1.2, 4, []float64{0, 0.6, 1.2}},
		{80, 4, []float64{0, 40, 80}},
		{80, 5, []float64{0, 20, 40, 60, 80}},
		{15, 3, []float64{0, 15}},
		{15, 4, []float64{0, 5, 10, 15}},
		{25, 3, []float64{0, 25}},
		{50, 2, []float64{0, 50}},
		{100, 1, []float64{0, 100}},
		{0, 5, []float64{0}},
		{math.NaN(), 5, []float64{0}},
	}
	for _, tt := range tests {
		if got := AppendValueTicks(nil, tt.top, tt.count); !slices.Equal(got, tt.want) {
			t.Errorf("top %v, %d labels: %v, want %v", tt.top, tt.count, got, tt.want)
		}
	}
}

// Ticks begin at 0, end at the top, are no more than asked for, and evenly spaced.
func TestValueTicksCoverTheAxis(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		top, count := NiceTop(math.Pow(10, rng.Float64()*14-6)), 2+rng.IntN(9)
		got := AppendValueTicks(nil, top, count)
		if len(got) < 2 || len(got) > count || got[0] != 0 || got[len(got)-1] != top {
			t.Fatalf("top %v, %d labels: %v", top, count, got)
		}
		for i := 1; i < len(got); i++ {
			if step := got[i] - got[i-1]; math.Abs(step-got[1]) > 1e-6*got[1] {
				t.Fatalf("top %v, %d labels: uneven %v", top, count, got)
			}
		}
	}
}

func TestNiceTop(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for range 2000 {
		v := math.Pow(10, rng.Float64()*14-6)
		if top := NiceTop(v); top < v*(1-1e-9) || top > v*1.6 || NiceTop(top) != top {
			t.Fatalf("nice top of %v is %v, whose own is %v", v, top, NiceTop(top))
		}
	}
	for _, v := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if NiceTop(v) != 1 {
			t.Errorf("nice top of %v is %v", v, NiceTop(v))
		}
	}
}

func TestAppendTimeTicks(t *testing.T) {
	labels := func(x0, x1, least float64) (out []string) {
		for _, tick := range AppendTimeTicks(nil, x0, x1, least) {
			out = append(out, tick.Label)
		}
		return out
	}
	tests := []struct {
		x0, x1, least float64
		want          []string
	}{
		{0, 60, 12, []string{"0:00", "0:15", "0:30", "0:45", "1:00"}},
		{0, 300, 50, []string{"0:00", "1:00", "2:00", "3:00", "4:00", "5:00"}},
		{3590, 3620, 10, []string{"59:50", "1:00:00", "1:00:10", "1:00:20"}},
		{31.2, 31.8, 0.15, []string{"0:31.2", "0:31.4", "0:31.6", "0:31.8"}},
		{0, 4 * 3600, 3000, []string{"0:00", "1 h", "2 h", "3 h", "4 h"}},
		{5, 5, 1, nil},
	}
	for _, tt := range tests {
		if got := labels(tt.x0, tt.x1, tt.least); !slices.Equal(got, tt.want) {
			t.Errorf("%v to %v: %q, want %q", tt.x0, tt.x1, got, tt.want)
		}
	}
}

func TestFormatValue(t *testing.T) {
	tests := []struct {
		v    float64
		want string
	}{
		{0, "0"}, {0.6144, "0.614"}, {0.1 + 0.2, "0.3"}, {12.34, "12.3"}, {99.96, "100"}, {123.4, "123"}, {1234.5, "1230"},
		{12345, "12" + thin + "300"}, {0.000123456, "0.000123"}, {-3.14159, "−3.14"}, {1e6, "1" + thin + "000" + thin + "000"},
		{math.NaN(), "–"}, {math.Inf(1), "–"},
	}
	for _, tt := range tests {
		if got := FormatValue(tt.v); got != tt.want {
			t.Errorf("%v is written %q, want %q", tt.v, got, tt.want)
		}
	}
}

func TestFormatTick(t *testing.T) {
	tests := []struct {
		v, step float64
		want    string
	}{
		{0, 0.2, "0"}, {3 * 0.1, 0.1, "0.3"}, {1, 0.5, "1.0"}, {7.5, 7.5, "7.5"}, {40, 20, "40"}, {0.75, 0.25, "0.75"},
		{12000, 2000, "12" + thin + "000"},
	}
	for _, tt := range tests {
		if got := FormatTick(tt.v, tt.step); got != tt.want {
			t.Errorf("%v in steps of %v is written %q, want %q", tt.v, tt.step, got, tt.want)
		}
	}
}

func TestClock(t *testing.T) {
	tests := []struct {
		x        float64
		decimals int
		want     string
	}{
		{0, 0, "0:00"}, {59.96, 1, "1:00.0"}, {59.94, 1, "0:59.9"}, {3599.5, 0, "1:00:00"}, {3725, 0, "1:02:05"}, {-1.5, 1, "−0:01.5"},
		{10, 2, "0:10.00"},
	}
	for _, tt := range tests {
		if got := Clock(tt.x, tt.decimals); got != tt.want {
			t.Errorf("%v is written %q, want %q", tt.x, got, tt.want)
		}
	}
}

func TestNiceSpan(t *testing.T) {
	for span, want := range map[float64]float64{0: 0, 3: 5, 9: 10, 31: 40, 60: 60, 61: 75, 3599: 3600} {
		if got := NiceSpan(span); got != want {
			t.Errorf("%v s fit %v s, want %v s", span, got, want)
		}
	}
}
