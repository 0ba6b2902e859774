package cli

import (
	"github.com/spf13/cobra"
)

// hostName is the name of the command.
const hostName = "host"

// hostOptions are the flags of the command host, as they were given.
type hostOptions struct {
	listen, publicAddress     string
	announce, stun            []string
	udpPort, tcpPort, tlsPort string
	altUDPPort                string
	altAddress, altPublic     string
	peerPorts                 string
	tlsCert, tlsKey           string
	inviteFile, inviteTTL     string
	maxGuests, renew          string
	printInvite, paste        bool
	name, budget              string
	anyCandidate              bool
	json                      string
	quiet                     bool

	given map[string]bool
}

func (o *hostOptions) groups() flagGroups {
	return flagGroups{
		{"Where to host", []flagSpec{
			{name: "listen", value: "ADDRESS|INTERFACE", text: &o.listen, help: "the one address to listen on (default: the one by which this computer reaches the internet)"},
			{name: "public-address", value: "ADDRESS", text: &o.publicAddress, help: "address under which a 1:1 NAT, as clouds have it, shows this computer to the internet"},
			{name: "announce", value: "HOST[:PORT]", list: &o.announce, help: "a name or another address that guests can use, for example a forwarded port; may be given several times"},
			{name: "udp-port", value: "N|any", text: &o.udpPort, help: "STUN and TURN over UDP (default 3478); any: a free one, as for the following"},
			{name: "alt-udp-port", value: "N|any|none", text: &o.altUDPPort, help: "STUN a second time, by which a guest learns more about the NAT before it (default: one above --udp-port if that is free)"},
			{name: "alt-address", value: "ADDRESS", text: &o.altAddress, help: "a second address of this computer on which the two UDP ports answer STUN too: with it a guest finds out from this host alone how the NAT before it maps and filters (RFC 5780)"},
			{name: "alt-public-address", value: "ADDRESS", text: &o.altPublic, help: "address under which a 1:1 NAT shows --alt-address to the internet"},
			{name: "tcp-port", value: "N|any", text: &o.tcpPort, help: "TURN over TCP (default 3478)"},
			{name: "tls-port", value: "N|any", text: &o.tlsPort, help: "TURN over TLS and signalling (default 443 if this program may use it, else 5349)"},
			{name: "peer-ports", value: "MIN-MAX|any", text: &o.peerPorts, help: "UDP ports of relays and of the echo peer (default 49152-50175)"},
			{name: "tls-cert", value: "FILE", text: &o.tlsCert, help: "certificate with its chain (PEM) (default: one is made, and guests know it by the invite)"},
			{name: "tls-key", value: "FILE", text: &o.tlsKey, help: "its private key (PEM)"},
			{name: "stun", value: "URL", list: &o.stun, help: "STUN server by which this host is found behind a NAT; may be given several times: stun:HOST:3478. public: well-known ones of others, which then see this computer's address"},
		}},
		{"Who may come", []flagSpec{
			{name: "invite-file", value: "FILE", text: &o.inviteFile, help: "write the invite there, for you alone to read (mode 0600); taken away at the end"},
			{name: "print-invite", set: &o.printInvite, help: "print the invite on standard output. Whoever reads it can come in, so mind where the output goes"},
			{name: "paste", set: &o.paste, help: "for a guest to whom no TCP connection is possible: an invite for one guest that works by copy and paste too. " +
				"The guest's Echopath shows an answer to it, which is given here on standard input, and the two meet over UDP"},
			{name: "invite-ttl", value: "TIME", text: &o.inviteTTL, help: "how long an invite lets guests in, for example 30m, 8h, 7d or 1d12h (default 10m)"},
			{name: "max-guests", value: "N", text: &o.maxGuests, help: "how many guests an invite is for (default 1)"},
			{name: "renew", value: "on|off", text: &o.renew, help: "make a new invite when the last is used up or nearly over (default on with --invite-file, else off)"},
			{name: "any-candidate", set: &o.anyCandidate, help: "let the echo peer send connectivity checks to any address that a guest names, not only to those that the host has seen it use. " +
				"Needed where a guest's packets come from an address that the host can not see before. It lets guests have this computer send small packets to computers of their choice: for guests that you trust"},
		}},
		{"What to give", []flagSpec{
			{name: "name", value: "NAME", text: &o.name, help: "what guests are shown (default: the name of this computer)"},
			{name: "budget", value: "N", text: &o.budget, help: "packets a second in each direction that all tests together may ask for; others wait in a queue (default: measured at the start)"},
			{name: "json", value: "-", text: &o.json, help: "one JSON object a line on standard output instead of text"},
			{name: "quiet", set: &o.quiet, help: "the first and the last lines only"},
		}},
	}
}

func (a *app) hostCommand() *cobra.Command {
	o := &hostOptions{}
	cmd := &cobra.Command{
		Use:   hostName,
		Short: shortHelp[hostName],
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.given = o.groups().given(cmd)
			if err := stray(args, false); err != nil {
				return err
			}
			return a.host(cmd.Context(), o)
		},
	}
	o.groups().bind(cmd)
	return cmd
}
