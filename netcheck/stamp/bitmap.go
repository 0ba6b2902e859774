package stamp

import "math/bits"

// History is how far below the highest sequence number a Bitmap still tells a late packet from a duplicate. At 500
// packets a second it is eight seconds, more than queues and rerouting delay a packet by.
const History = (ringWords - 1) * 64

const (
	ringWords = 64
	wordMask  = 1<<26 - 1 // sequence numbers have 26 bits above those that index into a word
)

// Bitmap remembers which of the latest sequence numbers have arrived. Numbers are compared modulo 2^32 (RFC 1982), so
// it works across the wrap. The zero value is ready; it is not safe for concurrent use.
type Bitmap struct {
	ring    [ringWords]uint64 // bit seq%64 of word seq/64%ringWords
	highest uint32
	started bool // highest is meaningful
}

// Mark notes that seq has arrived and reports whether it is the first time; false is a duplicate. A number more than
// History below the highest is reported as first and not remembered: a packet that late is likelier than a copy.
func (m *Bitmap) Mark(seq uint32) (first bool) {
	switch {
	case !m.started:
		m.started, m.highest = true, seq
	case int32(seq-m.highest) > 0:
		m.advance(seq)
	case m.highest-seq > History:
		return true
	}
	word, bit := &m.ring[seq/64%ringWords], uint64(1)<<(seq%64)
	first = *word&bit == 0
	*word |= bit
	return first
}

// Window returns the receipt bitmap for a reply to seq: bit i is set if seq-i has arrived. Bits for numbers above the
// highest, before the first, or more than History below the highest are clear or, for the last, may be.
func (m *Bitmap) Window(seq uint32) uint64 {
	// The two words side by side, shifted so that seq is the top bit; reversing puts it at bit 0.
	word, shift := seq/64, seq%64
	return bits.Reverse64(m.word(word)<<(63-shift) | m.word(word-1)>>(shift+1))
}

// advance makes seq the highest and clears the words that come into use on the way, however wide the gap.
func (m *Bitmap) advance(seq uint32) {
	from, to := m.highest/64, seq/64
	m.highest = seq
	if (to-from)&wordMask >= ringWords {
		m.ring = [ringWords]uint64{}
		return
	}
	for from != to {
		from = (from + 1) & wordMask
		m.ring[from%ringWords] = 0
	}
}

// word returns the 64 bits of word number n, zero if the ring does not hold it.
func (m *Bitmap) word(n uint32) uint64 {
	if !m.started || (m.highest/64-n)&wordMask >= ringWords {
		return 0
	}
	return m.ring[n%ringWords]
}
