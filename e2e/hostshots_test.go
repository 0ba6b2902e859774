//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// pair opens a host and a guest in this look, beside each other on one screen.
func (l look) pair(t *testing.T) *pair {
	t.Helper()
	host := l.settings("self", nil, "50", "3s", everyPath...).hosting(t, "host-pc")
	guest := l.settings("invite", nil, "50", "6s", everyPath...)
	p := openPair(t, l.width, l.height, host, guest, fmt.Sprintf("FYNE_SCALE=%d", l.scale))
	p.host.screen.run(t, "xdotool", "mousemove", strconv.Itoa(2*l.width-1), strconv.Itoa(l.height-1))
	return p
}

// shootHalf saves the window of one of the two as it is.
func (l look) shootHalf(p *program, dir, state string) {
	p.t.Helper()
	p.screen.run(p.t, "import", "-window", p.window, filepath.Join(dir, l.name+"-"+state+".png"))
}

// still saves a window once its upper part has stopped to change; left is where it begins.
func (l look) still(p *program, left int, dir, state string) {
	p.t.Helper()
	settled(dialX(p.t, p.screen), area{left, 0, l.width, 180 * l.scale})
	l.shootHalf(p, dir, state)
}

// hosting shows the screen "Host" from the empty window to a guest's run and its end, and the guest's side of it.
func (l look) hosting(t *testing.T, dir string) {
	p := l.pair(t)
	host := func(state string) { l.still(p.host, 0, dir, "10-host-"+state) }
	guest := func(state string) { l.still(p.guest, l.width, dir, "10-guest-"+state) }
	p.host.front()
	p.host.key("ctrl+shift+3")
	p.host.await("the screen", func(s stat) bool { return s.Screen == "Screen Host" && s.Focused == "Button Start hosting" })
	host("empty")
	p.host.key("ctrl+m")
	p.host.awaitDialogs(1)
	host("more")
	p.host.key("Escape")
	p.host.awaitDialogs(0)
	p.startHosting()
	host("invite")
	p.host.key("ctrl+shift+q")
	p.host.awaitDialogs(1)
	host("qr")
	p.host.key("Escape")
	p.host.awaitDialogs(0)

	guest("idle")
	p.bringInvite()
	guest("pasted")
	p.guest.key("ctrl+k")
	p.host.await("a guest that waits", func(s stat) bool { return s.Host.Waiting != "" })
	host("waiting")
	guest("waiting")
	p.accept()
	guest("in")
	host("in")

	p.guest.front()
	p.guest.key("ctrl+r")
	p.host.await("the third path", func(s stat) bool { return s.Host.RunPath == "relay-udp" })
	p.host.front()
	p.host.key("alt+1")
	p.guest.redrawn(15)
	l.shootHalf(p.host, dir, "10-host-running")
	l.shootHalf(p.guest, dir, "10-guest-running")
	p.host.key("alt+5")
	p.host.await("the fourth path", func(s stat) bool { return s.Host.RunPath == "relay-tcp" })
	p.guest.redrawn(25)
	l.shootHalf(p.host, dir, "10-host-running-paths")
	p.host.await("the end of the run", func(s stat) bool { return s.Host.Run == "done" })
	host("done")
	for i, pane := range []string{"findings", "details", "log", "paths", "invite-used", "totals"} {
		p.host.key(fmt.Sprintf("alt+%d", i+2))
		host("done-" + pane)
	}
	guest("done")
	p.host.key("ctrl+shift+h")
	p.guest.await("that the guest is told", func(s stat) bool { return s.Join.Phase == "gone" })
	p.host.await("the end of hosting", func(s stat) bool { return s.Host.Phase == "off" })
	host("stopped")
	guest("told")
	for _, one := range []*program{p.guest, p.host} {
		one.front()
		one.quit()
	}
}

// TestShotsHost takes the pictures of a host and its guest alone.
func TestShotsHost(t *testing.T) {
	dir := os.Getenv("ECHOPATH_SHOTS")
	if dir == "" {
		t.Skip("pictures are taken only with ECHOPATH_SHOTS=FOLDER")
	}
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) { l.hosting(t, dir) })
	}
}
