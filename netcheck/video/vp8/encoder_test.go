//go:build cgo

package vp8_test

import (
	"errors"
	"image"
	"math"
	"slices"
	"testing"

	"echopath/netcheck/video/vp8"
)

func TestBitrateIsFollowed(t *testing.T) {
	for _, kbps := range []float64{300, 1000, 2500} {
		s := newStream(t, vp8.Config{Width: 640, Height: 360, FPS: 30, Kbps: kbps})
		got, dropped := s.kbps(90, kbps)
		t.Logf("asked for %.0f kbit/s, got %.0f, %d dropped", kbps, got, dropped)
		if math.Abs(got/kbps-1) > 0.1 {
			t.Errorf("asked for %.0f kbit/s over 3 s, got %.0f", kbps, got)
		}
	}
}

func TestBitrateChangesWithinASecond(t *testing.T) {
	s := newStream(t, vp8.Config{Width: 640, Height: 360, FPS: 30, Kbps: 2000})
	for _, kbps := range []float64{2000, 600, 2000, 1200.4} {
		s.kbps(30, kbps)
		if got, dropped := s.kbps(60, kbps); math.Abs(got/kbps-1) > 0.15 {
			t.Errorf("a second after a change to %.0f kbit/s it is %.0f (%d dropped)", kbps, got, dropped)
		}
	}
}

// What the encoder saved up at a high bitrate must not come in a burst when the network has become narrow.
func TestFallingBitrateIsFollowedWithoutABurst(t *testing.T) {
	s := newStream(t, vp8.Config{Width: 640, Height: 360, FPS: 30, Kbps: 2000})
	s.kbps(90, 2000)
	for third := range 12 {
		if got, _ := s.kbps(10, 600); got > 1.4*600 {
			t.Errorf("%d/3 s after a fall to 600 kbit/s, a third of a second has %.0f", third, got)
		}
	}
}

func TestBitrateGoesByTimestamps(t *testing.T) {
	s := newStream(t, vp8.Config{Width: 640, Height: 360, FPS: 30, Kbps: 1000})
	s.fps = 15 // a camera in the dark is slower than it was asked to be
	s.kbps(15, 1000)
	if got, _ := s.kbps(45, 1000); math.Abs(got/1000-1) > 0.15 {
		t.Errorf("at half the expected pictures a second, 1000 kbit/s became %.0f", got)
	}
}

func TestKeyFramesAreThoseAskedFor(t *testing.T) {
	s := newStream(t, vp8.Config{Width: 640, Height: 360, FPS: 30, Kbps: 500})
	for i := range 120 {
		asked := i == 40 || i == 41 || i == 90
		p := s.next(500, asked)
		if want := asked || i == 0; p.Key != want {
			t.Errorf("picture %d: key frame %v, want %v", i, p.Key, want)
		}
		if p.Dropped {
			continue
		}
		if key, w, h, err := vp8.Header(p.Data); err != nil || key != p.Key || key && (w != 640 || h != 360) {
			t.Errorf("picture %d: header tells %v %dx%d, %v", i, key, w, h, err)
		}
	}
}

func TestKeyFramesComeBySeldomThemselves(t *testing.T) {
	s := newStream(t, vp8.Config{Width: 64, Height: 48, FPS: 30, Kbps: 300})
	var keys []int
	for i := range 4100 {
		if s.next(300, i == 1000).Key {
			keys = append(keys, i)
		}
	}
	if want := []int{0, 1000, 4000}; !slices.Equal(keys, want) {
		t.Errorf("key frames %v, want %v", keys, want)
	}
}

func TestTooLowABitrateDrops(t *testing.T) {
	s, d := newStream(t, vp8.Config{Width: 1280, Height: 720, FPS: 30, Kbps: 100}), newDecoder(t)
	dropped := 0
	for i := range 90 {
		p := s.next(100, i == 60)
		if i == 60 && (!p.Key || p.Dropped) {
			t.Error("the key frame that was asked for was dropped")
		}
		if p.Dropped != (len(p.Data) == 0) {
			t.Fatalf("picture %d: dropped %v with %d bytes", i, p.Dropped, len(p.Data))
		}
		if p.Dropped {
			dropped++
			continue
		}
		if _, err := d.Decode(p.Data); err != nil {
			t.Fatalf("picture %d after %d dropped ones: %v", i, dropped, err)
		}
	}
	if dropped < 10 {
		t.Errorf("%d of 90 pictures of 720p dropped at 100 kbit/s", dropped)
	}
}

