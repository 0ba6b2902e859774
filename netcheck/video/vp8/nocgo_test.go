//go:build !cgo

package vp8_test

import (
	"errors"
	"strings"
	"testing"

	"echopath/netcheck/video/vp8"
)

func TestBuildWithoutCgoSaysSo(t *testing.T) {
	want := vp8.Available()
	if want == nil || !strings.Contains(want.Error(), "cgo") || !strings.Contains(want.Error(), "libvpx") {
		t.Fatalf("it says %v", want)
	}
	_, noEncoder := vp8.NewEncoder(vp8.Config{Width: 640, Height: 360, FPS: 30, Kbps: 1000})
	_, noDecoder := vp8.NewDecoder()
	if !errors.Is(noEncoder, want) || !errors.Is(noDecoder, want) {
		t.Errorf("constructors say %v, %v", noEncoder, noDecoder)
	}
}
