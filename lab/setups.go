package lab

import (
	"fmt"
	"net/netip"
	"strings"
)

// Setup is a way to the world and what must be said of it: one of those of the table of NATs.
type Setup struct {
	Name  string
	Side  Side
	Ports bool // a uses only the ports of SetupPorts
	// Two is the verdict by a server with two addresses, One that by a host with one address and two ports.
	Two, One NATVerdict
	OldName  string // by two addresses
	Kept     bool   // the NAT keeps the ports
	Hairpin  string // yes, no, or "" where there is no NAT
	Shared   bool   // the outside address is one that carriers share
	Several  bool   // there are several outside addresses
	Silence  string // the reason's code where no UDP passes: there is no verdict then
}

// NATVerdict is mapping and filtering.
type NATVerdict struct{ Mapping, Filtering string }

// The words of a report (RFC 4787).
const (
	noNAT     = "none"
	eim       = "endpoint_independent"
	adm       = "address_dependent"
	apdm      = "address_and_port_dependent"
	eimOrADM  = "endpoint_independent_or_address_dependent"
	firstPort = 40000
	ports     = 400
)

// SetupPorts are the ports that a uses where the rules of a set-up name ports, as the kernel takes them.
var SetupPorts = fmt.Sprintf("%d %d", firstPort, firstPort+ports-1)

// Setups is the table of NATs, as it was measured with another implementation of client and server.
func Setups() []Setup {
	cone := NATVerdict{eim, apdm}
	symmetric := NATVerdict{apdm, apdm}
	blocked := func(rules ...string) Side { return Side{NAT: Cone, Out: rules} }
	return []Setup{
		{Name: "routed", Side: Side{NAT: None}, Two: NATVerdict{noNAT, eim}, One: NATVerdict{noNAT, eimOrADM}, OldName: "open, no NAT and no firewall", Kept: true},
		{Name: "stateful firewall", Side: Side{NAT: None, Rules: table("filter", guard, stateful)}, Two: NATVerdict{noNAT, apdm}, One: NATVerdict{noNAT, apdm},
			OldName: "no NAT, and a firewall that lets answers in", Kept: true},
		{Name: "masquerade", Side: Side{NAT: Cone}, Two: cone, One: NATVerdict{eimOrADM, apdm}, OldName: "port-restricted cone NAT", Kept: true, Hairpin: "no"},
		{Name: "masquerade at random", Side: Side{NAT: Symmetric}, Two: symmetric, One: symmetric, OldName: "symmetric NAT", Hairpin: "no"},
		{Name: "full cone", Side: Side{NAT: Cone, Rules: table("filter", guard) + table("nat", openRule, snat(AddrNATA), hide)},
			Two: NATVerdict{eim, eim}, One: NATVerdict{eimOrADM, eimOrADM}, OldName: "full cone NAT", Kept: true, Hairpin: "no"},
		{Name: "restricted cone", Ports: true, Side: Side{NAT: Cone, Rules: table("filter", guard) + byAddress()},
			Two: NATVerdict{eim, adm}, One: NATVerdict{eimOrADM, eimOrADM}, OldName: "restricted cone NAT", Kept: true, Hairpin: "no"},
		{Name: "address by destination", Side: Side{NAT: Cone, Rules: table("filter", guard, stateful) +
			table("nat", fmt.Sprintf("-A POSTROUTING -o wan -p udp -d %s -j SNAT --to-source %s", AddrSrvAlt, AddrNATA2), snat(AddrNATA), hide)},
			Two: NATVerdict{adm, apdm}, One: NATVerdict{eimOrADM, apdm}, OldName: "symmetric NAT", Kept: true, Hairpin: "no", Several: true},
		{Name: "carrier", Side: Side{NAT: Cone, Rules: table("filter", guard, stateful, fmt.Sprintf("-A FORWARD -i lan -d %s -j DROP", AddrCarrier)) +
			table("nat", "-A POSTROUTING -o wan -j SNAT --to-source "+AddrCarrier.String())},
			Two: cone, One: NATVerdict{eimOrADM, apdm}, OldName: "port-restricted cone NAT", Kept: true, Hairpin: "no", Shared: true},
		{Name: "full cone with hairpin", Side: Side{NAT: Cone, Rules: table("filter", guard) + table("nat", openRule,
			fmt.Sprintf("-A PREROUTING -i lan -p udp -d %s -j DNAT --to-destination %s", AddrNATA, AddrA), snat(AddrNATA),
			fmt.Sprintf("-A POSTROUTING -o lan -p udp -s %s -d %s -j SNAT --to-source %s", AddrA, AddrA, AddrNATA), hide)},
			Two: NATVerdict{eim, eim}, One: NATVerdict{eimOrADM, eimOrADM}, OldName: "full cone NAT", Kept: true, Hairpin: "yes"},
		{Name: "UDP dropped", Side: blocked("-p udp -j DROP"), Silence: "no_answer"},
		{Name: "UDP rejected", Side: blocked("-p udp -j REJECT"), Silence: "refused"},
		{Name: "only TCP 443", Side: blocked("-p tcp --dport 443 -j ACCEPT", "-j DROP"), Silence: "no_answer"},
	}
}

// Rules that set-ups share. What comes for the router itself and belongs to nothing would leave a connection on record there.
const (
	guard    = "-A INPUT -i wan -m conntrack --ctstate NEW,INVALID -j DROP"
	stateful = "-A FORWARD -i wan -m conntrack --ctstate NEW,INVALID -j DROP"
	hide     = "-A POSTROUTING -o wan -j MASQUERADE"
)

// openRule leads all UDP from outside to the one end inside.
var openRule = fmt.Sprintf("-A PREROUTING -i wan -p udp -d %s -j DNAT --to-destination %s", AddrNATA, AddrA)

func snat(to netip.Addr) string {
	return "-A POSTROUTING -o wan -p udp -j SNAT --to-source " + to.String()
}

// table is one for iptables-restore.
func table(name string, rules ...string) string {
	return "*" + name + "\n" + strings.Join(rules, "\n") + "\nCOMMIT\n"
}

// byAddress lets in from an address that the same port has sent to. The kernel's lists are of addresses alone: one for each port.
func byAddress() string {
	var mangle, dnat []string
	for port := firstPort; port < firstPort+ports; port++ {
		mangle = append(mangle, fmt.Sprintf("-A PREROUTING -i lan -p udp --sport %d -m recent --name lab%d --set --rdest", port, port))
		dnat = append(dnat, fmt.Sprintf("-A PREROUTING -i wan -p udp --dport %d -m recent --name lab%d --rcheck --rsource -j DNAT --to-destination %s", port, port, AddrA))
	}
	return table("mangle", mangle...) + table("nat", append(dnat, snat(AddrNATA), hide)...)
}
