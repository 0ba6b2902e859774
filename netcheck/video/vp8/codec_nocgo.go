//go:build !cgo

package vp8

import (
	"errors"
	"image"
)

var errUnavailable = errors.New("this build has no video codec, since it was built without cgo: " +
	"build it with CGO_ENABLED=1, a C compiler and libvpx (libvpx-dev on Debian and Ubuntu, libvpx-devel on Fedora, libvpx elsewhere)")

// Available tells why there is no codec in this build.
func Available() error { return errUnavailable }

// Encoder encodes pictures of one size. This build has none.
type Encoder struct{}

// NewEncoder tells why there is none in this build.
func NewEncoder(Config) (*Encoder, error) { return nil, errUnavailable }

// Encode tells why there is none in this build.
func (*Encoder) Encode(*image.YCbCr, int64, float64, bool) (Packet, error) {
	return Packet{}, errUnavailable
}

// Size is 0x0.
func (*Encoder) Size() (width, height int) { return 0, 0 }

// Close does nothing.
func (*Encoder) Close() error { return nil }

// Decoder decodes a stream. This build has none.
type Decoder struct{}

// NewDecoder tells why there is none in this build.
func NewDecoder() (*Decoder, error) { return nil, errUnavailable }

// Decode tells why there is none in this build.
func (*Decoder) Decode([]byte) (*image.YCbCr, error) { return nil, errUnavailable }

// Close does nothing.
func (*Decoder) Close() error { return nil }
