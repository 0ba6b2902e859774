package cli

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/present"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// terminal is a screen in memory.
type terminal struct {
	bytes.Buffer
	width int
}

func (t *terminal) TerminalWidth() int { return t.width }

// slow plays a session in its own time.
var slow = presenttest.Play(func(s *presenttest.Stage, p netcheck.Path) {
	s.Start(p)
	s.Connect(p, 14*time.Millisecond, "")
	time.Sleep(time.Second)
	s.Emit(p, netcheck.ProbeStarted{Probe: "loss", Duration: s.Plan.Loss.Warmup + s.Plan.Loss.Duration})
	for i := range 50 {
		time.Sleep(netcheck.SampleWidth)
		s.Emit(p, netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: i, Sent: 10, Answered: 10, RTTMean: time.Millisecond}})
	}
	s.Measure(p, presenttest.Ended, s.Carrier(netcheck.CarrierSRTP, presenttest.Series{RTT: 1000}))
})

func TestBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &terminal{width: 80}
		c := (&command{args: words("check --no-video --path direct,stun"), run: slow, stderr: screen}).do(t.Context())
		text := screen.String()
		for _, want := range []string{"Sending over Direct, STUN", "Direct (1 of 2), 0:12 left, connecting",
			"Direct (1 of 2)", "RTT 1 ms, lost 0 of 2", "STUN (2 of 2)", "█", "░"} {
			if !strings.Contains(text, want) {
				t.Errorf("the screen never showed %q", want)
			}
		}
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
			if present.Columns(line) > 80 {
				t.Errorf("wider than the screen: %q", line)
			}
		}
		if last := text[strings.LastIndex(strings.TrimRight(text, "\r"), "\r")+1:]; strings.TrimSpace(last) != "" {
			t.Errorf("the bar was left on the screen: %q", last)
		}
		if c.code != ExitOK {
			t.Errorf("exit %d", c.code)
		}
	})
}

// paced plays a session at its own pace.
func paced(run presenttest.RunFunc) presenttest.RunFunc {
	return func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
		begin := time.Now()
		return run(ctx, plan, func(e netcheck.Event) {
			time.Sleep(e.At - time.Since(begin)) // of synctest
			observe(e)
		})
	}
}

// The bar counts a video as it counts packets: the time left is that of the whole, and the share reaches the end with it.
func TestBarOfVideo(t *testing.T) {
	for line, want := range map[string][]string{
		"video --path direct,stun": {"Direct (1 of 2), 0:21 left, ", " fps, ", "frozen 0 s", "STUN (2 of 2)",
			"STUN (2 of 2), 0:05 left", " 50% ", " 95% "},
		"video --path direct --under-load": {"Direct (1 of 1), 0:1", " fps, ", ", 0:01 left"},
		"check --path direct,stun":         {"Direct (1 of 2), 0:1", " fps, ", "STUN (2 of 2)", " 90% "},
	} {
		synctest.Test(t, func(t *testing.T) {
			screen := &terminal{width: 120}
			(&command{args: words(line), run: paced(presenttest.VideoGood), stderr: screen}).do(t.Context())
			for _, want := range want {
				if !strings.Contains(screen.String(), want) {
					t.Errorf("%s: the screen never showed %q", line, want)
					t.Log(strings.ReplaceAll(screen.String(), "\r", "\n"))
				}
			}
		})
	}
}

// The bar stays within every terminal, ends behind whole figures, and follows a change of size.
func TestBarFits(t *testing.T) {
	for _, width := range []int{20, 30, 40, 59, 60, 80, 120, 300} {
		for _, locale := range []string{"C", "C.UTF-8"} {
			synctest.Test(t, func(t *testing.T) {
				screen := &terminal{width: width}
				(&command{args: words("check --path direct,relay-udp"), run: slow, stderr: screen, env: map[string]string{"LANG": locale}}).do(t.Context())
				_, bars, _ := strings.Cut(screen.String(), "\r")
				for line := range strings.FieldsFuncSeq(bars, func(r rune) bool { return r == '\r' || r == '\n' }) {
					if present.Columns(line) >= width {
						t.Errorf("%d columns: as wide as the screen or wider: %q", width, line)
					}
					if line = strings.TrimSpace(line); strings.HasSuffix(line, ",") || strings.HasSuffix(line, " of") {
						t.Errorf("%d columns: cut: %q", width, line)
					}
				}
				if width >= 30 && !strings.Contains(bars, "Relay UDP (2 of 2)") || width >= 40 && !strings.Contains(bars, "Relay UDP (2 of 2), 0:0") ||
					width >= 60 && !strings.Contains(bars, "RTT 1 ms") || width >= 80 && !strings.Contains(bars, "lost 0 of 2") {
					t.Errorf("%d columns show too little: %q", width, bars)
				}
			})
		}
	}
}

// Progress is for terminals, and --quiet is for all.
func TestQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &terminal{width: 80}
		if (&command{args: words("check --quiet --path direct"), run: slow, stderr: screen}).do(t.Context()); screen.Len() > 0 {
			t.Errorf("quiet, on a terminal: %q", screen.String())
		}
		c := (&command{args: words("check --path direct"), run: slow}).do(t.Context())
		if strings.Contains(c.err, "left") || !strings.Contains(c.err, "Sending over Direct") {
			t.Errorf("without a terminal: %q", c.err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		c = (&command{args: words("check --quiet"), run: stopAfter(cancel)}).do(ctx)
		if c.err != "" || c.code != ExitInterrupted {
			t.Errorf("quiet, interrupted: exit %d, %q", c.code, c.err)
		}
	})
}

// The bar goes before the words that stand in its place.
func TestStoppingOnATerminal(t *testing.T) {
	screen := &terminal{width: 80}
	ctx, cancel := context.WithCancel(t.Context())
	(&command{args: words("check"), run: stopAfter(cancel), stderr: screen, stdout: io.Discard}).do(ctx)
	text := screen.String()
	if at := strings.Index(text, "Stopping;"); at < 0 || strings.Contains(text[at:], "left") {
		t.Errorf("stderr %q", text)
	}
}
