//go:build linux

package e2e

import (
	"encoding/json"
	"image"
	"image/png"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// netReport is what a report says of the network.
type netReport struct {
	Run struct {
		Ended string `json:"ended"`
	} `json:"run"`
	Probes []struct {
		ID        string `json:"id"`
		Kind      string `json:"kind"`
		State     string `json:"state"`
		Transport string `json:"transport"`
	} `json:"probes"`
	Verdict struct {
		Grade    string `json:"grade"`
		Sentence string `json:"sentence"`
	} `json:"verdict"`
}

// hostInTerminal hosts on this computer alone, and gives the invite.
func hostInTerminal(t *testing.T) string {
	t.Helper()
	h := newHome(t)
	file := h.path("invite")
	args := []string{"host", "--listen", "127.0.0.1", "--udp-port", "any", "--tcp-port", "any", "--tls-port", "any", "--peer-ports", "any", "--quiet", "--invite-file", file}
	cmd := exec.Command(programPath(t), args...)
	cmd.Dir, cmd.Env = h.dir, h.env()
	host := spawn(t, cmd)
	var invite string
	eventually(t, "an invite", func() bool {
		if !host.alive() {
			t.Fatalf("the host has ended: %s", host.out.String())
		}
		text, err := os.ReadFile(file)
		invite = strings.TrimSpace(string(text))
		return err == nil && invite != ""
	})
	return invite
}

// TestNetworkByKeyboard asks the servers of a host on this computer what passes, and finds the answers on the screen and in the report.
func TestNetworkByKeyboard(t *testing.T) {
	invite := hostInTerminal(t)
	s, h := newScreen(t, 900, 620), newHome(t)
	h.write(t, settings{"theme": "light", "window": map[string]any{"width": 900, "height": 620},
		"form": map[string]any{"target": "invite", "network": map[string]any{"portal": "none"}}})
	p := open(t, s, h)
	p.key("ctrl+shift+4")
	p.await("the focus where the invite goes", func(s stat) bool { return s.Screen == "Screen Network" && s.Focused == "Entry" })
	p.screen.run(t, "xdotool", "type", "--delay", "4", "--", invite)
	p.await("a start", func(s stat) bool { return s.CanStart })
	if n := greens(t, p); n > 500 { // the mark of a connection is one
		t.Errorf("%d pixels say that something passes before anything was asked", n)
	}
	p.key("ctrl+r")
	shown := p.awaitPhase("done")
	if shown.Mark == "" || !strings.Contains(shown.Banner, "UDP passes") {
		t.Errorf("the window says %s: %q", shown.Mark, shown.Banner)
	}
	p.eventually("lines that come to the far end", func() bool { return greens(t, p) > 3000 })
	askedAndAnswered(t, p.exportNetwork(), shown)

	p.key("alt+3") // the evidence
	p.key("ctrl+r")
	p.await("the end of a second run", func(s stat) bool { return s.Phase == "done" && s.More != shown.More }) // which is kept in another folder
	p.quit()
}

// askedAndAnswered holds the report against what the window says.
func askedAndAnswered(t *testing.T, r netReport, shown stat) {
	t.Helper()
	if r.Run.Ended != "complete" || r.Verdict.Sentence != shown.Banner || !strings.EqualFold(r.Verdict.Grade, shown.Mark) {
		t.Errorf("the report says %+v, the window %s %q", r.Verdict, shown.Mark, shown.Banner)
	}
	var relays []string
	for _, probe := range r.Probes {
		if probe.Kind == "turn" && probe.State == "ok" {
			relays = append(relays, probe.Transport)
		}
		if probe.Kind == "portal" {
			t.Errorf("a page was fetched that nobody has asked for: %+v", probe)
		}
	}
	for _, transport := range []string{"udp", "tcp", "tls"} {
		if !slices.Contains(relays, transport) {
			t.Errorf("no relay over %s works: %+v", transport, r.Probes)
		}
	}
}

// exportNetwork saves the report of the run and reads it.
func (p *program) exportNetwork() netReport {
	p.t.Helper()
	file := p.home.path("network.json")
	p.key("ctrl+j")
	p.await("a dialog with the name's field", func(s stat) bool { return s.Overlays == 1 && s.Focused == "Entry" })
	p.write(file)
	p.key("Return")
	p.awaitDialogs(0)
	p.eventually(file, func() bool { _, err := os.Stat(file); return err == nil })
	text, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	var r netReport
	if err := json.Unmarshal(text, &r); err != nil {
		p.t.Fatal(err)
	}
	return r
}

// greens counts the pixels of the map's part of the screen in the colour of what is good.
func greens(t *testing.T, p *program) int {
	t.Helper()
	file := p.home.path("map.png")
	p.screen.run(t, "import", "-window", "root", "-crop", "810x150+88+190", "+repage", file)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return countGreen(img)
}

func countGreen(img image.Image) int {
	n := 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); g > r+0x3000 && g > b+0x1000 {
				n++
			}
		}
	}
	return n
}
