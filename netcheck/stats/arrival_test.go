package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// arriving makes rows that reached the reflector in these places.
func arriving(places ...uint32) Packets {
	rows := make(Packets, len(places))
	for i, place := range places {
		rows[i] = without(uint32(i), StatusLostDown, SkipperNone)
		rows[i].UpOrder = place
	}
	return rows
}

func TestInOrderOfArrival(t *testing.T) {
	tests := []struct {
		name   string
		places []uint32
		want   []uint32
	}{
		{"none", nil, nil},
		{"unknown", []uint32{0, 0}, nil},
		{"in order", []uint32{1, 2, 3}, []uint32{0, 1, 2}},
		{"mixed, with holes", []uint32{5, 0, 2, 9, 3}, []uint32{2, 4, 0, 3}},
		{"far apart", []uint32{math.MaxUint32, 7, 1 << 30}, []uint32{1, 2, 0}},
		{"the same place twice", []uint32{2, 1, 2}, []uint32{1, 0, 2}},
	}
	for _, tt := range tests {
		if got := inOrderOfArrival(arriving(tt.places...), upArrival); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestBothWaysOfOrderingAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 100 {
		places := make([]uint32, 1+rng.IntN(300))
		for i, p := range rng.Perm(2 * len(places))[:len(places)] {
			places[i] = uint32(p) // one of them may be 0, unknown
		}
		rows := arriving(places...)
		if got, want := inOrderOfArrival(rows, upArrival), sorted(rows, upArrival, len(rows)); !slices.Equal(got, want) {
			t.Fatalf("places %v: got %v, want %v", places, got, want)
		}
	}
}

// A packet overtaken on the way up is not overtaken again by replies that keep their order.
func TestReorderingIsCountedOnTheWayWhereItHappened(t *testing.T) {
	rows := Packets{ok(0, 0, 0, 0, 0, 1, 1), ok(1, 0, 0, 0, 0, 3, 3), ok(2, 0, 0, 0, 0, 2, 2)}
	if s := Summarize(rows, Options{}); s.Up.Reordered != 1 || s.Down.Reordered != 0 {
		t.Errorf("only up: got %d up, %d down", s.Up.Reordered, s.Down.Reordered)
	}
	rows[1].UpOrder, rows[2].UpOrder = 2, 3
	if s := Summarize(rows, Options{}); s.Up.Reordered != 0 || s.Down.Reordered != 1 {
		t.Errorf("only down: got %d up, %d down", s.Up.Reordered, s.Down.Reordered)
	}
}

func TestWithoutOrdersNothingIsSaidOfThem(t *testing.T) {
	rows := Packets{ok(0, 0, 0, 0, 0, 0, 1), ok(1, 0, 0, 0, 0, 0, 2)}
	s := Summarize(rows, Options{})
	if s.Up.Ordered != 0 || s.Up.JitterOK || s.Up.IPDV.Count != 0 {
		t.Errorf("up: %+v", s.Up)
	}
	if s.Down.Ordered != 0 || !s.Down.JitterOK || s.Down.IPDV.Count != 1 {
		t.Errorf("down needs only its own order for delays, and both for reordering: %+v", s.Down)
	}
}
