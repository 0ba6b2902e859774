package video_test

import (
	"context"
	"errors"
	"image"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/record"
)

// slow is a source that is late now and then, as a busy computer is.
type slow struct {
	video.Source
	n     int
	every int
	by    time.Duration
}

func (s *slow) Next(ctx context.Context, dst *image.YCbCr) error {
	if s.n++; s.n%s.every == 0 {
		time.Sleep(s.by) // virtual time
	}
	return s.Source.Next(ctx, dst)
}

func TestPicturesThatThisComputerIsTooLateFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		source := &slow{Source: picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1), every: 10, by: 150 * time.Millisecond}
		o := world{source: source}.run(t.Context(), t, p)
		if s := o.sum.Stats; o.err != nil || s.Skipped == 0 || s.Sent+s.Skipped != 45 || s.Shown != s.Sent {
			t.Errorf("%v, %+v: want some pictures skipped and all others shown", o.err, s)
		}
		wantRows(t, o)
	})
}

func TestASlowCameraIsNotSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan(func(p *netcheck.VideoPlan) { p.Source = netcheck.VideoSource{Kind: netcheck.SourceCamera}; p.FPS = 30 })
		source := &slow{Source: picture.NewSynthetic(p.Width, p.Height, netcheck.DifficultyNormal, p.FPS, 1), every: 1, by: 100 * time.Millisecond}
		o := world{source: source}.run(t.Context(), t, p)
		s := o.sum.Stats
		if o.err != nil || s.Skipped != 0 || s.Sent < 28 || s.Sent > 31 {
			t.Errorf("%v, %+v: a camera gives ten pictures a second", o.err, s)
		}
		if o.sum.Partial || o.sum.Span > 3200*time.Millisecond {
			t.Errorf("it took %v, partial %v: the plan's time counts, not the number of pictures", o.sum.Span, o.sum.Partial)
		}
	})
}

type broken struct {
	video.Source
	after int
	err   error
}

func (b *broken) Next(ctx context.Context, dst *image.YCbCr) error {
	if b.after--; b.after < 0 {
		return b.err
	}
	return b.Source.Next(ctx, dst)
}

func TestTheSourceGivesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		gone := &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The camera was unplugged."}
		o := world{source: &broken{picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1), 15, gone}}.run(t.Context(), t, p)
		if !errors.Is(o.err, gone) || o.sum == nil || !o.sum.Partial || o.sum.Stats.Sent != 15 || o.sum.Stats.Shown != 15 {
			t.Errorf("%v, %+v: what was measured until then is kept", o.err, o.sum)
		}
	})
}

func TestStopping(t *testing.T) {
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 1500 * time.Millisecond, 2900 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				o := world{out: netchecktest.MediaPerfect(20 * time.Millisecond)}.run(ctx, t, plan())
				var f *netcheck.Failure
				if !errors.As(o.err, &f) || f.Code != netcheck.ReasonCancelled {
					t.Fatalf("ended with %v", o.err)
				}
				if after < time.Second {
					return
				}
				if o.sum == nil || !o.sum.Partial || o.sum.Stats.Missing != 0 || !o.sum.DirectionKnown || o.sum.AfterRepair.Lost != 0 {
					t.Errorf("%+v: pictures that nobody waited for are not missing, and the far end's account is fetched", o.sum)
				}
				wantRows(t, o)
			})
		})
	}
}

func TestTheLinkBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := world{serve: func(ctx context.Context, l netcheck.Link) error {
			ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
			defer cancel()
			err := echo.Responder{}.Serve(ctx, l)
			return errors.Join(err, l.Close())
		}}.run(t.Context(), t, plan())
		var f *netcheck.Failure
		if !errors.As(o.err, &f) || f.Code != netcheck.ReasonLinkLost || o.sum == nil || !o.sum.Partial || o.sum.Stats.Shown == 0 {
			t.Errorf("%v, %+v", o.err, o.sum)
		}
	})
}

func TestTheFarEndDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := world{serve: func(ctx context.Context, l netcheck.Link) error {
			for {
				if _, err := l.Media().Control().Receive(ctx); err != nil {
					return nil
				}
			}
		}}.run(t.Context(), t, plan())
		var f *netcheck.Failure
		if !errors.As(o.err, &f) || f.Code != netcheck.ReasonLinkLost || o.sum != nil {
			t.Errorf("%v, %+v", o.err, o.sum)
		}
	})
}

func TestNothingComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := world{back: lose(0, func(int, *netcheck.MediaPacket) bool { return true })}.run(t.Context(), t, plan())
		s := o.sum.Stats
		if o.err != nil || s.Sent != 45 || s.Shown != 0 || s.Missing != 45 || s.Freezes != 0 || s.DelayOK || o.sum.Down.Received != 0 {
			t.Errorf("%v, %+v, %+v", o.err, s, o.sum.Down)
		}
	})
}

// screen counts what it is shown.
type screen struct {
	mu           sync.Mutex
	sent, echoed int
	pairs        int
}

func (s *screen) Sent(netcheck.Path, uint32, *image.YCbCr) { s.mu.Lock(); s.sent++; s.mu.Unlock() }

func (s *screen) Echoed(_ netcheck.Path, _ uint32, captured, echoed *image.YCbCr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.echoed++
	if captured != nil && captured.Bounds() == echoed.Bounds() {
		s.pairs++
	}
}

func TestPicturesAreShownAndRecorded(t *testing.T) {
	dir := t.TempDir()
	for _, what := range []string{"received", "sent"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s screen
				file := filepath.Join(dir, what+".webm")
				o := world{change: func(p *video.Probe) {
					p.Screen, p.Record, p.RecordSent = &s, record.Options{Path: file}, what == "sent"
				}}.run(t.Context(), t, plan())
				if o.err != nil || s.sent != 45 || s.echoed != 45 || s.pairs != 45 {
					t.Errorf("%v; shown %d sent, %d echoed, %d beside their original", o.err, s.sent, s.echoed, s.pairs)
				}
				if len(o.happened(netcheck.RecordingBegan)) != 1 || len(o.happened(netcheck.RecordingEnded)) != 1 || o.sum.Self.SkippedRecording != 0 {
					t.Errorf("told %v, skipped %d", o.happens, o.sum.Self.SkippedRecording)
				}
			})
		})
	}
}

// TestPacketsGivenUpAreToldLive: the live count of what repair could not bring back is that of the summary, once nothing is open.
func TestPacketsGivenUpAreToldLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := map[int]bool{40: true, 41: true, 120: true}
		o := world{out: lose(5*time.Millisecond, func(n int, _ *netcheck.MediaPacket) bool { return lost[n] })}.run(t.Context(), t, plan())
		given := 0
		for _, s := range o.samples {
			given += s.LostAfter
		}
		if o.err != nil || given != len(lost) || o.sum.AfterRepair.Lost != len(lost) {
			t.Errorf("%v; given up live %d, in the end %d, want %d", o.err, given, o.sum.AfterRepair.Lost, len(lost))
		}
	})
}
