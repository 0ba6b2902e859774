package vlab

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// Times of these tests are those of the virtual clock: nothing waits.
var dawn = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// rounding is more than the time of half a bit.
const rounding = 10 * time.Microsecond

func at(d time.Duration) time.Time { return dawn.Add(d) }

// paper is a pipe that delivers nothing, shaped at dawn.
func paper(phases ...Phase) *pipe {
	p := newPipe(Up, 1, dawn)
	p.reshape(dawn, phases)
	return p
}

// offer hands over a packet of so many bytes on the wire.
func (p *pipe) offer(t time.Duration, onWire int) {
	p.admit(at(t), make([]byte, onWire-headers), netip.AddrPort{}, nil)
}

// out is when a packet's transmission ends.
func (p Packet) out() time.Duration { return p.At + p.Queued + p.Sending }

// overload offers packets of mixed sizes at a rate in kbit/s.
func (p *pipe) overload(kbps float64, from, until time.Duration) {
	r := rand.New(rand.NewPCG(1, 2))
	for t := from; t < until; {
		n := 100 + r.IntN(fullPacket-100+1)
		p.offer(t, n)
		t += time.Duration(float64(n*8) / kbps * 1e6)
	}
}

// carried is how many kbit/s were transmitted between two moments.
func (p *pipe) carried(from, until time.Duration) float64 {
	bits := 0
	for _, e := range p.log {
		if !e.Dropped && e.out() > from && e.out() <= until {
			bits += e.OnWire() * 8
		}
	}
	return float64(bits) / 1000 / (until - from).Seconds()
}

func TestAnOverloadedLineCarriesItsCapacity(t *testing.T) {
	for _, kbps := range []float64{100, 600, 800.5, 2600, 100_000} {
		p := paper(Phase{Shape: Shape{Kbps: kbps}})
		p.overload(1.5*kbps, 0, 10*time.Second)
		got := p.carried(0, 10*time.Second)
		if onePacket := fullPacket * 8 / 10. / 1000; math.Abs(got-kbps) > onePacket {
			t.Errorf("carried %.2f kbit/s of %v", got, kbps)
		}
		// The line was never idle, and took the time that the bits take.
		bits, last := 0, time.Duration(0)
		for _, e := range p.log {
			if !e.Dropped {
				bits, last = bits+e.OnWire()*8, e.out()
			}
		}
		if exact := float64(bits) / kbps * 1e6; math.Abs(float64(last)-exact) > 1e-6*exact {
			t.Errorf("%v kbit/s: the last is out at %v, want %v", kbps, last, time.Duration(exact))
		}
	}
}

func TestAFullQueueDropsTheTail(t *testing.T) {
	const kbps = 1200 // 10 ms for each packet of 1500 bytes
	for _, tt := range []struct {
		kbps         float64
		queue        time.Duration
		want         int           // packets that get in at once
		longest      time.Duration // wait
		transmission time.Duration
	}{
		{kbps, 100 * time.Millisecond, 11, 100 * time.Millisecond, 10 * time.Millisecond}, // the first does not wait
		{kbps, 99 * time.Millisecond, 10, 90 * time.Millisecond, 10 * time.Millisecond},
		{kbps, time.Nanosecond, 1, 0, 10 * time.Millisecond},
		{kbps, 0, 21, 200 * time.Millisecond, 10 * time.Millisecond},
		{120, 0, 11, time.Second, 100 * time.Millisecond}, // no fewer than ten
		{kbps, -time.Second, 21, 200 * time.Millisecond, 10 * time.Millisecond},
		{0, 0, 50, 0, 0},
		{math.NaN(), 0, 50, 0, 0},
		{math.Inf(1), 0, 50, 0, 0},
	} {
		t.Run(fmt.Sprintf("%v/%v", tt.kbps, tt.queue), func(t *testing.T) {
			p := paper(Phase{Shape: Shape{Kbps: tt.kbps, Queue: tt.queue, Delay: time.Second}})
			for range 50 {
				p.offer(0, fullPacket)
			}
			for i, e := range p.log {
				if full := i >= tt.want; e.Full != full || e.Dropped != full {
					t.Fatalf("packet %d of %d: %+v", i, tt.want, e)
				}
			}
			if e := p.log[tt.want-1]; e.Queued != tt.longest || e.Sending != tt.transmission || e.Delay != time.Second {
				t.Errorf("the last one waits %v and takes %v, want %v and %v", e.Queued, e.Sending, tt.longest, tt.transmission)
			}
			if due := p.queue[len(p.queue)-1].due; !due.Equal(at(tt.longest + tt.transmission + time.Second)) {
				t.Errorf("it is due at %v", due.Sub(dawn))
			}
		})
	}
}

