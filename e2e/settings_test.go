//go:build linux

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettingsComeBack(t *testing.T) {
	s, h := newScreen(t, 1400, 900), newHome(t)
	h.write(t, quickLoad("direct").with("theme", "light"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	x := dialX(t, s)
	light := brightness(x)
	p.key("alt+shift+d")
	p.eventually("the dark theme", func() bool { return brightness(x) < light/2 })
	p.key("ctrl+4", "ctrl+5")
	p.await("three paths", func(s stat) bool { return strings.Contains(s.StartWhy, "3 paths") })
	s.run(t, "xdotool", "windowsize", p.window, "1250", "820")
	p.await("the new size", func(s stat) bool { return s.Window == [2]float64{1250, 820} })
	p.key("ctrl+q")
	p.exit(t)

	p = open(t, s, h)
	again := p.await("the second start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	if again.Window != [2]float64{1250, 820} {
		t.Errorf("the window has %v", again.Window)
	}
	if !strings.Contains(again.StartWhy, "3 paths") {
		t.Errorf("the plan is %q", again.StartWhy)
	}
	p.eventually("the dark theme again", func() bool { return brightness(x) < light/2 })
}

// brightness is the mean of a part of the card with the table.
func brightness(x *xclient) int {
	pixels, sum := x.pixels(700, 250, 100, 100), 0
	for _, b := range pixels {
		sum += int(b)
	}
	return sum / len(pixels)
}

func TestCorruptSettingsAreSetAside(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	const corrupt = `{"schema": "echopath.settings/1", "theme": `
	h.writeRaw(t, []byte(corrupt))
	p := open(t, s, h)
	p.awaitDialogs(1) // it tells
	p.key("Return")
	p.awaitDialogs(0)
	aside, _ := filepath.Glob(filepath.Join(h.config(), "settings.json.broken-*"))
	if len(aside) != 1 || string(readFile(t, aside[0])) != corrupt {
		t.Errorf("set aside: %v", aside)
	}
	p.key("ctrl+2", "ctrl+3", "ctrl+4", "ctrl+5")
	p.await("one path", func(s stat) bool { return strings.Contains(s.StartWhy, "1 path ") })
	p.key("ctrl+r")
	p.awaitPhase("running")
	p.key("ctrl+q")
	p.awaitDialogs(1)
	p.tabTo("Button Stop and close", "Tab")
	p.key("Return")
	p.exit(t)
	var stored map[string]any
	if err := json.Unmarshal(readFile(t, filepath.Join(h.config(), "settings.json")), &stored); err != nil {
		t.Errorf("the new settings: %v", err)
	}
}

// TestUnwritableResults names a folder for results that lies below a file.
func TestUnwritableResults(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	file := h.path("a-file")
	if err := os.WriteFile(file, []byte("not a folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.write(t, quickLoad("direct").with("results_folder", filepath.Join(file, "results")))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("Return")
	shown := p.awaitPhase("done")
	if !strings.Contains(shown.More, "can not be kept") {
		t.Errorf("it tells %q, %q", shown.Banner, shown.More)
	}
	t.Log(shown.More)
	out := h.path("rescued.json")
	p.key("ctrl+j")
	p.await("a dialog", func(s stat) bool { return s.Overlays == 1 && s.Focused == "Entry" })
	p.write(out)
	p.key("Return")
	eventually(t, out, func() bool { _, err := os.Stat(out); return err == nil })
	if r := readReport(t, out); r.Run.Ended != "complete" {
		t.Errorf("ended %q", r.Run.Ended)
	}
}
