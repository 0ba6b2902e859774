//go:build cgo

package vp8_test

import (
	"context"
	"fmt"
	"image"
	"slices"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/vp8"
)

var benchConfigs = []vp8.Config{
	{Width: 640, Height: 360, FPS: 30, Kbps: 1000},
	{Width: 1280, Height: 720, FPS: 30, Kbps: 2500},
}

func name(c vp8.Config) string { return fmt.Sprintf("%dx%d@%.0f", c.Width, c.Height, c.Kbps) }

// synthetic is the picture that the video probe sends by default.
func synthetic(c vp8.Config) (*picture.Synthetic, *image.YCbCr) {
	return picture.NewSynthetic(c.Width, c.Height, netcheck.DifficultyNormal, c.FPS, 1), picture.New(c.Width, c.Height)
}

// BenchmarkEncode tells what one picture costs; drawing it is not counted.
func BenchmarkEncode(b *testing.B) {
	for _, c := range benchConfigs {
		b.Run(name(c), func(b *testing.B) {
			s := newStream(b, c)
			source, img := synthetic(c)
			b.ReportAllocs()
			bytes, n := 0, 0
			for b.Loop() {
				b.StopTimer()
				must(b, source.Next(context.Background(), img))
				b.StartTimer()
				p, err := s.encoder.Encode(img, s.at, c.Kbps, false)
				must(b, err)
				s.at += int64(vp8.Rate / c.FPS)
				bytes, n = bytes+len(p.Data), n+1
			}
			b.ReportMetric(float64(bytes)*8/1000*float64(c.FPS)/float64(n), "kbit/s")
		})
	}
}

// BenchmarkDecode tells what one picture costs, copied into memory of Go.
func BenchmarkDecode(b *testing.B) {
	for _, c := range benchConfigs {
		b.Run(name(c), func(b *testing.B) {
			s, d := newStream(b, c), newDecoder(b)
			source, img := synthetic(c)
			var all [][]byte
			for i := range int64(60) {
				must(b, source.Next(context.Background(), img))
				p, err := s.encoder.Encode(img, i*vp8.Rate/30, c.Kbps, false)
				must(b, err)
				if !p.Dropped {
					all = append(all, slices.Clone(p.Data))
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, err := d.Decode(all[i%len(all)])
				must(b, err)
			}
		})
	}
}

// BenchmarkBitrateChange tells what a picture costs whose bitrate differs from the one before, up and down in turn.
func BenchmarkBitrateChange(b *testing.B) {
	c := benchConfigs[0]
	s := newStream(b, c)
	source, img := synthetic(c)
	must(b, source.Next(context.Background(), img))
	for b.Loop() {
		_, err := s.encoder.Encode(img, s.at, c.Kbps+float64(s.at/3000%2), false)
		must(b, err)
		s.at += int64(vp8.Rate / c.FPS)
	}
}
