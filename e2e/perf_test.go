//go:build linux

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPerfFirstFrame measures from the start of the process to the first picture.
func TestPerfFirstFrame(t *testing.T) {
	perfOnly(t)
	s, h := newScreen(t, 1280, 800), newHome(t)
	x := dialX(t, s)
	var frames, starts []time.Duration
	for range 7 {
		began := time.Now()
		stats := filepath.Join(t.TempDir(), "stats")
		cmd := exec.Command(programPath(t))
		cmd.Dir, cmd.Env = h.dir, append(h.env(), "DISPLAY="+s.display, "ECHOPATH_STATS="+stats)
		p := spawn(t, cmd)
		eventually(t, "a picture with text", func() bool { return colours(x.pixels(90, 30, 500, 160), 40) == 40 })
		frames = append(frames, time.Since(began))
		q := &program{process: p, t: t, screen: s, home: h, stats: stats, began: began}
		first := q.await("the first line", func(s stat) bool { return s.UnixS > 0 })
		starts = append(starts, time.UnixMicro(int64(first.UnixS*1e6)).Sub(began))
		p.signal(15)
		p.exit(t)
		eventually(t, "an empty screen", func() bool { return colours(x.pixels(90, 30, 500, 160), 40) == 1 })
	}
	tell(t, "exec to the first look of the goroutine that draws", starts)
	tell(t, "exec to the first frame", frames)
	if p50 := percentile(frames, 0.5); p50 > 1500*time.Millisecond {
		t.Errorf("first frame after %v", p50)
	}
}

// TestPerfAnswer measures how soon the window answers while 1000 packets a second go on each of two carriers.
func TestPerfAnswer(t *testing.T) {
	perfOnly(t)
	s, h := newScreen(t, 1280, 800), newHome(t)
	set := load("1000", "5m", "direct")
	set["form"].(map[string]any)["custom_load"].(map[string]any)["datachannel"] = true
	h.write(t, set)
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.tabTo("*widgets.Segments", "Tab")
	bar := p.last().FocusAt
	p.key("ctrl+r")
	begun := p.await("the first path", func(s stat) bool { return s.Phase == "running" && s.Path == "direct" })
	p.await("40 redraws", func(s stat) bool { return s.Redraws > begun.Redraws+40 })
	from := len(p.lines)
	y := newTypist(dialX(t, s))
	y.moveTo(int(bar[0])+120, int(bar[1])+40) // beside the bar: nothing lights up under the mouse
	var keys, clicks []time.Duration
	for i := range 40 {
		keys = append(keys, y.answerTo(bar, func() { y.alt(sym1 + uint32(i+1)%2) }))
	}
	for i := range 40 {
		y.moveTo(int(bar[0])+40+90*((i+1)%2), int(bar[1])+15)
		y.settle(bar)
		clicks = append(clicks, y.answerTo(bar, y.click))
	}
	if now := p.last(); now.Phase != "running" {
		t.Fatalf("the test has ended: %+v", now)
	}
	tell(t, "shortcut to pixels, 2000 packets/s", keys)
	tell(t, "click to pixels, 2000 packets/s", clicks)
	level := p.levelOf(from)
	t.Logf("worst wait for the drawing goroutine %.0f ms", level.lag)
	for name, all := range map[string][]time.Duration{"shortcuts": keys, "clicks": clicks} {
		if p50 := percentile(all, 0.5); p50 > 100*time.Millisecond {
			t.Errorf("%s are answered after %v", name, p50)
		}
	}
}

// bar gives the pixels of the segments' bar, which change when another one is chosen.
func (y *typist) bar(at [4]float64) []byte {
	return y.pixels(int(at[0]), int(at[1]), 280, int(at[3]))
}

// settle waits until the bar has looked the same for a while, after the mouse was moved.
func (y *typist) settle(at [4]float64) {
	y.t.Helper()
	last, since := y.bar(at), time.Now()
	eventually(y.t, "a bar at rest", func() bool {
		if now := y.bar(at); !bytes.Equal(now, last) {
			last, since = now, time.Now()
		}
		return time.Since(since) > 150*time.Millisecond
	})
}

// answerTo gives the time from an input until the bar looks different, and waits until it is at rest again.
func (y *typist) answerTo(at [4]float64, input func()) time.Duration {
	y.t.Helper()
	before, began := y.bar(at), time.Now()
	input()
	for bytes.Equal(before, y.bar(at)) {
		if time.Since(began) > patience {
			y.t.Fatal("no answer")
		}
	}
	took := time.Since(began)
	y.settle(at)
	return took
}

// TestPerfDrawing compares the processor time of the window with that of the terminal program for the same measurement.
func TestPerfDrawing(t *testing.T) {
	perfOnly(t)
	const length, rate = 10 * time.Second, "100"
	cli := filepath.Join(t.TempDir(), "echopath-cli")
	if out, err := exec.Command("go", "build", "-o", cli, "echopath/cmd/echopath-cli").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, load(rate, "16s", "direct"))
	p := open(t, s, h, "ECHOPATH_STATS=")
	eventually(t, "a window at rest", func() bool { return p.share(t, time.Second) < 0.1 }) // it has drawn what there is to draw
	idle := p.share(t, 5*time.Second)
	p.key("Return")
	eventually(t, "a folder of results", func() bool { runs, _ := os.ReadDir(h.results()); return len(runs) == 1 })
	server := s.server.cpu(t)
	window := p.share(t, length)
	server = s.server.cpu(t) - server

	out := h.path("cli")
	c := spawn(t, exec.Command(cli, "loss", "--path", "direct", "--rate", rate, "--size", "160", "--duration", "16s", "--carrier", "srtp", "--csv", out))
	eventually(t, "files of the terminal program", func() bool { files, _ := os.ReadDir(out); return len(files) > 0 })
	terminal := c.share(t, length)
	t.Logf("processor: idle window %.1f %%, window at %s/s %.1f %%, terminal %.1f %%, so drawing %.1f %% of a core; X server %.1f %%",
		idle*100, rate, window*100, terminal*100, (window-terminal)*100, server.Seconds()/length.Seconds()*100)
	if drawing := window - terminal; drawing > 1.0/3 {
		t.Errorf("drawing takes %.0f %% of a core", drawing*100)
	}
}

// cpu is the processor time of a process so far, of all its threads.
func (p *process) cpu(t *testing.T) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100
}

// share is what a process takes of a core over a time.
func (p *process) share(t *testing.T, over time.Duration) float64 {
	t.Helper()
	began, before := time.Now(), p.cpu(t)
	select {
	case <-p.ended:
		t.Fatal("the process ended while it was measured")
	case <-time.After(over):
	}
	return (p.cpu(t) - before).Seconds() / time.Since(began).Seconds()
}

func percentile(all []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

func tell(t *testing.T, what string, all []time.Duration) {
	t.Helper()
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	t.Logf("%s: least %d, p50 %d, p95 %d, most %d ms (%d tries)", what, ms(slices.Min(all)), ms(percentile(all, 0.5)), ms(percentile(all, 0.95)), ms(slices.Max(all)), len(all))
}
