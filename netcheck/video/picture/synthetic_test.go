package picture_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"sync"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/quality"
	"echopath/netcheck/video/timecode"
)

var difficulties = []netcheck.Difficulty{netcheck.DifficultyEasy, netcheck.DifficultyNormal, netcheck.DifficultyHard}

// frames draws the first pictures of a run.
func frames(t *testing.T, s *picture.Synthetic, size image.Point, n int) []*image.YCbCr {
	t.Helper()
	var list []*image.YCbCr
	for range n {
		p := noisy(size.X, size.Y, 9)
		if err := s.Next(context.Background(), p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func TestSyntheticIsDeterministic(t *testing.T) {
	size := image.Pt(320, 180)
	for _, d := range difficulties {
		first := frames(t, picture.NewSynthetic(size.X, size.Y, d, 30, 7), size, 8)
		again := frames(t, picture.NewSynthetic(size.X, size.Y, d, 30, 7), size, 8)
		other := frames(t, picture.NewSynthetic(size.X, size.Y, d, 30, 8), size, 8)
		for i := range first {
			same(t, again[i], first[i])
			if quality.PSNR(first[i], other[i], 0) == quality.MaxPSNR {
				t.Errorf("%s: picture %d is the same with another seed", d, i)
			}
		}
	}
}

// TestSyntheticMoves holds that each picture differs from the one before, the more the harder it is, and that nothing moves under
// the time code.
func TestSyntheticMoves(t *testing.T) {
	for _, size := range netcheck.VideoSizes()[:2] {
		before := 99.0
		for _, d := range difficulties {
			list := frames(t, picture.NewSynthetic(size.Width, size.Height, d, 30, 1), image.Pt(size.Width, size.Height), 6)
			rows, mean := timecode.Height(size.Width), 0.0
			for i := 1; i < len(list); i++ {
				mean += quality.PSNR(list[i-1], list[i], rows) / float64(len(list)-1)
				strip := image.Rect(0, 0, size.Width, rows)
				same(t, list[i].SubImage(strip).(*image.YCbCr), list[0].SubImage(strip).(*image.YCbCr))
			}
			if mean >= before-0.5 {
				t.Errorf("%s %s: pictures differ by %.1f dB, and by %.1f dB if easier", size, d, mean, before)
			}
			before = mean
		}
	}
}

// TestSyntheticRange holds that luma and chroma stay within what the limited range has, noise aside.
func TestSyntheticRange(t *testing.T) {
	size := image.Pt(640, 360)
	for d, beyond := range map[netcheck.Difficulty]uint8{netcheck.DifficultyEasy: 0, netcheck.DifficultyHard: 16} {
		for i, p := range frames(t, picture.NewSynthetic(size.X, size.Y, d, 30, 3), size, 8) {
			for at, v := range p.Y {
				if v < 16-beyond || v > 235+beyond {
					t.Fatalf("%s: luma %d of picture %d is %d", d, at, i, v)
				}
			}
			for at := range p.Cb {
				if lowest, highest := min(p.Cb[at], p.Cr[at]), max(p.Cb[at], p.Cr[at]); lowest < 16 || highest > 240 {
					t.Fatalf("%s: chroma %d of picture %d is %d, %d", d, at, i, p.Cb[at], p.Cr[at])
				}
			}
		}
	}
}

// TestSyntheticBars looks up the colours where the bars are, and the noise where it should be and where not.
func TestSyntheticBars(t *testing.T) {
	s := picture.NewSynthetic(640, 360, netcheck.DifficultyNormal, 30, 1)
	list := frames(t, s, image.Pt(640, 360), 2)
	for i, want := range [][3]uint8{{180, 128, 128}, {162, 44, 142}, {131, 156, 44}, {112, 72, 58}} {
		if c := list[0].YCbCrAt(i*640/7+40, 100); c.Y != want[0] || c.Cb != want[1] || c.Cr != want[2] {
			t.Errorf("bar %d is %v, want %v", i, c, want)
		}
	}
	quarter := image.Rect(400, 320, 640, 360)
	if v := quality.PSNR(list[0].SubImage(quarter).(*image.YCbCr), list[1].SubImage(quarter).(*image.YCbCr), 0); v > 42 {
		t.Errorf("the lower right quarter changes by only %.1f dB", v)
	}
	still := image.Rect(0, 40, 300, 180)
	same(t, list[0].SubImage(still).(*image.YCbCr), list[1].SubImage(still).(*image.YCbCr))
}

// TestSyntheticKeepsTime holds that the picture of a moment is the same at 15 and at 30 pictures a second, noise aside.
func TestSyntheticKeepsTime(t *testing.T) {
	size := image.Pt(640, 360)
	fast := frames(t, picture.NewSynthetic(size.X, size.Y, netcheck.DifficultyEasy, 30, 1), size, 21)
	slow := frames(t, picture.NewSynthetic(size.X, size.Y, netcheck.DifficultyEasy, 15, 1), size, 11)
	caption := 345 // the rate is written from here on
	for i, p := range slow {
		r := image.Rect(0, 0, size.X, caption-15)
		same(t, p.SubImage(r).(*image.YCbCr), fast[2*i].SubImage(r).(*image.YCbCr))
	}
}

// TestSyntheticSizes draws all kinds of sizes, and into a part of a picture: nothing outside is touched.
func TestSyntheticSizes(t *testing.T) {
	for _, size := range append([]image.Point{{0, 0}, {1280, 720}, {8, 200}, {200, 8}, {3, 90}}, sizes...) {
		for _, d := range difficulties {
			t.Run(fmt.Sprintf("%v %s", size, d), func(t *testing.T) {
				want := frames(t, picture.NewSynthetic(size.X, size.Y, d, 30, 1), size, 5)
				s := picture.NewSynthetic(size.X, size.Y, d, 30, 1)
				part, whole := inset(picture.New(size.X, size.Y))
				for i := range want {
					if err := s.Next(context.Background(), part); err != nil {
						t.Fatal(err)
					}
					same(t, part, want[i])
				}
				outside(t, part, whole)
			})
		}
	}
}

// TestSyntheticLasts draws the pictures around the end of a long run, when the clock has more digits than before.
func TestSyntheticLasts(t *testing.T) {
	s := picture.NewSynthetic(160, 90, netcheck.DifficultyHard, 1, 1)
	p := picture.New(160, 90)
	for range 6100 {
		if err := s.Next(context.Background(), p); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSyntheticRefuses(t *testing.T) {
	s := picture.NewSynthetic(320, 180, netcheck.DifficultyNormal, 30, 1)
	p := picture.New(320, 180)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Next(ended, p); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	if err := s.Next(context.Background(), picture.New(320, 182)); err == nil {
		t.Error("drew at another size")
	}
	want := frames(t, picture.NewSynthetic(320, 180, netcheck.DifficultyNormal, 30, 1), image.Pt(320, 180), 1)
	if err := s.Next(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	same(t, p, want[0]) // what failed has used no picture up
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := s.Next(context.Background(), p); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestSyntheticConcurrently lets the race detector look at Next and Close.
func TestSyntheticConcurrently(t *testing.T) {
	s := picture.NewSynthetic(320, 180, netcheck.DifficultyHard, 30, 1)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			p := picture.New(320, 180)
			for range 50 {
				if err := s.Next(context.Background(), p); err != nil && !errors.Is(err, fs.ErrClosed) {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() { _ = s.Close() })
	wg.Wait()
}

func TestSyntheticAllocates(t *testing.T) {
	s, p := picture.NewSynthetic(640, 360, netcheck.DifficultyHard, 30, 1), picture.New(640, 360)
	ctx := context.Background()
	n := testing.AllocsPerRun(20, func() {
		if err := s.Next(ctx, p); err != nil {
			t.Error(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
