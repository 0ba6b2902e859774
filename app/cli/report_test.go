package cli

import (
	"strings"
	"testing"
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
