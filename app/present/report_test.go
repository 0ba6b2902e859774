package present

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func textOf(s Style, r netcheck.Report, v netcheck.Verdict) string {
	var b bytes.Buffer
	Report(&b, s, r, v)
	return b.String()
}

// Where no table fits every figure has a line, and no line must be broken within a word. (app/cli has the golden files of 80
// and 120 columns, since those go through the whole command.)
func TestReportNarrow(t *testing.T) {
	office := selfPlan(t, func(p *netcheck.Plan) { p.Title = "Office" })
	servers := turnPlan(t, "turn:turn.example.com", "turn:turn.example.com?transport=tcp", "turns:turn.example.com")
	sessions := map[string]struct {
		run  presenttest.RunFunc
		plan netcheck.Plan
	}{
		"mixed": {presenttest.Mixed, office}, "nothing-back": {presenttest.NothingBack, office}, "relay-blocked": {presenttest.RelayBlocked, servers},
	}
	for name, session := range sessions {
		r, v := played(t, session.run, session.plan)
		for _, width := range []int{30, 40, 59} {
			text := textOf(Style{Width: width, Unicode: true}, r, v)
			wantWrapped(t, name, width, text)
			if width == 40 {
				presenttest.Golden(t, fmt.Sprintf("%s-%d.txt", name, width), text)
			}
		}
	}
}

// Colours come only where they are wanted, and take no width.
func TestColour(t *testing.T) {
	if (Style{}).Paint(ToneGood, "x") != "x" {
		t.Error("painted without colour")
	}
	r, v := played(t, presenttest.Mixed, selfPlan(t, nil))
	coloured := textOf(Style{Width: 80, Unicode: true, Colour: true}, r, v)
	for _, want := range []string{"\x1b[33;1m▲ FAIR\x1b[0m", "\x1b[32;1m● good\x1b[0m", "\x1b[33;1m▲ fair\x1b[0m", "\x1b[31;1m■ poor\x1b[0m"} {
		if !strings.Contains(coloured, want) {
			t.Errorf("lacks %q:\n%s", want, coloured)
		}
	}
	plain := coloured
	for _, code := range []string{"32;1", "33;1", "31;1", "2", "0"} {
		plain = strings.ReplaceAll(plain, "\x1b["+code+"m", "")
	}
	if text := textOf(Style{Width: 80, Unicode: true}, r, v); plain != text {
		t.Errorf("colour changes more than colour:\n%s\nand\n%s", plain, text)
	}
}

// What is copied stands for itself in a mail or a ticket.
func TestText(t *testing.T) {
	r, v := played(t, presenttest.Mixed, selfPlan(t, func(p *netcheck.Plan) { p.Title = "Of\x1b[2Jfice" }))
	text := Text(r, v)
	for line := range strings.Lines(text) {
		if Columns(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("too long: %q", line)
		}
	}
	for _, want := range []string{"▲ FAIR  Direct", "Of[2Jfice · Measured 2026-11-21 12:00 UTC", "(preset quick)", "0 % (≤ 0.77 %)", "Worth knowing\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Errorf("there are escape sequences in\n%s", text)
	}
}

// That a session did not run to its end is said behind the verdict.
func TestReportEndedEarly(t *testing.T) {
	r, v := played(t, presenttest.AllGood, selfPlan(t, nil))
	tests := map[string]netcheck.Report{
		"  Interrupted after 7 s: the figures cover": {Ended: netcheck.EndedCancelled, Duration: 6800 * time.Millisecond},
		"  Ended before its time. The figures":       {Ended: netcheck.EndedError},
		"  Ended before its time: disk full. The":    {Ended: netcheck.EndedError, Error: "disk full."},
	}
	for want, end := range tests {
		r.Ended, r.Duration, r.Error = end.Ended, end.Duration, end.Error
		if text := Text(r, v); !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}
