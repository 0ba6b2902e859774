package wire

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

func TestAnUntreatedLinkCarriesAtOnceAndInOrder(t *testing.T) {
	records, out := carry(t, Config{}, 100, ms, same(200))
	if len(out) != 100 || len(records) != 100 {
		t.Fatalf("%d came out, %d records", len(out), len(records))
	}
	for i, r := range records {
		want := Record{Arrived: time.Duration(i) * ms, Due: time.Duration(i) * ms, Departed: time.Duration(i) * ms, Length: 200, Protocol: UDP, From: 1000, To: 2000}
		want.HeadSize = copy(want.Head[:], media(200, uint16(i))[28:])
		if r != want {
			t.Fatalf("record %d: %+v, want %+v", i, r, want)
		}
		if !bytes.Equal(out[i], media(200, uint16(i))) {
			t.Fatalf("packet %d came out changed", i)
		}
	}
}

func TestLossFitsItsChanceAndTheSeed(t *testing.T) {
	const n = 20_000
	c := always(Treatment{Loss: 0.05})
	records, out := carry(t, c, n, ms, same(200))
	lost := Count(records).ByFate[Lost]
	checkShare(t, "lost", lost, n, 0.05)
	if len(out) != n-lost {
		t.Errorf("%d came out, %d of %d were lost", len(out), lost, n)
	}
	again, _ := carry(t, c, n, 2*ms, same(200))
	c.Seed = 2
	other, _ := carry(t, c, n, ms, same(200))
	c.Seed, c.Direction = 1, Down
	back, _ := carry(t, c, n, ms, same(200))
	if !slices.Equal(fatesOf(records), fatesOf(again)) {
		t.Error("the same packets with the same seed met other fates")
	}
	if slices.Equal(fatesOf(records), fatesOf(other)) || slices.Equal(fatesOf(records), fatesOf(back)) {
		t.Error("another seed, or the other direction, gave the same fates")
	}
}

func fatesOf(records []Record) []Fate {
	var all []Fate
	for i := range records {
		all = append(all, records[i].Fate)
	}
	return all
}

// What else is on the link does not change the fates of the packets of one length.
func TestFatesDoNotDependOnOtherPackets(t *testing.T) {
	c := always(Treatment{Loss: 0.3, Reorder: Reorder{0.2, ms}, Duplicate: 0.1, Delay: 5 * ms, Jitter: Jitter{Spread: Normal, By: ms}})
	alone, _ := carry(t, c, 500, ms, same(200))
	mixed, _ := carry(t, c, 1000, ms/2, func(n int) []byte { return media(200+n%2, uint16(n)) })
	mixed = Select(mixed, Selector{High: 200})
	for i := range alone {
		a, b := alone[i], mixed[i]
		if a.Fate != b.Fate || a.Held != b.Held || a.Copies != b.Copies || a.Fate == Passed && a.Due-a.Arrived != b.Due-b.Arrived {
			t.Fatalf("packet %d: %+v alone, %+v among others", i, a, b)
		}
	}
}

func TestBursts(t *testing.T) {
	const n = 200_000
	records, _ := carry(t, always(Treatment{Burst: Burst{Enter: 0.01, Leave: 0.25}}), n, ms, same(100))
	lost, bursts, before := 0, 0, Passed
	for _, r := range records {
		if r.Fate == BurstLost {
			lost++
			if before != BurstLost {
				bursts++
			}
		}
		before = r.Fate
	}
	// Bursts are independent of each other and so are their lengths: each good packet may begin one, each bad one may end it.
	checkShare(t, "bursts by good packets", bursts, n-lost, 0.01)
	checkShare(t, "ends by bad packets", bursts, lost, 0.25)
	half, _ := carry(t, always(Treatment{Burst: Burst{Enter: 1, Leave: 1e-9, Loss: 0.5}}), 10_000, ms, same(100))
	checkShare(t, "lost in a bad state that loses half", Count(half).ByFate[BurstLost], 10_000, 0.5)
}

func TestOutagesAndPhases(t *testing.T) {
	c := Config{Phases: []Phase{
		{Treatment: Treatment{Outages: []Span{{10 * ms, 20 * ms}, {30 * ms, 31 * ms}}}},
		{From: 50 * ms, Treatment: Treatment{Delay: 5 * ms}},
	}}
	records, _ := carry(t, c, 60, ms, same(100))
	for i, r := range records {
		out := i >= 10 && i < 20 || i == 30
		delay := time.Duration(0)
		if i >= 50 {
			delay = 5 * ms
		}
		if (r.Fate == Outage) != out || !out && r.Delay() != delay {
			t.Errorf("packet %d at %v: %s, delay %v", i, r.Arrived, r.Fate, r.Delay())
		}
	}
}

