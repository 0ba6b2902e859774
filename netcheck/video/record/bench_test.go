package record

import (
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkWrite is the cost of a frame of 4 kB, 1 Mbit/s at 30 a second, to the goroutine that writes it to the disk.
func BenchmarkWrite(b *testing.B) {
	w := newWriter(Options{Path: filepath.Join(b.TempDir(), "clip.webm")}.orDefault())
	f := queued{Frame: Frame{Data: make([]byte, 4000), Width: 640, Height: 360}}
	b.ReportAllocs()
	b.SetBytes(int64(len(f.Data)))
	for i := 0; b.Loop(); i++ {
		f.Key, f.At = i%300 == 0, time.Duration(i)*time.Second/30
		if err := w.put(f); err != nil {
			b.Fatal(err)
		}
	}
	w.end(0)
}
