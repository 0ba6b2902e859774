package picture_test

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"echopath/netcheck/video/picture"
)

// noisy is a picture of random samples.
func noisy(width, height int, seed uint64) *image.YCbCr {
	p, gen := picture.New(width, height), rand.New(rand.NewPCG(seed, 1))
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		for i := range plane {
			plane[i] = uint8(gen.Uint32())
		}
	}
	return p
}

// inset is a copy of a picture as a part of a larger one, whose other samples are 7.
func inset(p *image.YCbCr) (part, whole *image.YCbCr) {
	const left, top = 6, 4
	w, h := p.Rect.Dx(), p.Rect.Dy()
	whole = picture.New(w+20, h+10)
	for _, plane := range [][]byte{whole.Y, whole.Cb, whole.Cr} {
		for i := range plane {
			plane[i] = 7
		}
	}
	part = whole.SubImage(image.Rect(left, top, left+w, top+h)).(*image.YCbCr)
	picture.Copy(part, p)
	return part, whole
}

// outside fails if a sample outside of the inset is not 7 any more.
func outside(t *testing.T, part, whole *image.YCbCr) {
	t.Helper()
	for y := range whole.Rect.Dy() {
		for x := range whole.Rect.Dx() {
			c := whole.YCbCrAt(x, y)
			edge := image.Pt(x, y).In(image.Rectangle{part.Rect.Min, part.Rect.Max.Add(image.Pt(1, 1))})
			if !edge && (c.Y != 7 || c.Cb != 7 || c.Cr != 7) {
				t.Fatalf("%v outside of %v was overwritten: %v", image.Pt(x, y), part.Rect, c)
			}
		}
	}
}

// same compares two 4:2:0 pictures that begin at even coordinates.
func same(t *testing.T, got, want *image.YCbCr) {
	t.Helper()
	size := want.Rect.Size()
	if got.Rect.Size() != size {
		t.Fatalf("size %v, want %v", got.Rect.Size(), size)
	}
	for y := range size.Y {
		sameLine(t, "luma", y, got.Y[y*got.YStride:], want.Y[y*want.YStride:], size.X)
	}
	for y := range (size.Y + 1) / 2 {
		sameLine(t, "Cb", y, got.Cb[y*got.CStride:], want.Cb[y*want.CStride:], (size.X+1)/2)
		sameLine(t, "Cr", y, got.Cr[y*got.CStride:], want.Cr[y*want.CStride:], (size.X+1)/2)
	}
}

func sameLine(t *testing.T, plane string, y int, got, want []byte, width int) {
	t.Helper()
	if bytes.Equal(got[:width], want[:width]) {
		return
	}
	for x := range width {
		if got[x] != want[x] {
			t.Fatalf("%s at %d,%d: %d, want %d", plane, x, y, got[x], want[x])
		}
	}
}

func TestNew(t *testing.T) {
	for _, size := range []image.Point{{640, 360}, {5, 3}, {1, 1}, {0, 7}, {-1, -1}} {
		p := picture.New(size.X, size.Y)
		if want := (image.Point{max(size.X, 0), max(size.Y, 0)}); p.Rect.Size() != want {
			t.Errorf("size of %v is %v", size, p.Rect)
		}
		for y := range p.Rect.Dy() {
			for x := range p.Rect.Dx() {
				if c := p.YCbCrAt(x, y); c.Y != 16 || c.Cb != 128 || c.Cr != 128 {
					t.Fatalf("%v at %d,%d: %v is not black", size, x, y, c)
				}
			}
		}
	}
	if p := picture.New(640, 360); p.YStride != 640 || p.CStride != 320 {
		t.Errorf("strides %d and %d", p.YStride, p.CStride)
	}
}

func TestCopy(t *testing.T) {
	for _, size := range []image.Point{{64, 36}, {5, 3}, {1, 1}, {0, 0}} {
		src := noisy(size.X, size.Y, 1)
		dst := picture.New(size.X, size.Y)
		picture.Copy(dst, src)
		same(t, dst, src)
		part, whole := inset(src)
		same(t, part, src)
		outside(t, part, whole)
	}
}

// sizes are pairs that are scaled into each other; odd ones, tiny ones and all that the probe uses among them.
var sizes = []image.Point{{480, 270}, {320, 180}, {426, 241}, {161, 91}, {160, 90}, {33, 7}, {16, 16}, {5, 3}, {2, 2}, {1, 1}}

// TestScaleAgainstExact compares with the same rule in real numbers, one sample at a time.
func TestScaleAgainstExact(t *testing.T) {
	for _, from := range sizes {
		src := noisy(from.X, from.Y, 2)
		for _, to := range sizes {
			t.Run(fmt.Sprintf("%v to %v", from, to), func(t *testing.T) {
				dst := picture.New(to.X, to.Y)
				picture.Scale(dst, src)
				gen := rand.New(rand.NewPCG(3, 3))
				for range 6 {
					x, y := gen.IntN(to.X), gen.IntN(to.Y)
					check(t, "luma", dst.Y[y*dst.YStride+x], src.Y, src.YStride, from, to, x, y)
					cfrom, cto := chroma(from), chroma(to)
					x, y = x/2, y/2
					check(t, "Cb", dst.Cb[y*dst.CStride+x], src.Cb, src.CStride, cfrom, cto, x, y)
					check(t, "Cr", dst.Cr[y*dst.CStride+x], src.Cr, src.CStride, cfrom, cto, x, y)
				}
			})
		}
	}
}

