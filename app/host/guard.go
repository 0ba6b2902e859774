package host

import (
	"net"
	"net/netip"
	"slices"
)

// allowed tells whether the echo peer of this guest may send ICE checks to an address: to the relays of the guest's own session, to
// where the host has itself seen the guest's signalling, STUN or TURN come from, to the servers that whoever hosts has named (the
// relays of a TURN server have its address), and with Config.AnyCandidate to what a candidate merely names. No guest can so make this
// computer send to a third party that has not asked for it.
func (g *guest) allowed(a netip.Addr) bool {
	a = plainAddr(a)
	c := g.h.cfg
	switch {
	case !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a == broadcast:
		return false
	case g.seenAt(a) || g.turn.Observed(a):
		return true
	case a == c.Address || c.Public.IsValid() && a == c.Public:
		return g.turn.Counters().Allocations > 0
	case g.h.outside.has(a):
		return true
	}
	return c.AnyCandidate && named(a, ownNetworks())
}

// firstPort is the lowest port that checks are sent to: below are services of the system.
const firstPort = 1024

// allowedPort tells the same for an address with its port, after allowed did for the address: ports of the system are nobody's, and at
// this host's own address there are the relays of this guest, and what a guest on the same computer has; never the server itself.
func (g *guest) allowedPort(a netip.AddrPort) bool {
	a = netip.AddrPortFrom(plainAddr(a.Addr()), a.Port())
	h := g.h
	here := ofHost(h.cfg, a.Addr())
	switch {
	case g.turn.Owns(a) || !here && h.outside.has(a.Addr()):
		return true
	case a.Port() < firstPort:
		return false
	case here:
		return g.seenAt(a.Addr()) && a.Port() != h.turn.UDPAddr().Port() && a.Port() != h.turn.AltUDPAddr().Port()
	}
	return true
}

func (g *guest) seenAt(a netip.Addr) bool {
	g.seenMu.Lock()
	defer g.seenMu.Unlock()
	return slices.Contains(g.seen, a)
}

// known are the addresses that guests' signalling comes from: who has proved himself is no stranger.
func (h *Host) known() (out []netip.Addr) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range h.guests {
		g.seenMu.Lock()
		out = append(out, g.seen...)
		g.seenMu.Unlock()
	}
	return out
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// special are the ranges that no host of the Internet has (IANA special-purpose address registries, RFC 6890), those of 6to4 and
// the like among them, through which an IPv4 address can be reached under another name.
var special = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/128", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10")

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// named tells whether an address that somebody only names may be one of a guest: of the Internet, or of a network that this
// computer is in.
func named(a netip.Addr, own []netip.Prefix) bool {
	holds := func(p netip.Prefix) bool { return p.Contains(a) }
	if a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	return slices.ContainsFunc(own, holds) || !slices.ContainsFunc(special, holds)
}

// ownNetworks lists the networks of this computer's interfaces.
func ownNetworks() []netip.Prefix {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Prefix
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok {
			ip, _ := netip.AddrFromSlice(n.IP)
			bits, _ := n.Mask.Size()
			if p, err := ip.Unmap().Prefix(bits); err == nil {
				out = append(out, p)
			}
		}
	}
	return out
}
