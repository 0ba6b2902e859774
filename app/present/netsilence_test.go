package present

import (
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// probedAt makes a result of a question to the server of these tests.
func probedAt(kind netcheck.ProbeKind, transport, remote string, state netcheck.NetState, code netcheck.ReasonCode) netcheck.NetResult {
	r := netcheck.NetResult{ID: string(kind) + transport + remote, Kind: kind, Transport: transport, Remote: remote, State: state, Code: code,
		Text: string(kind) + " has its own words about " + remote + ".", Took: 2 * time.Second, Port: 3478, Server: "turn:turn.example.com:3478?transport=udp"}
	if state == netcheck.NetNotTested {
		r.Port, r.Server = 443, "turn:turn.example.com:443?transport="+transport
	}
	return r
}

// cardsOf prints results as the report of a network has them, without the lines before the first area.
func cardsOf(t *testing.T, results ...netcheck.NetResult) string {
	t.Helper()
	r, v := played(t, presenttest.Probed(results, nil), networkPlan(t, nil, "turn:turn.example.com"))
	return textOf(Style{Width: 80, Unicode: true}, r, v)
}

// A silence is told once, with all ports, whatever met it.
func TestSilenceIsToldOnce(t *testing.T) {
	const at = "203.0.113.7:3478"
	blocked, no := netcheck.NetBlocked, netcheck.ReasonNoAnswer
	text := cardsOf(t, probedAt(netcheck.ProbeUDP, "udp", at, blocked, no), probedAt(netcheck.ProbeNAT, "udp", at, blocked, no),
		probedAt(netcheck.ProbeTURN, "udp", at, blocked, no), probedAt(netcheck.ProbeMTU, "udp", at, blocked, no),
		probedAt(netcheck.ProbeUDP, "udp", "203.0.113.7:443", netcheck.NetNotTested, no))
	for _, want := range []string{"■ UDP: blocked\n  ■ UDP to 203.0.113.7: 443, 3478: no answer. (2 s)\n", "○ NAT: not tested (see above)\n", "■ Relays (TURN): blocked (see above)\n",
		"○ Path (packet size, marks, limits): not tested (see above)\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, none := range []string{"own words", "Tried as well"} {
		if strings.Contains(text, none) {
			t.Errorf("%q is in\n%s", none, text)
		}
	}
}

// What was tried besides is told by what came of it, and not at all where nothing was sent.
func TestTriedAsWell(t *testing.T) {
	open := netcheck.NetNotTested
	text := cardsOf(t, probedAt(netcheck.ProbeUDP, "udp", "203.0.113.7:3478", netcheck.NetOK, ""),
		probedAt(netcheck.ProbeTURN, "tcp", "203.0.113.7:443", open, netcheck.ReasonAuth), probedAt(netcheck.ProbeTURN, "tls", "203.0.113.7:443", open, netcheck.ReasonRefused),
		probedAt(netcheck.ProbeTURN, "dtls", "203.0.113.7:443", open, netcheck.ReasonNoAnswer), probedAt(netcheck.ProbeUDP, "udp", "", open, netcheck.ReasonNameNotFound),
		probedAt(netcheck.ProbeUDP, "udp", "203.0.113.7:443", open, netcheck.ReasonCancelled))
	for _, want := range []string{"Tried as well, where no server was said to listen: UDP 443: not ended in", "DTLS 443: no answer; TLS", "refused; TCP 443: answered, and gave no relay."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "own words about .") || strings.Count(text, "UDP 443") != 1 {
		t.Errorf("what was not sent is in\n%s", text)
	}
}

// A VPN is said beside the verdict, and only there; what to do comes before the evidence.
func TestVPNAndAdviceComeFirst(t *testing.T) {
	results := append([]netcheck.NetResult{}, presenttest.OnlyTLS...)
	results[0].Facts.Interfaces = []netcheck.InterfaceFacts{{Name: "tun0", Addresses: []string{"10.8.0.2"}, Default4: true, VPN: netcheck.Yes}}
	r, v := played(t, presenttest.Probed(results, nil), networkPlan(t, nil, "turn:turn.example.com", "turns:turn.example.com:443"))
	text := textOf(Style{Width: 80, Unicode: true}, r, v)
	lines := strings.Split(text, "\n")
	if strings.Count(text, "on a VPN (tun0)") != 1 || !strings.Contains(strings.Join(lines[:4], "\n"), "on a VPN (tun0)") {
		t.Errorf("the VPN is not said first in\n%s", text)
	}
	if !strings.Contains(strings.Join(lines[:25], "\n"), "What to do: ") || strings.Index(text, "What to do: ") > strings.Index(text, "Measured ") {
		t.Errorf("what to do is not on the first screen of\n%s", text)
	}
}
