//go:build cgo

package vp8_test

import (
	"context"
	"fmt"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/timecode"
	"echopath/netcheck/video/vp8"
)

// Every frame that is sent must carry a code that can be read, at the lowest bitrates that each size is used with.
func TestTimeCodeSurvives(t *testing.T) {
	for _, c := range []vp8.Config{
		{Width: 640, Height: 360, FPS: 30, Kbps: 100},
		{Width: 320, Height: 180, FPS: 30, Kbps: 150},
		{Width: 1280, Height: 720, FPS: 30, Kbps: 300},
	} {
		t.Run(fmt.Sprintf("%dx%d@%.0f", c.Width, c.Height, c.Kbps), func(t *testing.T) {
			s, d := newStream(t, c), newDecoder(t)
			source := picture.NewSynthetic(c.Width, c.Height, netcheck.DifficultyHard, c.FPS, 1)
			img := picture.New(c.Width, c.Height)
			emitted, worst := 0, 1.0
			for i := range uint32(90) {
				must(t, source.Next(context.Background(), img))
				want := timecode.Code{Frame: i * 7919, Time: i*333 + 1<<31}
				timecode.Draw(img, want)
				p, err := s.encoder.Encode(img, int64(i)*vp8.Rate/30, c.Kbps, false)
				must(t, err)
				if p.Dropped {
					continue
				}
				emitted++
				echoed, err := d.Decode(p.Data)
				must(t, err)
				got, margin, ok := timecode.Read(echoed)
				if !ok || got != want {
					t.Errorf("picture %d: read %v, %+v instead of %+v, margin %.2f", i, ok, got, want, margin)
				}
				worst = min(worst, margin)
			}
			t.Logf("%d of 90 emitted, worst margin %.2f", emitted, worst)
			if emitted < 10 {
				t.Errorf("%d of 90 pictures emitted", emitted)
			}
		})
	}
}
