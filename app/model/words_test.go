package model

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"echopath/netcheck"
)

var flag = regexp.MustCompile(`--[a-z]`)

// The engine's advice speaks of the terminal's flags here and there: none of it may come through to the window.
func TestNoFlagComesThroughToTheWindow(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../../netcheck", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		files++
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err == nil && flag.MatchString(text) && strings.Contains(text, " ") { // one without is an argument of another program
				if shown := forWindow(text); flag.MatchString(shown) {
					t.Errorf("%s: %q is shown as %q", path, text, shown)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestGroupTitles(t *testing.T) {
	f := func(p netcheck.Path, title string) netcheck.Finding { return netcheck.Finding{Path: p, Title: title} }
	tests := []struct {
		group []netcheck.Finding
		want  string
	}{
		{[]netcheck.Finding{f(netcheck.PathSTUN, "STUN is blocked")}, "STUN is blocked"},
		{[]netcheck.Finding{f(netcheck.PathSTUN, "STUN is blocked"), f(netcheck.PathRelayUDP, "Relay UDP is blocked")}, "STUN and Relay UDP are blocked"},
		{[]netcheck.Finding{f(netcheck.PathSTUN, "STUN: slow"), f(netcheck.PathRelayUDP, "Relay UDP: slow"), f(netcheck.PathRelayTCP, "Relay TCP: slow")}, "STUN, Relay UDP and Relay TCP: slow"},
		{[]netcheck.Finding{f(netcheck.PathSTUN, "STUN: slow"), f(netcheck.PathRelayUDP, "Relay UDP: slower")}, "STUN: slow; Relay UDP: slower"},
		{[]netcheck.Finding{f("", "UDP does not get through")}, "UDP does not get through"},
		{[]netcheck.Finding{f("", "No path works"), f("", "No path works")}, "No path works"},
	}
	for _, tt := range tests {
		if got := groupTitle(tt.group); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestEvidenceNames(t *testing.T) {
	for name, want := range map[string]string{"rtt_p95_ms": "RTT p95 (ms)", "ci95": "95 % interval", "srtp_lost": "SRTP lost", "relay-udp": "Relay UDP", "late_after_ms": "late after (ms)"} {
		if got := evidenceName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
