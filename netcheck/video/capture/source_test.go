package capture

import (
	"context"
	"errors"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

func TestSyntheticPicturesAreTheSameInEachRun(t *testing.T) {
	source := netcheck.VideoSource{Kind: netcheck.SourceSynthetic, Difficulty: netcheck.DifficultyHard}
	a, err := Open(context.Background(), source, 320, 180, 30)
	must(t, err)
	defer a.Close()
	b, err := Open(context.Background(), source, 320, 180, 30)
	must(t, err)
	defer b.Close()
	x, y := picture.New(320, 180), picture.New(320, 180)
	for i := range 3 {
		must(t, a.Next(context.Background(), x))
		must(t, b.Next(context.Background(), y))
		if string(x.Y) != string(y.Y) || string(x.Cb) != string(y.Cb) {
			t.Errorf("picture %d differs", i)
		}
	}
}

func TestOpenRefusesWhatCanNotBe(t *testing.T) {
	synthetic := netcheck.VideoSource{Kind: netcheck.SourceSynthetic, Difficulty: netcheck.DifficultyEasy}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx    context.Context
		source netcheck.VideoSource
		w      want
		code   netcheck.ReasonCode
	}{
		"no kind":   {context.Background(), netcheck.VideoSource{}, want{320, 180, 30}, netcheck.ReasonLocal},
		"no size":   {context.Background(), synthetic, want{0, 0, 30}, netcheck.ReasonLocal},
		"too large": {context.Background(), synthetic, want{4000, 3000, 30}, netcheck.ReasonLocal},
		"no rate":   {context.Background(), synthetic, want{320, 180, 0}, netcheck.ReasonLocal},
		"cancelled": {cancelled, synthetic, want{320, 180, 30}, netcheck.ReasonCancelled},
	} {
		s, err := Open(c.ctx, c.source, c.w.width, c.w.height, c.w.fps)
		var f *netcheck.Failure
		if s != nil || !errors.As(err, &f) || f.Code != c.code || f.Text == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
