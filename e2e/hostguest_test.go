//go:build linux

package e2e

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// hostStat is what a line of stats says of hosting.
type hostStat struct {
	Phase   string      `json:"phase"`
	Mark    string      `json:"mark"`
	Banner  string      `json:"banner"`
	More    string      `json:"more"`
	Invite  bool        `json:"invite"`
	Paste   bool        `json:"paste"`
	Waiting string      `json:"waiting"`
	Guests  []guestStat `json:"guests"`
	Run     string      `json:"run"`
	RunPath string      `json:"run_path"`
	Verdict string      `json:"verdict"`
}

// guestStat is a row of the table of guests.
type guestStat struct {
	Name  string `json:"name"`
	State string `json:"state"`
}

// joinStat is what a line of stats says of the host that this program has come to.
type joinStat struct {
	Phase  string `json:"phase"`
	Line   string `json:"line"`
	Hint   string `json:"hint"`
	Action string `json:"action"`
}

// pair is two programs beside each other on one screen: what is copied in one can be pasted in the other.
type pair struct {
	host, guest *program
}

// hosting adds the form of the screen "Host" to settings: on this computer only, nobody outside is asked for anything, on ports that no
// other server of this computer has.
func (s settings) hosting(t *testing.T, name string) settings {
	t.Helper()
	return s.with("host", map[string]any{"address": "127.0.0.1", "name": name, "stun": "", "ask_before_a_guest_gets_in": true,
		"udp_port": freePort(t, "udp"), "tcp_port": freePort(t, "tcp"), "tls_port": freePort(t, "tcp")})
}

