//go:build cgo

package vp8

import (
	"errors"
	"fmt"
	"image"
	"math"
)

func (c Config) check() error {
	if err := checkSize(c.Width, c.Height); err != nil {
		return err
	}
	if c.FPS < 1 || c.FPS > MaxFPS {
		return fmt.Errorf("VP8: %d pictures a second are not within 1 and %d", c.FPS, MaxFPS)
	}
	return checkKbps(c.Kbps)
}

func checkKbps(kbps float64) error {
	if math.IsNaN(kbps) || kbps < MinKbps || kbps > MaxKbps {
		return fmt.Errorf("VP8: a bitrate of %g kbit/s is not within %d and %d", kbps, MinKbps, MaxKbps)
	}
	return nil
}

// speed is libvpx's cpu_used: how much the encoder leaves undone to save time.
func (c Config) speed() int {
	if c.Width*c.Height <= 640*360 {
		return -6
	}
	return -8
}

// checkPicture keeps libvpx, which checks nothing, from reading beyond a picture's memory.
func checkPicture(img *image.YCbCr, width, height int) error {
	if img == nil {
		return errors.New("VP8: there is no picture to encode")
	}
	if img.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return fmt.Errorf("VP8: a picture must have 4:2:0 subsampling, this has %v", img.SubsampleRatio)
	}
	r := img.Rect
	if r.Dx() != width || r.Dy() != height {
		return fmt.Errorf("VP8: the encoder was made for pictures of %dx%d, this is %dx%d", width, height, r.Dx(), r.Dy())
	}
	if r.Min.X&1 != 0 || r.Min.Y&1 != 0 {
		return fmt.Errorf("VP8: a picture that is cut out must begin at even coordinates, this does at %v", r.Min)
	}
	cw, ch := (width+1)/2, (height+1)/2
	y, c := img.YOffset(r.Min.X, r.Min.Y), img.COffset(r.Min.X, r.Min.Y)
	if y < 0 || c < 0 || !holds(len(img.Y)-y, img.YStride, width, height) ||
		!holds(len(img.Cb)-c, img.CStride, cw, ch) || !holds(len(img.Cr)-c, img.CStride, cw, ch) {
		return fmt.Errorf("VP8: the picture's memory is too small for %dx%d", width, height)
	}
	return nil
}

// holds tells whether size bytes hold a plane. libvpx takes strides as int.
func holds(size, stride, width, height int) bool {
	return stride >= width && stride <= math.MaxInt32 && size >= stride*(height-1)+width
}

// shown tells whether a frame, whose header is right, is meant to be shown.
func shown(data []byte) bool { return data[0]&0x10 != 0 }

func checkSize(width, height int) error {
	if width < 1 || height < 1 || width > MaxWidth || height > MaxHeight {
		return fmt.Errorf("VP8: a picture of %dx%d is not within 1x1 and %dx%d", width, height, MaxWidth, MaxHeight)
	}
	return nil
}
