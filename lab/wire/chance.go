package wire

import (
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// What a random number is for. Each has a series of its own, so that one impairment does not change another.
const (
	forLoss uint8 = iota + 1
	forBurst
	forJitter
	forReorder
	forDuplicate
)

// dice are the chances of one direction.
type dice struct {
	seed      uint64
	direction Direction
	series    map[seriesKey]*rand.Rand
}

type seriesKey struct {
	purpose uint8
	length  int
}

func newDice(seed uint64, d Direction) *dice {
	return &dice{seed: seed, direction: d, series: map[seriesKey]*rand.Rand{}}
}

// of gives the series for a purpose and a length of packets.
func (d *dice) of(purpose uint8, length int) *rand.Rand {
	key := seriesKey{purpose, length}
	r, ok := d.series[key]
	if !ok {
		var seed [32]byte
		binary.BigEndian.PutUint64(seed[:], d.seed)
		seed[8], seed[9] = byte(d.direction), purpose
		binary.BigEndian.PutUint32(seed[12:], uint32(length)) //nolint:gosec // at most 65535
		r = rand.New(rand.NewChaCha8(seed))                   //nolint:gosec // chances that can be repeated
		d.series[key] = r
	}
	return r
}

// hits takes the next number of a series and says whether it is below a chance. A chance of 0 takes none.
func (d *dice) hits(purpose uint8, length int, chance float64) bool {
	return chance > 0 && d.of(purpose, length).Float64() < chance
}

// jitter takes an amount of a distribution.
func (d *dice) jitter(j Jitter, length int) time.Duration {
	switch j.Spread {
	case Uniform:
		return time.Duration((2*d.of(forJitter, length).Float64() - 1) * float64(j.By))
	case Normal:
		r := d.of(forJitter, length)
		for {
			if v := r.NormFloat64(); v >= -3 && v <= 3 {
				return time.Duration(v * float64(j.By))
			}
		}
	}
	return 0
}

// step is one of the chain of bursts, and says whether the packet is lost in one.
func (d *dice) step(b Burst, bad *bool) bool {
	if b.Enter == 0 {
		*bad = false
		return false
	}
	if *bad {
		*bad = !d.hits(forBurst, 0, b.Leave)
	} else {
		*bad = d.hits(forBurst, 0, b.Enter)
	}
	if !*bad {
		return false
	}
	return b.Loss == 0 || d.hits(forBurst, 0, b.Loss)
}
