// Package ifaces checks, before anything is started, whether this computer has the network interface that a user named.
package ifaces

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// ErrUnknown says that the system does not tell which interfaces there are: the user's choice may be right all the same.
var ErrUnknown = errors.New("the interfaces of this computer can not be listed")

// Check says in words why an interface can not be used. The name may also be an address of this computer; "" is no choice, and
// always right. With loopback nothing but the loopback interface and its addresses will do.
func Check(name string, loopback bool) error {
	addr, addrErr := netip.ParseAddr(name)
	if name == "" || addrErr == nil && addr.Unmap().IsLoopback() { // all of 127.0.0.0/8 is this computer, listed or not
		return nil
	}
	list, err := net.Interfaces()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	i := slices.IndexFunc(list, func(ifc net.Interface) bool { return ifc.Name == name || addrErr == nil && holds(ifc, addr) })
	switch {
	case i < 0:
		return fmt.Errorf("this computer has no interface or address %q: use one of %s", name, names(list))
	case loopback && list[i].Flags&net.FlagLoopback == 0:
		return fmt.Errorf("the target self stays on loopback addresses, and %s is none: leave the interface out, or give a TURN server", name)
	}
	return nil
}

func holds(ifc net.Interface, addr netip.Addr) bool {
	list, err := ifc.Addrs()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(list, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == addr.Unmap().WithZone("")
	})
}

// names lists the interfaces that are up; if none is, all.
func names(list []net.Interface) string {
	var up, all []string
	for _, ifc := range list {
		all = append(all, ifc.Name)
		if ifc.Flags&net.FlagUp != 0 {
			up = append(up, ifc.Name)
		}
	}
	if len(up) == 0 {
		up = all
	}
	return strings.Join(up, ", ")
}
