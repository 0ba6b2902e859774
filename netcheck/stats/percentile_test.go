package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestNearestRank(t *testing.T) {
	five := []int64{15, 20, 35, 40, 50}
	hundred := make([]int64, 100)
	for i := range hundred {
		hundred[i] = int64(i + 1)
	}
	tests := []struct {
		name   string
		values []int64
		p      float64
		want   int64
	}{
		{"empty", nil, 0.5, 0},
		{"single", []int64{7}, 0.99, 7},
		{"p5 of five", five, 0.05, 15},
		{"p30 of five", five, 0.30, 20},
		{"p40 of five", five, 0.40, 20},
		{"p50 of five", five, 0.50, 35},
		{"p100 of five", five, 1, 50},
		{"p0", five, 0, 15},
		{"below", five, -3, 15},
		{"above", five, 3, 50},
		{"NaN", five, math.NaN(), 15},
		{"infinite", five, math.Inf(1), 50},
		{"even count takes the lower middle", []int64{1, 2, 3, 4}, 0.5, 2},
		{"p95 of a hundred", hundred, 0.95, 95},
		{"p99 of a hundred", hundred, 0.99, 99},
		{"7 % is rank 7 in spite of binary fractions", hundred, 0.07, 7},
		{"55 % too", hundred, 0.55, 55},
		{"just above a rank", hundred, 0.9500001, 96},
	}
	for _, tt := range tests {
		if got := NearestRank(tt.values, tt.p); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// The rank in whole numbers: the first value that at least percent of all values do not exceed.
func TestNearestRankIsTheSmallestValueThatCoversItsShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		values := make([]int32, 1+rng.IntN(400))
		for i := range values {
			values[i] = rng.Int32N(50)
		}
		slices.Sort(values)
		percent := 1 + rng.IntN(100)
		want := values[slices.IndexFunc(values, func(v int32) bool {
			covered := 0
			for _, w := range values {
				if w <= v {
					covered++
				}
			}
			return covered*100 >= percent*len(values)
		})]
		if got := NearestRank(values, float64(percent)/100); got != want {
			t.Fatalf("p%d of %v: got %d, want %d", percent, values, got, want)
		}
	}
}
