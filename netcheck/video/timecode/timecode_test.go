package timecode_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"math/rand/v2"
	"testing"

	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/timecode"
)

// codes are some with long runs of equal cells, some with none, and random ones.
func codes() []timecode.Code {
	list := []timecode.Code{{}, {Frame: 1<<24 - 1, Time: 1<<32 - 1}, {Frame: 0xaaaaaa, Time: 0x55555555}, {Frame: 1}, {Time: 1 << 31}}
	gen := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		list = append(list, timecode.Code{Frame: gen.Uint32N(1 << 24), Time: gen.Uint32()})
	}
	return list
}

// busy is a picture of random samples: nothing outside of the pattern may matter.
func busy(width, height int, seed uint64) *image.YCbCr {
	p, gen := picture.New(width, height), rand.New(rand.NewPCG(seed, 3))
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		for len(plane) >= 8 {
			binary.LittleEndian.PutUint64(plane, gen.Uint64())
			plane = plane[8:]
		}
	}
	return p
}

func drawn(width, height int, c timecode.Code) *image.YCbCr {
	p := busy(width, height, uint64(c.Frame))
	timecode.Draw(p, c)
	return p
}

// sizes that a picture may have when it is drawn or read: those of the probe, those that browsers step to, and odd ones.
var sizes = []image.Point{{160, 90}, {161, 91}, {197, 111}, {213, 120}, {240, 135}, {320, 180}, {427, 240}, {426, 240}, {479, 269}, {480, 270},
	{640, 360}, {640, 480}, {854, 480}, {960, 540}, {1279, 719}, {1280, 720}}

func wantCode(t *testing.T, p *image.YCbCr, want timecode.Code, atLeast float64) {
	t.Helper()
	got, margin, ok := timecode.Read(p)
	if !ok || got != want || margin < atLeast || margin > 1 {
		t.Errorf("read %+v, margin %.2f, %v, want %+v, margin %.2f", got, margin, ok, want, atLeast)
	}
}

func TestDrawRead(t *testing.T) {
	for _, size := range sizes {
		for _, c := range codes() {
			p := drawn(size.X, size.Y, c)
			wantCode(t, p, c, 1)
			for y := range timecode.Height(size.X) {
				for x := range size.X {
					if v := p.YCbCrAt(x, y); v.Y != 40 && v.Y != 210 || v.Cb != 128 || v.Cr != 128 {
						t.Fatalf("%v: %v at %d,%d is not of the pattern", size, v, x, y)
					}
				}
			}
			untouched(t, p, busy(size.X, size.Y, uint64(c.Frame)))
		}
	}
}

// untouched compares what is below the code, of pictures made by picture.New.
func untouched(t *testing.T, p, before *image.YCbCr) {
	t.Helper()
	rows := timecode.Height(p.Rect.Dx())
	luma, chroma := min(rows*p.YStride, len(p.Y)), min(rows/2*p.CStride, len(p.Cb))
	if !bytes.Equal(p.Y[luma:], before.Y[luma:]) || !bytes.Equal(p.Cb[chroma:], before.Cb[chroma:]) || !bytes.Equal(p.Cr[chroma:], before.Cr[chroma:]) {
		t.Fatalf("%v: the picture was changed below the code", p.Rect)
	}
}

func TestDrawReadSubImage(t *testing.T) {
	whole, before := busy(400, 240, 4), busy(400, 240, 4)
	r := image.Rect(30, 20, 350, 200)
	part := whole.SubImage(r).(*image.YCbCr)
	c := timecode.Code{Frame: 12345, Time: 67890}
	timecode.Draw(part, c)
	wantCode(t, part, c, 1)
	covered := image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+timecode.Height(r.Dx()))
	for y := range 240 {
		for x := range 400 {
			if !image.Pt(x, y).In(covered) && whole.YCbCrAt(x, y) != before.YCbCrAt(x, y) {
				t.Fatalf("changed at %d,%d, outside of %v", x, y, covered)
			}
		}
	}
}

