package cli

import (
	"strings"
	"testing"

	"echopath/app/present"
	"echopath/app/present/presenttest"
)

const turnArgs = "check --quiet --turn turn:turn.example.com:3478 --turn turn:turn.example.com:3478?transport=tcp " +
	"--turn turns:turn.example.com:5349 --turn-user alice --turn-pass-file -"

func TestReportGolden(t *testing.T) {
	tests := []struct {
		name, args string
		run        presenttest.RunFunc
		code       int
	}{
		{"good", "check --quiet", presenttest.AllGood, ExitOK},
		{"mixed", "loss --quiet --title Office", presenttest.Mixed, ExitOK},
		{"nothing-back", "check --quiet --path direct,relay-udp", presenttest.NothingBack, ExitPoor},
		{"blocked", "check --quiet --stun stun:stun.example.com --path stun,relay-udp", presenttest.RelayBlocked, ExitPoor},
		{"relay-blocked", turnArgs, presenttest.RelayBlocked, ExitOK},
		{"check-video", "check --quiet", presenttest.VideoGood, ExitOK},
		{"video-good", "video --quiet", presenttest.VideoGood, ExitOK},
		{"video-poor", "video --quiet --under-load --path direct,relay-udp", presenttest.VideoFreezing, ExitPoor},
		{"video-failed", "video --quiet --source camera --path direct,stun", presenttest.VideoFailed, ExitPoor},
	}
	for _, tt := range tests {
		for _, width := range []string{"80", "120"} {
			c := (&command{args: words(tt.args), run: tt.run, env: map[string]string{"COLUMNS": width}, stdin: "hunter2\n"}).do(t.Context())
			if c.code != tt.code || c.err != "" {
				t.Errorf("%s: exit %d, want %d; stderr %q", tt.name, c.code, tt.code, c.err)
			}
			presenttest.Golden(t, tt.name+"-"+width+".txt", c.out)
			for line := range strings.Lines(c.out) {
				if present.Columns(strings.TrimSuffix(line, "\n")) > map[string]int{"80": 80, "120": 120}[width] {
					t.Errorf("%s at %s columns: too long: %q", tt.name, width, line)
				}
			}
		}
	}
}

// A locale without UTF-8 gets ASCII alone, and columns that still stand below each other.
func TestReportASCII(t *testing.T) {
	for name, c := range map[string]*command{
		"mixed": {args: words("loss --quiet"), run: presenttest.Mixed},
		"video": {args: words("video --quiet --under-load --path direct,relay-udp"), run: presenttest.VideoFreezing},
	} {
		c.env = map[string]string{"LANG": "C"}
		c.do(t.Context())
		if i := strings.IndexFunc(c.out, func(r rune) bool { return r > 0x7e }); i >= 0 {
			t.Errorf("%s: beyond ASCII: %q", name, c.out[i:min(i+20, len(c.out))])
		}
		presenttest.Golden(t, name+"-ascii.txt", c.out)
	}
}

// A narrow terminal gets a line a figure, and no line that it must break within a word.
func TestNarrowTerminal(t *testing.T) {
	for _, width := range []int{30, 40, 59} {
		for want, c := range map[string]*command{
			"\n    RTT p50   0.4 ms\n": {args: words("loss --quiet --title Office"), run: presenttest.Mixed},
			"\n  Frozen    1.19 s":     {args: words("video --quiet --under-load"), run: presenttest.VideoFreezing},
			"\n  3    inconclusive: ":  {args: words("--help")},
		} {
			screen := &terminal{width: width}
			c.stdout = screen
			c.do(t.Context())
			for line := range strings.Lines(screen.String()) {
				line = strings.TrimSuffix(line, "\n")
				if present.Columns(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%v at %d columns: too long: %q", c.args, width, line)
				}
			}
			if !strings.Contains(screen.String(), want) {
				t.Errorf("%v at %d columns lacks %q:\n%s", c.args, width, want, screen.String())
			}
		}
	}
}
