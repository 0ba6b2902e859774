//go:build cgo && linux

package vp8_test

import (
	"fmt"
	"os"
	"runtime/debug"
	"testing"

	"echopath/netcheck/video/vp8"
)

// resident is the process's memory in bytes, that of C included.
func resident(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	b, err := os.ReadFile("/proc/self/statm")
	must(t, err)
	var total, pages int
	_, err = fmt.Sscan(string(b), &total, &pages)
	must(t, err)
	return pages * os.Getpagesize()
}

// A codec at 640x360 takes 3 MB and more: if one in ten stayed, the limit would be passed.
func TestClosedCodecsLeaveNoMemory(t *testing.T) {
	img := newPattern(640, 360).next()
	cycle := func() {
		e, err := vp8.NewEncoder(vp8.Config{Width: 640, Height: 360, FPS: 30, Kbps: 1000})
		must(t, err)
		d, err := vp8.NewDecoder()
		must(t, err)
		p, err := e.Encode(img, 0, 1000, false)
		must(t, err)
		_, err = d.Decode(p.Data)
		must(t, err)
		_, err = d.Decode(p.Data[:len(p.Data)/2])
		if err == nil {
			t.Error("half a frame was decoded")
		}
		must(t, e.Close())
		must(t, d.Close())
	}
	for range 10 {
		cycle()
	}
	before := resident(t)
	for range 100 {
		cycle()
	}
	if grown := resident(t) - before; grown > 24<<20 {
		t.Errorf("100 encoders and decoders left %d MB", grown>>20)
	}
}
