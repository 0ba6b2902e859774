package timecode

// Tick is the unit of Code.Time in microseconds. At 0.1 ms the time comes round after 119 hours.
const Tick = 100

// Ticks turns microseconds by some clock into the time of a code. It rounds down.
func Ticks(us int64) uint32 {
	return uint32(floor(us))
}

// Unwrap gives the time in microseconds, by the clock of Ticks, that t stands for: of all that it could be, the one nearest to
// near, which must be within 59 hours of it.
func Unwrap(near int64, t uint32) (us int64) {
	n := floor(near)
	return (n + int64(int32(t-uint32(n)))) * Tick
}

// Since gives how many microseconds before now the time t was. It is below 0 if t is later, and up to a Tick too much, as t was
// rounded down.
func Since(now int64, t uint32) (us int64) { return now - Unwrap(now, t) }

// floor divides by Tick, also before the clock's zero.
func floor(us int64) int64 {
	n := us / Tick
	if us%Tick < 0 {
		n--
	}
	return n
}
