//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stat is a line of the file that ECHOPATH_STATS names.
type stat struct {
	UnixS      float64    `json:"unix_s"`
	TS         float64    `json:"t_s"`
	Phase      string     `json:"phase"`
	Path       string     `json:"path"`
	Screen     string     `json:"screen"`
	Overlays   int        `json:"overlays"`
	Top        string     `json:"top"`
	CanStart   bool       `json:"can_start"`
	StartWhy   string     `json:"start_why"`
	Mark       string     `json:"mark"`
	Banner     string     `json:"banner"`
	More       string     `json:"more"`
	Focused    string     `json:"focused"`
	FocusText  string     `json:"focus_text"`
	FocusAt    [4]float64 `json:"focus_at"`
	Window     [2]float64 `json:"window"`
	Host       hostStat   `json:"host"`
	Join       joinStat   `json:"join"`
	Redraws    int        `json:"redraws"`
	Pictures   int        `json:"pictures"`
	Frozen     bool       `json:"frozen"`
	UILagMSMax float64    `json:"ui_lag_ms_max"`
	Goroutines int        `json:"goroutines"`
	HeapBytes  uint64     `json:"heap_bytes"`
	RSSBytes   uint64     `json:"rss_bytes"`
}

// home is the private home folder of a program; what it leaves there a second start finds.
type home struct{ dir string }

func newHome(t *testing.T) home {
	t.Helper()
	h := home{t.TempDir()}
	for _, dir := range []string{h.config(), h.documents(), h.path("cache"), h.path("run"), h.path("tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h home) path(elem ...string) string { return filepath.Join(append([]string{h.dir}, elem...)...) }
func (h home) config() string             { return h.path("config", "echopath") }
func (h home) documents() string          { return h.path("Documents") }
func (h home) results() string            { return h.path("Documents", "Echopath") }

// env is the environment of the program: nothing of the tester's own desktop is in it.
func (h home) env() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + h.dir, "TMPDIR=" + h.path("tmp"), "LANG=C.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1",
		"XDG_CONFIG_HOME=" + h.path("config"), "XDG_CACHE_HOME=" + h.path("cache"), "XDG_DATA_HOME=" + h.path("data"), "XDG_RUNTIME_DIR=" + h.path("run"),
	}
}

// settings are those of settings.json (app/prefs), as far as tests set them.
type settings map[string]any

// load gives settings with one path and a load of one's own.
func load(rate, duration string, paths ...string) settings {
	return settings{"form": map[string]any{
		"target": "self", "paths": paths, "preset": "custom",
		"custom_load": map[string]any{"rate": rate, "size": "160", "duration": duration, "late_after": "300", "datachannel": false, "srtp": true},
	}}
}

// quickLoad is over in two seconds or so.
func quickLoad(paths ...string) settings { return load("25", "1s", paths...) }

func (s settings) with(name string, value any) settings {
	s[name] = value
	return s
}

func (h home) write(t *testing.T, s settings) {
	t.Helper()
	b, err := json.Marshal(s.with("schema", "echopath.settings/1"))
	if err != nil {
		t.Fatal(err)
	}
	h.writeRaw(t, b)
}

func (h home) writeRaw(t *testing.T, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.config(), "settings.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// program is the running program with its window.
type program struct {
	*process
	t      *testing.T
	screen *screen
	home   home
	window string // its number on the X server
	stats  string
	read   int64 // bytes of stats that are in lines
	lines  []stat
	began  time.Time
}

// open starts the program and waits for its window.
func open(t *testing.T, s *screen, h home, env ...string) *program {
	t.Helper()
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP) // so that the program hears it where these tests run below nohup: what is ignored is inherited
	t.Cleanup(func() { signal.Stop(heard) })
	p := &program{t: t, screen: s, home: h, stats: filepath.Join(t.TempDir(), "stats.jsonl"), began: time.Now()}
	cmd := exec.Command(programPath(t))
	cmd.Dir = h.dir
	cmd.Env = append(append(h.env(), "DISPLAY="+s.display, "ECHOPATH_STATS="+p.stats), env...)
	p.process = spawn(t, cmd)
	t.Cleanup(p.tellIfFailed)
	t.Cleanup(p.foundItsFocus)
	p.findWindow()
	return p
}

// findWindow waits for the window and gives it the focus, as a window manager would. Another program may have one on the same screen.
func (p *program) findWindow() {
	p.t.Helper()
	pid := strconv.Itoa(p.cmd.Process.Pid)
	p.eventually("a window", func() bool {
		out, err := p.screen.try("xdotool", "search", "--all", "--onlyvisible", "--pid", pid, "--name", "^Echopath$")
		p.window, _, _ = strings.Cut(out, "\n")
		return err == nil && p.window != ""
	})
	p.front()
}

// front gives the window the focus: keys go to it then.
func (p *program) front() {
	p.t.Helper()
	p.eventually("the focus", func() bool {
		_, err := p.screen.try("xdotool", "windowfocus", p.window)
		return err == nil
	})
}

func (p *program) eventually(what string, cond func() bool) {
	p.t.Helper()
	eventually(p.t, what, func() bool {
		if !p.alive() {
			p.t.Fatalf("the program ended while this was waited for: %s", what)
		}
		return cond()
	})
}

// foundItsFocus wants the program to have given the focus to nothing that was not there: Fyne says so on standard error, and the focus
// stays where it was, on what is not to be seen any more.
func (p *program) foundItsFocus() {
	if said := p.out.String(); strings.Contains(said, "Failed to focus") {
		p.t.Errorf("the program gave the focus to what Fyne did not find:\n%s", said)
	}
}

// tellIfFailed shows what the program said and did last, and leaves a picture of it.
func (p *program) tellIfFailed() {
	if !p.t.Failed() {
		return
	}
	p.t.Logf("the program said:\n%s", p.out.String())
	if n := len(p.lines); n > 0 {
		p.t.Logf("its last state: %+v", p.lines[n-1])
	}
	if dir := os.Getenv("ECHOPATH_FAILURES"); dir != "" {
		name := filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "_")+".png")
		out, err := p.screen.try("import", "-window", "root", name)
		p.t.Logf("picture: %s %v %s", name, err, out)
	}
}

