package vp8

import (
	"errors"
	"fmt"
)

// The largest picture that is encoded or decoded.
const (
	MaxWidth  = 1920
	MaxHeight = 1088
)

// Errors of decoding that a caller can act on, beside those that tell of a damaged frame.
var (
	// ErrNeedKey tells that the frame builds on others that are not there: ask for a key frame.
	ErrNeedKey = errors.New("VP8: there is no key frame yet that this frame could build on")
	// ErrHidden tells that the frame was decoded and is not meant to be shown, only to be built on.
	ErrHidden = errors.New("VP8: the frame is not meant to be shown")
	// ErrClosed tells that the encoder or decoder has been closed.
	ErrClosed = errors.New("VP8: the codec is closed")
)

const (
	tagSize       = 3 // of every frame
	keyHeaderSize = 10
	maxVersion    = 3
)

// Header reads a frame's header (RFC 6386 section 9.1): whether it is a key frame and, for a key frame, the size of the picture in
// pixels, 0 otherwise. The error tells of data that can not be a VP8 frame; sizes are as they stand there, bounded by 16383 alone.
func Header(data []byte) (key bool, width, height int, err error) {
	if len(data) < tagSize {
		return false, 0, 0, fmt.Errorf("VP8: a frame of %d bytes is too short", len(data))
	}
	tag := uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16
	key = tag&1 == 0
	if version := tag >> 1 & 7; version > maxVersion {
		return key, 0, 0, fmt.Errorf("VP8: there is no version %d", version)
	}
	begin := tagSize
	if key {
		begin = keyHeaderSize
	}
	if first := int(tag >> 5); first > len(data)-begin {
		return key, 0, 0, fmt.Errorf("VP8: a frame of %d bytes can not have a first partition of %d", len(data), first)
	}
	if !key {
		return false, 0, 0, nil
	}
	if data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a {
		return true, 0, 0, errors.New("VP8: a key frame lacks its start code")
	}
	// The two highest bits of each are a hint for scaling after decoding, which nobody uses.
	width, height = (int(data[6])|int(data[7])<<8)&0x3fff, (int(data[8])|int(data[9])<<8)&0x3fff
	if width == 0 || height == 0 {
		return true, 0, 0, fmt.Errorf("VP8: a picture can not be %dx%d", width, height)
	}
	return true, width, height, nil
}