func TestTheTreatmentBeginsWithAPacket(t *testing.T) {
	c := Config{Begin: &Selector{RTP: true}, Phases: []Phase{{Treatment: Treatment{Loss: 1}}, {From: 10 * ms}}}
	p := pipe(t, c)
	take := func(at time.Duration, b []byte) Fate {
		p.Take(at, b)
		all := p.Records()
		return all[len(all)-1].Fate
	}
	if f := take(0, udp(200, 1, 2)); f != Passed {
		t.Errorf("before the beginning: %s", f)
	}
	if _, ok := p.Begun(); ok {
		t.Error("it began with a packet that is no media")
	}
	if f := take(5*ms, media(200, 1)); f != Lost {
		t.Errorf("the packet that begins it: %s", f)
	}
	if at, ok := p.Begun(); !ok || at != 5*ms {
		t.Errorf("begun %v, %v", ok, at)
	}
	if f := take(14*ms, udp(200, 1, 2)); f != Lost {
		t.Errorf("within the first phase: %s", f)
	}
	if f := take(15*ms, media(200, 2)); f != Passed {
		t.Errorf("in the second phase: %s", f)
	}
}

func TestJitter(t *testing.T) {
	const n, by, delay = 20_000, 4 * ms, 20 * ms
	for _, tt := range []struct {
		spread Spread
		inside float64 // chance to be within half of By
		reach  time.Duration
	}{{Uniform, 0.5, by}, {Normal, 0.38396, 3 * by}} { // (2Φ(0.5)-1) / (2Φ(3)-1)
		records, _ := carry(t, always(Treatment{Delay: delay, Jitter: Jitter{Spread: tt.spread, By: by}}), n, ms, same(200))
		inside, above := 0, 0
		for _, r := range records {
			d := r.Delay() - delay
			if d < -tt.reach || d > tt.reach {
				t.Fatalf("%s: a jitter of %v", tt.spread, d)
			}
			if d > -by/2 && d < by/2 {
				inside++
			}
			if d > 0 {
				above++
			}
		}
		checkShare(t, string(tt.spread)+" within half of it", inside, n, tt.inside)
		checkShare(t, string(tt.spread)+" above the mean", above, n, 0.5)
	}
}

func TestJitterInOrderOrNot(t *testing.T) {
	for _, inOrder := range []bool{false, true} {
		_, out := carry(t, always(Treatment{Delay: 20 * ms, Jitter: Jitter{Spread: Uniform, By: 10 * ms, InOrder: inOrder}}), 1000, ms, same(200))
		if got := slices.IsSortedFunc(out, func(a, b []byte) int { return bytes.Compare(a[30:32], b[30:32]) }); got != inOrder {
			t.Errorf("in order %t, want %t", got, inOrder)
		}
	}
}

func TestReorderHoldsBackAndLetsOvertake(t *testing.T) {
	const n = 10_000
	records, out := carry(t, always(Treatment{Delay: 5 * ms, Reorder: Reorder{Share: 0.05, By: 10 * ms}}), n, ms, same(200))
	c := Count(records)
	checkShare(t, "held back", c.Held, n, 0.05)
	for i, r := range records {
		want := 5 * ms
		if r.Held {
			want = 15 * ms
		}
		if r.Delay() != want {
			t.Fatalf("packet %d: %+v took %v", i, r, r.Delay())
		}
	}
	overtaken, highest := 0, -1
	for _, b := range out {
		seq := int(b[30])<<8 | int(b[31])
		if seq < highest {
			overtaken++
		}
		highest = max(highest, seq)
	}
	// One that is held back among the last ten may have nobody behind it, and ones in a row keep their order.
	if len(out) != n || overtaken > c.Held || overtaken < c.Held-10 {
		t.Errorf("%d came out, %d of %d held back were overtaken", len(out), overtaken, c.Held)
	}
}

func TestDuplicates(t *testing.T) {
	const n = 10_000
	records, out := carry(t, always(Treatment{Duplicate: 0.1}), n, ms, same(200))
	c := Count(records)
	checkShare(t, "duplicated", c.Duplicated, n, 0.1)
	if len(out) != n+c.Duplicated {
		t.Errorf("%d came out of %d with %d copies", len(out), n, c.Duplicated)
	}
}

