package present

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

var guestAt = netip.MustParseAddrPort("203.0.113.9:40123")

// hostLine is an event with its line.
type hostLine struct {
	event hosting.Event
	want  string
	tone  Tone
}

func checkHostLines(t *testing.T, lines []hostLine) {
	t.Helper()
	for _, tt := range lines {
		if got, tone := HostEventLine(tt.event); got != tt.want || tone != tt.tone {
			t.Errorf("%s %s: %q in tone %d, want %q in %d", tt.event.Kind, tt.event.Code, got, tone, tt.want, tt.tone)
		}
	}
}

// bareHostLines has every kind of event without a detail.
var bareHostLines = []hostLine{
	{hosting.Event{Kind: hosting.EventStarted}, "Hosting has begun.", ToneGood},
	{hosting.Event{Kind: hosting.EventStopped}, "Hosting has ended.", ToneNone},
	{hosting.Event{Kind: hosting.EventInvited}, "An invite was made.", ToneNone},
	{hosting.Event{Kind: hosting.EventRefused}, "Somebody was turned away.", ToneFair},
	{hosting.Event{Kind: hosting.EventGuestWaiting, Name: "Lab-PC", Address: guestAt}, "Lab-PC (203.0.113.9) asks to be let in.", ToneFair},
	{hosting.Event{Kind: hosting.EventGuestJoined, Name: "Lab\x1b[2J-PC", Address: guestAt}, "Lab[2J-PC (203.0.113.9) has come in.", ToneGood},
	{hosting.Event{Kind: hosting.EventGuestJoined, Address: netip.MustParseAddrPort("[::ffff:203.0.113.9]:1")}, "A guest (203.0.113.9) has come in.", ToneGood},
	{hosting.Event{Kind: hosting.EventGuestAway, Name: "Lab-PC"}, "Lab-PC is not heard any more. It may come back by itself.", ToneFair},
	{hosting.Event{Kind: hosting.EventGuestBack, Name: "Lab-PC"}, "Lab-PC is back.", ToneGood},
	{hosting.Event{Kind: hosting.EventGuestLeft, Name: "Lab-PC"}, "Lab-PC has left.", ToneNone},
	{hosting.Event{Kind: hosting.EventQueued, Name: "Lab-PC"}, "Lab-PC waits in the queue with its test.", ToneNone},
	{hosting.Event{Kind: hosting.EventAdmitted, Name: "Lab-PC"}, "Lab-PC begins its test.", ToneNone},
	{hosting.Event{Kind: hosting.EventLegOpened, Name: "Lab-PC", Path: netcheck.PathRelayTLS}, "Lab-PC: Relay TLS is connected.", ToneNone},
	{hosting.Event{Kind: hosting.EventLegFailed, Name: "Lab-PC", Path: netcheck.PathDirect}, "Lab-PC: Direct was not connected.", ToneFair},
	{hosting.Event{Kind: hosting.EventLegClosed, Name: "Lab-PC"}, "Lab-PC: the connection has ended.", ToneNone},
	{hosting.Event{Kind: hosting.EventRunEnded}, "The test of a guest has ended.", ToneNone},
	{hosting.Event{Kind: hosting.EventRunEnded, Name: "Lab-PC", Grade: netcheck.GradePoor, Verdict: "Direct loses packets."},
		`The test of Lab-PC has ended: poor. Lab-PC says: "Direct loses packets".`, ToneNone},
	{hosting.Event{Kind: hosting.EventRun, Text: "not for the log"}, "", ToneNone},
	{hosting.Event{Kind: "of a newer version", Text: "x"}, "", ToneNone},
}

func TestHostEventLine(t *testing.T) { checkHostLines(t, bareHostLines) }

