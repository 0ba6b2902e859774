//go:build cgo

package vp8

// #cgo noescape vp8_encoder_encode
// #cgo nocallback vp8_encoder_encode
// #include "codec.h"
import "C"

import (
	"fmt"
	"image"
	"math"
	"sync"
	"unsafe"
)

// Encoder encodes pictures of one size. Calls exclude each other, so that a Close from elsewhere does no harm.
type Encoder struct {
	config Config

	mu   sync.Mutex
	c    *C.vp8_encoder // nil: closed
	kbps int            // that libvpx was told
	last int64          // timestamp
	any  bool           // last is meaningful
	buf  []byte         // of the packet that is out
}

// NewEncoder makes an encoder. It holds memory of C until Close.
func NewEncoder(c Config) (*Encoder, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	kbps := int(math.Round(c.Kbps))
	var code C.int
	e := C.vp8_encoder_new(C.int(c.Width), C.int(c.Height), C.int(c.FPS), C.int(kbps), C.int(c.speed()), &code)
	if e == nil {
		return nil, codecError(fmt.Sprintf("set up an encoder for %dx%d", c.Width, c.Height), code, nil)
	}
	return &Encoder{config: c, c: e, kbps: kbps}, nil
}

// Size is that of the pictures, in pixels.
func (e *Encoder) Size() (width, height int) { return e.config.Width, e.config.Height }

// Encode encodes img, which must have 4:2:0 subsampling and the encoder's size. The timestamp, in units of 1/[Rate] s, must be later
// than the one before: rate control goes by it. From this picture on the bitrate is kbps, within [MinKbps] and [MaxKbps]; only a
// change costs anything. With forceKey the frame is a key frame, and never dropped; without, the first picture and every 3000th after
// a key frame become one, and no change of scene does.
func (e *Encoder) Encode(img *image.YCbCr, timestamp int64, kbps float64, forceKey bool) (Packet, error) {
	if err := checkPicture(img, e.config.Width, e.config.Height); err != nil {
		return Packet{}, err
	}
	if err := checkKbps(kbps); err != nil {
		return Packet{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.c == nil {
		return Packet{}, ErrClosed
	}
	if e.any && timestamp <= e.last {
		return Packet{}, fmt.Errorf("VP8: the timestamp %d is not later than %d before it", timestamp, e.last)
	}
	if err := e.setKbps(int(math.Round(kbps))); err != nil {
		return Packet{}, err
	}
	e.last, e.any = timestamp, true
	return e.encode(img, timestamp, forceKey)
}

func (e *Encoder) setKbps(kbps int) error {
	if kbps == e.kbps {
		return nil
	}
	if code := C.vp8_encoder_set_kbps(e.c, C.int(kbps)); code != 0 {
		return codecError(fmt.Sprintf("set the bitrate to %d kbit/s", kbps), code, C.vp8_encoder_detail(e.c))
	}
	e.kbps = kbps
	return nil
}

func (e *Encoder) encode(img *image.YCbCr, timestamp int64, forceKey bool) (Packet, error) {
	y, c := img.YOffset(img.Rect.Min.X, img.Rect.Min.Y), img.COffset(img.Rect.Min.X, img.Rect.Min.Y)
	var key C.int
	if forceKey {
		key = 1
	}
	code := C.vp8_encoder_encode(e.c, (*C.uint8_t)(&img.Y[y]), (*C.uint8_t)(&img.Cb[c]), (*C.uint8_t)(&img.Cr[c]),
		C.int(img.YStride), C.int(img.CStride), C.int64_t(timestamp), key)
	if code != 0 {
		return Packet{}, codecError("encode a picture", code, C.vp8_encoder_detail(e.c))
	}
	size := C.vp8_encoder_size(e.c)
	if size == 0 {
		return Packet{Dropped: true}, nil
	}
	e.buf = append(e.buf[:0], unsafe.Slice((*byte)(C.vp8_encoder_data(e.c)), size)...)
	return Packet{Data: e.buf, Key: C.vp8_encoder_is_key(e.c) != 0}, nil
}

// Close gives the memory of C back. Calls after the first do nothing.
func (e *Encoder) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	C.vp8_encoder_free(e.c)
	e.c = nil
	return nil
}
