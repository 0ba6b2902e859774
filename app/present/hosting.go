package present

import (
	"fmt"
	"net/netip"
	"strings"

	"echopath/app/hosting"
	"echopath/netcheck"
)

// MaxName is the number of characters that are shown of a name that another computer gives itself.
const MaxName = 64

// guestName is what another computer calls itself, made fit to be shown.
func guestName(name, other string) string {
	return orWord(netcheck.CleanText(name, MaxName), other)
}

// at puts an address between two texts; "" if there is none. The port of a guest tells nobody anything.
func at(a netip.AddrPort, before, after string) string {
	if !a.IsValid() {
		return ""
	}
	return before + a.Addr().Unmap().String() + after
}

// GuestState says in a few words where a guest stands: "in", "2nd in the queue", "measuring Relay TLS".
func GuestState(g hosting.Guest) string {
	switch g.State {
	case hosting.GuestWaiting:
		return "waits to be let in"
	case hosting.GuestIn:
		return "in"
	case hosting.GuestQueued:
		if g.Position > 0 {
			return Ordinal(g.Position) + " in the queue"
		}
		return "in the queue"
	case hosting.GuestActive:
		if g.Path != netcheck.PathUnknown {
			return "measuring " + g.Path.Title()
		}
		return "measuring"
	case hosting.GuestAway:
		return "not heard any more"
	}
	return orWord(netcheck.CleanText(string(g.State), MaxName), None)
}

// GuestTone is what the state of a guest asks of the person at the host: one that waits or is away is worth a look.
func GuestTone(s hosting.GuestState) Tone {
	switch s {
	case hosting.GuestWaiting, hosting.GuestAway:
		return ToneFair
	case hosting.GuestActive:
		return ToneGood
	case hosting.GuestIn, hosting.GuestQueued:
	}
	return ToneNone
}

// Ordinal writes a place: "1st", "2nd", "3rd", "4th", "11th".
func Ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// PortLine is what a firewall must let in, in a line: "UDP 3478: STUN and TURN", "UDP 49152 to 49407: test packets".
func PortLine(p hosting.Port) string {
	line := portWords(p)
	if why := bare(p.Why); why != "" {
		line += ": " + why
	}
	return line
}

// portWords is the protocol with the port or the range of ports.
func portWords(p hosting.Port) string {
	words := fmt.Sprintf("%s %d", strings.ToUpper(p.Protocol), p.From)
	if p.To > p.From {
		words += fmt.Sprintf(" to %d", p.To)
	}
	return words
}

// FirewallText is what a firewall team needs to know to let guests reach a host, as plain text for a mail or a ticket: the
// address, protocols and ports, and what each is for. It is "" as long as the host listens on no port.
func FirewallText(s hosting.Snapshot) string {
	if len(s.Ports) == 0 || !s.Address.IsValid() {
		return ""
	}
	address := s.Address
	if s.Public.IsValid() {
		address = s.Public
	}
	var b strings.Builder
	b.WriteString("Echopath measures the network between two computers. This one waits for the other at the address\n\n    " + address.String() + "\n\n")
	if address != s.Address {
		b.WriteString("which is translated 1:1 to " + s.Address.String() + " (NAT). ")
	}
	b.WriteString("Please allow these connections to it, and the answers:\n\n")
	width := 0
	for _, p := range s.Ports {
		width = max(width, len(portWords(p)))
	}
	for _, p := range s.Ports {
		b.WriteString("    " + strings.TrimRight(fmt.Sprintf("%-*s   %s", width, portWords(p), bare(p.Why)), " ") + "\n")
	}
	b.WriteString("\nThe ports are open only while it hosts. Each guest needs an invite; packets are relayed between the two ends of a test only.\n")
	return b.String()
}
