package present

import (
	"net/netip"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/netcheck"
)

func TestGuestState(t *testing.T) {
	tests := []struct {
		guest hosting.Guest
		want  string
	}{
		{hosting.Guest{State: hosting.GuestWaiting}, "waits to be let in"},
		{hosting.Guest{State: hosting.GuestIn}, "in"},
		{hosting.Guest{State: hosting.GuestQueued, Position: 2}, "2nd in the queue"},
		{hosting.Guest{State: hosting.GuestQueued}, "in the queue"},
		{hosting.Guest{State: hosting.GuestActive, Path: netcheck.PathRelayTLS}, "measuring Relay TLS"},
		{hosting.Guest{State: hosting.GuestActive}, "measuring"},
		{hosting.Guest{State: hosting.GuestAway}, "not heard any more"},
		{hosting.Guest{}, None},
		{hosting.Guest{State: "as\x1bleep"}, "asleep"},
	}
	for _, tt := range tests {
		if got := GuestState(tt.guest); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.guest.State, got, tt.want)
		}
	}
	if GuestTone(hosting.GuestWaiting) != ToneFair || GuestTone(hosting.GuestActive) != ToneGood || GuestTone(hosting.GuestIn) != ToneNone {
		t.Error("tones")
	}
}

func TestFirewallText(t *testing.T) {
	ports := []hosting.Port{{Protocol: "udp", From: 3478, To: 3478, Why: "STUN and TURN"}, {Protocol: "tcp", From: 443, To: 443, Why: "TURN over TLS, and signalling."},
		{Protocol: "udp", From: 49152, To: 49663, Why: "test packets"}}
	for i, want := range []string{"UDP 3478: STUN and TURN", "TCP 443: TURN over TLS, and signalling", "UDP 49152 to 49663: test packets"} {
		if got := PortLine(ports[i]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := PortLine(hosting.Port{Protocol: "tcp", From: 1}); got != "TCP 1" {
		t.Errorf("%q", got)
	}
	text := FirewallText(hosting.Snapshot{Address: netip.MustParseAddr("192.168.1.5"), Public: netip.MustParseAddr("203.0.113.9"), Ports: ports})
	for _, want := range []string{"\n    203.0.113.9\n", "translated 1:1 to 192.168.1.5 (NAT)", "    UDP 3478             STUN and TURN\n",
		"    UDP 49152 to 49663   test packets\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if text := FirewallText(hosting.Snapshot{Address: netip.MustParseAddr("192.168.1.5"), Ports: ports[:1]}); strings.Contains(text, "NAT") || !strings.Contains(text, "\n    192.168.1.5\n") {
		t.Errorf("without a NAT:\n%s", text)
	}
	if text := FirewallText(hosting.Snapshot{}); text != "" {
		t.Errorf("nothing listens: %q", text)
	}
}
