package lab

import (
	"fmt"
	"net/netip"
	"strings"

	"echopath/internal/netns"
)

// Prefix begins the names of the lab's namespaces.
const Prefix = "eplab-"

// NAT is what stands between an end and the wide network.
type NAT string

// The NATs of the lab, in the words of RFC 4787: mapping / filtering.
const (
	None      NAT = "none"      // a router: no mapping, no filtering
	Cone      NAT = "cone"      // endpoint-independent / address and port-dependent; Linux keeps the port
	Symmetric NAT = "symmetric" // address and port-dependent / address and port-dependent
)

// Side is one end's place in the network.
type Side struct {
	NAT NAT
	// Out are rules for what passes the router from the end outwards, each the rest of "-A FORWARD -i lan".
	Out []string
	// Lossy are rules for what passes the router in any direction, each the rest of "-A FORWARD", before all others.
	Lossy []string
	// Ports of TCP that the NAT forwards to the end.
	Ports []int
	// Rules, if set, are all of the router's, for iptables-restore. NAT then only tells whether the wide network knows the end's own address.
	Rules string
}

// Layout is a network of the lab as data:
//
//	a - nata - wan - natb - b        srv: STUN, TURN, proxy; victim: a computer that has nothing to do with any of it
//	           / \
//	        srv   victim
//
// The addresses are private ones at both ends and ones of the Internet between them: the program treats those for documentation or
// benchmarks as what they are, and nothing leads out of the network.
type Layout struct{ A, B Side }

// The addresses of the lab.
var (
	AddrA       = netip.MustParseAddr("10.1.0.2")
	AddrASecond = netip.MustParseAddr("10.1.0.3") // free, on the same network
	AddrNATA    = netip.MustParseAddr("11.0.1.2")
	AddrB       = netip.MustParseAddr("10.2.0.2")
	AddrNATB    = netip.MustParseAddr("11.0.2.2")
	AddrNATA2   = netip.MustParseAddr("11.0.1.3") // the router's second address
	AddrCarrier = netip.MustParseAddr("100.64.7.7")
	AddrSrv     = netip.MustParseAddr("11.0.3.2")
	AddrSrvAlt  = netip.MustParseAddr("11.0.3.3") // for NAT behaviour, RFC 5780
	AddrVictim  = netip.MustParseAddr("11.0.9.2")
)

// Topology is the layout as nodes, cables and rules.
func (l Layout) Topology() netns.Topology {
	wan := netns.Node{Name: "wan", Forward: true, Routes: []netns.Route{{To: "100.64.7.0/24", Via: AddrNATA}}}
	for _, s := range []struct {
		side Side
		lan  string
		via  netip.Addr
	}{{l.A, "10.1.0.0/24", AddrNATA}, {l.B, "10.2.0.0/24", AddrNATB}} {
		if s.side.NAT == None { // the wide network knows private addresses only where no NAT hides them
			wan.Routes = append(wan.Routes, netns.Route{To: s.lan, Via: s.via})
		}
	}
	return netns.Topology{
		Nodes: []netns.Node{
			{Name: "a", Routes: leads("10.1.0.1")},
			{Name: "nata", Forward: true, Routes: leads("11.0.1.1"), Rules: l.A.rules(AddrA)},
			wan,
			{Name: "natb", Forward: true, Routes: leads("11.0.2.1"), Rules: l.B.rules(AddrB)},
			{Name: "b", Routes: leads("10.2.0.1")},
			{Name: "srv", Routes: leads("11.0.3.1")},
			{Name: "victim", Routes: leads("11.0.9.1"), Rules: "*filter\n-A INPUT -m comment --comment arrived\nCOMMIT\n"},
		},
		Links: []netns.Link{
			{A: plug("a", "eth0", AddrA), B: plug("nata", "lan", netip.MustParseAddr("10.1.0.1"))},
			{A: plug("nata", "wan", AddrNATA, AddrNATA2), B: plug("wan", "a", netip.MustParseAddr("11.0.1.1"))},
			{A: plug("natb", "wan", AddrNATB), B: plug("wan", "b", netip.MustParseAddr("11.0.2.1"))},
			{A: plug("b", "eth0", AddrB), B: plug("natb", "lan", netip.MustParseAddr("10.2.0.1"))},
			{A: plug("srv", "eth0", AddrSrv, AddrSrvAlt), B: plug("wan", "srv", netip.MustParseAddr("11.0.3.1"))},
			{A: plug("victim", "eth0", AddrVictim), B: plug("wan", "victim", netip.MustParseAddr("11.0.9.1"))},
		},
	}
}

func leads(via string) []netns.Route {
	return []netns.Route{{To: "default", Via: netip.MustParseAddr(via)}}
}

func plug(node, name string, addrs ...netip.Addr) netns.End {
	e := netns.End{Node: node, Interface: name}
	for _, a := range addrs {
		e.Addresses = append(e.Addresses, netip.PrefixFrom(a, 24))
	}
	return e
}

// rules are those of the router of a side, for iptables-restore. A NAT drops what comes from outside and belongs to nothing that was
// sent from inside, for itself too: a connectivity check that comes too early would otherwise leave a connection on record, and the
// NAT would no longer keep the port of the answer to it.
func (s Side) rules(inside netip.Addr) string {
	if s.Rules != "" {
		return s.Rules
	}
	var b strings.Builder
	line := func(format string, v ...any) { fmt.Fprintf(&b, format+"\n", v...) }
	line("*filter")
	line("-A INPUT -i lan -p udp -m comment --comment neighbour") // counts what the end sends to its neighbour
	for _, rule := range s.Lossy {
		line("-A FORWARD %s", rule)
	}
	for _, rule := range s.Out {
		line("-A FORWARD -i lan %s", rule)
	}
	if s.NAT != None {
		for _, port := range s.Ports {
			line("-A FORWARD -i wan -p tcp -d %s --dport %d -j ACCEPT", inside, port)
		}
		line("-A INPUT -i wan -m conntrack --ctstate NEW,INVALID -j DROP")
		line("-A FORWARD -i wan -m conntrack --ctstate NEW,INVALID -j DROP")
	}
	line("COMMIT")
	if s.NAT != None {
		line("*nat")
		for _, port := range s.Ports {
			line("-A PREROUTING -i wan -p tcp --dport %d -j DNAT --to-destination %s:%d", port, inside, port)
		}
		line("-A POSTROUTING -o wan -j MASQUERADE%s", map[bool]string{true: " --random-fully"}[s.NAT == Symmetric])
		line("COMMIT")
	}
	return b.String()
}

// Announced is the address under which the world reaches b.
func (l Layout) Announced() netip.Addr {
	if l.B.NAT == None {
		return AddrB
	}
	return AddrNATB
}

// Seen is the address under which the world sees an end.
func Seen(n NAT, own, mapped netip.Addr) netip.Addr {
	if n == None {
		return own
	}
	return mapped
}
