package cli

import (
	"bytes"
	"context"
	"io"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
)

func testPlan(t *testing.T, change func(*netcheck.Plan)) netcheck.Plan {
	t.Helper()
	p := netcheck.Plan{Loss: defaultLoad("check")}
	if change != nil {
		change(&p)
	}
	granted, err := p.Grant()
	if err != nil {
		t.Fatal(err)
	}
	return granted
}

func turnPlan(t *testing.T, urls ...string) netcheck.Plan {
	t.Helper()
	return testPlan(t, func(p *netcheck.Plan) {
		p.Target.Kind = netcheck.TargetTURN
		for _, text := range urls {
			u, err := netcheck.ParseServerURL(text)
			if err != nil {
				t.Fatal(err)
			}
			p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u})
		}
	})
}

func TestRunnable(t *testing.T) {
	if got := runnable(testPlan(t, nil)); len(got) != 5 {
		t.Errorf("self: %v", got)
	}
	if got := pathList(runnable(turnPlan(t, "turn:a.example", "turns:a.example"))); got != "stun, relay-udp, relay-tls" {
		t.Errorf("turn: %v", got)
	}
}

func TestAnnouncement(t *testing.T) {
	self := announcement(testPlan(t, nil))
	if want := "Sending over direct, stun, relay-udp, relay-tcp, relay-tls: 5 paths × 2 carriers × 500 packets of 200 bytes, " +
		"320 kbit/s each way; about 30 s. All of it stays inside this computer."; self != want {
		t.Errorf("self: %s", self)
	}
	turn := announcement(turnPlan(t, "turns:a.example"))
	if want := "Sending over relay-tls: 1 path × 2 carriers × 500 packets of 200 bytes, 320 kbit/s each way; about 7 s. " +
		"Both ends are on this computer, so its line carries every packet out and back: 640 kbit/s in each direction."; turn != want {
		t.Errorf("turn: %s", turn)
	}
	direct := turnPlan(t, "turn:a.example")
	direct.Paths = []netcheck.Path{netcheck.PathDirect}
	if none := announcement(direct); !strings.Contains(none, "Nothing will be sent") {
		t.Errorf("nothing to run: %s", none)
	}
}

// One path is 6.1 s: 0.3 to connect, 0.5 warm-up, 5 to measure, 0.3 to drain.
func TestProgress(t *testing.T) {
	const s = time.Second
	sample := func(index, sent, lost int) netcheck.Body {
		return netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: index, Sent: sent, LostUp: lost,
			Answered: sent - lost, RTTMean: 610 * time.Microsecond}}
	}
	steps := []struct {
		at   time.Duration
		path netcheck.Path
		body netcheck.Body
		left time.Duration
		line string
	}{
		{0, "", netcheck.SessionStarted{}, 12200 * time.Millisecond, "0:13 left"},
		{0, "direct", netcheck.PathEnded{State: netcheck.StateNotApplicable}, 12200 * time.Millisecond, "0:13 left"},
		{0, "stun", netcheck.PathStarted{}, 12200 * time.Millisecond, "STUN (1 of 2), 0:13 left, connecting"},
		{s, "stun", netcheck.ProbeStarted{Duration: 5500 * time.Millisecond}, 11900 * time.Millisecond, "STUN (1 of 2), 0:12 left"},
		{2 * s, "stun", sample(0, 10, 0), 10900 * time.Millisecond, "STUN (1 of 2), 0:11 left, RTT 0.61 ms, lost 0 of 10"},
		{2 * s, "stun", sample(0, 10, 2), 10900 * time.Millisecond, "STUN (1 of 2), 0:11 left, RTT 0.61 ms, lost 2 of 10"}, // a newer view of the same window
		{3 * s, "stun", sample(1, 10, 0), 9900 * time.Millisecond, "STUN (1 of 2), 0:10 left, RTT 0.61 ms, lost 2 of 20"},
		{6700 * time.Millisecond, "stun", netcheck.Noted{}, 6200 * time.Millisecond, "STUN (1 of 2), 0:07 left, waiting for the last answers"},
		{9 * s, "stun", netcheck.PathEnded{}, 6100 * time.Millisecond, "0:07 left"},
		{9 * s, "relay-udp", netcheck.PathStarted{}, 6100 * time.Millisecond, "Relay UDP (2 of 2), 0:07 left, connecting"},
		{14 * s, "relay-udp", netcheck.PathEnded{State: netcheck.StateBlocked}, 0, "0:00 left"},
	}
	p := newProgress(turnPlan(t, "turn:a.example"))
	before := 0.0
	for i, step := range steps {
		p.apply(netcheck.Event{At: step.at, Path: step.path, Body: step.body})
		if left, line := p.left(step.at), p.line(step.at); left != step.left || line != step.line {
			t.Errorf("step %d: %v left, %q; want %v, %q", i, left, line, step.left, step.line)
		}
		share := p.share(step.at)
		if share < before || share > 1 || math.IsNaN(share) {
			t.Errorf("step %d: the share went from %v to %v", i, before, share)
		}
		before = share
	}
	if before != 1 {
		t.Errorf("at the end %v is done", before)
	}
}

