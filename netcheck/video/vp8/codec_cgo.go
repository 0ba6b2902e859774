//go:build cgo

package vp8

// With the tag vpxstatic libvpx becomes a part of the program, which then needs none where it runs.

// #cgo !vpxstatic pkg-config: vpx
// #cgo vpxstatic LDFLAGS: -l:libvpx.a -lm
// #include "codec.h"
import "C"

import (
	"fmt"
)

// Available tells whether this build has a codec: nil.
func Available() error { return nil }

// codecError makes an error of libvpx's code and its detail, which may be NULL.
func codecError(doing string, code C.int, detail *C.char) error {
	text := C.GoString(C.vp8_error_text(code))
	if detail != nil {
		text += ", " + C.GoString(detail)
	}
	return fmt.Errorf("VP8: %s: libvpx says: %s", doing, text)
}