// 1000 bytes at 800 kbit/s take 10 ms.
func TestBottleneck(t *testing.T) {
	tests := []struct {
		name     string
		rate     Rate
		interval time.Duration
		passed   int // of 100
		worst    time.Duration
	}{
		{"below the rate", Rate{Kbps: 800, QueueBytes: 1000}, 10 * ms, 100, 10 * ms},
		// While one packet is being sent, a second one finds the queue's 3000 bytes not full up to a backlog of 2000.
		{"bytes", Rate{Kbps: 800, QueueBytes: 3000}, 5 * ms, 52, 30 * ms},
		{"time", Rate{Kbps: 800, QueueTime: 20 * ms}, 5 * ms, 52, 30 * ms},
	}
	for _, tt := range tests {
		records, out := carry(t, always(Treatment{Rate: tt.rate}), 100, tt.interval, same(1000))
		worst := time.Duration(0)
		var before time.Duration
		for _, r := range records {
			if r.Fate != Passed {
				continue
			}
			if before != 0 && r.Due-before < 10*ms {
				t.Errorf("%s: two packets leave within %v", tt.name, r.Due-before)
			}
			before, worst = r.Due, max(worst, r.Delay())
		}
		c := Count(records)
		if c.ByFate[Passed] != tt.passed || c.ByFate[Overflowed] != 100-tt.passed || len(out) != tt.passed || worst != tt.worst {
			t.Errorf("%s: %d passed and %d found the queue full, the longest took %v; want %d and %v", tt.name, c.ByFate[Passed], c.ByFate[Overflowed], worst, tt.passed, tt.worst)
		}
	}
}

func TestTheLogIsBounded(t *testing.T) {
	p := pipe(t, Config{LogLimit: 10})
	for i := range 15 {
		p.Take(time.Duration(i), media(100, 1))
	}
	if got := len(p.Records()); got != 10 || p.Unrecorded() != 5 {
		t.Errorf("%d records, %d beyond", got, p.Unrecorded())
	}
	if out := until(p, time.Second); len(out) != 15 {
		t.Errorf("%d of 15 came out", len(out))
	}
}

func TestALogOfSeveralBlocksKeepsItsOrder(t *testing.T) {
	const n = 2*blockSize + 5
	records, _ := carry(t, Config{}, n, 1, same(100))
	if len(records) != n || !slices.IsSortedFunc(records, func(a, b Record) int { return int(a.Arrived - b.Arrived) }) {
		t.Errorf("%d records", len(records))
	}
}

func TestWhatIsUnderWayIsTold(t *testing.T) {
	p := pipe(t, always(Treatment{Delay: ms}))
	p.Take(0, media(100, 1))
	if p.Due(ms-1) != nil || Count(p.Records()).UnderWay != 1 || p.Records()[0].Delay() != Never {
		t.Error("it left before its time")
	}
	if p.Due(ms) == nil || Count(p.Records()).UnderWay != 0 || p.Next() != Never {
		t.Error("it did not leave at its time")
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, c := range map[string]Config{
		"loss":             always(Treatment{Loss: 1.5}),
		"endless burst":    always(Treatment{Burst: Burst{Enter: 0.1}}),
		"no burst":         always(Treatment{Burst: Burst{Leave: 0.1}}),
		"outage":           always(Treatment{Outages: []Span{{2, 1}}}),
		"delay":            always(Treatment{Delay: -1}),
		"jitter alone":     always(Treatment{Jitter: Jitter{By: 1}, Delay: 1}),
		"spread alone":     always(Treatment{Jitter: Jitter{Spread: Uniform}}),
		"spread":           always(Treatment{Jitter: Jitter{Spread: "pareto", By: 1}, Delay: 1}),
		"too much jitter":  always(Treatment{Jitter: Jitter{Spread: Normal, By: 2}, Delay: 5}),
		"reorder by 0":     always(Treatment{Reorder: Reorder{Share: 0.1}}),
		"rate":             always(Treatment{Rate: Rate{Kbps: -1, QueueBytes: 1}}),
		"no queue":         always(Treatment{Rate: Rate{Kbps: 100}}),
		"two bounds":       always(Treatment{Rate: Rate{Kbps: 100, QueueBytes: 1, QueueTime: 1}}),
		"phases":           {Phases: []Phase{{From: 5}, {From: 5}}},
		"policy":           {Firewall: Firewall{UDP: "maybe"}},
		"policy and rules": {Firewall: Firewall{UDP: Pass, Allow: []Rule{{Protocol: TCP, Low: 1, High: 2, To: true}}}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: %+v is taken", name, c)
		}
	}
}

func BenchmarkTake(b *testing.B) {
	p, err := New(always(Treatment{Loss: 0.05, Delay: 20 * ms}))
	if err != nil {
		b.Fatal(err)
	}
	packet := media(200, 1)
	b.ReportAllocs()
	for now := time.Duration(0); b.Loop(); now += 100 * time.Microsecond {
		p.Take(now, packet)
		for p.Due(now) != nil { //nolint:revive // all of them
		}
	}
}
