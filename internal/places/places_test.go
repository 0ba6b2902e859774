package places

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
)

func prefix(n int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}), 32)
}

func nobody(netip.Prefix) bool { return false }

// either is how callers use it.
func (p *Places[T]) either(v T, from netip.Prefix, known func(netip.Prefix) bool) bool {
	if p.Take(v, from) {
		return true
	}
	_, ok := p.TakeOver(v, from, known)
	return ok
}

// flood takes what there is from so many addresses, as often as it is let.
func flood(p *Places[string], addresses int, known func(netip.Prefix) bool) {
	for round := range 3 {
		for n := range addresses {
			p.either(fmt.Sprintf("hostile %d %d", n, round), prefix(n), known)
		}
	}
}

// However many addresses hold all places, one that has none gets some, and keeps them while it becomes known.
func TestNewcomersGetIn(t *testing.T) {
	for _, addresses := range []int{1, 7, 35, 200, 600} {
		p := New[string](544, 96)
		flood(p, addresses, nobody)
		guest, friend := prefix(60000), prefix(60001)
		if !p.either("first", guest, nobody) {
			t.Errorf("%d addresses keep a newcomer out", addresses)
		}
		for i := range 50 { // some more of them; those that had many places fight among themselves
			p.either(fmt.Sprintf("later %d", i), prefix(i), nobody)
		}
		if p.held["first"].prefix != guest {
			t.Errorf("%d addresses throw a newcomer out that had no time", addresses)
		}
		known := func(x netip.Prefix) bool { return x == guest }
		for i := range few {
			if !p.either(fmt.Sprint("guest ", i), guest, known) {
				t.Errorf("%d addresses keep one out that is known", addresses)
			}
		}
		flood(p, addresses, known)
		if p.from[guest] != 1+few {
			t.Errorf("%d addresses: one that is known has %d places left", addresses, p.from[guest])
		}
		if !p.either("friend", friend, known) || p.Len() > 544 {
			t.Errorf("%d addresses: another newcomer is kept out of %d", addresses, p.Len())
		}
	}
}

// The one who has most loses, and of that the oldest; those who have as much as the newcomer do not.
func TestWhoLosesAPlace(t *testing.T) {
	p := New[string](8, 8)
	for i, n := range []int{1, 2, 2, 2, 3} {
		p.put(fmt.Sprintf("v%d", i), prefix(n))
	}
	if lost, ok := p.TakeOver("a", prefix(1), nobody); !ok || lost != "v1" { // 2 has three, 1 one
		t.Errorf("%q, %v", lost, ok)
	}
	if lost, ok := p.TakeOver("b", prefix(1), nobody); ok { // both have two
		t.Errorf("%q", lost)
	}
	known := func(x netip.Prefix) bool { return x != prefix(3) }
	if lost, ok := p.TakeOver("c", prefix(1), known); !ok || lost != "v4" {
		t.Errorf("%q, %v", lost, ok)
	}
	if lost, ok := p.TakeOver("d", prefix(4), known); ok { // nobody is left that is not known
		t.Errorf("%q", lost)
	}
}

// Whatever comes and goes: there are never more than all, never more of a prefix than its share, and who is known loses nothing.
func TestBoundsHold(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	p := New[int](40, 10)
	known := func(x netip.Prefix) bool { return x.Addr().As4()[3] < 2 }
	came := map[int]netip.Prefix{}
	for v := range 5000 {
		from := prefix(random.IntN(12))
		came[v] = from
		if random.IntN(3) == 0 {
			for other := range p.held {
				p.Leave(other)
				break
			}
		}
		if !p.Take(v, from) {
			if lost, ok := p.TakeOver(v, from, known); ok && known(came[lost]) {
				t.Fatalf("%v is known and loses a place", came[lost])
			}
		}
		sum := 0
		for x, n := range p.from {
			if sum += n; n < 1 || n > 10 {
				t.Fatalf("%v has %d", x, n)
			}
		}
		if sum != p.Len() || sum > 40 || len(p.Holders()) != sum {
			t.Fatalf("%d places, %d holders", sum, p.Len())
		}
	}
}

// Nobody holds what was given back, however often.
func TestLeave(t *testing.T) {
	p := New[string](2, 2)
	p.put("a", prefix(1))
	for range 2 {
		p.Leave("a")
		p.Leave("never")
	}
	if p.Len() != 0 || len(p.from) != 0 {
		t.Errorf("%+v", p)
	}
}
