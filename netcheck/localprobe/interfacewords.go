package localprobe

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// finding is a result in words.
type finding struct {
	state        netcheck.NetState
	code         netcheck.ReasonCode
	text, advice string
}

// words tell a way: "eth0 (192.168.1.5, router 192.168.1.1)".
func (w way) words() string {
	inside := w.address()
	if w.router.IsValid() {
		inside += ", router " + w.router.String()
	}
	name := w.iface
	if name == "" {
		name = "an interface that could not be found"
	}
	return name + " (" + inside + ")"
}

// address is the source. A unique local one of IPv6 (RFC 4193) leads out only where something translates it.
func (w way) address() string {
	if w.source.Is6() && w.source.IsPrivate() {
		return w.source.String() + ", a private address"
	}
	return w.source.String()
}

// leads is said when packets leave.
func (s survey) leads() finding {
	text := "Packets to the Internet leave by " + s.four.words()
	switch {
	case !s.four.ok() || s.family == netcheck.Family6:
		text = "Packets to the Internet leave by " + s.six.words() + ", over IPv6"
	case s.six.ok() && s.six.iface == s.four.iface:
		text += ", over IPv6 too (" + s.six.address() + ")"
	case s.six.ok():
		text += ", over IPv6 by " + s.six.words()
	}
	return finding{netcheck.NetOK, "", text + "." + s.vpn(), ""}
}

// vpn says whether results describe a VPN.
func (s survey) vpn() string {
	var on, beside []string
	for _, ifc := range s.up {
		used := s.four.ok() && ifc.Name == s.four.iface || s.six.ok() && ifc.Name == s.six.iface
		switch {
		case ifaces.Tunnel(ifc.Name) && used:
			on = append(on, ifc.Name)
		case ifaces.Tunnel(ifc.Name):
			beside = append(beside, ifc.Name)
		}
	}
	text := ""
	switch half := s.half(); {
	case len(on) > 0 && half != "":
		text = fmt.Sprintf(" You are on the VPN %s for %s alone: what is measured over it describes the VPN, and the rest the network itself.", strings.Join(on, ", "), half)
	case len(on) > 0:
		text = fmt.Sprintf(" You are on the VPN %s: all results describe the VPN, and not only the network below it.", strings.Join(on, ", "))
	case len(beside) > 0:
		text = fmt.Sprintf(" The VPN %s is up too: what it is set up for goes through it, and nothing else.", strings.Join(beside, ", "))
	}
	if i := slices.IndexFunc(s.up, func(ifc Interface) bool {
		return ifc.PointToPoint && !ifaces.Tunnel(ifc.Name) && s.four.ok() && ifc.Name == s.four.iface
	}); i >= 0 {
		text += fmt.Sprintf(" %s is a line to a single other end: a modem's, a DSL line's or a VPN's.", s.up[i].Name)
	}
	return text
}

// half is the version of IP that goes through a VPN alone, "" if both do or there is only one.
func (s survey) half() string {
	if !s.four.ok() || !s.six.ok() || ifaces.Tunnel(s.four.iface) == ifaces.Tunnel(s.six.iface) {
		return ""
	}
	if ifaces.Tunnel(s.four.iface) {
		return "IPv4"
	}
	return "IPv6"
}

// noAddress is said when nothing but the computer itself is reached.
func noAddress(all []Interface) finding {
	f := finding{netcheck.NetFailed, netcheck.ReasonNoAddress, "No network interface of this computer has an address: it is in no network.",
		"Plug in a cable or join a Wi-Fi network, and check that flight mode is off."}
	for _, ifc := range all {
		i := slices.IndexFunc(ifc.Addresses, func(a netip.Addr) bool { return a.Is4() && a.IsLinkLocalUnicast() })
		if !ifc.Up || i < 0 {
			continue
		}
		f.text = fmt.Sprintf("No network gave this computer an address: %s has %s, which it gave itself because no DHCP server answered (RFC 3927).", ifc.Name, ifc.Addresses[i])
		f.advice = "Check the cable or the Wi-Fi password. If they are right, ask whether this network has a DHCP server, and whether it knows this computer."
		return f
	}
	if i := slices.IndexFunc(all, func(ifc Interface) bool { return ifc.Up && !ifc.Loopback }); i >= 0 {
		f.text = fmt.Sprintf("No network gave this computer an address: %s is up and has none beyond its own link.", all[i].Name)
		f.advice = "Wait until the network has been joined. If it stays so, ask whether this network has a DHCP server, and whether it knows this computer."
		return f
	}
	if i := slices.IndexFunc(all, func(ifc Interface) bool { return !ifc.Loopback && len(ifc.Addresses) > 0 }); i >= 0 {
		f.text = fmt.Sprintf("The network interface %s (%s) is down, and no other is up: this computer is in no network.", all[i].Name, all[i].Addresses[0])
		f.advice = "Turn the interface on: plug in the cable or join the Wi-Fi network, and check that flight mode is off."
	}
	return f
}

func (s survey) noFamily() finding {
	return finding{netcheck.NetFailed, netcheck.ReasonNoFamily, fmt.Sprintf("This computer has no IPv%s address, and IPv%s was asked for.", s.family, s.family),
		"Test with the other version of IP, or leave the choice to the program."}
}

// noIPv4 is said when IPv6 alone leads out.
func (s survey) noIPv4() finding {
	text := "This computer has no IPv4 address"
	if s.has(netcheck.Family4) {
		text = "This computer has an IPv4 address (" + s.addresses(netcheck.Family4) + ") and no default route for IPv4"
	}
	return finding{netcheck.NetDegraded, netcheck.ReasonNoIPv4,
		fmt.Sprintf("%s: packets to the Internet leave over IPv6 alone, by %s. Servers that have IPv4 only are reached by name, and only if the network has NAT64.%s", text, s.six.words(), s.vpn()),
		"Use servers' names, and servers that have IPv6. If IPv4 should work here, ask for an address and a router for it (DHCP)."}
}

func (s survey) noRoute() finding {
	family := netcheck.FamilyAuto
	which := ""
	if s.family == netcheck.Family4 || s.family == netcheck.Family6 {
		family, which = s.family, fmt.Sprintf(" for IPv%s", s.family)
	}
	return finding{netcheck.NetFailed, netcheck.ReasonNoRoute,
		fmt.Sprintf("This computer has an address (%s) and no default route%s: nothing leaves for the Internet.", s.addresses(family), which),
		"Ask for the default router (gateway) of this network; DHCP usually gives it. A VPN that has just ended may have taken it away: connect to the network anew."}
}

// addresses lists a few addresses with their interfaces.
func (s survey) addresses(family netcheck.Family) string {
	const most = 3
	var out []string
	for _, ifc := range s.up {
		for _, a := range ifc.Addresses {
			if family == netcheck.FamilyAuto || a.Is4() == (family == netcheck.Family4) {
				out = append(out, ifc.Name+" "+a.String())
			}
		}
	}
	return strings.Join(out[:min(len(out), most)], ", ")
}
