//go:build linux

package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// perfOnly skips measurements unless they were asked for: they take minutes, and mean something on a quiet machine only.
func perfOnly(t *testing.T) {
	t.Helper()
	if os.Getenv("ECHOPATH_PERF") != "1" {
		t.Skip("measurements run only with ECHOPATH_PERF=1 (make perf, make soak)")
	}
}

// What may be more at the end of the soak than after its first quarter. Samples of charts and the log are kept for the whole
// run: about 10 a second and carrier, which is some 3 MB in 20 minutes. The rest of the room is for the collector's rhythm.
const (
	maxHeapGrowth      = 24 << 20
	maxRSSGrowth       = 48 << 20
	maxGoroutineGrowth = 5
)

// level is what a program takes. Heap is the least of several lines, so that it is what is left after a collection.
type level struct {
	at         time.Duration
	heap, rss  uint64
	goroutines int
	lag        float64
}

func (l level) String() string {
	return fmt.Sprintf("%7s  heap %6.1f MB  rss %6.1f MB  goroutines %3d  worst wait for the drawing goroutine %5.0f ms", l.at.Round(time.Second),
		float64(l.heap)/1e6, float64(l.rss)/1e6, l.goroutines, l.lag)
}

// levelOf sums up what was written since a line.
func (p *program) levelOf(from int) level {
	p.last()
	var l level
	for _, s := range p.lines[from:] {
		if l.heap == 0 || s.HeapBytes < l.heap {
			l.heap = s.HeapBytes
		}
		l.rss, l.goroutines, l.lag = s.RSSBytes, s.Goroutines, max(l.lag, s.UILagMSMax)
	}
	return l
}

// TestSoak measures one path for ECHOPATH_SOAK (20m) with 200 packets a second and looks at what grows.
func TestSoak(t *testing.T) {
	perfOnly(t)
	length := 20 * time.Minute
	if text := os.Getenv("ECHOPATH_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("ECHOPATH_SOAK: %v", err)
		}
	}
	s, h := newScreen(t, 1280, 800), newHome(t)
	set := load("100", length.String(), "direct")
	set["form"].(map[string]any)["custom_load"].(map[string]any)["datachannel"] = true // two carriers
	h.write(t, set)
	p := open(t, s, h)
	p.await("the focus on Start", func(s stat) bool { return s.Focused == "Button Start" && s.CanStart })
	p.key("Return")
	p.awaitPhase("running")
	levels := p.watchLevels(t, length)
	p.awaitPhase("done")
	r := agree(t, h.onlyRun(t))
	if r.Run.Ended != "complete" {
		t.Errorf("ended %q", r.Run.Ended)
	}
	quarter, end := levels[1], levels[len(levels)-1]
	if end.heap > quarter.heap+maxHeapGrowth || end.rss > quarter.rss+maxRSSGrowth || end.goroutines > quarter.goroutines+maxGoroutineGrowth {
		t.Errorf("grew from\n%v to\n%v", quarter, end)
	}
}

// watchLevels gives the levels at the start and after each quarter, each over the last part of its time.
func (p *program) watchLevels(t *testing.T, length time.Duration) []level {
	t.Helper()
	began, first := time.Now(), len(p.lines)
	span := min(length/10, 30*time.Second)
	var levels []level
	for i := range 5 {
		at := max(length*time.Duration(i)/4, span)
		if i == 4 {
			at -= 2 * time.Second // while it still runs
		}
		from := first
		if !within(at+patience, func() bool {
			s := p.last()
			if time.Since(began) < at-span {
				from = len(p.lines) - 1
			}
			return time.Since(began) >= at || !p.alive() || s.Phase != "running"
		}) || p.last().Phase != "running" {
			t.Fatalf("after %v: %+v", time.Since(began), p.last())
		}
		l := p.levelOf(from)
		l.at = time.Since(began)
		levels = append(levels, l)
		t.Log(l)
		fmt.Fprintln(os.Stderr, l) // a soak is watched
	}
	return levels
}