// While it is overloaded, the wait stays within one packet of the queue's length.
func TestAFullQueueDelaysByItsLength(t *testing.T) {
	const kbps, queue = 600, 300 * time.Millisecond
	p := paper(Phase{Shape: Shape{Kbps: kbps, Queue: queue}})
	p.overload(2*kbps, 0, 5*time.Second)
	packet := time.Duration(fullPacket * 8 / (kbps / 1e6))
	drops := 0
	for _, e := range p.log {
		if e.Full {
			drops++
		} else if e.Queued > queue+rounding || e.At > time.Second && e.Queued < queue-packet {
			t.Fatalf("at %v the wait is %v, want %v", e.At, e.Queued, queue)
		}
	}
	if drops < len(p.log)/3 {
		t.Errorf("%d of %d dropped", drops, len(p.log))
	}
}

// A change of the capacity in mid-run does the same whether it was planned or not.
func TestWhatWaitsIsServedAtTheNewCapacity(t *testing.T) {
	wide, narrow := Shape{Kbps: 1200, Queue: time.Second}, Shape{Kbps: 120, Queue: time.Second}
	planned := paper(Phase{Shape: wide}, Phase{From: 25 * time.Millisecond, Shape: narrow})
	asked := paper(Phase{Shape: wide})
	for _, p := range []*pipe{planned, asked} {
		for range 4 {
			p.offer(0, fullPacket)
		}
	}
	asked.reshape(at(25*time.Millisecond), []Phase{{Shape: narrow}})
	// The third is sent to the half when it happens: 5 ms there, and the rest takes 50 ms instead of 5.
	want := []time.Duration{10, 20, 75, 175}
	for name, p := range map[string]*pipe{"planned": planned, "asked": asked} {
		for i, ms := range want {
			e := p.log[i]
			if e.out() != ms*time.Millisecond || !p.queue[i].due.Equal(at(e.out())) || p.queue[i].number != i {
				t.Errorf("%s: packet %d is out at %v, want %v ms", name, i, e.out(), ms)
			}
		}
	}
	if q := asked.log[3].Queued; q != 75*time.Millisecond {
		t.Errorf("the last one waits %v", q)
	}
	// What comes now finds the rest of two packets: 1.5 of them.
	asked.offer(25*time.Millisecond, fullPacket)
	if q := asked.log[4].Queued; q != 150*time.Millisecond {
		t.Errorf("the next one waits %v", q)
	}
	// And again: 12 of 100 ms of the fourth are done, the rest goes ten times as fast.
	asked.reshape(at(87*time.Millisecond), []Phase{{Shape: wide}})
	for i, out := range map[int]time.Duration{2: 75 * time.Millisecond, 3: 95800 * time.Microsecond, 4: 105800 * time.Microsecond} {
		if got := asked.log[i].out(); got != out {
			t.Errorf("after the second change packet %d is out at %v, want %v", i, got, out)
		}
	}
}

func TestTheLimitOfTheQueueChangesWithTheCapacity(t *testing.T) {
	p := paper(Phase{Shape: Shape{Kbps: 2600}}, Phase{From: 2 * time.Second, Shape: Shape{Kbps: 600}})
	p.overload(3000, 0, 6*time.Second)
	if got := p.carried(0, 2*time.Second); math.Abs(got-2600) > 6 {
		t.Errorf("first %.1f kbit/s", got)
	}
	if got := p.carried(2*time.Second, 6*time.Second); math.Abs(got-600) > 6 {
		t.Errorf("then %.1f kbit/s", got)
	}
	for _, e := range p.log {
		if e.Dropped {
			continue
		}
		// What was let in last by the old limit, 65000 bytes, takes 0.87 s at the new capacity.
		if e.At < 2*time.Second && e.Queued > 867*time.Millisecond || e.At >= 2*time.Second && e.Queued > 200*time.Millisecond+rounding {
			t.Fatalf("at %v the wait is %v", e.At, e.Queued)
		}
	}
}