func TestEncoderRefusesWhatWouldHarmIt(t *testing.T) {
	good := vp8.Config{Width: 64, Height: 48, FPS: 30, Kbps: 100}
	for name, c := range map[string]vp8.Config{
		"no size":   {FPS: 30, Kbps: 100},
		"negative":  {Width: -64, Height: 48, FPS: 30, Kbps: 100},
		"too wide":  {Width: vp8.MaxWidth + 1, Height: 48, FPS: 30, Kbps: 100},
		"too high":  {Width: 64, Height: vp8.MaxHeight + 1, FPS: 30, Kbps: 100},
		"no rate":   {Width: 64, Height: 48, Kbps: 100},
		"no kbit/s": {Width: 64, Height: 48, FPS: 30},
		"NaN":       {Width: 64, Height: 48, FPS: 30, Kbps: math.NaN()},
	} {
		if e, err := vp8.NewEncoder(c); err == nil || e != nil {
			t.Errorf("%s: no error", name)
		}
	}

	e, err := vp8.NewEncoder(good)
	must(t, err)
	defer e.Close()
	ok := image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio420)
	short, odd, wide := *ok, *ok, *ok
	short.Cr = short.Cr[:len(short.Cr)-1]
	odd.Rect = odd.Rect.Add(image.Pt(1, 0))
	wide.YStride = 10
	for name, img := range map[string]*image.YCbCr{
		"nil": nil, "short": &short, "odd": &odd, "narrow stride": &wide, "empty": {},
		"other size": image.NewYCbCr(image.Rect(0, 0, 64, 50), image.YCbCrSubsampleRatio420),
		"4:4:4":      image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio444),
	} {
		if _, err := e.Encode(img, 0, 100, false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, kbps := range []float64{0, -1, math.NaN(), math.Inf(1), vp8.MaxKbps + 1} {
		if _, err := e.Encode(ok, 0, kbps, false); err == nil {
			t.Errorf("%g kbit/s: no error", kbps)
		}
	}
	_, err = e.Encode(ok, 100, 100, false)
	must(t, err)
	for _, at := range []int64{100, 99, -1} {
		if _, err := e.Encode(ok, at, 100, false); err == nil {
			t.Errorf("timestamp %d after 100: no error", at)
		}
	}
	_, err = e.Encode(ok, 3100, 100, false)
	must(t, err)
}

func TestEncoderTakesPartsOfPictures(t *testing.T) {
	s, d := newStream(t, vp8.Config{Width: 320, Height: 180, FPS: 30, Kbps: 2000}), newDecoder(t)
	whole := newPattern(640, 360).next()
	part := whole.SubImage(image.Rect(160, 90, 480, 270)).(*image.YCbCr)
	p, err := s.encoder.Encode(part, 0, 2000, false)
	must(t, err)
	img, err := d.Decode(p.Data)
	must(t, err)
	part.Rect = part.Rect.Sub(part.Rect.Min)
	if db := psnr(part, img); db < 35 {
		t.Errorf("%.1f dB between the part and what was decoded", db)
	}
}

func TestEncoderCloses(t *testing.T) {
	e, err := vp8.NewEncoder(vp8.Config{Width: 64, Height: 48, FPS: 30, Kbps: 100})
	must(t, err)
	must(t, e.Close())
	must(t, e.Close())
	if _, err := e.Encode(newPattern(64, 48).next(), 0, 100, false); !errors.Is(err, vp8.ErrClosed) {
		t.Errorf("encoding after Close: %v", err)
	}
	if w, h := e.Size(); w != 64 || h != 48 {
		t.Errorf("size %dx%d", w, h)
	}
}

func TestEncodingAndDecodingDoNotAllocate(t *testing.T) {
	s, d := newStream(t, vp8.Config{Width: 320, Height: 180, FPS: 30, Kbps: 500}), newDecoder(t)
	step := func() {
		p := s.next(500+float64(s.at/3000%2), false)
		_, err := d.Decode(p.Data)
		must(t, err)
	}
	for range 30 {
		step()
	}
	if n := testing.AllocsPerRun(100, step); n > 1 {
		t.Errorf("%.1f allocations a picture, encoded and decoded", n)
	}
}
