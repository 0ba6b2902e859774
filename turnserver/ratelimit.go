package turnserver

import (
	"net/netip"
	"sync"
	"time"
)

// Requests without credentials, and all of clients without an allocation. An ICE agent sends a handful of requests for each server and interface and
// repeats each up to seven times, so 200 a second leave room for an office behind one address; a flood from one prefix
// then costs at most 200 parsed requests and answers a second.
const (
	requestsPerSec  = 200
	requestBurst    = 400
	prefixesTracked = 4096 // in each of two generations
)

// bucket is a token bucket that starts full.
type bucket struct {
	tokens float64
	last   time.Time
}

func (b *bucket) take(now time.Time, perSec, burst float64) bool {
	if b.last.IsZero() {
		b.tokens = burst
	} else if elapsed := now.Sub(b.last).Seconds(); elapsed > 0 {
		b.tokens = min(burst, b.tokens+elapsed*perSec)
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// limiter holds a bucket for each source prefix: an IPv4 address, or the /64 that an IPv6 host usually has to itself.
// A sender of forged sources can make it forget prefixes, which costs fairness but not memory.
type limiter struct {
	perSec, burst float64

	mu      sync.Mutex // guards what follows
	buckets generations[netip.Prefix, *bucket]
}

func newLimiter(perSec, burst float64) *limiter {
	return &limiter{perSec: perSec, burst: burst, buckets: newGenerations[netip.Prefix, *bucket](prefixesTracked)}
}

// prefixOf is what limits count as one source. It is not valid for an address that is not.
func prefixOf(source netip.Addr) netip.Prefix {
	bits := 32
	if source.Is6() {
		bits = 64
	}
	prefix, _ := source.Prefix(bits)
	return prefix
}

func (l *limiter) allow(source netip.Addr, now time.Time) bool {
	prefix := prefixOf(source)
	if !prefix.IsValid() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets.get(prefix)
	if !ok {
		b = new(bucket)
		l.buckets.put(prefix, b)
	}
	return b.take(now, l.perSec, l.burst)
}

// generations is a map that forgets: when the young generation is full it becomes the old one, and the old one goes. All
// steps take constant time, so that a flood of new keys is no heavier than one of known keys.
type generations[K comparable, V any] struct {
	limit      int
	young, old map[K]V
}

func newGenerations[K comparable, V any](limit int) generations[K, V] {
	return generations[K, V]{limit: limit, young: map[K]V{}}
}

// get finds a value and makes it young again.
func (g *generations[K, V]) get(key K) (V, bool) {
	if v, ok := g.young[key]; ok {
		return v, true
	}
	v, ok := g.old[key]
	if ok {
		delete(g.old, key)
		g.put(key, v)
	}
	return v, ok
}

func (g *generations[K, V]) put(key K, value V) {
	if len(g.young) >= g.limit {
		g.young, g.old = map[K]V{}, g.young
	}
	g.young[key] = value
}
