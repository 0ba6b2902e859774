package ifaces

import (
	"fmt"
	"net"
	"net/netip"
)

// Source is the address that packets of a family leave from by an interface: its first that leads beyond the link. An address stands for
// itself. The error tells that there is no such interface, or that it has no such address.
func Source(nameOrAddr string, ip4 bool) (netip.Addr, error) {
	version := map[bool]int{true: 4, false: 6}[ip4]
	if a, err := netip.ParseAddr(nameOrAddr); err == nil {
		if a = a.Unmap(); a.Is4() != ip4 {
			return netip.Addr{}, fmt.Errorf("%s is no IPv%d address", a, version)
		}
		return a, nil
	}
	iface, err := net.InterfaceByName(nameOrAddr)
	if err != nil {
		return netip.Addr{}, err
	}
	addrs, err := iface.Addrs()
	if err != nil {
		return netip.Addr{}, err
	}
	for _, a := range addrs {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap().Is4() == ip4 && !prefix.Addr().IsLinkLocalUnicast() {
			return prefix.Addr().Unmap(), nil
		}
	}
	return netip.Addr{}, fmt.Errorf("interface %s has no IPv%d address", nameOrAddr, version)
}
