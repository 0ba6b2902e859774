package stamp_test

import (
	"testing"
	"time"

	"echopath/netcheck/stamp"
)

func BenchmarkPut(b *testing.B) {
	d, buf := testDatagram(), make([]byte, stamp.MaxSize)
	b.ReportAllocs()
	for b.Loop() {
		_ = d.Put(buf)
	}
}

func BenchmarkParse(b *testing.B) {
	buf := put(b, replyDatagram(), stamp.MaxSize)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = stamp.Parse(buf)
	}
}

// BenchmarkReflector is what the far end does with one packet, sockets aside.
func BenchmarkReflector(b *testing.B) {
	buf, clock, log := put(b, testDatagram(), 200), stamp.NewClock(time.Now()), stamp.NewLog(1<<31-1)
	var window stamp.Bitmap
	var seq uint32
	b.ReportAllocs()
	for b.Loop() {
		if seq%(1<<20) == 0 {
			log = stamp.NewLog(1 << 20)
		}
		buf[1] = byte(stamp.KindTest)
		d, _ := stamp.Parse(buf)
		now := clock.NTP(time.Duration(seq) * time.Millisecond)
		first := window.Mark(seq)
		_ = stamp.Reflect(buf, stamp.Reply{Seq: d.Seq, Received: now, Sent: now, Window: window.Window(seq)})
		us := clock.Micros(now)
		log.Append(stamp.Entry{Seq: seq, RecvUS: us, SendUS: us, Replied: true, Duplicate: !first})
		seq++
	}
}

func BenchmarkBitmap(b *testing.B) {
	var m stamp.Bitmap
	var seq uint32
	b.ReportAllocs()
	for b.Loop() {
		m.Mark(seq)
		m.Window(seq)
		seq++
	}
}

func BenchmarkLogAppend(b *testing.B) {
	log := stamp.NewLog(0)
	b.ReportAllocs()
	for b.Loop() {
		if !log.Append(stamp.Entry{Seq: 1, RecvUS: 2}) {
			log = stamp.NewLog(1 << 16)
		}
	}
}

// The two block benchmarks handle 3000 entries an iteration.

func BenchmarkAppendBlock(b *testing.B) {
	entries, dst := benchEntries(), make([]byte, 0, stamp.MaxBlock)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = stamp.AppendBlock(dst, goldenHeader, entries, 0)
	}
}

func BenchmarkParseBlock(b *testing.B) {
	block, _ := stamp.AppendBlock(nil, goldenHeader, benchEntries(), 0)
	dst := make([]stamp.Entry, 0, stamp.MaxEntries)
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = stamp.ParseBlock(block, dst)
	}
}

func benchEntries() []stamp.Entry {
	entries := make([]stamp.Entry, 3000)
	for i := range entries {
		us := int64(i) * 2000
		entries[i] = stamp.Entry{Seq: uint32(i), RecvUS: us, SendUS: us + 40, Replied: true}
	}
	return entries
}