func TestWithoutLimitWhatWaitsLeavesAtOnce(t *testing.T) {
	p := paper(Phase{Shape: Shape{Kbps: 12, Queue: time.Hour}})
	for range 3 {
		p.offer(0, fullPacket)
	}
	p.reshape(at(1500*time.Millisecond), nil)
	p.offer(1500*time.Millisecond, 100)
	for i, w := range p.queue {
		want := at(1500 * time.Millisecond)
		if i == 0 {
			want = at(time.Second)
		}
		if w.number != i || !w.due.Equal(want) {
			t.Errorf("place %d: packet %d at %v", i, w.number, w.due.Sub(dawn))
		}
	}
}

// Delays shrink and capacities change, and still only what is held back is overtaken.
func TestPacketsKeepTheirOrder(t *testing.T) {
	reorder := Reorder{Share: 0.1, By: 500 * time.Millisecond}
	p := paper(Phase{Shape: Shape{Kbps: 1000, Delay: 80 * time.Millisecond, Reorder: reorder}},
		Phase{From: 500 * time.Millisecond, Shape: Shape{Kbps: 3000, Delay: time.Millisecond, Reorder: reorder}},
		Phase{From: time.Second, Shape: Shape{Delay: time.Millisecond}},
		Phase{From: 1500 * time.Millisecond, Shape: Shape{Kbps: 300, Reorder: reorder}})
	p.overload(2000, 0, 2*time.Second)
	for _, now := range []time.Duration{2100, 2130, 2150} {
		p.reshape(at(now*time.Millisecond), []Phase{{Shape: Shape{Kbps: float64(now - 1500)}}, {From: 10 * time.Millisecond, Shape: Shape{Kbps: 50}}})
	}
	last, held := -1, 0
	for _, w := range p.queue {
		if w.held {
			held++
			continue
		}
		if w.number < last {
			t.Fatalf("packet %d comes after %d", w.number, last)
		}
		last = w.number
	}
	if held < 10 || !slices.IsSortedFunc(p.queue, func(a, b *waiting) int { return a.due.Compare(b.due) }) {
		t.Errorf("%d held back, or the queue is not in order", held)
	}
}

// What is lost by chance takes no capacity, and the capacity does not change who is lost.
func TestChanceComesBeforeTheBottleneck(t *testing.T) {
	free, tight := paper(Phase{Shape: Shape{Loss: 0.5}}), paper(Phase{Shape: Shape{Loss: 0.5, Kbps: 1200, Queue: time.Hour}})
	for _, p := range []*pipe{free, tight} {
		for range 200 {
			p.offer(0, fullPacket)
		}
	}
	passed := 0
	for i, e := range tight.log {
		if e.Full || e.Dropped != free.log[i].Dropped {
			t.Fatalf("packet %d: %+v, without limit %+v", i, e, free.log[i])
		}
		if !e.Dropped {
			passed++
			if e.out() != time.Duration(passed)*10*time.Millisecond {
				t.Fatalf("packet %d is out at %v as the %d.", i, e.out(), passed)
			}
		}
	}
}

func TestVerySlowLine(t *testing.T) {
	p := paper(Phase{Shape: Shape{Kbps: math.SmallestNonzeroFloat64}})
	p.offer(0, fullPacket)
	if e := p.log[0]; e.Sending != ageless {
		t.Errorf("it takes %v", e.Sending)
	}
	p.reshape(at(time.Second), []Phase{{Shape: Shape{Kbps: 1200}}})
	if e := p.log[0]; e.Sending != time.Second+10*time.Millisecond {
		t.Errorf("it takes %v after the change", e.Sending)
	}
}

// Tests elsewhere count on the fates of their seeds.
func TestDecisionsStayAsTheyWere(t *testing.T) {
	h := fnv.New64a()
	for _, s := range []Shape{{Loss: 0.02}, {Loss: 0.1, Burst: Burst{Length: 3, Every: 50}}, {Delay: 3, Reorder: Reorder{Share: 0.1, By: 5}, Duplicate: 0.05}} {
		for n := range 3000 {
			f := s.decide(uint64(n%5), Direction(n%2), 100+n%7, n/7)
			_, _ = fmt.Fprintln(h, f.dropped, f.copies, f.held, int64(f.delay))
		}
	}
	if got := h.Sum64(); got != 0x3f9985aa81be3fb {
		t.Errorf("the fates have changed: %#x", got)
	}
}
