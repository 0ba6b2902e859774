package cli

import (
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

const turnArgs = "check --quiet --turn turn:turn.example.com:3478 --turn turn:turn.example.com:3478?transport=tcp " +
	"--turn turns:turn.example.com:5349 --turn-user alice --turn-pass-file -"

func TestReportGolden(t *testing.T) {
	tests := []struct {
		name, args string
		run        runFunc
		code       int
	}{
		{"good", "check --quiet", allGood, ExitOK},
		{"mixed", "loss --quiet --title Office", mixed, ExitOK},
		{"nothing-back", "check --quiet --path direct,relay-udp", nothingBack, ExitPoor},
		{"blocked", "check --quiet --stun stun:stun.example.com --path stun,relay-udp", relayBlocked, ExitPoor},
		{"relay-blocked", turnArgs, relayBlocked, ExitOK},
	}
	for _, tt := range tests {
		for _, width := range []string{"80", "120"} {
			c := (&command{args: words(tt.args), run: tt.run, env: map[string]string{"COLUMNS": width}, stdin: "hunter2\n"}).do(t.Context())
			if c.code != tt.code || c.err != "" {
				t.Errorf("%s: exit %d, want %d; stderr %q", tt.name, c.code, tt.code, c.err)
			}
			golden(t, tt.name+"-"+width+".txt", c.out)
			for line := range strings.Lines(c.out) {
				if columns(strings.TrimSuffix(line, "\n")) > map[string]int{"80": 80, "120": 120}[width] {
					t.Errorf("%s at %s columns: too long: %q", tt.name, width, line)
				}
			}
		}
	}
}

// A locale without UTF-8 gets ASCII alone, and columns that still stand below each other.
func TestReportASCII(t *testing.T) {
	c := (&command{args: words("loss --quiet"), run: mixed, env: map[string]string{"LANG": "C"}}).do(t.Context())
	if i := strings.IndexFunc(c.out, func(r rune) bool { return r > 0x7e }); i >= 0 {
		t.Errorf("beyond ASCII: %q", c.out[i:min(i+20, len(c.out))])
	}
	golden(t, "mixed-ascii.txt", c.out)
}

// A narrow terminal gets a line a figure, and no line that it must break within a word.
func TestNarrowTerminal(t *testing.T) {
	for _, width := range []int{30, 40, 59} {
		for name, c := range map[string]*command{
			"mixed":        {args: words("loss --quiet --title Office"), run: mixed},
			"nothing back": {args: words("check --quiet --path direct,relay-udp"), run: nothingBack},
			"blocked":      {args: words("check --quiet --stun stun:stun.example.com --path stun,relay-udp"), run: relayBlocked},
			"help":         {args: words("--help")},
		} {
			screen := &terminal{width: width}
			c.stdout = screen
			c.do(t.Context())
			for line := range strings.Lines(screen.String()) {
				line = strings.TrimSuffix(line, "\n")
				if columns(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s at %d columns: too long: %q", name, width, line)
				}
			}
			want := map[string][]string{
				"mixed":        {"Direct  ● good", "\n  SRTP\n    Loss out  0 % (≤ 0.", "\n    RTT p50   0.4 ms\n", "\n    Late      4 %\n", "\n  data channel\n"},
				"nothing back": {"\n    Loss back –\n", "\n    RTT p95   –\n"},
				"blocked":      {"STUN  ■ blocked:"},
				"help":         {"\n  3    inconclusive: "},
			}[name]
			for _, w := range want {
				if !strings.Contains(screen.String(), w) {
					t.Errorf("%s at %d columns lacks %q:\n%s", name, width, w, screen.String())
				}
			}
		}
	}
}

// What rtc says about a proxy on the way is worth knowing.
func TestProxyIsShown(t *testing.T) {
	const proxied = streamNote + " It leads through the HTTP proxy proxy.example:3128."
	run := play(func(s *stage, p netcheck.Path) {
		s.start(p)
		s.connect(p, 61*time.Millisecond, proxied)
		s.measure(p, ended, s.carrier(netcheck.CarrierSRTP, series{rtt: 31_000}))
	})
	c := (&command{args: words("check --quiet --path relay-tcp"), run: run}).do(t.Context())
	_, notes, _ := strings.Cut(c.out, "Worth knowing")
	if notes = strings.Join(strings.Fields(notes), " "); !strings.Contains(notes, "· Relay TCP: "+proxied) {
		t.Errorf("stdout:\n%s", c.out)
	}
}
