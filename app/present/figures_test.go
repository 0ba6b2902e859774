package present

import (
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

func TestFigures(t *testing.T) {
	delays := stats.RTT{OK: true, P50US: 18_400, P95US: 20_700}
	tests := []struct{ got, want string }{
		{Number(0, 3), "0"}, {Number(0.7634, 2), "0.76"}, {Number(12.345, 3), "12.3"}, {Number(99.96, 3), "100"},
		{Number(1234.5, 3), "1234"}, {Number(-0.5, 3), "-0.5"},
		{Millis(400 * time.Nanosecond), "<0.01"}, {Millis(96 * time.Microsecond), "0.1"}, {Millis(0), "0"},
		{Millis(1234 * time.Microsecond), "1.23"}, {Micros(140_000), "140"},
		{Loss(stats.Loss{}), "–"}, {Loss(stats.Loss{Sent: 500, RatioOK: true, CI95High: 0.007624}), "0 % (≤ 0.77 %)"},
		{Loss(stats.Loss{Sent: 5000, Lost: 4999, RatioOK: true, LossRatio: 0.9998, CI95Low: 0.9989, CI95High: 0.99998}), "> 99.9 % (99.8–100)"},
		{Loss(stats.Loss{Sent: 500, Lost: 12, RatioOK: true, LossRatio: 0.024, CI95Low: 0.0138, CI95High: 0.0415}), "2.4 % (1.3–4.2)"},
		{Late(stats.Summary{}), "–"}, {Late(stats.Summary{Late: 1, Total: stats.Loss{Received: 400}}), "0.25 %"},
		{RTT(stats.RTT{}), "–"}, {RTTp50(stats.RTT{}), "–"}, {RTTp95(stats.RTT{}), "–"},
		{RTT(delays), "18.4 / 20.7"}, {RTTp50(delays), "18.4"}, {RTTp95(delays), "20.7"},
		{Jitter(stats.Summary{}), "–"},
		{Jitter(stats.Summary{Up: stats.Direction{JitterOK: true, JitterUS: 9_000, JitterP95US: 2_000}, Down: stats.Direction{JitterOK: true, JitterP95US: 3_000}}), "3"},
		{Kbps(200), "–"}, {Kbps(200, netcheck.CarrierResult{}), "–"},
		{Counted(1, "path"), "1 path"}, {Counted(0, "path"), "0 paths"}, {Counted(2000, "packet"), "2 000 packets"},
		{Count(7), "7"}, {Count(12_345), "12 345"}, {Count(1_000_000), "1 000 000"},
		{About(0), "1 s"}, {About(4200 * time.Millisecond), "5 s"}, {About(31 * time.Second), "30 s"}, {About(10 * time.Minute), "10 min"},
		{About(50*time.Minute + time.Second), "51 min"}, {About(time.Hour), "1 h"}, {About(65 * time.Minute), "1 h 5 min"},
		{Clock(8100 * time.Millisecond), "0:09"}, {Clock(-time.Second), "0:00"}, {Clock(time.Hour + 3*time.Second), "1:00:03"},
	}
	for i, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%d: got %q, want %q", i, tt.got, tt.want)
		}
	}
}

func TestLossCells(t *testing.T) {
	known := stats.Direction{Known: true, Loss: stats.Loss{Sent: 500, RatioOK: true, CI95High: 0.007624}}
	tests := []struct {
		name      string
		s         stats.Summary
		out, back string
	}{
		{"nothing sent", stats.Summary{}, None, None},
		{"both ways", stats.Summary{Up: known, Down: known}, "0 % (≤ 0.77 %)", "0 % (≤ 0.77 %)"},
		{"no log", stats.Summary{Total: stats.Loss{Sent: 500, Lost: 5, RatioOK: true, LossRatio: 0.01}}, "1 % in all", None},
	}
	for _, tt := range tests {
		if out, back := LossCells(tt.s); out != tt.out || back != tt.back {
			t.Errorf("%s: %q and %q, want %q and %q", tt.name, out, back, tt.out, tt.back)
		}
	}
}