func TestHeight(t *testing.T) {
	for _, c := range [][2]int{{1280, 64}, {640, 32}, {480, 24}, {320, 16}, {160, 8}, {161, 10}, {641, 34}, {159, 0}, {0, 0}, {-5, 0}} {
		if got := timecode.Height(c[0]); got != c[1] {
			t.Errorf("Height(%d) = %d, want %d", c[0], got, c[1])
		}
	}
}

// TestTooSmall holds that pictures without room are neither written nor read, nor anything beyond them.
func TestTooSmall(t *testing.T) {
	for _, size := range []image.Point{{159, 90}, {640, 31}, {0, 0}, {1, 1}} {
		p := busy(size.X, size.Y, 5)
		timecode.Draw(p, timecode.Code{Frame: 1})
		untouched(t, p, busy(size.X, size.Y, 5))
		if c, margin, ok := timecode.Read(p); ok || margin != 0 || c != (timecode.Code{}) {
			t.Errorf("%v: read %+v, %v, %v", size, c, margin, ok)
		}
	}
	timecode.Draw(&image.YCbCr{}, timecode.Code{})
	if _, _, ok := timecode.Read(&image.YCbCr{}); ok {
		t.Error("read an empty picture")
	}
}

// probeSizes are those that the probe draws at.
var probeSizes = []image.Point{{320, 180}, {480, 270}, {640, 360}, {960, 540}, {1280, 720}}

// TestScaled scales every size that the probe draws at to every other of nearly the same shape, and back.
func TestScaled(t *testing.T) {
	for _, from := range probeSizes {
		for _, to := range sizes {
			if skew := from.X*to.Y - from.Y*to.X; max(skew, -skew)*80 > from.X*to.Y { // another shape
				continue
			}
			t.Run(fmt.Sprintf("%v to %v", from, to), func(t *testing.T) {
				for _, c := range codes()[5:6] {
					scaled, back := picture.New(to.X, to.Y), picture.New(from.X, from.Y)
					picture.Scale(scaled, drawn(from.X, from.Y, c))
					wantCode(t, scaled, c, 0.6)
					picture.Scale(back, scaled)
					wantCode(t, back, c, 0.6)
				}
			})
		}
	}
}

// damage spoils the luma where the code is.
func damage(p *image.YCbCr, f func(v int) int) {
	for i, v := range p.Y[:min(timecode.Height(p.Rect.Dx())*p.YStride, len(p.Y))] {
		p.Y[i] = uint8(min(max(f(int(v)), 0), 255))
	}
}

func TestNoise(t *testing.T) {
	for _, size := range sizes {
		gen := rand.New(rand.NewPCG(6, 6))
		for _, c := range codes() {
			p := drawn(size.X, timecode.Height(size.X), c)
			damage(p, func(v int) int { return v + gen.IntN(81) - 40 }) // a quarter of the distance of light and dark, either way
			wantCode(t, p, c, 0.5)
		}
	}
}

func TestBrightnessAndContrast(t *testing.T) {
	for _, size := range sizes {
		for _, c := range codes()[1:5] {
			for _, change := range []func(v int) int{
				func(v int) int { return v + 60 },               // light is clipped
				func(v int) int { return v - 60 },               // dark is clipped
				func(v int) int { return v*3/10 + 100 },         // washed out
				func(v int) int { return v * 2 },                // glaring
				func(v int) int { return (v - 16) * 255 / 219 }, // taken for full range
				func(v int) int { return 16 + v*219/255 },       // and the other way
				func(v int) int { return v * v / 255 },          // dark gamma
				func(v int) int { return v/24*24 + 12 },         // coarse steps
			} {
				p := drawn(size.X, timecode.Height(size.X), c)
				damage(p, change)
				wantCode(t, p, c, 0.8)
			}
		}
	}
}

// TestBlur averages over about a third of a cell either way, a pattern of 160 samples over 3.
func TestBlur(t *testing.T) {
	for _, size := range sizes {
		for _, c := range codes()[1:5] {
			p := drawn(size.X, timecode.Height(size.X), c)
			wantCode(t, blurred(p, max(size.X/40/3, 1)), c, 0.45)
		}
	}
}

