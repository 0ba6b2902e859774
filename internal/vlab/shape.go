package vlab

import (
	"math"
	"time"
)

// Direction is one of the two ways of packets.
type Direction uint8

// The directions: what the local site sends, and what the far site sends.
const (
	Up Direction = iota
	Down
)

// String names the direction.
func (d Direction) String() string { return [...]string{"up", "down"}[d] }

// Phase is a shape that holds from some time after Shape was called until the next phase.
type Phase struct {
	From time.Duration
	Shape
}

// Shape is what a pipe does to packets. The zero value carries them at once and in order.
type Shape struct {
	Delay     time.Duration
	Loss      float64 // probability for each packet alone
	Burst     Burst   // beside Loss
	Reorder   Reorder
	Duplicate float64 // probability that a packet arrives twice
	Block     bool    // nothing passes

	// Kbps is the capacity of a bottleneck in kbit/s of IP packets: payload, UDP and IPv4 headers. Packets are transmitted one
	// after the other; what the line has no time for yet waits. 0 is without limit.
	Kbps float64
	// Queue is how long a packet may wait before its transmission, at the present capacity. One that would wait longer is dropped.
	// 0 is 200 ms, or ten packets of 1500 bytes if that is more.
	Queue time.Duration
}

// rate is the capacity in bits a nanosecond.
func (s Shape) rate() float64 {
	if s.Kbps > 0 {
		return s.Kbps / 1e6
	}
	return math.Inf(1)
}

// room is how many bits may be waiting before a packet that is let in.
func (s Shape) room() float64 {
	const rounding = 0.5
	if s.Queue > 0 {
		return s.rate()*float64(s.Queue) + rounding
	}
	return rounding + max(s.rate()*float64(200*time.Millisecond), 10*fullPacket*8)
}

// Burst loses Length packets in a row of every Every, counted among packets of one size: the last ones of each round.
type Burst struct{ Length, Every int }

// Reorder holds back a share of the packets; the others keep their order and overtake them.
type Reorder struct {
	Share float64
	By    time.Duration
}

// fate is what a shape decides on one packet.
type fate struct {
	dropped bool
	copies  int // beside the packet itself
	held    bool
	delay   time.Duration // held back included
}

// What a random number is for; each has its own series, so that one impairment does not change another.
const (
	forLoss = iota + 1
	forReorder
	forDuplicate
)

// decide gives the fate of packet n among those of its size. It is pure.
func (s Shape) decide(seed uint64, d Direction, size, n int) fate {
	chance := func(what uint64, share float64) bool {
		return share > 0 && uniform(seed, what<<8|uint64(d), uint64(size), uint64(n)) < share //nolint:gosec // not negative
	}
	f := fate{delay: s.Delay}
	switch {
	case s.Block, chance(forLoss, s.Loss), s.Burst.Every > 0 && n%s.Burst.Every >= s.Burst.Every-s.Burst.Length:
		f.dropped = true
		return f
	case chance(forReorder, s.Reorder.Share):
		f.held = true
		f.delay += s.Reorder.By
	}
	if chance(forDuplicate, s.Duplicate) {
		f.copies = 1
	}
	return f
}

// uniform hashes its arguments into [0, 1): the finaliser of splitmix64, once for each.
func uniform(args ...uint64) float64 {
	var h uint64
	for _, a := range args {
		h += a + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return float64(h>>11) / (1 << 53)
}
