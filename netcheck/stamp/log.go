package stamp

import (
	"iter"
	"math"
)

// logChunk is the entries to a chunk of a Log: 96 KiB, so a short run stays small and a long one allocates once in
// thousands of packets, without ever copying what it has.
const logChunk = 4096

// Log is the reflector's receipt log of one carrier while it runs: entries in order of arrival, up to a capacity that
// bounds what a peer can make this end keep. It is not safe for concurrent use.
type Log struct {
	chunks   [][]Entry
	length   int
	capacity int
}

// NewLog returns an empty log for at most capacity entries of 24 bytes, 0..2^31-1. Memory is taken as it fills.
func NewLog(capacity int) *Log {
	return &Log{capacity: min(max(capacity, 0), math.MaxInt32)}
}

// Append adds e and reports whether there was room. The caller counts what did not fit: a log with packets missing
// can not decide the direction of a loss.
func (l *Log) Append(e Entry) bool {
	if l.length >= l.capacity {
		return false
	}
	if l.length%logChunk == 0 {
		l.chunks = append(l.chunks, make([]Entry, 0, min(logChunk, l.capacity-l.length)))
	}
	last := &l.chunks[len(l.chunks)-1]
	*last = append(*last, e)
	l.length++
	return true
}

// Len returns the number of entries.
func (l *Log) Len() int { return l.length }

// At returns entry i, 0 <= i < Len. It panics outside of that, as a slice does.
func (l *Log) At(i int) Entry { return l.chunks[i/logChunk][i%logChunk] }

// Blocks yields the log as encoded blocks of at most maxBytes each, with the meaning of 0 and of the limits as in
// AppendBlock. The last one is marked as such; an empty log is one block without entries. Each block is the
// receiver's to keep.
func (l *Log) Blocks(session uint32, carrier Carrier, maxBytes int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for first, done := 0, false; !done; {
			h := BlockHeader{Carrier: carrier, Session: session, First: uint32(first)}
			w := startBlock(nil, h, maxBytes)
			for first < l.length && w.add(&l.chunks[first/logChunk][first%logChunk]) {
				first++
			}
			done = first == l.length
			if !yield(w.finish(done)) {
				return
			}
		}
	}
}
