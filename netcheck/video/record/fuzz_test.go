package record

import (
	"bytes"
	"testing"
	"time"
)

// Frames come in any order of time, size and kind: what is written is always a file that a strict reader takes.
func FuzzRecording(f *testing.F) {
	f.Add([]byte{0x80, 1, 0, 2, 0x41, 200, 0xc0, 3}, uint16(0))
	f.Add(bytes.Repeat([]byte{0x9f, 255}, 30), uint16(500))
	f.Fuzz(func(t *testing.T, script []byte, room uint16) {
		d := disk{made: func(m *memory) { m.room = int(room) }}
		r := New(Options{Path: "clip.webm", Queue: MaxQueue, Create: d.create})
		at, put := time.Duration(0), 0
		for ; len(script) >= 2 && put < 500; script = script[2:] {
			kind, step := script[0], time.Duration(script[1])
			at += (step*step*step - 1000) * time.Millisecond / 100
			r.Put(Frame{Data: bytes.Repeat([]byte{kind}, 1+int(kind&15)*20), Key: kind&0x80 != 0, Width: 320 + int(kind>>5&3), Height: 180, At: at})
			put++
		}
		s, _ := r.Close()
		total := 0
		for _, file := range s.Files {
			total += file.Frames
			p, err := parse(d.files[file.Path].b)
			if err == nil {
				err = p.whole(len(p.cues) > 0)
			}
			if err != nil || len(p.blocks()) != file.Frames || int64(len(d.files[file.Path].b)) != file.Bytes {
				t.Fatalf("%v: %+v", err, file)
			}
		}
		if total+s.Skipped > put {
			t.Fatalf("%d frames became %d and %d skipped", put, total, s.Skipped)
		}
	})
}
