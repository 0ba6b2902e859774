package netns

import (
	"fmt"
	"net/netip"
	"regexp"
)

// Topology is a network as data.
type Topology struct {
	Nodes []Node
	Links []Link
	// IPv6 is on in all nodes. Their own addresses beside those of the links are those of each link alone, and no router announces any.
	IPv6 bool
}

// Node is one computer or router: a namespace.
type Node struct {
	Name    string // lower-case letters and digits
	Forward bool   // it is a router: packets for others pass
	Routes  []Route
	Rules   string // for iptables-restore; "" for none
}

// Route is one route of a node, beside those that its addresses bring along.
type Route struct {
	To  string // "default" or a prefix
	Via netip.Addr
}

// Link is a cable between two nodes.
type Link struct{ A, B End }

// End is where a cable is plugged in.
type End struct {
	Node      string
	Interface string // at most 15 bytes
	Addresses []netip.Prefix
}

var (
	nodeName      = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}$`)
	interfaceName = regexp.MustCompile(`^[a-z][a-z0-9]{0,14}$`)
)

// Check finds what can not be built: names twice, cables that end nowhere, routers that no cable reaches.
func (t Topology) Check() error {
	nodes := map[string]bool{}
	for _, n := range t.Nodes {
		switch {
		case !nodeName.MatchString(n.Name):
			return fmt.Errorf("node %q: a name is letters and digits", n.Name)
		case nodes[n.Name]:
			return fmt.Errorf("node %s stands there twice", n.Name)
		}
		nodes[n.Name] = true
	}
	used := map[string]bool{}
	for _, l := range t.Links {
		for _, e := range []End{l.A, l.B} {
			if err := e.check(nodes, used); err != nil {
				return err
			}
		}
	}
	return t.checkRoutes()
}

func (e End) check(nodes, used map[string]bool) error {
	plug := e.Node + " " + e.Interface
	switch {
	case !nodes[e.Node]:
		return fmt.Errorf("a cable leads to %q, which is no node", e.Node)
	case !interfaceName.MatchString(e.Interface) || e.Interface == "lo":
		return fmt.Errorf("node %s: %q is no name for an interface", e.Node, e.Interface)
	case used[plug]:
		return fmt.Errorf("node %s: interface %s has two cables", e.Node, e.Interface)
	case len(e.Addresses) == 0:
		return fmt.Errorf("node %s: interface %s has no address", e.Node, e.Interface)
	}
	used[plug] = true
	return nil
}

// checkRoutes wants the next hop of each route on a network that the node is on.
func (t Topology) checkRoutes() error {
	for _, n := range t.Nodes {
		for _, r := range n.Routes {
			if _, err := netip.ParsePrefix(r.To); err != nil && r.To != "default" {
				return fmt.Errorf("node %s: a route to %q", n.Name, r.To)
			}
			if !t.reaches(n.Name, r.Via) {
				return fmt.Errorf("node %s: the route to %s goes via %s, which is on none of its networks", n.Name, r.To, r.Via)
			}
		}
	}
	return nil
}

func (t Topology) reaches(node string, via netip.Addr) bool {
	for _, l := range t.Links {
		for _, e := range []End{l.A, l.B} {
			for _, p := range e.Addresses {
				if e.Node == node && p.Contains(via) && p.Addr() != via {
					return true
				}
			}
		}
	}
	return false
}
