//go:build linux

package e2e

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// callPair opens a host and a guest that wants a call, in this look, beside each other on one screen.
func (l look) callPair(t *testing.T, duration string, paths ...string) *pair {
	t.Helper()
	host := l.settings("self", nil, "50", "3s", everyPath...).hosting(t, "host-pc")
	guest := l.settings("invite", nil, "50", "3s", paths...).calling(duration)
	form := guest["form"].(map[string]any)
	form["outside_stun"], form["interface"] = "", "127.0.0.1" // as the host: nothing leaves this computer
	p := openPair(t, l.width, l.height, host, guest, fmt.Sprintf("FYNE_SCALE=%d", l.scale))
	p.host.screen.run(t, "xdotool", "mousemove", strconv.Itoa(2*l.width-1), strconv.Itoa(l.height-1))
	return p
}

// calls shows a two-way call in both windows, from the empty form to the end of it, and what is said when the guest leaves and comes
// back.
func (l look) calls(t *testing.T, dir string) {
	p := l.callPair(t, "12s", "direct", "relay-udp")
	both := func(state string) {
		p.guest.redrawn(5)
		l.shootHalf(p.host, dir, "11-call-host-"+state)
		l.shootHalf(p.guest, dir, "11-call-guest-"+state)
	}
	p.startCall()
	for _, one := range []*program{p.guest, p.host} {
		one.await("pictures in both windows", func(s stat) bool { return s.Pictures >= 5 })
	}
	p.guest.await("the second path", func(s stat) bool { return s.Path == "relay-udp" })
	p.guest.filmed(10)
	both("running")
	p.guest.front()
	p.guest.key("alt+5")
	both("running-paths")
	p.guest.awaitPhase("done")
	p.host.await("its end at the host", func(s stat) bool { return s.Host.Run == "done" })
	l.still(p.guest, l.width, dir, "11-call-guest-done-paths")
	p.host.front()
	for i, pane := range map[int]string{1: "charts", 3: "details", 5: "paths", 8: "video"} {
		p.host.key(fmt.Sprintf("alt+%d", i))
		l.still(p.host, 0, dir, "11-call-host-done-"+pane)
	}
	p.comeBack()
	l.still(p.host, 0, dir, "11-call-host-came-back")
	p.host.key("alt+4")
	l.still(p.host, 0, dir, "11-call-host-came-back-log")
	p.host.key("ctrl+shift+h")
	p.guest.await("that the guest is told", func(s stat) bool { return s.Join.Phase == "gone" })
	p.host.await("the end of hosting", func(s stat) bool { return s.Host.Phase == "off" })
	l.still(p.guest, l.width, dir, "11-call-guest-told")
	p.quit()
}

// quit closes both windows.
func (p *pair) quit() {
	for _, one := range []*program{p.guest, p.host} {
		one.front()
		one.quit()
	}
}

// pasting shows both sheets of copy and paste.
func (l look) pasting(t *testing.T, dir string) {
	p := l.callPair(t, "3s", "direct")
	p.startHosting()
	text := withoutTCP(t, p.pasteInvite())
	l.still(p.host, 0, dir, "12-paste-host")
	p.guest.front()
	p.guest.tabTo("Entry", "Tab")
	p.guest.screen.run(t, "xdotool", "type", "--delay", "8", "--", text)
	p.guest.await("that the invite can be used", func(s stat) bool { return s.CanStart })
	p.guest.key("ctrl+k")
	p.guest.awaitDialogs(1)
	l.still(p.guest, l.width, dir, "12-paste-guest")
	p.bringAnswer()
	p.host.await("a guest that waits", func(s stat) bool { return s.Host.Waiting != "" })
	l.still(p.host, 0, dir, "12-paste-host-waiting")
	l.still(p.guest, l.width, dir, "12-paste-guest-waiting")
	p.accept()
	p.host.front()
	p.host.key("ctrl+shift+h")
	p.host.await("the end of hosting", func(s stat) bool { return s.Host.Phase == "off" })
	p.quit()
}

// TestShotsCall takes the pictures of calls and of copy and paste alone.
func TestShotsCall(t *testing.T) {
	dir := os.Getenv("ECHOPATH_SHOTS")
	if dir == "" {
		t.Skip("pictures are taken only with ECHOPATH_SHOTS=FOLDER")
	}
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			l.calls(t, dir)
			l.pasting(t, dir)
		})
	}
}
