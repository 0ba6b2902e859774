package present

import (
	"net/netip"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/netcheck"
)

func TestHostEventLine(t *testing.T) {
	from := netip.MustParseAddrPort("203.0.113.9:40123")
	tests := []struct {
		event hosting.Event
		want  string
		tone  Tone
	}{
		{hosting.Event{Kind: hosting.EventStarted}, "Hosting has begun.", ToneGood},
		{hosting.Event{Kind: hosting.EventStopped}, "Hosting has ended.", ToneNone},
		{hosting.Event{Kind: hosting.EventInvited, Text: "It is for 3 guests, until 12:30."}, "An invite was made. It is for 3 guests, until 12:30.", ToneNone},
		{hosting.Event{Kind: hosting.EventGuestWaiting, Name: "Lab-PC", Address: from}, "Lab-PC (203.0.113.9) asks to be let in.", ToneFair},
		{hosting.Event{Kind: hosting.EventGuestJoined, Name: "Lab\x1b[2J-PC", Address: from}, "Lab[2J-PC (203.0.113.9) has come in.", ToneGood},
		{hosting.Event{Kind: hosting.EventGuestJoined, Address: netip.MustParseAddrPort("[::ffff:203.0.113.9]:1")}, "A guest (203.0.113.9) has come in.", ToneGood},
		{hosting.Event{Kind: hosting.EventGuestAway, Name: "Lab-PC"}, "Lab-PC is not heard any more. It may come back by itself.", ToneFair},
		{hosting.Event{Kind: hosting.EventGuestBack, Name: "Lab-PC"}, "Lab-PC is back.", ToneGood},
		{hosting.Event{Kind: hosting.EventGuestLeft, Name: "Lab-PC", Text: "Nothing was heard for a minute"}, "Lab-PC has left. Nothing was heard for a minute.", ToneNone},
		{hosting.Event{Kind: hosting.EventRefused, Address: from, Text: "The invite has expired."}, "Somebody at 203.0.113.9 was turned away. The invite has expired.", ToneFair},
		{hosting.Event{Kind: hosting.EventRefused}, "Somebody was turned away.", ToneFair},
		{hosting.Event{Kind: hosting.EventQueued, Name: "Lab-PC"}, "Lab-PC waits in the queue with its test.", ToneNone},
		{hosting.Event{Kind: hosting.EventAdmitted, Name: "Lab-PC"}, "Lab-PC begins its test.", ToneNone},
		{hosting.Event{Kind: hosting.EventLegOpened, Name: "Lab-PC", Path: netcheck.PathRelayTLS}, "Lab-PC: Relay TLS is connected.", ToneNone},
		{hosting.Event{Kind: hosting.EventLegFailed, Name: "Lab-PC", Path: netcheck.PathDirect, Text: "No pair."}, "Lab-PC: Direct was not connected. No pair.", ToneFair},
		{hosting.Event{Kind: hosting.EventLegClosed, Name: "Lab-PC"}, "Lab-PC: the connection has ended.", ToneNone},
		{hosting.Event{Kind: hosting.EventRunEnded}, "The test of a guest has ended.", ToneNone},
		{hosting.Event{Kind: hosting.EventRun, Text: "not for the log"}, "", ToneNone},
		{hosting.Event{Kind: "of a newer version", Text: "x"}, "", ToneNone},
	}
	for _, tt := range tests {
		if got, tone := HostEventLine(tt.event); got != tt.want || tone != tt.tone {
			t.Errorf("%s: %q in tone %d, want %q in %d", tt.event.Kind, got, tone, tt.want, tt.tone)
		}
	}
}

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
