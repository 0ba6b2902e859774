package rtc

// numbers follows the transport-wide numbers of what arrives: it extends them beyond 16 bits and tells copies from what is new.
type numbers struct {
	started          bool
	base             uint64 // the first one
	highest          uint64
	distinct, copies uint64
	plain            uint64 // packets that came without a number
	seen             [numberWindow / 64]uint64
}

const (
	// numberWindow is half of the 16-bit numbers: what is further behind can not be told from what is ahead.
	numberWindow = 1 << 15
	// numberStart keeps extended numbers above 0.
	numberStart = 1 << 16
	// firstLost is how many packets may be lost before the first that arrives. Both ends of ours count from 0; a foreign one
	// that begins anywhere else is followed from there.
	firstLost = 1 << 10
)

func (n *numbers) see(number uint16) {
	if !n.started {
		n.begin(number)
	}
	ahead := int16(number - uint16(n.highest)) //nolint:gosec // wraps by design
	at := n.highest + uint64(int64(ahead))     //nolint:gosec // wraps by design
	if ahead > 0 {
		for i := n.highest + 1; i <= at; i++ {
			n.seen[i%numberWindow/64] &^= 1 << (i % 64)
		}
		n.highest = at
	}
	if at < n.base {
		n.base = at
	}
	word, bit := &n.seen[at%numberWindow/64], uint64(1)<<(at%64)
	if *word&bit != 0 {
		n.copies++
		return
	}
	*word |= bit
	n.distinct++
}

func (n *numbers) begin(number uint16) {
	n.started = true
	n.highest = numberStart + uint64(number)
	n.base = n.highest
	if number < firstLost {
		n.base = numberStart
	}
}

// unnumbered counts a packet without a number, of which neither a loss nor a copy can be told.
func (n *numbers) unnumbered() {
	n.plain++
	n.distinct++
}

func (n *numbers) expected() uint64 {
	if !n.started {
		return n.plain
	}
	return n.highest - n.base + 1 + n.plain
}