func blurred(p *image.YCbCr, radius int) *image.YCbCr {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	out := picture.New(w, h)
	for y := range timecode.Height(w) {
		for x := range w {
			sum, n := 0, 0
			for v := max(y-radius, 0); v <= min(y+radius, h-1); v++ {
				for u := max(x-radius, 0); u <= min(x+radius, w-1); u++ {
					sum += int(p.Y[v*p.YStride+u])
					n++
				}
			}
			out.Y[y*out.YStride+x] = uint8(sum / n)
		}
	}
	return out
}

// TestAllAtOnce is what a bad path and a small size do together: scaled down and up, blurred, noisy and pale.
func TestAllAtOnce(t *testing.T) {
	gen := rand.New(rand.NewPCG(7, 7))
	for _, c := range codes() {
		small, back := picture.New(320, 180), picture.New(1280, 720)
		picture.Scale(small, drawn(1280, 720, c))
		small = blurred(small, 1)
		damage(small, func(v int) int { return v*6/10 + 50 + gen.IntN(31) - 15 })
		picture.Scale(back, small)
		wantCode(t, back, c, 0.4)
	}
}

// TestNotACode looks for codes where there are none: none may be found.
func TestNotACode(t *testing.T) {
	gen := rand.New(rand.NewPCG(8, 8))
	p := picture.New(160, 90)
	for range 3000 {
		for i := range 160 * 8 {
			p.Y[i] = uint8(gen.Uint32())
		}
		if c, margin, ok := timecode.Read(p); ok {
			t.Fatalf("noise was read as %+v, margin %.2f", c, margin)
		}
	}
	for level := range 256 {
		damage(p, func(int) int { return level })
		if c, _, ok := timecode.Read(p); ok {
			t.Fatalf("a flat picture of %d was read as %+v", level, c)
		}
	}
	for cell := 1; cell < 64; cell++ { // stripes, upright and slanted
		for slant := range 4 {
			for i := range p.Y {
				p.Y[i] = 40 + 170*uint8((i%160+i/160*slant)/cell%2)
			}
			if c, _, ok := timecode.Read(p); ok {
				t.Fatalf("stripes of %d were read as %+v", cell, c)
			}
		}
	}
}

// TestSpoiledCell holds that a cell which does not look like one is not believed, whatever the CRC says.
func TestSpoiledCell(t *testing.T) {
	c := timecode.Code{Frame: 0xabcdef, Time: 0x12345678}
	for name, spoil := range map[string]func(x, y int, v uint8) uint8{
		"in the middle":   func(_, _ int, v uint8) uint8 { return 125 + v/50 },
		"too pale":        func(_, _ int, v uint8) uint8 { return uint8(125 + (int(v)-125)*2/10) },
		"half and half":   func(x, _ int, v uint8) uint8 { return v ^ uint8(x/8%2)*0xff },
		"like a fence":    func(x, y int, v uint8) uint8 { return v/2 + uint8((x+y)%2)*127 },
		"the wrong value": func(_, _ int, v uint8) uint8 { return 250 - v },
	} {
		t.Run(name, func(t *testing.T) {
			for cell := range 80 {
				p := drawn(640, 360, c)
				left, top := cell%40*16, cell/40*16
				for y := top; y < top+16; y++ {
					for x := left; x < left+16; x++ {
						p.Y[y*p.YStride+x] = spoil(x, y, p.Y[y*p.YStride+x])
					}
				}
				if got, margin, ok := timecode.Read(p); ok {
					t.Fatalf("cell %d: read %+v, margin %.2f", cell, got, margin)
				}
			}
		})
	}
}

// TestFaint holds that a pattern of which little is left is not believed.
func TestFaint(t *testing.T) {
	p := drawn(640, 360, timecode.Code{Frame: 5, Time: 6})
	damage(p, func(v int) int { return 100 + v/6 })
	if c, margin, ok := timecode.Read(p); ok {
		t.Errorf("read %+v, margin %.2f", c, margin)
	}
}

