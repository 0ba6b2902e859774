package rtc

import (
	"slices"
	"testing"
	"time"
)

// repairer is a repair with a clock and a round trip of the test's.
func repairer() (r *repair, clock *time.Duration, rtt *time.Duration) {
	clock, rtt = new(time.Duration), new(time.Duration)
	epoch := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r = newRepair(func() time.Time { return epoch.Add(*clock) }, func() time.Duration { return *rtt }, func() uint32 { return 1 })
	return r, clock, rtt
}

// asks lists when each number is asked for, in milliseconds, looking every 10 ms.
func asks(r *repair, clock *time.Duration, until time.Duration) map[uint16][]int {
	out := map[uint16][]int{}
	for ; *clock <= until; *clock += repairTick {
		numbers, _ := r.due()
		for _, n := range numbers {
			out[n] = append(out[n], int(clock.Milliseconds()))
		}
	}
	return out
}

func TestRepairAsksAtThePaceOfTheRoundTrip(t *testing.T) {
	for name, tt := range map[string]struct {
		rtt  time.Duration
		want []int
	}{
		"a short way": {5 * time.Millisecond, []int{10, 60, 110, 160}},
		"a long way":  {300 * time.Millisecond, []int{10, 330, 650, 970}},
	} {
		t.Run(name, func(t *testing.T) {
			r, clock, rtt := repairer()
			*rtt = tt.rtt
			r.arrived(9, 65534)
			r.arrived(9, 1) // 65535 and 0 are missing
			got := asks(r, clock, 2*time.Second)
			if len(got) != 2 || !slices.Equal(got[65535], tt.want) || !slices.Equal(got[0], tt.want) {
				t.Errorf("asked %v, want %v for 65535 and 0", got, tt.want)
			}
		})
	}
}

func TestRepairDoesNotAskForWhatCame(t *testing.T) {
	r, clock, _ := repairer()
	for _, n := range []uint16{10, 13, 12, 11, 15} { // overtaken, and 14 is missing
		r.arrived(9, n)
	}
	if got := asks(r, clock, 30*time.Millisecond); len(got) != 1 || len(got[14]) != 1 {
		t.Errorf("asked %v", got)
	}
	r.arrived(9, 14)
	r.arrived(9, 14)
	if got := asks(r, clock, time.Second); len(got) != 0 {
		t.Errorf("asked for what has come: %v", got)
	}
}

func TestRepairLeavesALotToTheKeyFrame(t *testing.T) {
	for _, missing := range []uint16{manyMissing - 1, manyMissing} {
		r, clock, _ := repairer()
		r.arrived(9, 0)
		r.arrived(9, missing+1)
		r.keyAsked()
		if got := len(asks(r, clock, 30*time.Millisecond)); (got == 0) != (missing == manyMissing) {
			t.Errorf("of %d that were missing when a key frame was asked for, %d are asked for", missing, got)
		}
	}
}

func TestRepairOfTheVeryFirstPackets(t *testing.T) {
	r, clock, _ := repairer()
	r.expect(65535)
	r.arrived(9, 1)
	if got := asks(r, clock, 20*time.Millisecond); len(got) != 2 || len(got[65535]) != 1 || len(got[0]) != 1 {
		t.Errorf("asked for %v, want 65535 and 0", got)
	}
}

func TestRepairIsBounded(t *testing.T) {
	r, clock, _ := repairer()
	r.arrived(9, 0)
	for n := uint16(2); n < 20_000; n += 2 { // every other one is missing, and then a great many
		r.arrived(9, n)
	}
	r.arrived(9, 40_000)
	if len(r.missing) != maxMissing || r.missing[0].number != 1<<16+40_000-maxMissing {
		t.Errorf("%d are missing, from %d", len(r.missing), r.missing[0].number)
	}
	if *clock = 2 * time.Second; len(asks(r, clock, 2*time.Second)) != 0 || len(r.missing) != 0 {
		t.Errorf("%d are still asked for after two seconds", len(r.missing))
	}
}
