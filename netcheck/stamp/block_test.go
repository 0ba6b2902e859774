package stamp_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"echopath/netcheck/stamp"
)

// goldenBlock freezes version 1 of the block; see goldenTest.
const goldenBlock = "01 03 02 01 deadbeef 00001000 0005" +
	" 04 00 d00f 32" + // 0, received at 1000, answered 50 later
	" 04 04 904e 00" + // 2, at 6000, at once
	" 00 01 02" + // 1, at 6001, no reply
	" 05 00 01 8002" + // 1 again, at 6000, answered 256 later
	" 02 ffffffff0f 00" // 2^31+1, skipped

func goldenEntries() []stamp.Entry {
	return []stamp.Entry{
		{Seq: 0, RecvUS: 1000, SendUS: 1050, Replied: true},
		{Seq: 2, RecvUS: 6000, SendUS: 6000, Replied: true},
		{Seq: 1, RecvUS: 6001},
		{Seq: 1, RecvUS: 6000, SendUS: 6256, Replied: true, Duplicate: true},
		{Seq: 1<<31 + 1, RecvUS: 6000, Skipped: true},
	}
}

var goldenHeader = stamp.BlockHeader{Carrier: stamp.CarrierSRTP, Last: true, Session: 0xdeadbeef, First: 0x1000, Count: 5}

func TestBlockGolden(t *testing.T) {
	want := unhex(t, goldenBlock)
	got, n := stamp.AppendBlock([]byte("kept"), goldenHeader, goldenEntries(), 0)
	if n != 5 || !bytes.Equal(got, append([]byte("kept"), want...)) {
		t.Errorf("AppendBlock = %x, %d, want\n%x", got, n, want)
	}
	h, entries, err := stamp.ParseBlock(want, []stamp.Entry{{Seq: 77}})
	if err != nil || h != goldenHeader || !slices.Equal(entries, append([]stamp.Entry{{Seq: 77}}, goldenEntries()...)) {
		t.Errorf("ParseBlock = %+v, %+v, %v", h, entries, err)
	}
}

func randomEntries(gen *rand.Rand, n int) []stamp.Entry {
	entries := make([]stamp.Entry, n)
	for i := range entries {
		e := &entries[i]
		e.Seq, e.RecvUS, e.Duplicate = uint32(i), int64(i)*2000+gen.Int64N(3000), gen.IntN(50) == 0
		switch gen.IntN(20) {
		case 0:
			e.Skipped = true
		case 1:
		case 2: // extremes
			e.Seq, e.RecvUS, e.Replied = gen.Uint32(), gen.Int64N(2*stamp.MaxMicros+1)-stamp.MaxMicros, true
			e.SendUS = e.RecvUS + gen.Int64N(stamp.MaxMicros-e.RecvUS+1)
		default:
			e.Replied, e.SendUS = true, e.RecvUS+gen.Int64N(200)
		}
	}
	return entries
}

