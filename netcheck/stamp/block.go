package stamp

import (
	"encoding/binary"
	"errors"
)

// Limits of a block.
const (
	// MaxBlock is the most bytes in a block: 16 KiB is the message size that every WebRTC data channel takes.
	MaxBlock = 16 << 10
	// MinBlock is the least room a block needs so that any one entry fits.
	MinBlock = BlockHeaderSize + maxEntrySize
	// BlockHeaderSize is the length of a block without entries.
	BlockHeaderSize = 14
	// MaxEntries is the most entries in a block.
	MaxEntries = 4096
	// MaxMicros bounds the times in an entry both ways. It is 285 years, beyond what Clock.Micros returns, and the
	// largest integer that JSON readers in browsers keep exact.
	MaxMicros = 1<<53 - 1

	minEntrySize = 3             // flags, sequence number delta, receive time delta
	maxEntrySize = 1 + 5 + 8 + 8 // the same and dwell; time differences are below 2^54, 8 bytes zigzag
)

const blockLast = 1 << 0

// Flags of an entry.
const (
	entryDuplicate = 1 << iota
	entrySkipped
	entryReplied
	entryFlags = entryDuplicate | entrySkipped | entryReplied
)

// Errors of ParseBlock, besides ErrVersion, ErrShort, ErrKind, ErrCarrier and ErrLength.
var (
	ErrCount    = errors.New("stamp: block holds more or fewer entries than its count")
	ErrEntry    = errors.New("stamp: entry with unknown or contradictory flags")
	ErrOverflow = errors.New("stamp: number in entry out of range")
)

// Entry is one packet in the reflector's receipt log. Times are microseconds since the session's start by the
// reflector's clock, see Clock.Micros, within -MaxMicros..MaxMicros. A packet that is neither Replied nor Skipped came
// to no reply for another reason, such as a failed send.
type Entry struct {
	RecvUS    int64
	SendUS    int64 // zero unless Replied; not before RecvUS
	Seq       uint32
	Duplicate bool // the number had arrived before, see Bitmap.Mark
	Skipped   bool // no reply was sent because the reflector's queue was full; never with Replied
	Replied   bool
}

// BlockHeader tells where the entries of a block belong.
type BlockHeader struct {
	Carrier Carrier
	Last    bool // nothing follows this block
	Session uint32
	First   uint32 // index in the log of the first entry
	Count   int    // 0..MaxEntries; set by ParseBlock, ignored by AppendBlock
}

// AppendBlock appends one block to dst, with as many of entries as fit into maxBytes and MaxEntries, and returns it
// with their number n, which is at least 1 if there are any. Continue with entries[n:] and h.First+n. maxBytes counts
// the block alone; 0 or more than MaxBlock means MaxBlock, and less than MinBlock means MinBlock. h.Last says that
// entries end the log: it is set in the block only if all of them went in.
//
// An entry that contradicts its own documentation is mended rather than refused: times are limited to their range,
// SendUS to RecvUS and up, and Replied wins over Skipped. h.Carrier is written as it is.
func AppendBlock(dst []byte, h BlockHeader, entries []Entry, maxBytes int) (out []byte, n int) {
	w := startBlock(dst, h, maxBytes)
	for n < len(entries) && w.add(&entries[n]) {
		n++
	}
	return w.finish(h.Last && n == len(entries)), n
}

// blockWriter packs entries into one block at the end of buf.
type blockWriter struct {
	buf     []byte
	start   int // of the block in buf
	limit   int // len(buf) may not pass this
	count   int
	prevSeq uint32
	prevUS  int64
}

func startBlock(dst []byte, h BlockHeader, maxBytes int) blockWriter {
	if maxBytes <= 0 || maxBytes > MaxBlock {
		maxBytes = MaxBlock
	}
	start := len(dst)
	dst = append(dst, Version, byte(KindBlock), byte(h.Carrier), 0)
	dst = binary.BigEndian.AppendUint32(dst, h.Session)
	dst = binary.BigEndian.AppendUint32(dst, h.First)
	dst = append(dst, 0, 0)
	return blockWriter{buf: dst, start: start, limit: start + max(maxBytes, MinBlock)}
}

// add appends e and reports whether it fitted; if not, the block is as before.
func (w *blockWriter) add(e *Entry) bool {
	if w.count == MaxEntries {
		return false
	}
	recv := min(max(e.RecvUS, -MaxMicros), MaxMicros)
	var flags byte
	if e.Duplicate {
		flags |= entryDuplicate
	}
	switch {
	case e.Replied:
		flags |= entryReplied
	case e.Skipped:
		flags |= entrySkipped
	}
	b := append(w.buf, flags)
	b = binary.AppendVarint(b, int64(int32(e.Seq-w.prevSeq)))
	b = binary.AppendVarint(b, recv-w.prevUS)
	if e.Replied {
		b = binary.AppendUvarint(b, uint64(min(max(e.SendUS, recv), MaxMicros)-recv))
	}
	if len(b) > w.limit {
		return false
	}
	w.buf, w.count, w.prevSeq, w.prevUS = b, w.count+1, e.Seq, recv
	return true
}

func (w *blockWriter) finish(last bool) []byte {
	if last {
		w.buf[w.start+3] |= blockLast
	}
	binary.BigEndian.PutUint16(w.buf[w.start+12:], uint16(w.count))
	return w.buf
}
