package quality_test

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/quality"
)

// flat is a picture of one level.
func flat(width, height int, level uint8) *image.YCbCr {
	p := picture.New(width, height)
	for i := range p.Y {
		p.Y[i] = level
	}
	return p
}

// noisy adds noise of up to amount either way to a smooth picture.
func noisy(width, height, amount int, seed uint64) *image.YCbCr {
	p, gen := picture.New(width, height), rand.New(rand.NewPCG(seed, 1))
	for y := range height {
		for x := range width {
			v := 128 + 80*math.Sin(float64(x)/9)*math.Cos(float64(y)/7)
			p.Y[y*p.YStride+x] = uint8(min(max(int(v)+gen.IntN(2*amount+1)-amount, 0), 255))
		}
	}
	return p
}

// part is a sub-image with the same content, in a larger picture.
func part(p *image.YCbCr) *image.YCbCr {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	sub := picture.New(w+14, h+8).SubImage(image.Rect(6, 4, 6+w, 4+h)).(*image.YCbCr)
	picture.Copy(sub, p)
	return sub
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s is %.9f, want %.9f", what, got, want)
	}
}

func TestPSNRKnown(t *testing.T) {
	for _, c := range []struct {
		a, b uint8
		want float64
	}{
		{100, 100, 99}, {100, 101, 48.1308}, {100, 90, 28.1308}, {16, 235, 1.3220}, {0, 255, 0},
	} {
		near(t, fmt.Sprintf("PSNR of %d and %d", c.a, c.b), quality.PSNR(flat(64, 36, c.a), flat(64, 36, c.b), 0), c.want, 1e-4)
	}
	one := flat(640, 360, 50)
	one.Y[123*640+45]++
	near(t, "PSNR of one level in 640x360", quality.PSNR(one, flat(640, 360, 50), 0), 99, 1e-9) // 101.76
	one.Y[123*640+45] += 9
	near(t, "PSNR of ten levels in 640x360", quality.PSNR(one, flat(640, 360, 50), 0), 81.7557, 1e-4)
}

func TestSSIMKnown(t *testing.T) {
	near(t, "SSIM of equal pictures", quality.SSIM(noisy(64, 36, 20, 1), noisy(64, 36, 20, 1), 0), 1, 1e-12)
	// Flat pictures have no variance: what is left is (2ab+c1)/(a²+b²+c1).
	near(t, "SSIM of 100 and 50", quality.SSIM(flat(64, 36, 100), flat(64, 36, 50), 0), (2*5000+6.5025)/(12500+6.5025), 1e-9)
	near(t, "SSIM of 0 and 255", quality.SSIM(flat(64, 36, 0), flat(64, 36, 255), 0), 6.5025/(65025+6.5025), 1e-9)
	// A chequered pattern and its negative: mean 120, variance 400, covariance -400.
	a, b := flat(16, 16, 100), flat(16, 16, 140)
	for i := range a.Y {
		if (i+i/16)%2 == 0 {
			a.Y[i], b.Y[i] = b.Y[i], a.Y[i]
		}
	}
	near(t, "SSIM of a negative", quality.SSIM(a, b, 0), (-800+58.5225)/(800+58.5225), 1e-9)
}

// TestAgainstNaive compares with the formulas as they are written in books.
func TestAgainstNaive(t *testing.T) {
	for _, size := range []image.Point{{160, 90}, {1531, 25}, {773, 16}, {764, 9}, {768, 12}, {161, 91}, {9, 11}, {8, 8}, {5, 40}, {3, 2}} {
		for _, skip := range []int{0, 3, -5} {
			for _, amount := range []int{3, 127} {
				a, b := noisy(size.X, size.Y, amount, 1), noisy(size.X, size.Y, amount/2, 2)
				what := fmt.Sprintf("%v skip %d amount %d", size, skip, amount)
				near(t, "PSNR "+what, quality.PSNR(a, b, skip), naivePSNR(a, b, max(skip, 0)), 1e-9)
				near(t, "SSIM "+what, quality.SSIM(a, b, skip), naiveSSIM(a, b, max(skip, 0)), 1e-9)
				near(t, "PSNR of parts "+what, quality.PSNR(part(a), b, skip), quality.PSNR(a, b, skip), 0)
				near(t, "SSIM of parts "+what, quality.SSIM(part(a), part(b), skip), quality.SSIM(a, b, skip), 0)
			}
		}
	}
}