// What a host says beside the kind of an event: the line made of both says nothing twice.
func TestHostEventLineWithDetail(t *testing.T) {
	left := func(code signaling.Code, text, want string) hostLine {
		return hostLine{hosting.Event{Kind: hosting.EventGuestLeft, Name: "Lab-PC", Code: string(code), Text: text}, want, ToneNone}
	}
	refused := func(code signaling.Code, text, want string) hostLine {
		return hostLine{hosting.Event{Kind: hosting.EventRefused, Address: guestAt, Code: string(code), Text: text}, want, ToneFair}
	}
	closed := func(code, text, want string, tone Tone) hostLine {
		return hostLine{hosting.Event{Kind: hosting.EventLegClosed, Name: "Lab-PC", Path: netcheck.PathRelayTCP, Code: code, Text: text}, want, tone}
	}
	ended := func(code, text, want string, tone Tone) hostLine {
		return hostLine{hosting.Event{Kind: hosting.EventRunEnded, Name: "Lab-PC", Code: code, Text: text}, want, tone}
	}
	checkHostLines(t, []hostLine{
		{hosting.Event{Kind: hosting.EventStarted, Text: "Guests come in at 192.168.1.5:443."}, "Hosting has begun. Guests come in at 192.168.1.5:443.", ToneGood},
		{hosting.Event{Kind: hosting.EventInvited, Text: "It is for 3 guests, until 12:30."}, "An invite was made. It is for 3 guests, until 12:30.", ToneNone},
		{hosting.Event{Kind: hosting.EventQueued, Name: "Lab-PC", Text: "It is at place 2."}, "Lab-PC waits in the queue with its test. It is at place 2.", ToneNone},
		{hosting.Event{Kind: hosting.EventLegFailed, Name: "Lab-PC", Path: netcheck.PathDirect, Text: "No pair"}, "Lab-PC: Direct was not connected. No pair.", ToneFair},

		left(signaling.CodeLeft, "The guest has left.", "Lab-PC has left."),
		left(signaling.CodeHostStopped, "Hosting has stopped.", "Lab-PC has left. Hosting has stopped."),
		left(signaling.CodeRemoved, "The guest was removed.", "Lab-PC was removed."),
		left(signaling.CodeRemoved, "The person at the host has ended your session.", "Lab-PC was removed."),
		left(signaling.CodeDeclined, "The guest was not let in.", "Lab-PC was not let in."),
		left(signaling.CodeDeclined, "The person at the host did not let you in.", "Lab-PC was not let in."),
		left(signaling.CodeLost, "Nothing was heard of the guest for 60 s.", "Lab-PC is gone. Nothing was heard of the guest for 60 s."),
		left(signaling.CodeTooMany, "The guest has sent too many messages and was removed.", "Lab-PC is gone. The guest has sent too many messages and was removed."),

		refused(signaling.CodeExpired, "A computer came with an invite whose time is over.", "Somebody at 203.0.113.9 was turned away. A computer came with an invite whose time is over."),
		refused(signaling.CodeHostFull, "A guest was turned away: this host has as many as it takes.", "Somebody at 203.0.113.9 was turned away: this host has as many as it takes."),
		refused(signaling.CodeTooMany, "A computer was turned away: there were too many attempts or guests from its address.",
			"Somebody at 203.0.113.9 was turned away: there were too many attempts or guests from its address."),
		refused(signaling.CodeRemoved, "A guest that was removed or not let in came again with the same invite, and was turned away.",
			"Somebody at 203.0.113.9 was turned away. A guest that was removed or not let in came again with the same invite."),
		refused("not_met", "No packet came through.", "No packet came through."),
		refused("not_met", "", "Somebody at 203.0.113.9 was turned away."),

		closed("run_ended", "The guest has ended the test.", "Lab-PC: Relay TCP has ended. The guest has ended the test.", ToneNone),
		closed("link_lost", "The link was lost: nothing came from the guest for 15 s.", "Lab-PC: Relay TCP has ended. The link was lost: nothing came from the guest for 15 s.", ToneFair),
		closed(string(signaling.CodeHostStopped), "Hosting has stopped.", "Lab-PC: Relay TCP has ended. Hosting has stopped.", ToneNone),
		ended("overrun", "The run has taken much longer than it asked for, so the host has ended it.",
			"The test of Lab-PC has ended. The run has taken much longer than it asked for, so the host has ended it.", ToneFair),
		closed(string(signaling.CodeRemoved), "The person at the host has ended your session.", "Lab-PC: Relay TCP has ended.", ToneFair),
		ended(string(signaling.CodeRemoved), "The person at the host has ended your session.", "The test of Lab-PC has ended.", ToneFair),
		ended("", "The test of Lab-PC has ended.", "The test of Lab-PC has ended.", ToneNone),
	})
}

var emptySentence = regexp.MustCompile(`\.\s*\.|[:;,]\s*\.|\(\s*\)|  |^\s|\s$`)

// Whatever stands beside a kind, its line has whole sentences.
func TestHostEventLinesAreWhole(t *testing.T) {
	for _, tt := range bareHostLines {
		for _, detail := range []string{"", " ", ".", " .\n", "A detail", "A detail. ", tt.want, strings.TrimSuffix(tt.want, ".")} {
			e := tt.event
			e.Text = detail
			line, _ := HostEventLine(e)
			if tt.want == "" {
				if line != "" {
					t.Errorf("%s has a line: %q", e.Kind, line)
				}
				continue
			}
			if !strings.HasPrefix(line, strings.TrimSuffix(tt.want, ".")) || !strings.HasSuffix(line, ".") || emptySentence.MatchString(line) || strings.Count(line, tt.want) != 1 {
				t.Errorf("%s with %q: %q", e.Kind, detail, line)
			}
		}
	}
}

// What a guest has found is said in its words: "this computer" is not the host.
func TestGuestSays(t *testing.T) {
	for _, tt := range []struct{ name, words, want string }{
		{"vm", "This computer could not keep up.", `vm says: "This computer could not keep up".`},
		{"", "No pair\x1b[2J", `The guest says: "No pair[2J".`},
		{"vm", " .", ""},
		{"vm", "", ""},
	} {
		if got := GuestSays(tt.name, tt.words); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
