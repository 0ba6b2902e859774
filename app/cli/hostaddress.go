package cli

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// system is what the command host must know of this computer.
type system struct {
	addresses func() []address
	// route gives the source address of packets to the internet. It sends none.
	route func() (netip.Addr, bool)
}

// address is one of this computer's, with its interface.
type address struct {
	addr netip.Addr
	on   string // "" if it is not known
}

// String is "192.0.2.7 (eth0)".
func (a address) String() string {
	if a.on == "" {
		return a.addr.String()
	}
	return fmt.Sprintf("%s (%s)", a.addr, a.on)
}

func thisSystem() *system { return &system{addresses: ownAddresses, route: routeAddress} }

// ownAddresses lists the addresses of the interfaces that are up, those of version 4 first within each. Link-local ones are left
// out: no invite could name them so that they mean the same elsewhere.
func ownAddresses() []address {
	list, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var out []address
	for _, ifc := range list {
		if ifc.Flags&net.FlagUp == 0 {
			continue
		}
		addrs, err := ifc.Addrs()
		if err != nil {
			continue
		}
		var of []address
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsLinkLocalUnicast() {
				of = append(of, address{p.Addr().Unmap(), ifc.Name})
			}
		}
		slices.SortStableFunc(of, func(a, b address) int { return a.addr.BitLen() - b.addr.BitLen() })
		out = append(out, of...)
	}
	return out
}

// routeAddress asks the routing table by connecting a UDP socket, which sends nothing, to an address for documentation
// (RFC 5737, RFC 3849) that is routed like the internet.
func routeAddress() (netip.Addr, bool) {
	for _, far := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		conn, err := net.Dial("udp", far)
		if err != nil {
			continue
		}
		local, err := netip.ParseAddrPort(conn.LocalAddr().String())
		_ = conn.Close()
		if err == nil && !local.Addr().IsLoopback() && !local.Addr().IsUnspecified() {
			return local.Addr().Unmap(), true
		}
	}
	return netip.Addr{}, false
}

// listenOn finds the address that --listen means. The error is wrong use if no computer could listen there; that this one can not
// may pass: an interface may come up later.
func (s *system) listenOn(text string) (address, error) {
	own := s.addresses()
	if text == "" {
		return s.defaultAddress(own)
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return byInterface(own, text)
	}
	switch addr = addr.Unmap(); {
	case addr.IsUnspecified():
		return address{}, wrongUse("--listen %s is every address of this computer: name one of %s", text, listOf(own))
	case addr.IsMulticast() || addr.IsLinkLocalUnicast() || addr.Zone() != "":
		return address{}, wrongUse("--listen %s: guests can not be invited to such an address: name one of %s", text, listOf(own))
	}
	if a, ok := find(own, addr); ok {
		return a, nil
	}
	return address{}, fmt.Errorf(couldNotStart+"this computer does not have the address %s (any more): give --listen one of %s", text, listOf(own))
}

// find tells which interface has an address.
func find(own []address, addr netip.Addr) (address, bool) {
	if i := slices.IndexFunc(own, func(a address) bool { return a.addr == addr }); i >= 0 {
		return own[i], true
	}
	return address{addr: addr}, addr.IsLoopback() // all of 127.0.0.0/8 is this computer, listed or not
}

func (s *system) defaultAddress(own []address) (address, error) {
	if addr, ok := s.route(); ok {
		if i := slices.IndexFunc(own, func(a address) bool { return a.addr == addr }); i >= 0 {
			return own[i], nil
		}
		return address{addr: addr}, nil
	}
	if i := slices.IndexFunc(own, func(a address) bool { return !a.addr.IsLoopback() }); i >= 0 {
		return own[i], nil
	}
	return address{}, errors.New(couldNotStart + "this computer is in no network: connect it, or host for itself alone with --listen 127.0.0.1")
}

func byInterface(own []address, name string) (address, error) {
	if i := slices.IndexFunc(own, func(a address) bool { return a.on == name }); i >= 0 {
		return own[i], nil
	}
	return address{}, fmt.Errorf(couldNotStart+"no interface %q with an address is there: give --listen one of %s", name, listOf(own))
}

// listOf lists addresses in a sentence.
func listOf(own []address) string {
	if len(own) == 0 {
		return "127.0.0.1"
	}
	var words []string
	for _, a := range own {
		words = append(words, a.String())
	}
	return strings.Join(words, ", ")
}

// publicAddress reads a flag with the address under which a NAT shows one of this computer's.
func publicAddress(flag, text string, own netip.Addr) (netip.Addr, error) {
	addr, err := netip.ParseAddr(text)
	addr = addr.Unmap()
	switch {
	case err != nil:
		return addr, wrongUse("--%s %q is not an address: give it in figures, for example 203.0.113.7; names go to --announce", flag, text)
	case addr.IsUnspecified() || addr.IsMulticast() || addr.IsLinkLocalUnicast() || addr.Zone() != "":
		return addr, wrongUse("--%s %s: guests can not reach such an address", flag, text)
	case addr.Is4() != own.Is4():
		return addr, wrongUse("--%s %s is not of the same version of IP as %s: a 1:1 NAT does not change that", flag, text, own)
	}
	return addr, nil
}
