//go:build cgo

package vp8_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"echopath/netcheck/video/vp8"
)

func TestDecodedPictureIsTheEncodedOne(t *testing.T) {
	// Odd sizes have a last column and row of chroma that stand for one of luma.
	for _, size := range [][2]int{{640, 360}, {1, 1}, {33, 17}, {320, 180}} {
		s, d := newStream(t, vp8.Config{Width: size[0], Height: size[1], FPS: 30, Kbps: 3000}), newDecoder(t)
		for i := range 10 {
			p := s.next(3000, false)
			if p.Dropped {
				continue
			}
			img, err := d.Decode(p.Data)
			must(t, err)
			if img.Rect.Dx() != size[0] || img.Rect.Dy() != size[1] {
				t.Fatalf("decoded %v of %v", img.Rect, size)
			}
			if db := psnr(s.pattern.img, img); db < 30 {
				t.Errorf("%v: picture %d has %.1f dB", size, i, db)
			}
		}
	}
}

func TestDecoderFollowsSizeChanges(t *testing.T) {
	d := newDecoder(t)
	for _, size := range [][2]int{{640, 360}, {320, 180}, {1280, 720}, {1920, 1080}, {16, 16}} {
		s := newStream(t, vp8.Config{Width: size[0], Height: size[1], FPS: 30, Kbps: 1000})
		for range 3 {
			p := s.next(1000, false)
			if p.Dropped {
				continue
			}
			img, err := d.Decode(p.Data)
			must(t, err)
			if img.Rect.Dx() != size[0] || img.Rect.Dy() != size[1] {
				t.Fatalf("decoded %v of %v", img.Rect, size)
			}
			if db := psnr(s.pattern.img, img); db < 20 {
				t.Errorf("%v: %.1f dB", size, db)
			}
		}
	}
}

// frames encodes a few, the first a key frame.
func frames(tb testing.TB, n, width, height int) [][]byte {
	tb.Helper()
	s := newStream(tb, vp8.Config{Width: width, Height: height, FPS: 30, Kbps: 1000})
	var all [][]byte
	for range n {
		all = append(all, slices.Clone(s.next(1000, false).Data))
	}
	return all
}

func TestDecoderNeedsAKeyFrame(t *testing.T) {
	all, d := frames(t, 5, 320, 180), newDecoder(t)
	if _, err := d.Decode(all[1]); !errors.Is(err, vp8.ErrNeedKey) {
		t.Errorf("a frame before the first key frame: %v", err)
	}
	for _, f := range all[:3] {
		_, err := d.Decode(f)
		must(t, err)
	}
	if _, err := d.Decode(all[3][:2]); err == nil || errors.Is(err, vp8.ErrNeedKey) {
		t.Errorf("a damaged frame: %v", err)
	}
	if _, err := d.Decode(all[4]); !errors.Is(err, vp8.ErrNeedKey) {
		t.Errorf("a frame after a damaged one: %v", err)
	}
	_, err := d.Decode(all[0])
	must(t, err)
	_, err = d.Decode(all[1])
	must(t, err)
}

func TestDecoderRefusesDamagedFrames(t *testing.T) {
	all := frames(t, 2, 320, 180)
	huge := slices.Clone(all[0])
	huge[6], huge[7], huge[8], huge[9] = 0xff, 0x3f, 0xff, 0x3f
	wrongStart := slices.Clone(all[0])
	wrongStart[3]++
	for name, f := range map[string][]byte{
		"nil": nil, "empty": {}, "short": all[0][:9], "half": all[0][:len(all[0])/2], "huge": huge, "start code": wrongStart,
		"version": {0x0f, 0, 0, 0},
	} {
		d := newDecoder(t)
		if img, err := d.Decode(f); err == nil || img != nil {
			t.Errorf("%s: no error", name)
		}
		_, err := d.Decode(all[0])
		must(t, err) // the decoder is fit for the next key frame
	}
}

func TestDecoderTellsHiddenFrames(t *testing.T) {
	all, d := frames(t, 2, 320, 180), newDecoder(t)
	_, err := d.Decode(all[0])
	must(t, err)
	hidden := slices.Clone(all[1])
	hidden[0] &^= 0x10 // show_frame
	if img, err := d.Decode(hidden); !errors.Is(err, vp8.ErrHidden) || img != nil {
		t.Errorf("a hidden frame: %v", err)
	}
}

func TestDecoderCloses(t *testing.T) {
	d, err := vp8.NewDecoder()
	must(t, err)
	all := frames(t, 1, 320, 180)
	img, err := d.Decode(all[0])
	must(t, err)
	before := img.Y[1000]
	must(t, d.Close())
	must(t, d.Close())
	if img.Y[1000] != before {
		t.Error("the picture changed with Close")
	}
	if _, err := d.Decode(all[0]); !errors.Is(err, vp8.ErrClosed) {
		t.Errorf("decoding after Close: %v", err)
	}
}

// A Close from elsewhere must not take memory away from under a call.
func TestCloseWhileInUse(t *testing.T) {
	all := frames(t, 1, 320, 180)
	for range 10 {
		s, d := newStream(t, vp8.Config{Width: 320, Height: 180, FPS: 30, Kbps: 500}), newDecoder(t)
		img := s.pattern.next()
		var users sync.WaitGroup
		begun := make(chan struct{}, 2)
		use := func(call func(i int64) error) {
			users.Go(func() {
				var err error
				for i := int64(0); err == nil; i++ {
					if err = call(i); i == 0 {
						begun <- struct{}{}
					}
				}
				if !errors.Is(err, vp8.ErrClosed) {
					t.Error(err)
				}
			})
		}
		use(func(i int64) error { _, err := s.encoder.Encode(img, i*3000, 500, false); return err })
		use(func(int64) error { _, err := d.Decode(all[0]); return err })
		<-begun
		<-begun
		must(t, s.encoder.Close())
		must(t, d.Close())
		users.Wait()
	}
}

// FuzzDecode feeds a decoder first with what libvpx made, then with what the fuzzer made of it: it must not crash, and be fit for
// the next key frame.
func FuzzDecode(f *testing.F) {
	all := frames(f, 4, 64, 48)
	for _, b := range all {
		f.Add(b, []byte{0})
	}
	f.Add(all[0], all[1])
	large := slices.Clone(all[0])
	large[6], large[7] = 0x80, 0x07
	f.Add(large, all[2])
	f.Fuzz(func(t *testing.T, a, b []byte) {
		d := newDecoder(t)
		_, err := d.Decode(all[0])
		must(t, err)
		for _, data := range [][]byte{a, b} {
			img, err := d.Decode(data)
			if (img == nil) == (err == nil) {
				t.Fatalf("picture %v, error %v", img != nil, err)
			}
			if img != nil && (img.Rect.Dx() > vp8.MaxWidth || img.Rect.Dy() > vp8.MaxHeight) {
				t.Fatalf("a picture of %v", img.Rect)
			}
		}
		_, err = d.Decode(all[0])
		must(t, err)
		_, err = d.Decode(all[1])
		must(t, err)
	})
}
