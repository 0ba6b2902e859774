package stamp

import "time"

// ntpOffset is the seconds from the NTP epoch (1900) to the Unix epoch (1970); RFC 5905, 6.
const ntpOffset = 2208988800

// Clock makes and reads the timestamps of one session: its start by the wall clock, plus monotonic time since. A step
// of the wall clock during the session therefore does not show in any of them. Timestamps are in the NTP format of
// RFC 5905, 6: seconds since 1900 in the upper 32 bits, modulo 2^32, and fractions of 2^-32 s in the lower. Arithmetic
// wraps, so a session may begin or run on any day, also across the end of the era on 7 February 2036. A Clock does not
// change and is safe for concurrent use.
type Clock struct {
	start time.Time // with its monotonic reading, if it has one
	base  uint64    // start in NTP format
}

// NewClock returns the clock of a session that starts at wall. Pass the result of time.Now as it is: At needs the
// monotonic reading in it.
func NewClock(wall time.Time) Clock {
	seconds := uint64(wall.Unix() + ntpOffset)
	return Clock{start: wall, base: seconds<<32 + fraction(int64(wall.Nanosecond()))}
}

// NTP returns the timestamp of the moment sinceStart after the session's start. It is exact to half of 2^-32 s, and
// Since gives back the same duration for anything within 68 years (2^31 s) either way.
func (c Clock) NTP(sinceStart time.Duration) uint64 {
	seconds, nanos := int64(sinceStart/time.Second), int64(sinceStart%time.Second)
	if nanos < 0 {
		seconds, nanos = seconds-1, nanos+int64(time.Second)
	}
	return c.base + uint64(seconds)<<32 + fraction(nanos)
}

// At returns the timestamp of t, which should be a time.Now of the same process.
func (c Clock) At(t time.Time) uint64 { return c.NTP(t.Sub(c.start)) }

// Since returns the time from the session's start to ntp, to the nearest nanosecond; negative before the start.
func (c Clock) Since(ntp uint64) time.Duration { return Between(c.base, ntp) }

// Micros returns the whole microseconds from the session's start to ntp, rounded down, within -MaxMicros..MaxMicros.
// It is how every figure in a file and in the receipt log is quantised, at both ends: to the nearest nanosecond first,
// because the binary fraction of a whole microsecond can lie just below it.
func (c Clock) Micros(ntp uint64) int64 {
	nanos := int64(c.Since(ntp))
	micros := nanos / int64(time.Microsecond)
	if nanos%int64(time.Microsecond) < 0 {
		micros--
	}
	return micros
}

// Between returns the time from one timestamp to another of the same clock, to the nearest nanosecond. It takes the
// shorter way round the era, so the range is 68 years (2^31 s) either way.
func Between(from, to uint64) time.Duration {
	delta := int64(to - from)
	seconds, frac := delta>>32, int64(uint32(delta))
	return time.Duration(seconds)*time.Second + time.Duration((frac*int64(time.Second)+1<<31)>>32)
}

// fraction converts 0 <= nanos < 1e9 to units of 2^-32 s, to the nearest. Rounding down instead would lose a
// nanosecond on the way back.
func fraction(nanos int64) uint64 {
	const second = uint64(time.Second)
	return (uint64(nanos)<<32 + second/2) / second
}
