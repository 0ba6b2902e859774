//go:build unix

package session_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"echopath/app/session"
	"echopath/netcheck"
)

// TestPerfVideo prints what the video probe costs and how late its pictures are on a clean loopback, over every path. It judges
// nothing but that all pictures came back, and runs only when it is asked to: figures of a busy machine say nothing.
func TestPerfVideo(t *testing.T) {
	if os.Getenv("ECHOPATH_PERF") == "" {
		t.Skip("set ECHOPATH_PERF=1, on a quiet machine")
	}
	plan := netcheck.Plan{Video: netcheck.DefaultVideoPlan(netcheck.VideoAlone)}
	plan.Video.Duration = 8 * time.Second
	before, begin := cpu(t), time.Now()
	r, err := session.Run(t.Context(), plan, session.Options{Version: "test"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	share := (cpu(t) - before).Seconds() / time.Since(begin).Seconds()
	for _, p := range r.Paths {
		s := p.Video.Result.Stats
		t.Logf("%-9s %d of %d pictures, %d left out here; delay p50 %.1f ms (wanted 10), p95 %.1f ms (wanted 40); %.0f kbit/s",
			p.Path, s.Shown, s.Sent, s.Skipped, float64(s.DelayP50US)/1000, float64(s.DelayP95US)/1000, p.Video.Result.SentKbps)
		if s.Shown != s.Sent || s.Duplicated != 0 {
			t.Errorf("%s: %d of %d pictures came back", p.Path, s.Shown, s.Sent)
		}
	}
	t.Logf("whole process, both ends: %.1f %% of one core (wanted 35)", 100*share)
}

// cpu is the processor time that this process has used.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
