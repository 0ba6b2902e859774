package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
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
		{"very narrow", environment("COLUMNS", "10"), minWidth, true},
		{"very wide", environment("COLUMNS", "1000"), maxWidth, true},
		{"UTF-8", environment("LANG", "de_DE.UTF-8"), 80, true},
		{"Latin-1", environment("LANG", "de_DE.ISO-8859-1"), 80, false},
		{"C", environment("LANG", "C"), 80, false},
		{"LC_ALL comes first", environment("LANG", "C", "LC_ALL", "C.utf8"), 80, true},
	}
	for _, tt := range tests {
		if s := screenOf(&file, &file, tt.env); s.width != tt.width || s.unicode != tt.unicode || s.terminal || s.colour {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
	for have, want := range map[int]int{100: 100, 40: 40, 30: tinyWidth, 5: tinyWidth, 500: maxWidth} {
		if s := screenOf(&file, &terminal{width: have}, environment("COLUMNS", "70")); !s.terminal || s.width != want || s.size() != have {
			t.Errorf("terminal of %d: %d", have, s.width)
		}
	}
}

// Colours come only where they are wanted, and take no width.
func TestColour(t *testing.T) {
	if s := (screen{}); s.paint(toneGood, "x") != "x" {
		t.Error("painted without colour")
	}
	report, _ := mixed(t.Context(), testPlan(t, nil), func(netcheck.Event) {})
	render := func(colour bool) string {
		var b bytes.Buffer
		printReport(screen{Writer: &b, width: 80, unicode: true, colour: colour}, report, netcheck.Judge(report))
		return b.String()
	}
	coloured := render(true)
	for _, want := range []string{"\x1b[32;1m● GOOD\x1b[0m", "\x1b[33;1m▲ fair\x1b[0m", "\x1b[31;1m■ poor\x1b[0m"} {
		if !strings.Contains(coloured, want) {
			t.Errorf("lacks %q:\n%s", want, coloured)
		}
	}
	plain := coloured
	for _, code := range []string{"32;1", "33;1", "31;1", "2", "0"} {
		plain = strings.ReplaceAll(plain, "\x1b["+code+"m", "")
	}
	if plain != render(false) {
		t.Errorf("colour changes more than colour:\n%s\nand\n%s", plain, render(false))
	}
}

func TestUpTo(t *testing.T) {
	const list = "Relay UDP (3 of 5), 0:17 left, lost 0 of 340"
	for width, want := range map[int]string{100: list, 44: list, 43: "Relay UDP (3 of 5), 0:17 left", 29: "Relay UDP (3 of 5), 0:17 left",
		28: "Relay UDP (3 of 5)", 5: "Relay", 0: "", -3: ""} {
		if got := upTo(list, width); got != want {
			t.Errorf("%d: %q", width, got)
		}
	}
}

// A server's words can not move the cursor.
func TestPrintable(t *testing.T) {
	if got := printable("a\x1b[2Jb\rc\u202ed\u009be\tf\n"); got != "a[2Jbcde f " {
		t.Errorf("%q", got)
	}
}

func TestFigures(t *testing.T) {
	tests := []struct{ got, want string }{
		{number(0, 3), "0"}, {number(0.7634, 2), "0.76"}, {number(12.345, 3), "12.3"}, {number(99.96, 3), "100"},
		{number(1234.5, 3), "1234"}, {number(-0.5, 3), "-0.5"},
		{millis(400 * time.Nanosecond), "<0.01"}, {millis(96 * time.Microsecond), "0.1"}, {millis(0), "0"},
		{millis(1234 * time.Microsecond), "1.23"}, {micros(140_000), "140"},
		{loss(stats.Loss{}), "–"}, {loss(stats.Loss{Sent: 500, RatioOK: true, CI95High: 0.007624}), "0 % (≤ 0.77 %)"},
		{loss(stats.Loss{Sent: 5000, Lost: 4999, RatioOK: true, LossRatio: 0.9998, CI95Low: 0.9989, CI95High: 0.99998}), "> 99.9 % (99–100)"},
		{loss(stats.Loss{Sent: 500, Lost: 12, RatioOK: true, LossRatio: 0.024, CI95Low: 0.0138, CI95High: 0.0415}), "2.4 % (1.3–4.2)"},
		{late(stats.Summary{}), "–"}, {late(stats.Summary{Late: 1, Total: stats.Loss{Received: 400}}), "0.25 %"},
		{rtt(stats.RTT{}), "–"}, {jitter(stats.Summary{}), "–"},
		{jitter(stats.Summary{Up: stats.Direction{JitterOK: true, JitterUS: 9_000, JitterP95US: 2_000}, Down: stats.Direction{JitterOK: true, JitterP95US: 3_000}}), "3"},
		{kbps(200), "–"}, {kbps(200, netcheck.CarrierResult{}), "–"},
		{count(7), "7"}, {count(12_345), "12 345"}, {count(1_000_000), "1 000 000"},
		{about(0), "1 s"}, {about(4200 * time.Millisecond), "5 s"}, {about(31 * time.Second), "30 s"}, {about(10 * time.Minute), "10 min"},
		{about(50*time.Minute + time.Second), "51 min"}, {about(time.Hour), "1 h"}, {about(65 * time.Minute), "1 h 5 min"},
		{clock(8100 * time.Millisecond), "0:09"}, {clock(-time.Second), "0:00"}, {clock(time.Hour + 3*time.Second), "1:00:03"},
	}
	for i, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%d: got %q, want %q", i, tt.got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 8, "one two|three"},
		{"unbreakable word", 5, "unbreakable|word"},
		{"it took 31 ms.", 10, "it took|31 ms."},
		{"below 0.76 %).", 9, "below|0.76 %)."},
		{"ms alone", 5, "ms|alone"},
	}
	for _, tt := range tests {
		if got := strings.Join(wrap(tt.text, tt.width), "|"); got != tt.want {
			t.Errorf("%q at %d: %q", tt.text, tt.width, got)
		}
	}
}
