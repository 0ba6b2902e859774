package stamp

import (
	"encoding/binary"
	"math"
	"slices"
)

// ParseBlock decodes a block and appends its entries to dst, growing it at most once and only after the count has
// been found plausible. It returns ErrVersion, ErrShort, ErrKind, ErrCarrier, ErrLength (above MaxBlock), ErrCount
// (above MaxEntries, or entries cut off, missing or followed by more bytes), ErrEntry or ErrOverflow; the entries
// returned are then those of dst. Whether blocks follow each other without a gap is for the caller to check by First.
func ParseBlock(b []byte, dst []Entry) (BlockHeader, []Entry, error) {
	h, err := parseBlockHeader(b)
	if err != nil {
		return BlockHeader{}, dst, err
	}
	r := entryReader{rest: b[BlockHeaderSize:]}
	if h.Count > MaxEntries || h.Count*minEntrySize > len(r.rest) {
		return BlockHeader{}, dst, ErrCount
	}
	out := slices.Grow(dst, h.Count)
	for range h.Count {
		e, err := r.next()
		if err != nil {
			return BlockHeader{}, dst, err
		}
		out = append(out, e)
	}
	if len(r.rest) != 0 {
		return BlockHeader{}, dst, ErrCount
	}
	return h, out, nil
}

func parseBlockHeader(b []byte) (BlockHeader, error) {
	switch {
	case len(b) == 0:
		return BlockHeader{}, ErrShort
	case b[0] != Version:
		return BlockHeader{}, ErrVersion
	case len(b) < BlockHeaderSize:
		return BlockHeader{}, ErrShort
	case Kind(b[1]) != KindBlock:
		return BlockHeader{}, ErrKind
	case !Carrier(b[2]).valid():
		return BlockHeader{}, ErrCarrier
	case len(b) > MaxBlock:
		return BlockHeader{}, ErrLength
	}
	return BlockHeader{
		Carrier: Carrier(b[2]),
		Last:    b[3]&blockLast != 0,
		Session: binary.BigEndian.Uint32(b[4:]),
		First:   binary.BigEndian.Uint32(b[8:]),
		Count:   int(binary.BigEndian.Uint16(b[12:])),
	}, nil
}

// entryReader takes entries off the front of a block's body.
type entryReader struct {
	rest    []byte
	prevSeq uint32
	prevUS  int64
}

func (r *entryReader) next() (Entry, error) {
	flags, err := r.uvarint()
	if err != nil {
		return Entry{}, err
	}
	if flags&^entryFlags != 0 || flags&(entrySkipped|entryReplied) == entrySkipped|entryReplied {
		return Entry{}, ErrEntry
	}
	seqDelta, err := r.varint(math.MinInt32, math.MaxInt32)
	if err != nil {
		return Entry{}, err
	}
	recv, err := r.varint(-MaxMicros-r.prevUS, MaxMicros-r.prevUS)
	if err != nil {
		return Entry{}, err
	}
	r.prevSeq += uint32(seqDelta)
	r.prevUS += recv
	e := Entry{
		Seq:       r.prevSeq,
		RecvUS:    r.prevUS,
		Duplicate: flags&entryDuplicate != 0,
		Skipped:   flags&entrySkipped != 0,
		Replied:   flags&entryReplied != 0,
	}
	if !e.Replied {
		return e, nil
	}
	dwell, err := r.uvarint()
	if err != nil {
		return Entry{}, err
	}
	if dwell > uint64(MaxMicros-e.RecvUS) {
		return Entry{}, ErrOverflow
	}
	e.SendUS = e.RecvUS + int64(dwell)
	return e, nil
}

func (r *entryReader) uvarint() (uint64, error) {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		return 0, varintError(n)
	}
	r.rest = r.rest[n:]
	return v, nil
}

// varint reads a zigzag number and holds it to low..high.
func (r *entryReader) varint(low, high int64) (int64, error) {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		return 0, varintError(n)
	}
	if v < low || v > high {
		return 0, ErrOverflow
	}
	r.rest = r.rest[n:]
	return v, nil
}

// varintError names the failure by encoding/binary's count: 0 for a number cut off, below 0 for one over 64 bits.
func varintError(n int) error {
	if n < 0 {
		return ErrOverflow
	}
	return ErrCount
}
