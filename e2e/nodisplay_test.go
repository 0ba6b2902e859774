//go:build linux

package e2e

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestWithoutADisplay starts the program without arguments where no window can be opened: it says why, and checks in the terminal.
func TestWithoutADisplay(t *testing.T) {
	tests := []struct {
		name, why string
		env       []string
	}{
		{"none", "neither DISPLAY nor WAYLAND_DISPLAY is set", nil},
		{"broken", "The display :9999 can not be opened", []string{"DISPLAY=:9999"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			cmd := exec.Command(programPath(t))
			cmd.Dir, cmd.Env = h.dir, append(h.env(), tt.env...)
			p := spawn(t, cmd)
			eventually(t, "a word about the window, and that a check begins", func() bool {
				said := p.out.String()
				return strings.Contains(said, tt.why) && strings.Contains(said, "in the terminal instead") && strings.Contains(said, "Sending over Direct")
			})
			p.signal(syscall.SIGINT)
			if code := p.exit(t); code != 130 {
				t.Errorf("exit status %d, want 130\n%s", code, p.out.String())
			}
		})
	}
}
