package cli

import (
	"bytes"
	"testing"

	"echopath/app/present"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestScreen(t *testing.T) {
	var file bytes.Buffer
	tests := []struct {
		name    string
		env     func(string) string
		width   int
		unicode bool
	}{
		{"nothing known", environment(), 80, true},
		{"columns", environment("COLUMNS", "120"), 120, true},
		{"columns are no number", environment("COLUMNS", "many"), 80, true},
		{"very narrow", environment("COLUMNS", "10"), present.MinWidth, true},
		{"very wide", environment("COLUMNS", "1000"), maxWidth, true},
		{"UTF-8", environment("LANG", "de_DE.UTF-8"), 80, true},
		{"Latin-1", environment("LANG", "de_DE.ISO-8859-1"), 80, false},
		{"C", environment("LANG", "C"), 80, false},
		{"LC_ALL comes first", environment("LANG", "C", "LC_ALL", "C.utf8"), 80, true},
	}
	for _, tt := range tests {
		if s := screenOf(&file, &file, tt.env); s.Width != tt.width || s.Unicode != tt.unicode || s.terminal || s.Colour {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
	for have, want := range map[int]int{100: 100, 40: 40, 30: tinyWidth, 5: tinyWidth, 500: maxWidth} {
		if s := screenOf(&file, &terminal{width: have}, environment("COLUMNS", "70")); !s.terminal || s.Width != want || s.size() != have {
			t.Errorf("terminal of %d: %d", have, s.Width)
		}
	}
}
