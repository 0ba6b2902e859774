package picture_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"echopath/netcheck/video/picture"
)

// exactRGB is BT.601-7, 2.5.3, from its definition: the luma coefficients and the ranges.
func exactRGB(c color.YCbCr) [3]float64 {
	const kr, kb = 0.299, 0.114
	const kg = 1 - kr - kb
	y := (float64(c.Y) - 16) / 219
	b := (float64(c.Cb) - 128) / 224 * 2 * (1 - kb)
	r := (float64(c.Cr) - 128) / 224 * 2 * (1 - kr)
	rgb := [3]float64{y + r, y - kb/kg*b - kr/kg*r, y + b}
	for i, v := range rgb {
		rgb[i] = min(max(v, 0), 1) * 255
	}
	return rgb
}

func TestToRGBAKnown(t *testing.T) {
	for _, c := range []struct {
		in   color.YCbCr
		want color.RGBA
	}{
		{color.YCbCr{Y: 16, Cb: 128, Cr: 128}, color.RGBA{0, 0, 0, 255}},
		{color.YCbCr{Y: 235, Cb: 128, Cr: 128}, color.RGBA{255, 255, 255, 255}},
		{color.YCbCr{Y: 180, Cb: 128, Cr: 128}, color.RGBA{191, 191, 191, 255}}, // 75 % bars
		{color.YCbCr{Y: 65, Cb: 100, Cr: 212}, color.RGBA{191, 0, 0, 255}},
		{color.YCbCr{Y: 35, Cb: 212, Cr: 114}, color.RGBA{0, 0, 191, 255}},
		{color.YCbCr{Y: 0, Cb: 128, Cr: 128}, color.RGBA{0, 0, 0, 255}},
		{color.YCbCr{Y: 255, Cb: 255, Cr: 255}, color.RGBA{255, 125, 255, 255}},
	} {
		src, dst := picture.New(3, 3), image.NewRGBA(image.Rect(0, 0, 3, 3))
		for i := range src.Y {
			src.Y[i] = c.in.Y
		}
		for i := range src.Cb {
			src.Cb[i], src.Cr[i] = c.in.Cb, c.in.Cr
		}
		picture.ToRGBA(dst, src)
		for y := range 3 {
			for x := range 3 {
				if got := dst.RGBAAt(x, y); far(got.R, c.want.R) || far(got.G, c.want.G) || far(got.B, c.want.B) || got.A != 255 {
					t.Errorf("%v at %d,%d is %v, want %v", c.in, x, y, got, c.want)
				}
			}
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 1 }

func TestToRGBAAgainstExact(t *testing.T) {
	src := noisy(201, 99, 1)
	part, _ := inset(src)
	dst := image.NewRGBA(image.Rect(3, 4, 3+210, 4+110))
	inner := dst.SubImage(image.Rect(5, 6, 5+201, 6+99)).(*image.RGBA)
	picture.ToRGBA(inner, part)
	for y := range 99 {
		for x := range 201 {
			got, want := inner.RGBAAt(5+x, 6+y), exactRGB(src.YCbCrAt(x, y))
			for i, g := range [3]uint8{got.R, got.G, got.B} {
				if math.Abs(float64(g)-want[i]) > 1 || got.A != 255 {
					t.Fatalf("%v at %d,%d is %v, want %v", src.YCbCrAt(x, y), x, y, got, want)
				}
			}
		}
	}
	if dst.RGBAAt(4, 6).A != 0 || dst.RGBAAt(5+201, 6).A != 0 || dst.RGBAAt(5, 5).A != 0 || dst.RGBAAt(5, 6+99).A != 0 {
		t.Error("samples outside of the destination were written")
	}
}

func TestToRGBAScaled(t *testing.T) {
	src := noisy(640, 360, 2)
	small := picture.New(200, 113)
	picture.Scale(small, src)
	want, got := image.NewRGBA(image.Rect(0, 0, 200, 113)), image.NewRGBA(image.Rect(9, 9, 209, 122))
	picture.ToRGBA(want, small)
	var s picture.Scaler
	s.ToRGBA(got, src)
	if string(got.Pix) != string(want.Pix) {
		t.Error("scaled in the conversion is not the same as scaled before")
	}
	picture.ToRGBAScaled(got, src)
	if string(got.Pix) != string(want.Pix) {
		t.Error("the function does not do what the method does")
	}
	if n := testing.AllocsPerRun(10, func() { s.ToRGBA(got, src) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	s.ToRGBA(image.NewRGBA(image.Rectangle{}), src)
	s.ToRGBA(got, picture.New(0, 0))
}

func TestDifference(t *testing.T) {
	a := picture.New(9, 5)
	b := picture.New(9, 5)
	b.Y[3] = 16 + 10    // at 3,0
	a.Y[9+8] = 16 + 90  // at 8,1
	b.Cb[5+1] = 128 - 7 // over 2..3,2..3
	dst := noisy(9, 5, 3)
	picture.Difference(dst, a, b, 4)
	for y := range 5 {
		for x := range 9 {
			want := uint8(16)
			switch {
			case x == 3 && y == 0:
				want += 40
			case x == 8 && y == 1:
				want = 235
			case x/2 == 1 && y/2 == 1:
				want += 28
			}
			if got := dst.YCbCrAt(x, y); got != (color.YCbCr{Y: want, Cb: 128, Cr: 128}) {
				t.Errorf("at %d,%d: %v, want luma %d", x, y, got, want)
			}
		}
	}
	again := picture.New(9, 5)
	picture.Copy(again, a)
	picture.Difference(again, again, b, 4)
	same(t, again, dst)
	picture.Difference(again, again, again, -3)
	same(t, again, picture.New(9, 5))
	picture.Difference(again, a, picture.New(0, 0), 1)
}