// last reads on and gives the newest line, the zero value before the first.
func (p *program) last() stat {
	f, err := os.Open(p.stats)
	if err != nil {
		return stat{}
	}
	defer f.Close() //nolint:errcheck // only read
	b := make([]byte, 1<<20)
	n, _ := f.ReadAt(b, p.read)
	end := bytes.LastIndexByte(b[:n], '\n') + 1
	for line := range bytes.Lines(b[:end]) {
		var s stat
		if err := json.Unmarshal(line, &s); err != nil {
			p.t.Fatalf("stats: %v: %s", err, line)
		}
		p.lines = append(p.lines, s)
	}
	p.read += int64(end)
	if len(p.lines) == 0 {
		return stat{}
	}
	return p.lines[len(p.lines)-1]
}

// await waits for a state.
func (p *program) await(what string, cond func(stat) bool) stat {
	p.t.Helper()
	p.eventually(what, func() bool { return cond(p.last()) })
	return p.last()
}

// saw waits for a state that passes, and that a busy computer may have missed when it was there: any line counts from number from on.
func (p *program) saw(what string, from int, cond func(stat) bool) {
	p.t.Helper()
	p.eventually(what, func() bool {
		p.last()
		return slices.ContainsFunc(p.lines[from:], cond)
	})
}

// written is how many lines there are until now.
func (p *program) written() int {
	p.last()
	return len(p.lines)
}

func (p *program) awaitPhase(phase string) stat {
	p.t.Helper()
	return p.await("phase "+phase, func(s stat) bool { return s.Phase == phase })
}

// awaitDialogs waits until so many dialogs lie above each other.
func (p *program) awaitDialogs(n int) stat {
	p.t.Helper()
	return p.await(fmt.Sprintf("%d dialogs", n), func(s stat) bool { return s.Overlays == n })
}

// key presses keys one after another, each as xdotool names it: "ctrl+r".
func (p *program) key(keys ...string) {
	p.t.Helper()
	p.screen.run(p.t, "xdotool", append([]string{"key", "--delay", "20"}, keys...)...)
}

// write types text into what has the focus and waits until it stands there.
func (p *program) write(text string) {
	p.t.Helper()
	p.key("ctrl+a")
	p.screen.run(p.t, "xdotool", "type", "--delay", "8", "--", text)
	p.await("the text "+text, func(s stat) bool { return s.FocusText == text })
}
