package rtc

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/pion/transport/v5"

	"echopath/netcheck"
)

// place is where the sockets of a leg are bound.
type place struct {
	addr  netip.Addr // source address that was asked for; zero leaves it to the route to the server
	iface string     // name of its interface
	asked bool       // the user chose it: packets must leave by it
}

// choosePlace finds the address that the leg's interface and target ask for.
func choosePlace(n transport.Net, leg netcheck.Leg) (place, error) {
	if leg.Target == netcheck.TargetSelf {
		p := place{addr: loopback(leg.Family)}
		p.iface = interfaceOf(n, p.addr)
		return p, nil
	}
	if leg.Interface == "" {
		return place{}, nil
	}
	ifaces, err := n.Interfaces()
	if err != nil {
		return place{}, localError("The network interfaces of this computer can not be listed.", err)
	}
	named := false
	for _, ifc := range ifaces {
		for _, a := range addresses(ifc) {
			if ifc.Name == leg.Interface && suits(a, leg.Family) || a.String() == leg.Interface && isFamily(a, leg.Family) {
				return place{addr: a, iface: ifc.Name, asked: true}, nil
			}
		}
		named = named || ifc.Name == leg.Interface
	}
	if named {
		return place{}, &netcheck.Failure{Code: netcheck.ReasonLocal,
			Text:   fmt.Sprintf("The interface %s has no address of IP version %s.", leg.Interface, leg.Family),
			Advice: "Choose another interface or another IP version."}
	}
	return place{}, &netcheck.Failure{Code: netcheck.ReasonLocal,
		Text:   fmt.Sprintf("There is no interface or address %q on this computer for IP version %s.", leg.Interface, leg.Family),
		Advice: "Use one of these: " + list(ifaces, leg.Family) + "."}
}

func loopback(f netcheck.Family) netip.Addr {
	if f == netcheck.Family6 {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

func isFamily(a netip.Addr, f netcheck.Family) bool { return a.Is6() == (f == netcheck.Family6) }

// suits leaves out link-local addresses: pion takes none as a candidate (RFC 8445, section 5.1.1.1).
func suits(a netip.Addr, f netcheck.Family) bool {
	return isFamily(a, f) && !a.IsLinkLocalUnicast() && !a.IsMulticast()
}

func addresses(ifc *transport.Interface) []netip.Addr {
	all, err := ifc.Addrs()
	if err != nil {
		return nil
	}
	var out []netip.Addr
	for _, a := range all {
		var ip net.IP
		switch a := a.(type) {
		case *net.IPNet:
			ip = a.IP
		case *net.IPAddr:
			ip = a.IP
		}
		if addr, ok := netip.AddrFromSlice(ip); ok {
			out = append(out, addr.Unmap())
		}
	}
	return out
}

// list names the interfaces that are up and have an address of the family.
func list(ifaces []*transport.Interface, f netcheck.Family) string {
	var names []string
	for _, ifc := range ifaces {
		usable := func(a netip.Addr) bool { return suits(a, f) }
		if i := slices.IndexFunc(addresses(ifc), usable); i >= 0 && ifc.Flags&net.FlagUp != 0 {
			names = append(names, fmt.Sprintf("%s (%s)", ifc.Name, addresses(ifc)[i]))
		}
	}
	if len(names) == 0 {
		return "there is none"
	}
	return strings.Join(names, ", ")
}

// interfaceOf names the interface that has the address, or is "".
func interfaceOf(n transport.Net, a netip.Addr) string {
	ifaces, err := n.Interfaces()
	if err != nil {
		return ""
	}
	for _, ifc := range ifaces {
		if slices.Contains(addresses(ifc), a.WithZone("").Unmap()) {
			return ifc.Name
		}
	}
	if a.IsLoopback() { // all of 127.0.0.0/8 belongs to it, while it lists one address
		for _, ifc := range ifaces {
			if ifc.Flags&net.FlagLoopback != 0 {
				return ifc.Name
			}
		}
	}
	return ""
}

// isLocal tells whether the address is one of this machine's.
func isLocal(n transport.Net, a netip.Addr) bool { return a.IsLoopback() || interfaceOf(n, a) != "" }

// sourceFor asks the routing table from which address packets to the server leave. A connected UDP socket sends nothing.
func sourceFor(n transport.Net, to netip.AddrPort) (netip.Addr, error) {
	network := "udp4"
	if to.Addr().Is6() {
		network = "udp6"
	}
	conn, err := n.Dial(network, to.String())
	if err != nil {
		return netip.Addr{}, err
	}
	defer func() { _ = conn.Close() }()
	return addrOf(conn.LocalAddr()).Addr(), nil
}

func addrOf(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.UDPAddr:
		ap = a.AddrPort()
	case *net.TCPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// hasAddress tells whether there is an address for a host candidate (RFC 8445, section 5.1.1.1): the one that sockets are bound to, or one
// of an interface that is up and leads out of this computer. Interfaces that can not be listed count as some.
func (p *peer) hasAddress() bool {
	if at := p.net.source(); at.IsValid() {
		return isLocal(p.net, at)
	}
	ifaces, err := p.net.Interfaces()
	return err != nil || slices.ContainsFunc(ifaces, func(ifc *transport.Interface) bool {
		usable := func(a netip.Addr) bool { return suits(a, p.family) }
		return ifc.Flags&net.FlagUp != 0 && ifc.Flags&net.FlagLoopback == 0 && slices.ContainsFunc(addresses(ifc), usable)
	})
}

// vpn judges by the name of the interface. A VPN that filters below the interface does not show, so there is no No.
func vpn(iface string) netcheck.Tri {
	for _, prefix := range []string{"tun", "tap", "wg", "utun"} { // ppp is a modem's or a DSL line's as well
		if rest, ok := strings.CutPrefix(iface, prefix); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return netcheck.Yes
		}
	}
	return netcheck.Unknown
}
