//go:build cgo

package vp8

// #cgo noescape vp8_decoder_decode
// #cgo nocallback vp8_decoder_decode
// #cgo noescape vp8_decoder_copy
// #cgo nocallback vp8_decoder_copy
// #include "codec.h"
import "C"

import (
	"errors"
	"image"
	"math"
	"sync"
)

// Decoder decodes a stream, whose size may change with each key frame. Calls exclude each other, so that a Close from elsewhere does
// no harm.
type Decoder struct {
	mu    sync.Mutex
	c     *C.vp8_decoder // nil: closed
	keyed bool           // frames can build on what was decoded
	img   *image.YCbCr   // that is out
}

// NewDecoder makes a decoder. It holds memory of C until Close.
func NewDecoder() (*Decoder, error) {
	var code C.int
	d := C.vp8_decoder_new(&code)
	if d == nil {
		return nil, codecError("set up a decoder", code, nil)
	}
	return &Decoder{c: d}, nil
}

// Decode decodes one frame. The picture has 4:2:0 subsampling and is valid until the next call. The error is [ErrNeedKey] for a frame
// that builds on others before the first key frame and after a damaged frame, [ErrHidden] for one that has no picture to show, and
// else tells of a damaged frame or one that is too large, which leaves the decoder fit for the next key frame.
func (d *Decoder) Decode(data []byte) (*image.YCbCr, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.c == nil {
		return nil, ErrClosed
	}
	if err := d.admit(data); err != nil {
		d.keyed = false
		return nil, err
	}
	if err := d.decode(data); err != nil {
		d.keyed = false
		return nil, err
	}
	d.keyed = true
	if !shown(data) {
		return nil, ErrHidden
	}
	return d.picture()
}

// admit keeps from libvpx what it would allocate too much for, or guess.
func (d *Decoder) admit(data []byte) error {
	key, width, height, err := Header(data)
	switch {
	case err != nil:
		return err
	case len(data) > math.MaxInt32:
		return errors.New("VP8: the frame is too large")
	case key:
		return checkSize(width, height)
	case !d.keyed:
		return ErrNeedKey
	}
	return nil
}

func (d *Decoder) decode(data []byte) error {
	if code := C.vp8_decoder_decode(d.c, (*C.uint8_t)(&data[0]), C.size_t(len(data))); code != 0 {
		return codecError("decode a frame", code, C.vp8_decoder_detail(d.c))
	}
	if C.vp8_decoder_is_damaged(d.c) != 0 {
		return errors.New("VP8: decode a frame: it is damaged")
	}
	return nil
}

// picture copies what was decoded out of libvpx's memory.
func (d *Decoder) picture() (*image.YCbCr, error) {
	width, height := int(C.vp8_decoder_width(d.c)), int(C.vp8_decoder_height(d.c))
	if err := checkSize(width, height); err != nil {
		return nil, err
	}
	if r := image.Rect(0, 0, width, height); d.img == nil || d.img.Rect != r {
		d.img = image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	}
	C.vp8_decoder_copy(d.c, (*C.uint8_t)(&d.img.Y[0]), (*C.uint8_t)(&d.img.Cb[0]), (*C.uint8_t)(&d.img.Cr[0]))
	return d.img, nil
}

// Close gives the memory of C back. Calls after the first do nothing.
func (d *Decoder) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	C.vp8_decoder_free(d.c)
	d.c = nil
	return nil
}