func TestBlocksRoundTrip(t *testing.T) {
	gen := rand.New(rand.NewPCG(3, 4))
	for _, maxBytes := range []int{-1, 0, 1, stamp.MinBlock, 100, 1150, stamp.MaxBlock, 1 << 20} {
		want := randomEntries(gen, 9000)
		var got []stamp.Entry
		for first, last := 0, false; !last; first = len(got) {
			h := stamp.BlockHeader{Carrier: stamp.CarrierDataChannel, Last: true, Session: 1, First: uint32(first)}
			b, n := stamp.AppendBlock(nil, h, want[first:], maxBytes)
			limit := maxBytes
			if limit <= 0 || limit > stamp.MaxBlock {
				limit = stamp.MaxBlock
			}
			if n == 0 || len(b) > max(limit, stamp.MinBlock) {
				t.Fatalf("maxBytes %d: %d entries in %d bytes", maxBytes, n, len(b))
			}
			var err error
			if h, got, err = stamp.ParseBlock(b, got); err != nil || h.Count != n || h.First != uint32(first) {
				t.Fatalf("maxBytes %d: %+v, %v, wrote %d entries", maxBytes, h, err, n)
			}
			if last = h.Last; last != (len(got) == len(want)) {
				t.Fatalf("maxBytes %d: last %v at %d of %d", maxBytes, last, len(got), len(want))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("maxBytes %d: entries differ", maxBytes)
		}
	}
}

func TestBlockIsLimitedToMaxEntries(t *testing.T) {
	b, n := stamp.AppendBlock(nil, goldenHeader, make([]stamp.Entry, stamp.MaxEntries+1), 0)
	h, entries, err := stamp.ParseBlock(b, nil)
	if n != stamp.MaxEntries || len(entries) != n || h.Last || err != nil {
		t.Errorf("%d entries written, %d read, last %v, %v", n, len(entries), h.Last, err)
	}
}

func TestBlockOfNothing(t *testing.T) {
	b, n := stamp.AppendBlock(nil, goldenHeader, nil, 0)
	h, entries, err := stamp.ParseBlock(b, nil)
	if n != 0 || len(b) != stamp.BlockHeaderSize || len(entries) != 0 || !h.Last || h.Count != 0 || err != nil {
		t.Errorf("%x, %d: %+v, %v, %v", b, n, h, entries, err)
	}
}

func TestAppendBlockMendsEntries(t *testing.T) {
	b, n := stamp.AppendBlock(nil, goldenHeader, []stamp.Entry{
		{RecvUS: math.MinInt64, SendUS: math.MaxInt64, Replied: true, Skipped: true},
		{RecvUS: math.MaxInt64, SendUS: math.MinInt64, Replied: true},
		{RecvUS: 5, SendUS: 9},
	}, 0)
	_, got, err := stamp.ParseBlock(b, nil)
	want := []stamp.Entry{
		{RecvUS: -stamp.MaxMicros, SendUS: stamp.MaxMicros, Replied: true},
		{RecvUS: stamp.MaxMicros, SendUS: stamp.MaxMicros, Replied: true},
		{RecvUS: 5},
	}
	if n != 3 || err != nil || !slices.Equal(got, want) {
		t.Errorf("%d entries, %v: %+v, want %+v", n, err, got, want)
	}
}

func TestParseBlockErrors(t *testing.T) {
	uvarint := func(v uint64) []byte { return binary.AppendUvarint(nil, v) }
	varint := func(v int64) []byte { return binary.AppendVarint(nil, v) }
	block := func(count byte, parts ...[]byte) []byte {
		head := []byte{1, 3, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, count}
		return append(head, slices.Concat(parts...)...)
	}
	edit := func(offset int, value byte) []byte {
		b := unhex(t, goldenBlock)
		b[offset] = value
		return b
	}
	golden, zero := unhex(t, goldenBlock), []byte{0}
	over64 := bytes.Repeat([]byte{0xff}, 10)
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"empty", nil, stamp.ErrShort},
		{"header cut", golden[:13], stamp.ErrShort},
		{"version", edit(0, 2), stamp.ErrVersion},
		{"kind", edit(1, 1), stamp.ErrKind},
		{"carrier", edit(2, 0), stamp.ErrCarrier},
		{"too long", make([]byte, stamp.MaxBlock+1), stamp.ErrVersion},
		{"too long, right version", append(golden, make([]byte, stamp.MaxBlock)...), stamp.ErrLength},
		{"count above MaxEntries", append(edit(12, 0x10), make([]byte, 4101*3)...), stamp.ErrCount},
		{"count above bytes", edit(12, 1), stamp.ErrCount},
		{"one entry missing", edit(13, 6), stamp.ErrCount},
		{"one entry more", edit(13, 4), stamp.ErrCount},
		{"trailing byte", append(unhex(t, goldenBlock), 0), stamp.ErrCount},
		{"last entry cut", golden[:len(golden)-1], stamp.ErrCount},
		{"dwell missing", block(1, uvarint(4), zero, zero), stamp.ErrCount},
		{"sequence number cut", block(1, zero, []byte{0x80, 0x80}), stamp.ErrCount},
		{"unknown flag", block(1, uvarint(8), zero, zero), stamp.ErrEntry},
		{"skipped and replied", block(1, uvarint(6), zero, zero, zero), stamp.ErrEntry},
		{"flags over 64 bits", block(1, over64, zero, zero), stamp.ErrOverflow},
		{"sequence number over 64 bits", block(1, zero, over64, zero), stamp.ErrOverflow},
		{"sequence number over 32 bits", block(1, zero, varint(1<<31), zero), stamp.ErrOverflow},
		{"time too large", block(1, zero, zero, varint(stamp.MaxMicros+1)), stamp.ErrOverflow},
		{"time too small", block(1, zero, zero, varint(-stamp.MaxMicros-1)), stamp.ErrOverflow},
		{"time sum too large", block(2, zero, zero, varint(stamp.MaxMicros), zero, zero, varint(1)), stamp.ErrOverflow},
		{"time delta at the end", block(1, zero, zero, varint(math.MaxInt64)), stamp.ErrOverflow},
		{"dwell too large", block(1, uvarint(4), zero, varint(1), uvarint(stamp.MaxMicros)), stamp.ErrOverflow},
		{"dwell over 63 bits", block(1, uvarint(4), zero, zero, uvarint(math.MaxUint64)), stamp.ErrOverflow},
	} {
		dst := []stamp.Entry{{Seq: 7}}
		h, out, err := stamp.ParseBlock(c.b, dst)
		if err != c.want || h != (stamp.BlockHeader{}) || !slices.Equal(out, dst) {
			t.Errorf("%s: %+v, %v, %v, want %v", c.name, h, out, err, c.want)
		}
	}
}

func TestCodecAllocs(t *testing.T) {
	d, b := replyDatagram(), make([]byte, 200)
	entries, block, out := goldenEntries(), make([]byte, 0, stamp.MaxBlock), make([]stamp.Entry, 0, stamp.MaxEntries)
	test := put(t, testDatagram(), 200)
	for name, f := range map[string]func(){
		"Put":         func() { _ = d.Put(b) },
		"Parse":       func() { _, _ = stamp.Parse(b) },
		"Parse error": func() { _, _ = stamp.Parse(b[:100]) },
		"Reflect":     func() { test[1] = byte(stamp.KindTest); _ = stamp.Reflect(test, d.Reply) },
		"AppendBlock": func() { _, _ = stamp.AppendBlock(block, goldenHeader, entries, 0) },
		"ParseBlock": func() {
			b, _ := stamp.AppendBlock(block, goldenHeader, entries, 0)
			_, _, _ = stamp.ParseBlock(b, out)
		},
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
