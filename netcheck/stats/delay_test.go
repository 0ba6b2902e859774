package stats

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestDifferenceHoldsAtTheEdges(t *testing.T) {
	edges := []int64{math.MinInt64, math.MinInt64 + 1, -2, -1, 0, 1, 2, math.MaxInt64 - 1, math.MaxInt64}
	for _, a := range edges {
		for _, b := range edges {
			want := new(big.Int).Sub(big.NewInt(a), big.NewInt(b))
			if limit := big.NewInt(math.MaxInt64); want.CmpAbs(limit) > 0 {
				want = limit.Mul(limit, big.NewInt(int64(want.Sign())))
			}
			if got := difference(a, b); got != want.Int64() {
				t.Errorf("difference(%d, %d) = %d, want %v", a, b, got, want)
			}
		}
	}
}

func TestJitterByHand(t *testing.T) {
	var j Jitter
	if _, ok := j.Value(); ok {
		t.Error("jitter of no packet")
	}
	steps := []struct {
		sent, received int64
		want           float64
		ok             bool
	}{
		{0, 1_000_000, 0, false},      // delay 1000000, mostly the offset of the clocks
		{20_000, 1_020_160, 10, true}, // +160: 160/16
		{40_000, 1_040_160, 9.375, true},
		{60_000, 1_060_000, 18.7890625, true}, // -160: 9.375 + (160-9.375)/16
	}
	for i, s := range steps {
		j.Add(s.sent, s.received)
		if got, ok := j.Value(); got != s.want || ok != s.ok {
			t.Errorf("after packet %d: %v, %v; want %v, %v", i, got, ok, s.want, s.ok)
		}
	}
}

func TestIPDVByHand(t *testing.T) {
	var v IPDV
	if got := v.Result(); got != (IPDVResult{}) {
		t.Errorf("empty: %+v", got)
	}
	steps := []struct {
		sent, received, want int64
		ok                   bool
	}{{0, -500, 0, false}, {10, -480, 10, true}, {20, -500, -30, true}, {30, -490, 0, true}}
	for i, s := range steps {
		if got, ok := v.Add(s.sent, s.received); got != s.want || ok != s.ok {
			t.Errorf("packet %d: %d, %v; want %d, %v", i, got, ok, s.want, s.ok)
		}
	}
	if got, want := v.Result(), (IPDVResult{Count: 3, MeanAbsUS: 40.0 / 3, MaxAbsUS: 30}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestConstantOffsetChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		var j, shiftedJ Jitter
		var v, shiftedV IPDV
		offset := rng.Int64N(1<<50) - 1<<49
		for i := range int64(200) {
			sent, received := i*10_000, i*10_000+rng.Int64N(300_000)
			j.Add(sent, received)
			shiftedJ.Add(sent, received+offset)
			v.Add(sent, received)
			shiftedV.Add(sent, received+offset)
		}
		a, _ := j.Value()
		b, _ := shiftedJ.Value()
		if a != b || v.Result() != shiftedV.Result() {
			t.Fatalf("offset %d: jitter %v and %v, ipdv %+v and %+v", offset, a, b, v.Result(), shiftedV.Result())
		}
	}
}
