//go:build cgo

package vp8_test

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"echopath/netcheck/video/vp8"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// pattern draws what is hard enough for rate control to be at work at all bitrates: a texture that scrolls, a ball that moves, and
// noise in a quarter of the picture, each second much like the one before. The same seed gives the same pictures. Rows are copied from what was made once, which is quick
// with the race detector too.
type pattern struct {
	img            *image.YCbCr
	rng            *rand.Rand
	texture, noise []byte
	tick           int
}

func newPattern(width, height int) *pattern {
	p := &pattern{img: image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420), rng: rand.New(rand.NewPCG(1, 2)),
		texture: make([]byte, 8192), noise: make([]byte, 1<<16)}
	for i := range p.texture {
		p.texture[i] = byte(120 + 60*math.Sin(float64(i)/90) + 20*math.Sin(float64(i)/7))
	}
	for i := range p.noise {
		p.noise[i] = byte(120 + p.rng.IntN(16))
	}
	for i := range p.img.Cb {
		p.img.Cb[i], p.img.Cr[i] = byte(100+i%50), byte(150-i%40)
	}
	return p
}

// next is valid until the next call.
func (p *pattern) next() *image.YCbCr {
	w, h := p.img.Rect.Dx(), p.img.Rect.Dy()
	x0, y0, r := float64(w)*(0.5+0.3*math.Sin(float64(p.tick)/5)), float64(h)*(0.5+0.3*math.Cos(float64(p.tick)/4)), float64(h)/8
	for y := range h {
		row := p.img.Y[y*p.img.YStride:][:w]
		copy(row, p.texture[(2*p.tick+3*y)%4096:])
		if y > h/2 {
			copy(row[w/2:], p.noise[p.rng.IntN(len(p.noise)-w):])
		}
		if d := float64(y) - y0; d*d < r*r {
			half := math.Sqrt(r*r - d*d)
			copy(row[int(x0-half):int(x0+half)], p.texture[4096-31*(y/8):])
		}
	}
	p.tick++
	return p.img
}

// stream encodes a pattern, one picture a step of time.
type stream struct {
	tb      testing.TB
	encoder *vp8.Encoder
	pattern *pattern
	fps     int
	at      int64
}

func newStream(tb testing.TB, c vp8.Config) *stream {
	tb.Helper()
	e, err := vp8.NewEncoder(c)
	must(tb, err)
	tb.Cleanup(func() { must(tb, e.Close()) })
	return &stream{tb: tb, encoder: e, pattern: newPattern(c.Width, c.Height), fps: c.FPS}
}

func (s *stream) next(kbps float64, key bool) vp8.Packet {
	s.tb.Helper()
	p, err := s.encoder.Encode(s.pattern.next(), s.at, kbps, key)
	must(s.tb, err)
	s.at += int64(vp8.Rate / s.fps)
	return p
}

// kbps encodes so many pictures and tells their bitrate and how many were dropped.
func (s *stream) kbps(pictures int, target float64) (rate float64, dropped int) {
	s.tb.Helper()
	bytes := 0
	for range pictures {
		p := s.next(target, false)
		bytes += len(p.Data)
		if p.Dropped {
			dropped++
		}
	}
	return float64(bytes) * 8 / 1000 * float64(s.fps) / float64(pictures), dropped
}

func newDecoder(tb testing.TB) *vp8.Decoder {
	tb.Helper()
	d, err := vp8.NewDecoder()
	must(tb, err)
	tb.Cleanup(func() { must(tb, d.Close()) })
	return d
}

// psnr compares luma, in dB.
func psnr(a, b *image.YCbCr) float64 {
	sum := 0.0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			d := float64(a.Y[y*a.YStride+x]) - float64(b.Y[y*b.YStride+x])
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255*float64(a.Rect.Dx()*a.Rect.Dy())/max(sum, 1))
}
