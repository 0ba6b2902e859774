//go:build linux

package e2e

import (
	"fmt"
	"testing"
	"time"
)

// TestPerfVideo measures what the window takes while a video is on the screen, and how soon it answers to a click then.
func TestPerfVideo(t *testing.T) {
	perfOnly(t)
	for _, size := range [][2]int{{900, 600}, {1280, 800}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			s, h := newScreen(t, size[0], size[1]), newHome(t)
			h.write(t, quickLoad("direct").withVideo("3m").with("window", map[string]any{"width": size[0], "height": size[1]}))
			p := open(t, s, h)
			p.toVideo()
			p.tabTo("*widgets.Segments", "Tab")
			bar := p.last().FocusAt
			y := newTypist(dialX(t, s))
			y.moveTo(size[0]-1, size[1]-1) // nothing lights up under the mouse
			p.key("ctrl+r")
			p.filmed(40)
			p.costOfPictures(t, 10*time.Second)
			p.answersDuringVideo(t, y, bar)
			if now := p.last(); now.Phase != "running" {
				t.Fatalf("the video has ended: %+v", now)
			}
		})
	}
}

// costOfPictures logs the processor time of the program, which has both ends of the video in it, and of the X server.
func (p *program) costOfPictures(t *testing.T, over time.Duration) {
	t.Helper()
	from := p.last()
	server := p.screen.server.cpu(t)
	window := p.share(t, over)
	server = p.screen.server.cpu(t) - server
	now := p.last()
	t.Logf("processor: %.0f %% of a core with video on the screen, both ends and drawing; X server %.0f %%; %.1f pictures a second shown",
		window*100, server.Seconds()/over.Seconds()*100, float64(now.Pictures-from.Pictures)/(now.TS-from.TS))
}

// answersDuringVideo clicks at the two first of the segments in turn.
func (p *program) answersDuringVideo(t *testing.T, y *typist, bar [4]float64) {
	t.Helper()
	from := len(p.lines)
	var clicks []time.Duration
	for i := range 30 {
		y.moveTo(int(bar[0])+40+90*((i+1)%2), int(bar[1])+15)
		y.settle(bar)
		clicks = append(clicks, y.answerTo(bar, y.click))
	}
	tell(t, "click to pixels, with video on the screen", clicks)
	t.Logf("worst wait for the drawing goroutine %.0f ms", p.levelOf(from).lag)
	if p50 := percentile(clicks, 0.5); p50 > 150*time.Millisecond {
		t.Errorf("clicks are answered after %v", p50)
	}
}
