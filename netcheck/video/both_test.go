package video_test

import (
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
)

// TestEchoAndCallOnOneLink: the far end answers by the kind of the order, one after another.
func TestEchoAndCallOnOneLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meeting{}
		l, far := m.link()
		served := make(chan error, 1)
		go func() {
			served <- echo.Responder{Call: m.answering(&called{}).Take, Limits: echo.Limits{Kbps: 2000}}.Serve(t.Context(), far)
		}()
		for i := range 4 {
			p := callPlan(func(p *netcheck.VideoPlan) { p.Duration = time.Second })
			src := picture.NewSynthetic(p.Width, p.Height, netcheck.DifficultyNormal, p.FPS, 1)
			if i%2 == 0 {
				o := &called{}
				sum, err := (&video.Call{Path: netcheck.PathDirect, Plan: p, Start: time.Now(), Source: src}).Run(t.Context(), l, o.note)
				if err != nil {
					t.Fatal(err)
				}
				if s := sum.(*netcheck.CallSummary); !whole(s.Up, 15) || !whole(s.Down, 15) {
					t.Errorf("%+v", s)
				}
				continue
			}
			p.Mode = netcheck.VideoAlone
			sum, err := (&video.Probe{Path: netcheck.PathDirect, Plan: p, Start: time.Now(), Source: src}).Run(t.Context(), l, func(netcheck.Event) {})
			if err != nil {
				t.Fatal(err)
			}
			if s := sum.(*netcheck.VideoSummary); s.Stats.Shown != 15 || !s.DirectionKnown || s.Up.Lost+s.Down.Lost != 0 {
				t.Errorf("%+v", s)
			}
		}
		p := callPlan(func(p *netcheck.VideoPlan) { p.MaxKbps = 5000 })
		src := picture.NewSynthetic(p.Width, p.Height, netcheck.DifficultyNormal, p.FPS, 1)
		if _, err := (&video.Call{Plan: p, Start: time.Now(), Source: src}).Run(t.Context(), l, func(netcheck.Event) {}); code(err) != netcheck.ReasonFarRefused {
			t.Errorf("more than the limit was granted: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
