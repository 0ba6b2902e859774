// Package places shares a bounded number of places, such as those of connections, among the addresses that take them.
//
// It owns the rule by which a newcomer gets a place when there is none: from strangers that have many. Who is no stranger is the
// caller's to say, and closing what has lost its place too. It holds no lock and starts nothing.
package places

import (
	"maps"
	"net/netip"
)

// few is what a client of its own needs of places.
const few = 4

// Places are so many places in all and for each prefix. Whoever uses them locks them.
type Places[T comparable] struct {
	all, each int
	taken     uint64 // ever
	held      map[T]holder
	from      map[netip.Prefix]int
}

type holder struct {
	prefix netip.Prefix
	number uint64 // in the order in which places were taken
}

// New makes places, none of which is taken.
func New[T comparable](all, each int) *Places[T] {
	return &Places[T]{all: all, each: each, held: map[T]holder{}, from: map[netip.Prefix]int{}}
}

// Len is how many are taken.
func (p *Places[T]) Len() int { return len(p.held) }

// Of is how many a prefix has.
func (p *Places[T]) Of(prefix netip.Prefix) int { return p.from[prefix] }

// Holders are those that have a place, in no order.
func (p *Places[T]) Holders() []T {
	out := make([]T, 0, len(p.held))
	for v := range maps.Keys(p.held) {
		out = append(out, v)
	}
	return out
}

// Take gives v a place, if one is free for its prefix. The last eighth of all is not for prefixes that have four or more, and the last 32nd
// not for those that have any.
func (p *Places[T]) Take(v T, prefix netip.Prefix) bool {
	has := p.from[prefix]
	if has >= p.each || p.all-len(p.held) <= keptFree(p.all, has) {
		return false
	}
	p.put(v, prefix)
	return true
}

// keptFree is how many of all places are not for a prefix that has so many already.
func keptFree(all, has int) int {
	switch {
	case has >= few:
		return all / 8
	case has > 0:
		return all / 32
	}
	return 0
}

// TakeOver gives v the place of a stranger where Take found none: of the oldest among those whose prefix has most places. One that is
// known may take any stranger's; another stranger only if it has none yet, or if the places are shared more evenly afterwards.
// So whoever holds all places from few addresses keeps nobody out, and one who holds them from many is worn down by whoever proves himself
// in time. Nobody who is known loses a place to it.
func (p *Places[T]) TakeOver(v T, prefix netip.Prefix, known func(netip.Prefix) bool) (lost T, ok bool) {
	has := p.from[prefix]
	lost, most := p.dispensable(known)
	switch {
	case has >= p.each || most == 0:
		return lost, false
	case known(prefix) || has == 0 || most > has+1:
		p.Leave(lost)
		p.put(v, prefix)
		return lost, true
	}
	return lost, false
}

// dispensable is the stranger that goes first, with how many places its prefix has; 0: there are no strangers.
func (p *Places[T]) dispensable(known func(netip.Prefix) bool) (first T, most int) {
	var oldest uint64
	for v, h := range p.held {
		n := p.from[h.prefix]
		if n < most || n == most && h.number > oldest || known(h.prefix) {
			continue
		}
		first, most, oldest = v, n, h.number
	}
	return first, most
}

func (p *Places[T]) put(v T, prefix netip.Prefix) {
	p.taken++
	p.held[v] = holder{prefix, p.taken}
	p.from[prefix]++
}

// Leave gives v's place back. It may have none.
func (p *Places[T]) Leave(v T) {
	h, ok := p.held[v]
	if !ok {
		return
	}
	delete(p.held, v)
	if p.from[h.prefix]--; p.from[h.prefix] == 0 {
		delete(p.from, h.prefix)
	}
}