// freePort gives a port of 127.0.0.1 that was free a moment ago.
func freePort(t *testing.T, network string) string {
	t.Helper()
	var at net.Addr
	if network == "udp" {
		conn, err := net.ListenPacket(network, "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() //nolint:errcheck // nothing was sent over it
		at = conn.LocalAddr()
	} else {
		l, err := net.Listen(network, "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // nobody connected
		at = l.Addr()
	}
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// openPair opens both on a screen that has room for two windows of width and height.
func openPair(t *testing.T, width, height int, host, guest settings, env ...string) *pair {
	t.Helper()
	s := newScreen(t, 2*width, height)
	hostHome, guestHome := newHome(t), newHome(t)
	hostHome.write(t, host)
	guestHome.write(t, guest)
	p := &pair{host: open(t, s, hostHome, env...)}
	p.host.await("the host's window", func(s stat) bool { return s.Screen != "" })
	p.guest = open(t, s, guestHome, env...)
	p.guest.moveTo(width)
	p.guest.await("the guest's window", func(s stat) bool { return s.Screen != "" })
	return p
}

// moveTo moves the window to the right.
func (p *program) moveTo(left int) {
	p.t.Helper()
	p.screen.run(p.t, "xdotool", "windowmove", p.window, strconv.Itoa(left), "0")
}

// startHosting hosts by shortcuts and waits for the first invite.
func (p *pair) startHosting() {
	p.host.t.Helper()
	p.host.front()
	p.host.key("ctrl+shift+3")
	p.host.await("the screen and an address to host on", func(s stat) bool { return s.Screen == "Screen Host" && s.Focused == "Button Start hosting" })
	p.host.key("Return")
	p.host.await("an invite", func(s stat) bool { return s.Host.Phase == "on" && s.Host.Invite })
}

// bringInvite copies the invite in one window and pastes it in the other one.
func (p *pair) bringInvite() {
	p.host.t.Helper()
	p.host.front()
	x := dialX(p.host.t, p.host.screen)
	p.host.key("ctrl+shift+i")
	eventually(p.host.t, "an invite in the clipboard", func() bool { return len(x.clipboard()) > 60 })
	p.guest.front()
	p.guest.tabTo("Button ", "Tab") // the icon of the clipboard, behind the field
	p.guest.key("Return")
	p.guest.await("that the invite can be used", func(s stat) bool { return s.CanStart && s.Join.Phase == "none" })
}

// accept lets the guest that waits in, as whoever sits at the host does.
func (p *pair) accept() {
	p.host.t.Helper()
	p.guest.await("the guest waiting", func(s stat) bool { return s.Join.Phase == "waiting" })
	waits := p.host.await("a guest that waits", func(s stat) bool { return s.Host.Waiting != "" })
	if len(waits.Host.Guests) != 1 || !strings.Contains(waits.Host.Banner, "waiting") {
		p.host.t.Errorf("the host shows the guests %+v, and says %q", waits.Host.Guests, waits.Host.Banner)
	}
	p.host.front()
	p.host.key("ctrl+shift+y")
	p.guest.await("that the guest is in", func(s stat) bool { return s.Join.Phase == "in" })
}

// TestHostAndGuest: a person hosts, another one measures to there. Both have the same figures at the end.
func TestHostAndGuest(t *testing.T) {
	p := openPair(t, 1040, 720, quickLoad("direct").hosting(t, "host-pc"), quickLoad(everyPath...))
	p.startHosting()

	p.guest.front()
	p.guest.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" })
	p.guest.tabTo("Select This computer", "shift+Tab")
	p.guest.key("space")
	p.guest.awaitDialogs(1)     // the list of targets
	p.guest.key("Up", "Return") // around to the last one
	p.guest.await("another Echopath as the target, and the focus where its invite goes", func(s stat) bool { return s.Focused == "Entry" })
	p.bringInvite()
	p.guest.key("ctrl+r")
	p.accept()

	p.guest.saw("the run", 0, func(s stat) bool { return s.Phase == "running" })
	p.host.saw("the guest's run at the host", 0, func(s stat) bool { return s.Host.Run == "running" })
	shown := p.guest.awaitPhase("done")
	mirrored := p.host.await("its end at the host", func(s stat) bool { return s.Host.Run == "done" })
	if shown.Banner == "" || mirrored.Host.Verdict != shown.Banner {
		t.Errorf("the guest says %q, the host %q", shown.Banner, mirrored.Host.Verdict)
	}
	measured := agree(t, p.guest.home.onlyRun(t))
	allMeasured(t, measured)
	if measured.Verdict.Sentence != shown.Banner {
		t.Errorf("the guest's window says %q, its report %q", shown.Banner, measured.Verdict.Sentence)
	}
	sameMeasurement(t, measured, p.exportAtHost())
	p.stopHosting()
}

// allMeasured checks that each of the five paths has figures. On a busy machine some are called saturated, or inconclusive: their
// packets did not all go out in time. They were measured nevertheless.
func allMeasured(t *testing.T, r report) {
	t.Helper()
	var paths []string
	for _, p := range r.Paths {
		paths = append(paths, p.Path)
		if !slices.Contains([]string{"ok", "saturated", "inconclusive"}, p.State) || len(p.Carriers) == 0 {
			t.Errorf("%s is %s, with %d carriers", p.Path, p.State, len(p.Carriers))
		}
		for _, c := range p.Carriers {
			if *c.Total.Sent == 0 || *c.Total.Lost == *c.Total.Sent || c.RTTMS.P50 == nil {
				t.Errorf("%s %s: %d packets sent, no round trip", p.Path, c.Carrier, *c.Total.Sent)
			}
		}
	}
	if !slices.Equal(paths, everyPath) || r.Run.Ended != "complete" {
		t.Errorf("measured %q, ended %q", paths, r.Run.Ended)
	}
}

// exportAtHost saves the report of the guest's run at the host, and holds it against the file that the host has kept.
func (p *pair) exportAtHost() report {
	p.host.t.Helper()
	file := p.host.home.path("guest.json")
	p.host.front()
	p.host.key("ctrl+j")
	p.host.await("a dialog with the name's field", func(s stat) bool { return s.Overlays == 1 && s.Focused == "Entry" })
	p.host.write(file)
	p.host.key("Return")
	p.host.awaitDialogs(0)
	p.host.eventually(file, func() bool { _, err := os.Stat(file); return err == nil })
	kept := agree(p.host.t, p.host.home.onlyRun(p.host.t))
	exported := readReport(p.host.t, file)
	if a, b := fmt.Sprint(measurement(exported)), fmt.Sprint(measurement(kept)); a != b {
		p.host.t.Errorf("exported %s\nkept     %s", a, b)
	}
	return exported
}

// measurement is a report in lines: states and loss, by path.
func measurement(r report) []string {
	var lines []string
	for _, p := range r.Paths {
		lines = append(lines, p.Path+" "+p.State)
		for _, c := range p.Carriers {
			lines = append(lines, fmt.Sprintf("%s %s sent %d lost %d", p.Path, c.Carrier, *c.Total.Sent, *c.Total.Lost))
		}
	}
	return lines
}

func sameMeasurement(t *testing.T, guest, host report) {
	t.Helper()
	a, b := measurement(guest), measurement(host)
	if len(a) < len(everyPath) || !slices.Equal(a, b) {
		t.Errorf("the guest's report\n%s\nthat at the host\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	if guest.Run.Ended != host.Run.Ended || guest.Verdict.Sentence != host.Verdict.Sentence {
		t.Errorf("guest: %s, %q; host: %s, %q", guest.Run.Ended, guest.Verdict.Sentence, host.Run.Ended, host.Verdict.Sentence)
	}
}

// stopHosting ends the host while the guest is in: the guest is told at once, and why.
func (p *pair) stopHosting() {
	p.host.t.Helper()
	p.host.await("that no guest tests", func(s stat) bool { return !strings.Contains(s.Host.Banner, "testing") }) // or it is asked whether to stop
	p.host.front()
	p.host.key("ctrl+shift+h")
	told := p.guest.await("that the guest is told", func(s stat) bool { return s.Join.Phase == "gone" })
	if !strings.Contains(cmp.Or(told.Join.Hint, told.Join.Line), "host") {
		p.guest.t.Errorf("the guest is told %q", told.Join.Hint)
	}
	off := p.host.await("the end of hosting", func(s stat) bool { return s.Host.Phase == "off" })
	if off.Host.Mark != "NOT HOSTING" || off.Host.Invite {
		p.host.t.Errorf("after its end the host says %q, %q, invite %v", off.Host.Mark, off.Host.Banner, off.Host.Invite)
	}
	for _, one := range []*program{p.guest, p.host} {
		one.front()
		one.quit()
		if left := names(one.t, filepath.Join(one.home.dir, "tmp")); len(left) != 0 {
			one.t.Errorf("left behind: %v", left)
		}
	}
}
