package picture_test

import (
	"context"
	"fmt"
	"image"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

func BenchmarkScale(b *testing.B) {
	for _, c := range [][2]image.Point{
		{{640, 360}, {480, 270}}, {{480, 270}, {640, 360}}, {{1280, 720}, {640, 360}}, {{640, 360}, {1280, 720}},
		{{1280, 720}, {960, 540}}, {{1920, 1080}, {640, 360}}, {{640, 360}, {320, 180}},
	} {
		b.Run(fmt.Sprintf("%dto%d", c[0].X, c[1].X), func(b *testing.B) {
			src, dst := noisy(c[0].X, c[0].Y, 1), picture.New(c[1].X, c[1].Y)
			var s picture.Scaler
			s.Scale(dst, src)
			b.ReportAllocs()
			for b.Loop() {
				s.Scale(dst, src)
			}
		})
	}
}

func BenchmarkFit(b *testing.B) {
	src, dst := noisy(640, 480, 1), picture.New(640, 360)
	b.ReportAllocs()
	for b.Loop() {
		picture.Fit(dst, src)
	}
}

func BenchmarkCopy(b *testing.B) {
	src, dst := noisy(640, 360, 1), picture.New(640, 360)
	b.ReportAllocs()
	for b.Loop() {
		picture.Copy(dst, src)
	}
}

func BenchmarkDifference(b *testing.B) {
	p, q, dst := noisy(640, 360, 1), noisy(640, 360, 2), picture.New(640, 360)
	b.ReportAllocs()
	for b.Loop() {
		picture.Difference(dst, p, q, 8)
	}
}

func BenchmarkToRGBA(b *testing.B) {
	src, dst := noisy(640, 360, 1), image.NewRGBA(image.Rect(0, 0, 640, 360))
	b.ReportAllocs()
	for b.Loop() {
		picture.ToRGBA(dst, src)
	}
}

func BenchmarkToRGBAScaled(b *testing.B) {
	src, dst := noisy(640, 360, 1), image.NewRGBA(image.Rect(0, 0, 320, 180))
	var s picture.Scaler
	b.ReportAllocs()
	for b.Loop() {
		s.ToRGBA(dst, src)
	}
}

func BenchmarkSynthetic(b *testing.B) {
	for _, size := range netcheck.VideoSizes() {
		for _, d := range []netcheck.Difficulty{netcheck.DifficultyEasy, netcheck.DifficultyNormal, netcheck.DifficultyHard} {
			b.Run(fmt.Sprintf("%s/%s", size, d), func(b *testing.B) {
				s, dst := picture.NewSynthetic(size.Width, size.Height, d, 30, 1), picture.New(size.Width, size.Height)
				b.ReportAllocs()
				for b.Loop() {
					if err := s.Next(context.Background(), dst); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
