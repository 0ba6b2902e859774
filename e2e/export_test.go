//go:build linux

package e2e

import (
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestMeasureAndExportByKeyboard is a whole visit without a mouse: choose paths, start, watch, save in every form, copy.
func TestMeasureAndExportByKeyboard(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct"))
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("ctrl+1") // off
	p.await("no path, no start", func(s stat) bool { return !s.CanStart })
	p.key("ctrl+1", "ctrl+3") // Direct and Relay UDP
	p.await("two paths", func(s stat) bool { return strings.Contains(s.StartWhy, "2 paths") })
	p.key("Return")
	p.saw("the first path", 0, func(s stat) bool { return s.Phase == "running" && s.Path == "direct" })
	p.saw("the second path", 0, func(s stat) bool { return s.Path == "relay-udp" })
	shown := p.awaitPhase("done")

	folder := h.onlyRun(t)
	r := agree(t, folder)
	if r.Run.Ended != "complete" || strings.Join(r.Granted.Paths, " ") != "direct relay-udp" || r.Granted.Rate != 25 {
		t.Errorf("the report is of another run: %+v", r)
	}
	if r.Verdict.Sentence != shown.Banner {
		t.Errorf("the window says %q, the report %q", shown.Banner, r.Verdict.Sentence)
	}
	out := h.path("out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	saveAll(t, p, out, folder)
	copies(t, p, r)
	p.key("ctrl+q")
	if code := p.exit(t); code != 0 {
		t.Errorf("exit status %d", code)
	}
	if left := names(t, h.path("tmp")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// saveAll exports in every form, and compares with what was kept in folder.
func saveAll(t *testing.T, p *program, out, folder string) {
	t.Helper()
	save := func(shortcut, name string) string {
		file := filepath.Join(out, name)
		p.key(shortcut)
		p.await("a dialog with the name's field", func(s stat) bool { return s.Overlays == 1 && s.Focused == "Entry" })
		p.write(file)
		p.key("Return")
		p.awaitDialogs(0)
		eventually(t, file, func() bool { _, err := os.Stat(file); return err == nil })
		return file
	}
	same(t, save("ctrl+e", "sum.csv"), filepath.Join(folder, "summary.csv"))
	same(t, save("ctrl+j", "rep.json"), filepath.Join(folder, "report.json"))
	picture(t, save("ctrl+p", "charts.png"))

	p.exportAll(out, folder, 3)
}

// exportAll saves all tables into a folder in out, and compares them with those that were kept in folder.
func (p *program) exportAll(out, folder string, count int) {
	p.t.Helper()
	p.key("ctrl+shift+e")
	p.awaitDialogs(1)
	p.tabTo("Entry", "shift+Tab")
	p.write(out)
	p.key("Return")
	p.tabTo("Button Save here", "Tab")
	p.key("Return")
	p.awaitDialogs(0)
	var tables []string
	p.eventually("all tables", func() bool {
		tables, _ = filepath.Glob(filepath.Join(out, "echopath_*", "*.csv"))
		return len(tables) == count
	})
	for _, name := range tables {
		same(p.t, name, filepath.Join(folder, filepath.Base(name)))
	}
}

// picture checks that a picture of the charts has its size, and something in it.
func picture(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	img, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if size := img.Bounds().Size(); size.X != 2400 || size.Y != 1440 {
		t.Errorf("the picture has %v, want 2400 x 1440", size)
	}
	seen := map[any]bool{}
	for y := 0; y < img.Bounds().Dy(); y += 3 {
		for x := 0; x < img.Bounds().Dx(); x += 3 {
			seen[img.At(x, y)] = true
		}
	}
	if len(seen) < 10 {
		t.Errorf("the picture has %d colours", len(seen))
	}
}

// copies takes the result out of the clipboard, as another program would.
func copies(t *testing.T, p *program, r report) {
	t.Helper()
	x := dialX(t, p.screen)
	paste := func(shortcut, part string) string {
		p.key(shortcut)
		text := ""
		eventually(t, "the clipboard after "+shortcut, func() bool {
			text = x.clipboard()
			return strings.Contains(text, part)
		})
		return text
	}
	text := paste("ctrl+shift+c", "Direct")
	if one := strings.Join(strings.Fields(text), " "); !strings.Contains(one, r.Verdict.Sentence) {
		t.Errorf("the copied text does not hold %q:\n%s", r.Verdict.Sentence, text)
	}
	compareTable(t, paste("ctrl+b", "Path\tState"), r)
	if data := paste("ctrl+shift+d", "time_s,chart,"); strings.Count(data, "\n") < 10 || !strings.Contains(data, ",RTT,ms,\"Relay UDP, SRTP\",") {
		t.Errorf("the data of the charts are few:\n%s", data)
	}
}

// compareTable holds the figures that the window shows against those of the report.
func compareTable(t *testing.T, table string, r report) {
	t.Helper()
	rows := map[string][]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		rows[cells[0]] = cells
	}
	titles := map[string]string{"direct": "Direct", "relay-udp": "Relay UDP"}
	for _, path := range r.Paths {
		row := rows[titles[path.Path]]
		if len(row) < 10 {
			t.Errorf("the table has no row for %s:\n%s", path.Path, table)
			continue
		}
		for column, want := range map[int]float64{2: *path.ConnectMS, 6: *path.Carriers[0].RTTMS.P50} {
			if got, err := strconv.ParseFloat(row[column], 64); err != nil || math.Abs(got-want) > want/100+0.005 {
				t.Errorf("%s: the table says %q where the report says %v", path.Path, row[column], want)
			}
		}
	}
}

// tabTo presses a key until something has the focus.
func (p *program) tabTo(focused, key string) {
	p.t.Helper()
	before := p.last()
	for range 40 {
		if before.Focused == focused {
			return
		}
		p.key(key)
		before = p.await("another focus than "+before.Focused, func(s stat) bool { return s.FocusAt != before.FocusAt || s.Focused != before.Focused })
	}
	p.t.Fatalf("%s never gets the focus by %s", focused, key)
}
