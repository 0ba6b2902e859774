package present

import (
	"strings"
	"testing"

	"echopath/netcheck"
)

// What all paths have in common is told once, with a line for each; what names an address is told each time, and so are figures that no
// title has.
func TestFindingsThatDifferInFigures(t *testing.T) {
	var v netcheck.Verdict
	add := func(id string, p netcheck.Path, title, detail string) {
		v.Findings = append(v.Findings, netcheck.Finding{ID: id, Severity: netcheck.SeverityWarning, Path: p, Title: p.Title() + title, Detail: detail, Advice: "Use a cable."})
	}
	add("loss_out", netcheck.PathDirect, ": 4.9 % of the packets are lost", "49 of 1000 packets were lost. Speech breaks up.")
	add("loss_out", netcheck.PathSTUN, ": 12 % of the packets are lost", "120 of 1000 packets were lost. Speech breaks up. At most 3 packets in a row were lost.")
	add("rtt", netcheck.PathSTUN, ": the delay is high", "Half of the packets need 300 ms.")
	add("loss_out", netcheck.PathRelayUDP, ": 5 % of the packets are lost", "1 of 20 packets was lost.")
	add("rtt", netcheck.PathRelayUDP, ": the delay is high", "Half of the packets need 310 ms.")
	add("path_blocked", netcheck.PathRelayTCP, " is blocked", "TCP to 192.0.2.7:3478 gets no answer.")
	add("path_blocked", netcheck.PathRelayTLS, " is blocked", "TCP to 192.0.2.8:5349 gets no answer.")
	var b strings.Builder
	printFindings(page{&b, Style{Width: PlainWidth}}, v)
	out := b.String()
	for want, times := range map[string]int{"Use a cable.": 6, "310 ms": 1, "On Direct: 49 of 1000": 1, "120 of 1000": 0, "STUN: 12 %": 1, "1 of 20 packets was": 1, "192.0.2.7": 1, "192.0.2.8": 1} {
		if strings.Count(out, want) != times {
			t.Errorf("%q is there %d times, want %d:\n%s", want, strings.Count(out, want), times, out)
		}
	}
	if direct, stun, rtt := strings.Index(out, "Direct: 4.9"), strings.Index(out, "STUN: 12"), strings.Index(out, "the delay"); direct < 0 || stun < direct || rtt < stun {
		t.Errorf("out of order:\n%s", out)
	}
}
