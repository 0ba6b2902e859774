//go:build linux

package e2e

import (
	"fmt"
	"os"
	"testing"
)

// video shows the screen "Video echo" from the idle window to the verdict, and what lies beside it.
func (l look) video(t *testing.T, s *screen, dir string) {
	set := l.settings("self", nil, "50", "3s", "direct", "stun", "relay-udp").withVideo("6s")
	set.video()["under_load"] = true
	p := l.open(t, s, set)
	p.toVideo()
	l.picture(p, dir, "8-video-idle")
	p.key("ctrl+o")
	p.awaitDialogs(1)
	l.picture(p, dir, "8-video-options")
	p.key("Escape")
	p.awaitDialogs(0)
	p.key("ctrl+r")
	p.await("pictures of the second path", func(s stat) bool { return s.Path == "stun" })
	p.filmed(25) // packets go alone at first
	p.shoot(l, dir, "8-video-running")
	p.key("alt+5")
	p.redrawn(3)
	p.shoot(l, dir, "8-video-running-paths")
	p.key("alt+Return")
	p.awaitDialogs(1)
	p.redrawn(5)
	p.shoot(l, dir, "8-video-whole-screen")
	p.key("Escape")
	p.awaitDialogs(0)
	p.key("alt+1")
	p.awaitPhase("done")
	l.picture(p, dir, "8-video-done")
	for i, pane := range []string{"findings", "details", "log", "paths"} {
		p.key(fmt.Sprintf("alt+%d", i+2))
		l.picture(p, dir, "8-video-done-"+pane)
	}
	for i, charts := range []string{"rate", "delay", "quality"} {
		p.key("alt+1", fmt.Sprintf("alt+shift+%d", i+2))
		l.picture(p, dir, "8-video-charts-"+charts)
	}
	p.quit()
}

// videoStandsStill shows a relay behind a way that loses packets, and breaks off for a while.
func (l look) videoStandsStill(t *testing.T, s *screen, dir string) {
	way := lossyTURN(t, 0.05, 0.02)
	servers := map[string]any{"urls": way.url(), "user": "echo"}
	p := l.open(t, s, l.settings("turn", servers, "50", "3s", "relay-udp").withVideo("8s"))
	p.toVideo()
	p.password("path")
	p.key("ctrl+r")
	p.await("pictures", func(s stat) bool { return s.Pictures > 0 })
	p.redrawn(20)
	way.cut.Store(true)
	p.await("a picture that stands still", func(s stat) bool { return s.Frozen })
	p.shoot(l, dir, "9-video-frozen")
	way.cut.Store(false)
	p.awaitPhase("done")
	l.picture(p, dir, "9-video-poor")
	for i, pane := range []string{"findings", "details", "log", "paths"} {
		p.key(fmt.Sprintf("alt+%d", i+2))
		l.picture(p, dir, "9-video-poor-"+pane)
	}
	p.quit()
}

// TestShotsVideo takes the pictures of the video alone.
func TestShotsVideo(t *testing.T) {
	dir := os.Getenv("ECHOPATH_SHOTS")
	if dir == "" {
		t.Skip("pictures are taken only with ECHOPATH_SHOTS=FOLDER")
	}
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			s := newScreen(t, l.width, l.height)
			l.video(t, s, dir)
			l.videoStandsStill(t, s, dir)
		})
	}
}
