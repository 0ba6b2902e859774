//go:build linux

package e2e

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// openRunning starts a test of a minute and waits until it has measured for a second or two.
func openRunning(t *testing.T) *program {
	t.Helper()
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, load("25", "60s", "direct", "stun"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("ctrl+r")
	begun := p.await("the first path", func(s stat) bool { return s.Phase == "running" && s.Path == "direct" })
	p.await("25 redraws", func(s stat) bool { return s.Redraws > begun.Redraws+25 })
	return p
}

// partial checks what is kept of a test that was ended early.
func partial(t *testing.T, h home) report {
	t.Helper()
	folder := h.onlyRun(t)
	r := agree(t, folder)
	if r.Run.Ended != "cancelled" {
		t.Errorf("the report says ended %q, want cancelled", r.Run.Ended)
	}
	sent := 0
	for _, p := range r.Paths {
		for _, c := range p.Carriers {
			sent += *c.Total.Sent
		}
	}
	if packets := readTable(t, filepath.Join(folder, "packets.csv")); sent == 0 || sent > 1500 || len(packets) < sent {
		t.Errorf("%d packets sent, %d kept; want some", sent, len(packets))
	}
	if left := names(t, h.path("tmp")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	return r
}

func TestStopHalfWay(t *testing.T) {
	p := openRunning(t)
	p.key("ctrl+period")
	shown := p.awaitPhase("done")
	r := partial(t, p.home)
	if shown.Banner != r.Verdict.Sentence || !strings.Contains(shown.More, "Stopped after") {
		t.Errorf("the window says %q, %q; the report %q", shown.Banner, shown.More, r.Verdict.Sentence)
	}
	if !shown.CanStart {
		t.Errorf("no new start: %s", shown.StartWhy)
	}
}

func TestCloseDuringRun(t *testing.T) {
	p := openRunning(t)
	x := dialX(t, p.screen)
	x.closeWindow(p.window)
	asked := p.awaitDialogs(1)
	x.closeWindow(p.window)
	p.await("that nothing stops for a question", func(s stat) bool { return s.Redraws > asked.Redraws+5 })
	if s := p.last(); s.Overlays != 1 || s.Phase != "running" {
		t.Errorf("asked for twice: %d dialogs, %s", s.Overlays, s.Phase)
	}
	p.key("Escape")
	on := p.awaitDialogs(0)
	p.await("the test goes on", func(s stat) bool { return s.Phase == "running" && s.Redraws > on.Redraws+5 })

	x.closeWindow(p.window)
	p.awaitDialogs(1)
	p.tabTo("Button Stop and close", "Tab")
	p.key("Return")
	if code := p.exit(t); code != 0 {
		t.Errorf("exit status %d\n%s", code, p.out.String())
	}
	partial(t, p.home)
}

func TestCloseWhenIdleAsksNothing(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	p := open(t, s, h)
	p.awaitPhase("idle")
	dialX(t, s).closeWindow(p.window)
	if code := p.exit(t); code != 0 {
		t.Errorf("exit status %d\n%s", code, p.out.String())
	}
}

func TestSignalDuringRun(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT, "SIGHUP": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			p := openRunning(t)
			p.signal(signal)
			if code := p.exit(t); code != 0 {
				t.Errorf("exit status %d\n%s", code, p.out.String())
			}
			partial(t, p.home)
		})
	}
}
