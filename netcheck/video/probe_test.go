package video_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/stats"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outcome is what one run of the probe gave.
type outcome struct {
	sum     *netcheck.VideoSummary
	err     error
	rows    stats.Frames
	samples []netcheck.VideoSample
	happens []netcheck.VideoHappened
	bodies  []netcheck.Body
}

func (o *outcome) note(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.FramesDecided:
		o.rows = append(o.rows, b.Frames...)
	case netcheck.VideoSampleTaken:
		o.samples = append(o.samples, b.Sample)
	case netcheck.VideoHappened:
		o.happens = append(o.happens, b)
	default:
		o.bodies = append(o.bodies, b)
	}
}

func (o *outcome) happened(what netcheck.Happening) (list []netcheck.VideoHappened) {
	for _, h := range o.happens {
		if h.What == what {
			list = append(list, h)
		}
	}
	return list
}

// plan is a small picture, so that the tests are quick with the race detector too.
func plan(change ...func(*netcheck.VideoPlan)) netcheck.VideoPlan {
	p := netcheck.DefaultVideoPlan(netcheck.VideoAlone)
	p.Width, p.Height, p.FPS, p.Duration = 320, 180, 15, 3*time.Second
	p.StartKbps, p.MaxKbps = 1000, 1500
	for _, f := range change {
		f(&p)
	}
	return p
}

// world is what a run meets.
type world struct {
	out, back netchecktest.MediaImpair
	own       func() float64 // what this end's controller allows
	ownBack   func() float64 // the far end's
	change    func(*video.Probe)
	serve     func(context.Context, netcheck.Link) error
	source    video.Source
}

// run runs the probe between two ends in memory. It must be called inside a synctest bubble.
func (w world) run(ctx context.Context, t *testing.T, p netcheck.VideoPlan) outcome {
	t.Helper()
	near, far := netchecktest.NewMedia(w.out, w.back)
	near.Own, far.Own = w.own, w.ownBack
	l, f := netchecktest.NewLink(nil, nil, netchecktest.WithMedia(near, far))
	serve := w.serve
	if serve == nil {
		serve = echo.Responder{}.Serve
	}
	served := make(chan error, 1)
	go func() { served <- serve(t.Context(), f) }()
	var o outcome
	var mu sync.Mutex
	source := w.source
	if source == nil {
		source = picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1)
	}
	probe := &video.Probe{Path: netcheck.PathDirect, Plan: p, Start: time.Now(), Source: source}
	if w.change != nil {
		w.change(probe)
	}
	sum, err := probe.Run(ctx, l, func(e netcheck.Event) {
		mu.Lock()
		defer mu.Unlock()
		o.note(e)
	})
	if sum != nil {
		o.sum = sum.(*netcheck.VideoSummary)
	}
	if o.err = err; l.Close() != nil {
		t.Error("the link did not close")
	}
	if err := <-served; err != nil {
		t.Errorf("responder: %v", err)
	}
	return o
}