// The account of open windows does not grow with the session.
func TestProgressIsBounded(t *testing.T) {
	p := newProgress(testPlan(t, nil))
	for i := range 10_000 {
		p.apply(netcheck.Event{Body: netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: i, Sent: 10}}})
	}
	if l := p.live[netcheck.CarrierSRTP]; l.sent != 100_000 || len(l.recent) > keepWindows {
		t.Errorf("%d sent, %d windows kept", l.sent, len(l.recent))
	}
}

// A window that is told of again when its beginnings are forgotten is not counted twice.
func TestProgressForgetsNothingTwice(t *testing.T) {
	p := newProgress(testPlan(t, nil))
	sample := func(i, lost int) {
		p.apply(netcheck.Event{Body: netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: i, Sent: 10, LostUp: lost}}})
	}
	for i := range 500 {
		sample(i, 0)
	}
	for i := range 500 { // the final view, as it comes at a path's end
		sample(i, 1)
	}
	if l := p.live[netcheck.CarrierSRTP]; l.sent != 5000 || l.lost != keepWindows || len(l.recent) > keepWindows {
		t.Errorf("%d sent, %d lost, %d windows kept", l.sent, l.lost, len(l.recent))
	}
	sample(5000, 0)
	if l := p.live[netcheck.CarrierSRTP]; l.sent != 5010 || len(l.recent) != 1 {
		t.Errorf("behind a hole: %d sent, %d windows kept", l.sent, len(l.recent))
	}
}

// terminal is a screen in memory.
type terminal struct {
	bytes.Buffer
	width int
}

func (t *terminal) TerminalWidth() int { return t.width }

// slow plays a session in its own time.
var slow = play(func(s *stage, p netcheck.Path) {
	s.start(p)
	s.connect(p, 14*time.Millisecond, "")
	time.Sleep(time.Second)
	s.emit(p, netcheck.ProbeStarted{Probe: "loss", Duration: s.plan.Loss.Warmup + s.plan.Loss.Duration})
	for i := range 50 {
		time.Sleep(netcheck.SampleWidth)
		s.emit(p, netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: i, Sent: 10, Answered: 10, RTTMean: time.Millisecond}})
	}
	s.measure(p, ended, s.carrier(netcheck.CarrierSRTP, series{rtt: 1000}))
})

func TestBar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &terminal{width: 80}
		c := (&command{args: words("check --path direct,stun"), run: slow, stderr: screen}).do(t.Context())
		text := screen.String()
		for _, want := range []string{"Sending over direct, stun", "Direct (1 of 2), 0:12 left, connecting",
			"Direct (1 of 2)", "RTT 1 ms, lost 0 of 2", "STUN (2 of 2)", "█", "░"} {
			if !strings.Contains(text, want) {
				t.Errorf("the screen never showed %q", want)
			}
		}
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
			if columns(line) > 80 {
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

// The bar stays within every terminal, ends behind whole figures, and follows a change of size.
func TestBarFits(t *testing.T) {
	for _, width := range []int{20, 30, 40, 59, 60, 80, 120, 300} {
		for _, locale := range []string{"C", "C.UTF-8"} {
			synctest.Test(t, func(t *testing.T) {
				screen := &terminal{width: width}
				(&command{args: words("check --path direct,relay-udp"), run: slow, stderr: screen, env: map[string]string{"LANG": locale}}).do(t.Context())
				_, bars, _ := strings.Cut(screen.String(), "\r")
				for line := range strings.FieldsFuncSeq(bars, func(r rune) bool { return r == '\r' || r == '\n' }) {
					if columns(line) >= width {
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
		if strings.Contains(c.err, "left") || !strings.Contains(c.err, "Sending over direct") {
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