func chroma(size image.Point) image.Point { return image.Pt((size.X+1)/2, (size.Y+1)/2) }

func check(t *testing.T, name string, got uint8, pix []byte, stride int, from, to image.Point, x, y int) {
	t.Helper()
	want := 0.0
	for v := range from.Y {
		wy := share(v, y, from.Y, to.Y)
		if wy == 0 {
			continue
		}
		for u := range from.X {
			want += wy * share(u, x, from.X, to.X) * float64(pix[v*stride+u])
		}
	}
	// Two roundings of half a level, and weights that are rounded to 1/256.
	if d := math.Abs(want - float64(got)); d > 2 {
		t.Fatalf("%s at %d,%d is %d, want %.2f", name, x, y, got, want)
	}
}

// share is how much of old sample u is in new sample x.
func share(u, x, from, to int) float64 {
	ratio := float64(from) / float64(to)
	if to < from {
		overlap := math.Min(float64(u+1), float64(x+1)*ratio) - math.Max(float64(u), float64(x)*ratio)
		return math.Max(overlap, 0) / ratio
	}
	middle := math.Min(math.Max((float64(x)+0.5)*ratio-0.5, 0), float64(from-1))
	return math.Max(1-math.Abs(middle-float64(u)), 0)
}

func TestScaleKeepsFlat(t *testing.T) {
	src := picture.New(1918, 1078)
	for i := range src.Y {
		src.Y[i] = 235
	}
	var s picture.Scaler
	for _, to := range sizes {
		dst := picture.New(to.X, to.Y)
		s.Scale(dst, src)
		for i, v := range dst.Y {
			if v != 235 {
				t.Fatalf("to %v: luma %d is %d", to, i, v)
			}
		}
		for i := range dst.Cb {
			if dst.Cb[i] != 128 || dst.Cr[i] != 128 {
				t.Fatalf("to %v: chroma %d is %d, %d", to, i, dst.Cb[i], dst.Cr[i])
			}
		}
	}
}

func TestScaleSubImage(t *testing.T) {
	src := noisy(64, 36, 4)
	part, _ := inset(src)
	for _, to := range []image.Point{{64, 36}, {32, 18}, {48, 27}, {99, 50}} {
		want := picture.New(to.X, to.Y)
		picture.Scale(want, src)
		dst, whole := inset(picture.New(to.X, to.Y))
		picture.Scale(dst, part)
		same(t, dst, want)
		outside(t, dst, whole)
	}
}

// TestScaleOtherSubsampling holds that a camera's pictures, whose chroma is finer, come out as if it had been averaged first.
func TestScaleOtherSubsampling(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio440} {
		src := image.NewYCbCr(image.Rect(0, 0, 64, 48), ratio)
		for i := range src.Cb {
			src.Cb[i], src.Cr[i] = 90, 200
		}
		for _, f := range []func(dst, src *image.YCbCr){picture.Scale, picture.Fit} {
			dst := picture.New(64, 36)
			f(dst, src)
			for i := range dst.Cb {
				if dst.Cb[i] != 90 || dst.Cr[i] != 200 {
					t.Fatalf("%v: chroma %d is %d, %d", ratio, i, dst.Cb[i], dst.Cr[i])
				}
			}
		}
	}
}

func TestScaleEmpty(t *testing.T) {
	dst, want := noisy(16, 8, 5), noisy(16, 8, 5)
	picture.Scale(dst, picture.New(0, 0))
	picture.Fit(dst, picture.New(0, 0))
	same(t, dst, want)
	picture.Scale(picture.New(0, 0), dst)
	picture.Fit(picture.New(0, 0), dst)
	picture.Scale(dst, &image.YCbCr{})
	same(t, dst, want)
}

// TestFit marks the corners of the part that should be left, and looks for them.
func TestFit(t *testing.T) {
	for _, c := range []struct {
		from, to image.Point
		kept     image.Rectangle
	}{
		{image.Pt(640, 480), image.Pt(640, 360), image.Rect(0, 60, 640, 420)},
		{image.Pt(640, 480), image.Pt(320, 180), image.Rect(0, 60, 640, 420)},
		{image.Pt(640, 360), image.Pt(480, 360), image.Rect(80, 0, 560, 360)},
		{image.Pt(320, 240), image.Pt(640, 360), image.Rect(0, 30, 320, 210)},
		{image.Pt(100, 100), image.Pt(640, 360), image.Rect(0, 22, 100, 78)},
		{image.Pt(640, 360), image.Pt(1280, 720), image.Rect(0, 0, 640, 360)},
	} {
		src := noisy(c.from.X, c.from.Y, 6)
		got, want := picture.New(c.to.X, c.to.Y), picture.New(c.to.X, c.to.Y)
		picture.Fit(got, src)
		picture.Scale(want, src.SubImage(c.kept).(*image.YCbCr))
		same(t, got, want)
	}
}

func TestScaleAllocates(t *testing.T) {
	src, dst := noisy(640, 360, 7), picture.New(480, 270)
	var s picture.Scaler
	s.Scale(dst, src)
	if n := testing.AllocsPerRun(10, func() { s.Scale(dst, src); s.Fit(dst, src) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
