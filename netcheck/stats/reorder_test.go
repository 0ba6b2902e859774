package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestReorderByHand(t *testing.T) {
	tests := []struct {
		name    string
		arrival []uint32
		want    []uint32 // the reordered ones
	}{
		{"in order", []uint32{0, 1, 2, 3}, nil},
		{"a hole is not reordering", []uint32{0, 1, 5, 6}, nil},
		{"RFC 4737, 3.3: the early packet is in order, the late ones are not", []uint32{1, 2, 3, 7, 4, 5, 6, 8}, []uint32{4, 5, 6}},
		{"swapped", []uint32{1, 0}, []uint32{0}},
		{"the highest number", []uint32{math.MaxUint32, 0, math.MaxUint32 - 1}, []uint32{0, math.MaxUint32 - 1}},
	}
	for _, tt := range tests {
		var r Reorder
		var got []uint32
		for _, seq := range tt.arrival {
			if r.Add(seq) {
				got = append(got, seq)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReorderedMeansALargerNumberCameBefore(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		var r Reorder
		order := rng.Perm(150)
		for i, seq := range order {
			want := slices.ContainsFunc(order[:i], func(earlier int) bool { return earlier > seq })
			if got := r.Add(uint32(seq)); got != want {
				t.Fatalf("%v: packet %d: got %v, want %v", order, i, got, want)
			}
		}
	}
}
