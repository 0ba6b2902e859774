package view

import (
	"context"
	"image"
	"image/color"
	"math"
	"testing"
	"time"

	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// videoEvents are the events of a session with video.
func videoEvents(t *testing.T, run presenttest.RunFunc, mode netcheck.VideoMode, paths ...netcheck.Path) []netcheck.Event {
	t.Helper()
	var events []netcheck.Event
	if _, err := run(context.Background(), presenttest.VideoPlan(mode, paths...), func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

var threePaths = []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP, netcheck.PathRelayTLS}

// videoForm changes the model's form as the controls of the screen "Video echo" would.
func (d *world) videoForm(change func(*model.Form)) {
	f := d.v.Form()
	change(&f)
	d.v.SetForm(f)
	d.w.loadForms()
	d.w.edited(TrialVideo)
}

// onVideo goes to the screen with three paths chosen.
func (d *world) onVideo() {
	d.w.show(screenVideo)
	d.videoForm(func(f *model.Form) {
		f.Paths = map[netcheck.Path]bool{}
		for _, p := range threePaths {
			f.Paths[p] = true
		}
	})
}

// playVideo lets a session with video go on until a time; the window is drawn a few times on the way, with pictures.
func (d *world) playVideo(events []netcheck.Event, until time.Duration) {
	d.w.actions.start.run()
	d.asked()
	drawn := time.Duration(0)
	for _, e := range events {
		if e.At > until {
			break
		}
		d.v.Apply(e)
		if e.At-drawn > 5*time.Second {
			drawn = e.At
			d.w.SetNow(drawn)
		}
	}
	d.w.SetNow(min(until, events[len(events)-1].At))
	d.w.ShowPictures(testPictures(640, 360))
	d.w.Refresh()
}

// doneVideo plays a session with video to its end.
func (d *world) doneVideo(events []netcheck.Event, o model.Outcome) {
	d.playVideo(events, 1<<62)
	d.v.End(o)
	d.w.Refresh()
}

// testPictures are a picture, its echo, and where they differ.
func testPictures(width, height int) (sent, echoed, difference *image.RGBA) {
	draw := func(at func(x, y float64) color.RGBA) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, width, height))
		for y := range height {
			for x := range width {
				img.SetRGBA(x, y, at(float64(x)/float64(width), float64(y)/float64(height)))
			}
		}
		return img
	}
	bars := []color.RGBA{{192, 192, 192, 255}, {192, 192, 0, 255}, {0, 192, 192, 255}, {0, 192, 0, 255}, {192, 0, 192, 255}, {192, 0, 0, 255}, {0, 0, 192, 255}}
	scene := func(ball float64) func(x, y float64) color.RGBA {
		return func(x, y float64) color.RGBA {
			if math.Hypot((x-ball)*16/9, y-0.7) < 0.12 {
				return color.RGBA{230, 120, 40, 255}
			}
			if y < 0.55 {
				return bars[min(int(x*7), 6)]
			}
			v := uint8(30 + 200*x)
			return color.RGBA{v, v, v, 255}
		}
	}
	sent, echoed = draw(scene(0.5)), draw(scene(0.46))
	difference = draw(func(x, y float64) color.RGBA {
		v := uint8(0)
		if scene(0.5)(x, y) != scene(0.46)(x, y) {
			v = 210
		}
		return color.RGBA{v, v, v, 255}
	})
	return sent, echoed, difference
}
