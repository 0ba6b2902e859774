package stamp_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"echopath/netcheck/stamp"
)

func TestLogRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 4095, 4096, 4097, 20000} {
		want := randomEntries(rand.New(rand.NewPCG(5, 6)), n)
		log := stamp.NewLog(n)
		for i, e := range want {
			if !log.Append(e) || log.Len() != i+1 || log.At(i) != e {
				t.Fatalf("entry %d of %d not kept", i, n)
			}
		}
		if log.Append(stamp.Entry{}) || log.Len() != n {
			t.Errorf("log of %d took one more", n)
		}
		got := make([]stamp.Entry, 0, n)
		last := false
		for b := range log.Blocks(9, stamp.CarrierSRTP, 0) {
			if last {
				t.Fatal("a block after the last")
			}
			first := len(got)
			h, out, err := stamp.ParseBlock(b, got)
			if err != nil || h.Session != 9 || h.Carrier != stamp.CarrierSRTP || int(h.First) != first {
				t.Fatalf("block at %d: %+v, %v", first, h, err)
			}
			got, last = out, h.Last
		}
		if !last || !slices.Equal(got, want) {
			t.Errorf("log of %d: last block %v, %d entries back", n, last, len(got))
		}
	}
}

func TestLogBlocksCanStop(t *testing.T) {
	log := stamp.NewLog(100)
	for range 100 {
		log.Append(stamp.Entry{})
	}
	blocks := 0
	for range log.Blocks(1, stamp.CarrierSRTP, stamp.MinBlock) {
		if blocks++; blocks == 2 {
			break
		}
	}
	if blocks != 2 {
		t.Errorf("%d blocks, want 2", blocks)
	}
}

func TestLogCapacityLimits(t *testing.T) {
	if stamp.NewLog(-1).Append(stamp.Entry{}) {
		t.Error("a log without capacity took an entry")
	}
	if !stamp.NewLog(math.MaxInt).Append(stamp.Entry{}) {
		t.Error("a large log took no entry, or its memory at once")
	}
}

func TestLogAllocs(t *testing.T) {
	log := stamp.NewLog(1 << 20)
	if n := testing.AllocsPerRun(100000, func() { log.Append(stamp.Entry{Replied: true}) }); n != 0 {
		t.Errorf("%v allocations an entry", n)
	}
}
