package stamp_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"strings"
	"testing"

	"echopath/netcheck/stamp"
)

// The golden bytes freeze version 1 of the format. If one of these fails, other versions of the program no longer
// understand this one: raise Version instead of editing them.
const (
	goldenTest = "01 01 01 01 deadbeef 00000102 eb6f3a8180000000 8015 0048" +
		" 00000000 0000000000000000 0000000000000000 0000000000000000 0000 0000 00000000 00000000" +
		" 3fb2c47d00a9bf7f"
	goldenReply = "01 02 02 00 deadbeef 00000102 eb6f3a8180000000 8015 0048" +
		" 00000099 eb6f3a8200000001 eb6f3a8200010001 8000000000000005 0c80 0000 00000007 000000a1" +
		" 3fb2c47d00a9bf7f"
	goldenPaddingCRC = uint32(0xf8b04740)
)

func testDatagram() stamp.Datagram {
	return stamp.Datagram{
		Kind: stamp.KindTest, Carrier: stamp.CarrierDataChannel, Flags: stamp.FlagWarmUp,
		Session: 0xdeadbeef, Seq: 0x102, Sent: 0xeb6f3a8180000000, SenderError: 0x8015,
	}
}

func replyDatagram() stamp.Datagram {
	d := testDatagram()
	d.Kind, d.Carrier, d.Flags = stamp.KindReply, stamp.CarrierSRTP, 0
	d.Reply = stamp.Reply{
		Seq: 0x99, Received: 0xeb6f3a8200000001, Sent: 0xeb6f3a8200010001,
		Window: 0x8000000000000005, ReflectorError: 0x0c80, Skipped: 7, Distinct: 0xa1,
	}
	return d
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func put(t testing.TB, d stamp.Datagram, size int) []byte {
	t.Helper()
	b := bytes.Repeat([]byte{0xaa}, size) // a buffer in use before
	if err := d.Put(b); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDatagramGolden(t *testing.T) {
	for _, c := range []struct {
		name, golden string
		d            stamp.Datagram
	}{{"test", goldenTest, testDatagram()}, {"reply", goldenReply, replyDatagram()}} {
		t.Run(c.name, func(t *testing.T) {
			want := unhex(t, c.golden)
			if got := put(t, c.d, 72); !bytes.Equal(got, want) {
				t.Errorf("Put wrote\n%x, want\n%x", got, want)
			}
			if got, err := stamp.Parse(want); err != nil || got != c.d {
				t.Errorf("Parse = %+v, %v, want %+v", got, err, c.d)
			}
		})
	}
}

func TestPaddingIsFixedAndLooksRandom(t *testing.T) {
	pad := put(t, testDatagram(), stamp.MaxSize)[stamp.HeaderSize:]
	if got := crc32.ChecksumIEEE(pad); got != goldenPaddingCRC {
		t.Errorf("padding has CRC %#x, want %#x", got, goldenPaddingCRC)
	}
	seen := map[uint32]bool{}
	for i := 0; i+4 <= len(pad); i += 4 {
		word := binary.BigEndian.Uint32(pad[i:])
		if seen[word] {
			t.Errorf("padding repeats %#x at %d", word, i)
		}
		seen[word] = true
	}
}

func TestDatagramRoundTripAtEverySize(t *testing.T) {
	for size := stamp.MinSize; size <= stamp.MaxSize; size++ {
		for _, d := range []stamp.Datagram{testDatagram(), replyDatagram()} {
			if got, err := stamp.Parse(put(t, d, size)); err != nil || got != d {
				t.Fatalf("size %d: %+v, %v, want %+v", size, got, err, d)
			}
		}
	}
}

func TestReflectInPlace(t *testing.T) {
	b := put(t, testDatagram(), 200)
	padding := bytes.Clone(b[stamp.HeaderSize:])
	b[54] = 0xff // reserved in a reply, free in a test
	want := testDatagram()
	want.Kind, want.Reply = stamp.KindReply, replyDatagram().Reply
	if err := stamp.Reflect(b, want.Reply); err != nil {
		t.Fatal(err)
	}
	if got, err := stamp.Parse(b); err != nil || got != want {
		t.Errorf("reflected: %+v, %v, want %+v", got, err, want)
	}
	if b[54] != 0 || !bytes.Equal(b[stamp.HeaderSize:], padding) {
		t.Error("reserved bytes or padding not as they should be")
	}
	if err := stamp.Reflect(b, want.Reply); !errors.Is(err, stamp.ErrKind) {
		t.Errorf("reflecting a reply: %v, want ErrKind", err)
	}
}

func TestReplyAlwaysAcknowledgesItsPacket(t *testing.T) {
	d := replyDatagram()
	d.Reply.Window = 0
	if got, err := stamp.Parse(put(t, d, stamp.MinSize)); err != nil || got.Reply.Window != 1 {
		t.Errorf("window %#x, %v, want 1", got.Reply.Window, err)
	}
}

func TestReservedBitsAreIgnored(t *testing.T) {
	b := put(t, testDatagram(), stamp.MinSize)
	b[3] |= 0xfe
	for i := 24; i < stamp.HeaderSize; i++ {
		b[i] = 0xff
	}
	if got, err := stamp.Parse(b); err != nil || got != testDatagram() {
		t.Errorf("test: %+v, %v", got, err)
	}
}

func TestParseErrors(t *testing.T) {
	edit := func(offset int, value byte) func([]byte) []byte {
		return func(b []byte) []byte { b[offset] = value; return b }
	}
	for _, c := range []struct {
		name string
		edit func([]byte) []byte
		want error
	}{
		{"empty", func(b []byte) []byte { return nil }, stamp.ErrShort},
		{"one byte", func(b []byte) []byte { return b[:1] }, stamp.ErrShort},
		{"header cut", func(b []byte) []byte { return b[:63] }, stamp.ErrShort},
		{"version 0", edit(0, 0), stamp.ErrVersion},
		{"version 2, short header", func(b []byte) []byte { b[0] = 2; return b[:20] }, stamp.ErrVersion},
		{"kind 0", edit(1, 0), stamp.ErrKind},
		{"kind block", edit(1, 3), stamp.ErrKind},
		{"carrier 0", edit(2, 0), stamp.ErrCarrier},
		{"carrier 3", edit(2, 3), stamp.ErrCarrier},
		{"padding cut", func(b []byte) []byte { return b[:len(b)-1] }, stamp.ErrLength},
		{"glued", func(b []byte) []byte { return append(b, 0) }, stamp.ErrLength},
		{"above MaxSize", func(b []byte) []byte {
			b = append(b, make([]byte, stamp.MaxSize+1-len(b))...)
			binary.BigEndian.PutUint16(b[22:], stamp.MaxSize+1)
			return b
		}, stamp.ErrLength},
		{"not acknowledged", edit(51, 0xfe), stamp.ErrReceipt},
	} {
		b := c.edit(put(t, replyDatagram(), 100))
		if got, err := stamp.Parse(b); err != c.want || got != (stamp.Datagram{}) {
			t.Errorf("%s: Parse = %+v, %v, want %v", c.name, got, err, c.want)
		}
		before := bytes.Clone(b)
		if err := stamp.Reflect(b, stamp.Reply{}); err == nil || !bytes.Equal(b, before) {
			t.Errorf("%s: Reflect = %v, or changed the bytes", c.name, err)
		}
	}
}

func TestPutErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		size    int
		kind    stamp.Kind
		carrier stamp.Carrier
		want    error
	}{
		{"too small", stamp.MinSize - 1, stamp.KindTest, stamp.CarrierSRTP, stamp.ErrLength},
		{"too large", stamp.MaxSize + 1, stamp.KindTest, stamp.CarrierSRTP, stamp.ErrLength},
		{"no kind", 64, stamp.KindUnknown, stamp.CarrierSRTP, stamp.ErrKind},
		{"block", 64, stamp.KindBlock, stamp.CarrierSRTP, stamp.ErrKind},
		{"no carrier", 64, stamp.KindTest, stamp.CarrierUnknown, stamp.ErrCarrier},
	} {
		b := make([]byte, c.size)
		d := stamp.Datagram{Kind: c.kind, Carrier: c.carrier}
		if err := d.Put(b); err != c.want || !bytes.Equal(b, make([]byte, c.size)) {
			t.Errorf("%s: %v, want %v and no byte written", c.name, err, c.want)
		}
	}
}

func TestCarrierNames(t *testing.T) {
	for c, want := range map[stamp.Carrier]string{
		stamp.CarrierDataChannel: "datachannel", stamp.CarrierSRTP: "srtp", stamp.CarrierUnknown: "unknown", 9: "unknown",
	} {
		if got := c.String(); got != want {
			t.Errorf("Carrier(%d) = %q, want %q", uint8(c), got, want)
		}
	}
}
