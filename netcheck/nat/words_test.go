package nat

import (
	"strings"
	"testing"

	"echopath/netcheck"
)

var behaviors = []netcheck.Behavior{unknown, none, eim, adm, apdm, either, depends, steady}

// Every pair of behaviours makes whole sentences.
func TestDescribe(t *testing.T) {
	for _, m := range behaviors {
		for _, f := range behaviors {
			b := netcheck.NATBehavior{NAT: netcheck.TriOf(m != none), Mapping: m, Filtering: f, Local: inside, Mapped: x, PortsTried: 5, Hairpin: netcheck.No}
			text := describe(b)
			for _, bad := range []string{"  ", " .", "..", " ;", "and and", "it it", ". and", " and;", "The NAT and"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s, %s: %q has %q", m, f, text, bad)
				}
			}
			if !strings.HasSuffix(text, ".") || text[0] < 'A' || text[0] > 'Z' {
				t.Errorf("%s, %s: %q", m, f, text)
			}
			t.Logf("%s, %s: %s", m, f, text)
		}
	}
}

func TestDescribeExactly(t *testing.T) {
	b := netcheck.NATBehavior{NAT: netcheck.Yes, Mapping: eim, Filtering: apdm, Mapped: x}
	const want = "A NAT shows this computer to the servers as 203.0.113.1:1001. The NAT keeps one outside address and port for all destinations " +
		"(endpoint-independent mapping) and lets in answers only from where you sent to (address and port dependent filtering); known as port-restricted cone NAT."
	if got := describe(b); got != want {
		t.Errorf("%q", got)
	}
	if advise(b) != "" || advise(netcheck.NATBehavior{Mapping: steady, Filtering: apdm}) == "" {
		t.Error("advice where nothing is missing, or none where something is")
	}
}
