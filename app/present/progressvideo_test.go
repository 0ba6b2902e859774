package present

import (
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// looks plays a session and asks for the state of its progress after every event.
func looks(t *testing.T, run presenttest.RunFunc, plan netcheck.Plan, look func(p *Progress, e netcheck.Event)) {
	t.Helper()
	var p *Progress
	last := 0.0
	_, err := run(t.Context(), plan, func(e netcheck.Event) {
		if started, ok := e.Body.(netcheck.SessionStarted); ok {
			p = NewProgress(started.Granted)
		}
		p.Apply(e)
		if share := p.Share(e.At); share < last || share > 1 {
			t.Fatalf("at %v: the share went from %v to %v", e.At, last, share)
		} else {
			last = share
		}
		look(p, e)
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != 1 {
		t.Errorf("at the end %v is done", last)
	}
}

func TestProgressOfVideo(t *testing.T) {
	tests := map[netcheck.VideoMode]struct {
		before time.Duration // how long it is thought to take
		line   string        // in the middle of the first video
	}{
		netcheck.VideoAlone:     {21200 * time.Millisecond, "Direct (1 of 2), 0:16 left, 30 fps, 960 kbit/s, frozen 0 s"},
		netcheck.VideoAfterLoss: {22500 * time.Millisecond, "Direct (1 of 2), 0:12 left, 30 fps, 960 kbit/s, frozen 0 s"},
		netcheck.VideoUnderLoad: {32200 * time.Millisecond, "Direct (1 of 2), 0:22 left, 30 fps, 960 kbit/s, frozen 0 s"},
	}
	for mode, want := range tests {
		plan := presenttest.VideoPlan(mode, netcheck.PathDirect, netcheck.PathRelayUDP)
		if mode == netcheck.VideoAfterLoss {
			plan.Video.Paths = 1
		}
		line, first := "", time.Duration(-1)
		looks(t, presenttest.VideoGood, plan, func(p *Progress, e netcheck.Event) {
			if first < 0 {
				first = p.Left(e.At)
			}
			if s, ok := e.Body.(netcheck.VideoSampleTaken); ok && s.Sample.Index == 24 && line == "" {
				line = p.Line(e.At)
			}
		})
		if first != want.before || line != want.line {
			t.Errorf("%s: %v before, %q", mode, first, line)
		}
	}
}

// A path without a video because it failed leaves the next one its turn.
func TestProgressWhereVideoFails(t *testing.T) {
	plan := presenttest.VideoPlan(netcheck.VideoAfterLoss, netcheck.PathDirect, netcheck.PathRelayUDP)
	plan.Video.Paths = 1
	var left []time.Duration
	looks(t, presenttest.VideoFailed, plan, func(p *Progress, e netcheck.Event) {
		if _, ok := e.Body.(netcheck.PathEnded); ok {
			left = append(left, p.Left(e.At))
		}
	})
	if len(left) != 2 || left[0] != 16400*time.Millisecond || left[1] != 0 {
		t.Errorf("%v left after each path", left)
	}
}

// Windows before there is a second of them have no rates, and one that is told of again is not counted twice.
func TestProgressCountsWindowsOnce(t *testing.T) {
	granted, err := presenttest.VideoPlan(netcheck.VideoAlone, netcheck.PathDirect).Grant()
	if err != nil {
		t.Fatal(err)
	}
	p := NewProgress(granted)
	put := func(b netcheck.Body) { p.Apply(netcheck.Event{Path: netcheck.PathDirect, Body: b}) }
	put(netcheck.VideoSampleTaken{}) // before any path
	put(netcheck.PathStarted{})
	put(netcheck.ProbeStarted{Probe: netcheck.ProbeVideo, Duration: 10 * time.Second})
	for range 3 {
		put(netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{FramesSent: 6, FramesShown: 5}})
	}
	if line := p.Line(0); !strings.HasSuffix(line, ", 5 of 6 pictures") {
		t.Error(line)
	}
	for i := range 10_000 {
		put(netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{Index: i, FramesSent: 6, FramesShown: 6}})
	}
	if p.video.sum.Sent != 60_000 || len(p.video.windows.views) > keepWindows {
		t.Errorf("%d sent, %d windows kept", p.video.sum.Sent, len(p.video.windows.views))
	}
}