func naivePSNR(a, b *image.YCbCr, skip int) float64 {
	sum, n := 0.0, 0
	for y := skip; y < a.Rect.Dy(); y++ {
		for x := range a.Rect.Dx() {
			sum += math.Pow(float64(a.YCbCrAt(x, y).Y)-float64(b.YCbCrAt(x, y).Y), 2)
			n++
		}
	}
	switch {
	case n == 0:
		return 0
	case sum == 0:
		return 99
	}
	return 20*math.Log10(255) - 10*math.Log10(sum/float64(n))
}

func naiveSSIM(a, b *image.YCbCr, skip int) float64 {
	sum, n := 0.0, 0
	for y := skip; y+8 <= a.Rect.Dy(); y += 4 {
		for x := 0; x+8 <= a.Rect.Dx(); x += 4 {
			sum += naiveWindow(a, b, x, y)
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func naiveWindow(a, b *image.YCbCr, left, top int) float64 {
	each := func(f func(va, vb float64) float64) float64 {
		sum := 0.0
		for y := range 8 {
			for x := range 8 {
				sum += f(float64(a.YCbCrAt(left+x, top+y).Y), float64(b.YCbCrAt(left+x, top+y).Y))
			}
		}
		return sum / 64
	}
	ma := each(func(va, _ float64) float64 { return va })
	mb := each(func(_, vb float64) float64 { return vb })
	sa := each(func(va, _ float64) float64 { return (va - ma) * (va - ma) })
	sb := each(func(_, vb float64) float64 { return (vb - mb) * (vb - mb) })
	sab := each(func(va, vb float64) float64 { return (va - ma) * (vb - mb) })
	const c1, c2 = 2.55 * 2.55, 7.65 * 7.65
	return (2*ma*mb + c1) * (2*sab + c2) / ((ma*ma + mb*mb + c1) * (sa + sb + c2))
}

// TestSkip holds that what is above the line does not count, and all below it does.
func TestSkip(t *testing.T) {
	a, b := noisy(64, 64, 9, 1), noisy(64, 64, 9, 1)
	for i := range 64 * 20 {
		b.Y[i] ^= 0xff
	}
	near(t, "PSNR", quality.PSNR(a, b, 20), 99, 0)
	near(t, "SSIM", quality.SSIM(a, b, 20), 1, 1e-12)
	if quality.PSNR(a, b, 19) == 99 || quality.SSIM(a, b, 18) > 0.9999 {
		t.Error("a line below those skipped was left out")
	}
}

func TestNotMeasured(t *testing.T) {
	a := flat(64, 36, 1)
	for _, c := range []struct {
		a, b *image.YCbCr
		skip int
	}{
		{a, flat(64, 35, 1), 0}, {a, flat(63, 36, 1), 0}, {a, a, 36}, {a, a, 1 << 40}, {flat(0, 0, 1), flat(0, 0, 1), 0}, {&image.YCbCr{}, &image.YCbCr{}, 0},
	} {
		near(t, "PSNR", quality.PSNR(c.a, c.b, c.skip), 0, 0)
		near(t, "SSIM", quality.SSIM(c.a, c.b, c.skip), 0, 0)
	}
	near(t, "SSIM of less than a window", quality.SSIM(a, a, 29), 0, 0)
}

// TestExtremes holds that the sums of the largest samples do not overflow.
func TestExtremes(t *testing.T) {
	a, b := flat(1280, 180, 255), flat(1280, 180, 255)
	near(t, "SSIM of white", quality.SSIM(a, b, 0), 1, 1e-12)
	for i := range b.Y {
		b.Y[i] = 255 * uint8(i%2)
	}
	near(t, "SSIM of stripes", quality.SSIM(a, b, 0), naiveWindow(a, b, 0, 0), 1e-9)
	near(t, "PSNR of stripes", quality.PSNR(a, b, 0), 10*math.Log10(2), 1e-9)
}

func TestAllocations(t *testing.T) {
	a, b := noisy(640, 360, 9, 1), noisy(640, 360, 9, 2)
	if n := testing.AllocsPerRun(3, func() { quality.PSNR(a, b, 32); quality.SSIM(a, b, 32) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func benchmark(b *testing.B, f func(a, b *image.YCbCr, skip int) float64) {
	for _, size := range []image.Point{{640, 360}, {1280, 720}} {
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			p, q := noisy(size.X, size.Y, 9, 1), noisy(size.X, size.Y, 9, 2)
			b.ReportAllocs()
			for b.Loop() {
				f(p, q, 0)
			}
		})
	}
}

func BenchmarkPSNR(b *testing.B) { benchmark(b, quality.PSNR) }
func BenchmarkSSIM(b *testing.B) { benchmark(b, quality.SSIM) }
