package lab

import (
	"net/netip"

	"echopath/internal/netns"
	data "echopath/lab/scenario" // the name of one is taken by the tests
)

// Linked is a network of the lab with an emulated link in it: the layout as far as it has cables, and where the link is plugged in.
type Linked struct {
	Topology netns.Topology
	Layout   Layout // tells the NATs
	A, B     netns.End
	RoutesA  []netns.Route // over the link
	RoutesB  []netns.Route
	Server   bool // there is a server's place, srv
}

// Interface of the link where it ends at a computer.
const linkInterface = "eth0"

// wide holds all addresses of a side's kind: what is on the link needs no router.
func wide(node, name string, a netip.Addr) netns.End {
	return netns.End{Node: node, Interface: name, Addresses: []netip.Prefix{netip.PrefixFrom(a, 8)}}
}

// NewLinked gives the network of a scenario.
func NewLinked(t data.Topology) Linked {
	switch t.Kind {
	case data.NATs:
		return linkedNATs(t)
	case data.Relay:
		return linkedRelay()
	}
	return Linked{Layout: Layout{Side{NAT: None}, Side{NAT: None}}, Topology: netns.Topology{Nodes: []netns.Node{{Name: "a"}, {Name: "b"}}},
		A: wide("a", linkInterface, AddrA), B: wide("b", linkInterface, AddrB)}
}

// linkedNATs puts the link between the routers of both ends.
func linkedNATs(t data.Topology) Linked {
	side := func(n data.NAT) Side {
		if n == "" || n == data.NoNAT {
			return Side{NAT: None}
		}
		return Side{NAT: NAT(n), Ports: []int{tlsPort}}
	}
	l := Linked{Layout: Layout{side(t.A), side(t.B)}, A: wide("nata", "wan", AddrNATA), B: wide("natb", "wan", AddrNATB)}
	l.Topology = netns.Topology{
		Nodes: []netns.Node{
			{Name: "a", Routes: leads("10.1.0.1")}, {Name: "nata", Forward: true, Rules: l.Layout.A.rules(AddrA)},
			{Name: "natb", Forward: true, Rules: l.Layout.B.rules(AddrB)}, {Name: "b", Routes: leads("10.2.0.1")},
		},
		Links: []netns.Link{
			{A: plug("a", "eth0", AddrA), B: plug("nata", "lan", netip.MustParseAddr("10.1.0.1"))},
			{A: plug("b", "eth0", AddrB), B: plug("natb", "lan", netip.MustParseAddr("10.2.0.1"))},
		},
	}
	if l.Layout.B.NAT == None { // private addresses are known only where no NAT hides them
		l.RoutesA = []netns.Route{{To: "10.2.0.0/24", Via: AddrNATB}}
	}
	if l.Layout.A.NAT == None {
		l.RoutesB = []netns.Route{{To: "10.1.0.0/24", Via: AddrNATA}}
	}
	return l
}

// linkedRelay makes the link a's way to everybody: the host and a server.
func linkedRelay() Linked {
	router := netip.MustParseAddr("10.1.0.1")
	return Linked{
		Layout: Layout{Side{NAT: None}, Side{NAT: None}}, Server: true,
		A: plug("a", linkInterface, AddrA), RoutesA: leads(router.String()),
		B: plug("wan", "a", router),
		Topology: netns.Topology{
			Nodes: []netns.Node{
				{Name: "a"}, {Name: "wan", Forward: true},
				{Name: "b", Routes: leads("10.2.0.1")}, {Name: "srv", Routes: leads("11.0.3.1")},
			},
			Links: []netns.Link{
				{A: plug("b", "eth0", AddrB), B: plug("wan", "b", netip.MustParseAddr("10.2.0.1"))},
				{A: plug("srv", "eth0", AddrSrv, AddrSrvAlt), B: plug("wan", "srv", netip.MustParseAddr("11.0.3.1"))},
			},
		},
	}
}

// tlsPort is where hosts of the lab listen for guests.
const tlsPort = 5349
