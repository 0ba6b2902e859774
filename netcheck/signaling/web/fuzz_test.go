package web

import (
	"bytes"
	"io"
	"testing"
)

// FuzzEvents holds that no stream is read beyond its bounds, and that what is written is read the same.
func FuzzEvents(f *testing.F) {
	f.Add([]byte(":      \nevent: wire\nid: 0\ndata: 00112233445566778899aabbccddeeff\n\nid: 1\ndata: aGVsbG8=\n\n:\nevent: end\nid: 2\ndata: \n\n"))
	f.Add([]byte("data:x\r\n\r\nid\n\ndata: a\ndata: b\n\n"))
	f.Add([]byte("\n\n\nid: 99999999999999999999\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := newEventReader(bytes.NewReader(in))
		for range len(in) + 1 {
			e, err := r.next()
			if err == io.EOF { //nolint:errorlint // it would claim an end in order
				t.Fatal("the end of the stream is an end in order")
			}
			if err != nil {
				return
			}
			if frame, err := e.frame(); err == nil && len(frame) > maxFrame {
				t.Fatalf("a frame of %d bytes", len(frame))
			}
			if len(e.data) > maxLine {
				t.Fatalf("a line of %d bytes", len(e.data))
			}
			back, err := newEventReader(bytes.NewReader(appendEvent(nil, e))).next()
			if bytes.ContainsAny([]byte(e.name), "\r") || bytes.Contains(e.data, []byte("\r")) {
				return // a line that ends so is read without it
			}
			if err != nil || back.id != e.id || !bytes.Equal(back.data, e.data) {
				t.Fatalf("%+v was read again as %+v, %v", e, back, err)
			}
		}
		t.Fatal("more events than bytes")
	})
}

// FuzzBatch holds that records of a body count up, are within bounds, and are written the same.
func FuzzBatch(f *testing.F) {
	f.Add(appendEnd(appendFrame(appendFrame(nil, 1, []byte("hello")), 2, nil), 3))
	f.Add(appendFrame(nil, 1<<64-1, []byte("x")))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe})
	f.Fuzz(func(t *testing.T, body []byte) {
		records, err := parseBatch(body)
		if err != nil {
			return
		}
		var again []byte
		for i, r := range records {
			if r.number == 0 || i > 0 && r.number != records[i-1].number+1 || len(r.frame) > maxFrame || r.end && i != len(records)-1 {
				t.Fatalf("record %d: %+v", i, r)
			}
			if r.end {
				again = appendEnd(again, r.number)
			} else {
				again = appendFrame(again, r.number, r.frame)
			}
		}
		if !bytes.Equal(again, body) {
			t.Fatalf("%x was written again as %x", body, again)
		}
	})
}
