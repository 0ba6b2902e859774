package stamp

import (
	"math"
	"math/bits"
	"time"
)

// Bits of an error estimate: S, Z, Scale (6), Multiplier (8).
const (
	estimateSynced = 1 << 15 // S: the clock is synchronised to UTC by an external source
	estimatePTP    = 1 << 14 // Z: timestamps are in PTP format, RFC 8762, 4.2.1; never the case here
)

// ErrorEstimate encodes the uncertainty of a clock's timestamps, Multiplier * 2^(Scale-32) s, as in RFC 4656, 4.1.2
// with the Z bit of RFC 8762, 4.2.1. It rounds up, by less than 1 % or 2^-32 s, so that an estimate never promises more
// than the clock keeps. The range is 2^-32 s (given for 0 and less, as a multiplier of zero is not allowed) to 2^31 s.
func ErrorEstimate(resolution time.Duration, synced bool) uint16 {
	const second = uint64(time.Second)
	nanos := uint64(min(max(resolution, 0), (1<<31)*time.Second))
	units := nanos/second<<32 + (nanos%second<<32+second-1)/second
	units = max(units, 1)
	scale := uint16(0)
	for units > math.MaxUint8 {
		units = (units + 1) / 2
		scale++
	}
	e := scale<<8 | uint16(units)
	if synced {
		e |= estimateSynced
	}
	return e
}

// DecodeErrorEstimate is the inverse of ErrorEstimate, rounded up to a nanosecond and limited to the longest
// time.Duration. With ok false the peer gave no usable estimate: a multiplier of zero, or PTP timestamps. RFC 4656
// would have the packet discarded then; Parse accepts it, because a packet thrown away here would count as lost.
func DecodeErrorEstimate(e uint16) (bound time.Duration, synced, ok bool) {
	multiplier, scale := uint64(e&0xff), int(e>>8&0x3f)
	if multiplier == 0 || e&estimatePTP != 0 {
		return 0, false, false
	}
	synced = e&estimateSynced != 0
	nanos, shift := multiplier*uint64(time.Second), scale-32
	switch {
	case shift <= 0:
		nanos = (nanos + 1<<-shift - 1) >> -shift
	case bits.Len64(nanos)+shift > 63:
		nanos = math.MaxInt64
	default:
		nanos <<= shift
	}
	return time.Duration(nanos), synced, true
}
