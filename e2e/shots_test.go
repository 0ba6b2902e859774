//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// look is a window of a size on a screen of a density, in a theme.
type look struct {
	name          string
	width, height int // of the screen, which the window fills
	scale         int
	theme         string
}

func looks() []look {
	var all []look
	for _, theme := range []string{"light", "dark"} {
		all = append(all, look{"900x600-" + theme, 900, 600, 1, theme}, look{"1280x800-" + theme, 1280, 800, 1, theme},
			look{"2560x1440x2-" + theme, 2560, 1440, 2, theme})
	}
	return all
}

// settings are the window's size, and a plan, as settings.
func (l look) settings(target string, servers map[string]any, rate, duration string, paths ...string) settings {
	s := load(rate, duration, paths...)
	form := s["form"].(map[string]any)
	form["target"], form["custom_load"].(map[string]any)["datachannel"] = target, true
	if servers != nil {
		form["servers"] = servers
	}
	return s.with("theme", l.theme).with("window", map[string]any{"width": l.width / l.scale, "height": l.height / l.scale})
}

var everyPath = []string{"direct", "stun", "relay-udp", "relay-tcp", "relay-tls"}

// TestShots takes pictures of the real window, for people to look at: ECHOPATH_SHOTS=FOLDER.
func TestShots(t *testing.T) {
	dir := os.Getenv("ECHOPATH_SHOTS")
	if dir == "" {
		t.Skip("pictures are taken only with ECHOPATH_SHOTS=FOLDER")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for people to look at
		t.Fatal(err)
	}
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			s := newScreen(t, l.width, l.height)
			for _, scene := range []func(*testing.T, *screen, string){l.good, l.poor, l.failed, l.video, l.videoStandsStill} {
				scene(t, s, dir)
			}
			l.hosting(t, dir)
		})
	}
}

// open starts the program in this look, with the window in the corner of the screen.
func (l look) open(t *testing.T, s *screen, set settings) *program {
	t.Helper()
	h := newHome(t)
	h.write(t, set)
	p := open(t, s, h, fmt.Sprintf("FYNE_SCALE=%d", l.scale))
	p.awaitPhase("idle")
	s.run(t, "xdotool", "mousemove", fmt.Sprint(l.width-1), fmt.Sprint(l.height-1))
	return p
}

// picture saves the screen once its upper part has stopped to change. The mouse is out of the way: nothing lights up under it.
func (l look) picture(p *program, dir, state string) {
	p.t.Helper()
	settled(dialX(p.t, p.screen), area{0, 0, l.width, 180 * l.scale})
	p.shoot(l, dir, state)
}

// settled waits until a part of the screen has not changed for a second; what moves all the time is not waited for.
func settled(x *xclient, a area) {
	x.t.Helper()
	last, since := "", time.Now()
	within(8*time.Second, func() bool {
		if now := string(x.area(a)); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > time.Second
	})
}

// shoot saves the screen as it is.
func (p *program) shoot(l look, dir, state string) {
	p.t.Helper()
	p.screen.run(p.t, "import", "-window", "root", filepath.Join(dir, l.name+"-"+state+".png"))
}

func (p *program) quit() {
	p.t.Helper()
	p.key("ctrl+q")
	p.exit(p.t)
}

// good shows a test of this computer from the idle window to the verdict, and what lies beside it.
func (l look) good(t *testing.T, s *screen, dir string) {
	p := l.open(t, s, l.settings("self", nil, "50", "3s", everyPath...))
	l.picture(p, dir, "1-idle")
	p.key("ctrl+r")
	p.await("the third path", func(s stat) bool { return s.Path == "relay-udp" })
	now := p.last()
	p.await("curves", func(s stat) bool { return s.Redraws > now.Redraws+12 })
	p.shoot(l, dir, "2-running")
	p.awaitPhase("done")
	l.picture(p, dir, "3-good")
	for i, pane := range []string{"findings", "details", "log"} {
		p.key(fmt.Sprintf("alt+%d", i+2))
		l.picture(p, dir, "3-good-"+pane)
	}
	p.key("alt+1", "ctrl+comma")
	l.picture(p, dir, "6-settings")
	p.key("ctrl+shift+1")
	for _, d := range [][2]string{{"ctrl+o", "options"}, {"ctrl+t", "servers"}, {"ctrl+e", "save"}, {"ctrl+h", "words"}, {"ctrl+i", "about"}} {
		p.key(d[0])
		p.awaitDialogs(1)
		l.picture(p, dir, "7-dialog-"+d[1])
		p.key("Escape")
		p.awaitDialogs(0)
	}
	p.quit()
}

// poor shows a relay behind a way that loses packets.
func (l look) poor(t *testing.T, s *screen, dir string) {
	way := lossyTURN(t, 0.06, 0.02)
	servers := map[string]any{"urls": way.url(), "user": "echo"}
	p := l.open(t, s, l.settings("turn", servers, "50", "6s", "direct", "relay-udp"))
	p.password("path")
	p.key("ctrl+r")
	p.awaitPhase("done")
	l.picture(p, dir, "4-poor")
	p.key("alt+2")
	l.picture(p, dir, "4-poor-findings")
	p.quit()
}

// failed shows servers at an address where nobody answers.
func (l look) failed(t *testing.T, s *screen, dir string) {
	servers := map[string]any{"urls": "turn:127.0.0.1:9\nturn:127.0.0.1:9?transport=tcp\nturns:127.0.0.1:9\nstun:127.0.0.1:9", "user": "echo"}
	p := l.open(t, s, l.settings("turn", servers, "50", "2s", "relay-udp", "relay-tcp", "relay-tls"))
	l.picture(p, dir, "5-not-ready")
	p.password("path")
	p.key("ctrl+r")
	eventuallyLong(t, p)
	l.picture(p, dir, "5-failed")
	p.key("alt+2")
	l.picture(p, dir, "5-failed-findings")
	p.quit()
}

// eventuallyLong waits for the end of a test whose connections fail by their time limits.
func eventuallyLong(t *testing.T, p *program) {
	t.Helper()
	if !within(3*time.Minute, func() bool { return p.last().Phase == "done" }) {
		t.Fatalf("%+v", p.last())
	}
}

// password types the password, which is never stored, into the editor of servers.
func (p *program) password(text string) {
	p.t.Helper()
	p.key("ctrl+t")
	p.awaitDialogs(1)
	p.tabTo("Button Done", "shift+Tab")
	p.tabTo("Entry", "Tab") // the addresses
	p.key("Tab", "Tab")
	p.screen.run(p.t, "xdotool", "type", "--delay", "8", "--", text)
	p.await("a start", func(s stat) bool { return s.CanStart })
	p.key("Return")
	p.awaitDialogs(0)
}