// TestMixed lays parts of one code over another, as blocks left over from an earlier picture do. Only the CRC can find it, and lets
// through what it must: of changes in four cells or more, those of an even number, by 1 in 128.
func TestMixed(t *testing.T) {
	gen := rand.New(rand.NewPCG(9, 9))
	const tries = 1000
	wrong := 0
	for range tries {
		older := timecode.Code{Frame: gen.Uint32N(1 << 24), Time: gen.Uint32()}
		newer := timecode.Code{Frame: older.Frame + 1, Time: older.Time + 333}
		newer.Frame &= 1<<24 - 1
		p, q := picture.New(160, 90), picture.New(160, 90)
		timecode.Draw(p, older)
		timecode.Draw(q, newer)
		for cell := range 80 {
			if x := cell % 40 * 4; gen.IntN(2) == 0 {
				for y := cell / 40 * 4; y < cell/40*4+4; y++ {
					copy(p.Y[y*160+x:y*160+x+4], q.Y[y*160+x:])
				}
			}
		}
		if c, _, ok := timecode.Read(p); ok && c != older && c != newer {
			wrong++
		}
	}
	// Half of the mixtures have an even number of changes. The bound is ten standard deviations above 1 in 256.
	if wrong > tries/256+10*4 {
		t.Errorf("%d of %d mixtures were read as codes that nobody drew", wrong, tries)
	}
}

func TestAllocations(t *testing.T) {
	p := drawn(640, 360, timecode.Code{})
	if n := testing.AllocsPerRun(10, func() { timecode.Draw(p, timecode.Code{Frame: 3}); timecode.Read(p) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzRead holds that Read takes any picture, and that what it reads is what Draw would have drawn, more or less: each sample in the
// middle of a cell is on the side where it was read, on average.
func FuzzRead(f *testing.F) {
	for _, c := range codes()[:4] {
		f.Add(uint16(160), uint8(0), drawn(160, 90, c).Y)
		f.Add(uint16(213), uint8(3), drawn(213, 120, c).Y)
	}
	f.Add(uint16(0), uint8(9), []byte{1})
	f.Fuzz(func(t *testing.T, width uint16, extra uint8, luma []byte) {
		w := int(width)
		stride := w + int(extra)
		h := 0
		if stride > 0 {
			h = (len(luma) + int(extra)) / stride
		}
		if w == 0 {
			h = 0
		}
		p := &image.YCbCr{Y: luma, YStride: stride, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(7, 9, 7+w, 9+h)}
		c, margin, ok := timecode.Read(p)
		if margin < 0 || margin > 1 || !ok && c != (timecode.Code{}) || c.Frame >= 1<<24 {
			t.Fatalf("%+v, %v, %v", c, margin, ok)
		}
		if !ok {
			return
		}
		if margin < 0.3 {
			t.Fatalf("believed with a margin of %v", margin)
		}
		again := picture.New(w, h)
		timecode.Draw(again, c)
		if d, _, ok := timecode.Read(again); !ok || d != c {
			t.Fatalf("%+v was read, but %+v, %v when drawn again", c, d, ok)
		}
	})
}

// FuzzCode holds that every code comes back, at any size.
func FuzzCode(f *testing.F) {
	f.Add(uint16(640), []byte{1, 2, 3, 4, 5, 6, 7})
	f.Fuzz(func(t *testing.T, width uint16, b []byte) {
		w := 160 + int(width)%1200
		if len(b) < 7 {
			return
		}
		c := timecode.Code{Time: binary.BigEndian.Uint32(b), Frame: binary.BigEndian.Uint32(b[3:]) & 0xffffff}
		p := picture.New(w, w*9/16)
		timecode.Draw(p, c)
		wantCode(t, p, c, 1)
	})
}

func BenchmarkDraw(b *testing.B) {
	p := picture.New(640, 360)
	b.ReportAllocs()
	for b.Loop() {
		timecode.Draw(p, timecode.Code{Frame: 0x123456, Time: 0xdeadbeef})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []image.Point{{640, 360}, {1280, 720}} {
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			p := drawn(size.X, size.Y, timecode.Code{Frame: 0x123456, Time: 0xdeadbeef})
			b.ReportAllocs()
			for b.Loop() {
				timecode.Read(p)
			}
		})
	}
}
