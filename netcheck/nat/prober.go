package nat

import (
	"fmt"
	"net"
	"net/netip"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// maxServers bounds how many servers are asked at the same time: more tell no more.
const maxServers = 8

// Server is a STUN server with its resolved address.
type Server struct {
	URL  string         // as the plan has it, for results
	Addr netip.AddrPort // asked over UDP
	// AltPort is a second UDP port of the same address that is known from elsewhere, such as an invite; 0 if none is. A server says so
	// itself only if it has two addresses (RFC 5780, section 7.4).
	AltPort uint16
}

// Config says what is asked. Its zero value asks nobody.
type Config struct {
	Servers []Server // in order of preference; those beyond the eighth, twice there or of another family are left out
	// Family is 4 or 6. Auto, or nothing, takes the family of the first server.
	Family netcheck.Family
	// Interface is a name or an address; "" leaves the choice to the system. Sockets are bound to the interface, or it is said that they can not be.
	Interface string
}

// Prober asks. The zero value uses the system's sockets; it may be used by several goroutines at once.
type Prober struct {
	// Listen opens a socket that takes packets from everywhere. local has the source address, and the port 0 or a wish; nil = the system's.
	Listen func(local netip.AddrPort) (net.PacketConn, error)
	// Dial opens a socket that is connected, and thereby told of ICMP errors; nil = the system's.
	Dial func(local, remote netip.AddrPort) (net.Conn, error)
	// Source is the address from which this computer sends to remote; nil = as its routing table says.
	Source func(remote netip.AddrPort) (netip.Addr, error)
	// Addresses are all of this computer's; nil = the system's.
	Addresses func() ([]netip.Addr, error)
	// DontFragment makes a socket of Listen send packets that routers do not split, of any size that its interface takes; nil = the system's.
	DontFragment func(net.PacketConn) error
	// Mark makes a socket of Listen send packets with the traffic class byte (RFC 2474: the code point in the upper six bits); nil = the system's.
	Mark func(conn net.PacketConn, class byte) error
}

// ground is where questions are asked from: what the functions of a Prober have in common.
type ground struct {
	prober  *Prober
	family  netcheck.Family
	chosen  bool // by the user: sockets are bound to the interface
	local   netip.Addr
	own     []netip.Addr // all addresses of this computer
	servers []Server
	away    []Server // that are reached from another source address, and are not asked
}

// prepare chooses servers and source address. The failure, if not nil, says why nobody can be asked.
func (p *Prober) prepare(c Config) (*ground, *netcheck.Failure) {
	g := &ground{prober: p, family: c.Family}
	candidates := g.choose(c.Servers)
	if len(candidates) == 0 {
		return nil, noServer(c)
	}
	if c.Interface != "" {
		local, err := ifaces.Source(c.Interface, g.family == netcheck.Family4)
		if err != nil {
			return nil, noInterface(c.Interface, g.family, err)
		}
		g.local, g.chosen = local, true
	}
	if f := g.sources(candidates); f != nil {
		return nil, f
	}
	var err error
	if g.own, err = p.addresses(); err != nil {
		return nil, &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "This computer does not tell its own addresses.", Err: err}
	}
	return g, nil
}

// choose takes the servers of the family, each address once.
func (g *ground) choose(list []Server) []Server {
	var out []Server
	seen := map[netip.AddrPort]bool{}
	for _, s := range list {
		s.Addr = plain(s.Addr)
		if !s.Addr.IsValid() || s.Addr.Port() == 0 {
			continue
		}
		if g.family != netcheck.Family4 && g.family != netcheck.Family6 {
			g.family = familyOf(s.Addr.Addr())
		}
		if familyOf(s.Addr.Addr()) != g.family || seen[s.Addr] || len(out) == maxServers {
			continue
		}
		if s.AltPort == s.Addr.Port() {
			s.AltPort = 0
		}
		seen[s.Addr] = true
		out = append(out, s)
	}
	return out
}

// sources finds the source address, and keeps the servers that are reached from it: a mapping is that of one socket.
func (g *ground) sources(candidates []Server) *netcheck.Failure {
	if g.chosen {
		g.servers = candidates
		return nil
	}
	var first error
	for _, s := range candidates {
		source, err := g.prober.source(s.Addr)
		switch {
		case err != nil:
			if first == nil {
				first = err
			}
			continue
		case !g.local.IsValid():
			g.local = source
		}
		if source == g.local {
			g.servers = append(g.servers, s)
		} else {
			g.away = append(g.away, s)
		}
	}
	if len(g.servers) == 0 {
		return noWay(candidates[0], first)
	}
	return nil
}

// source asks the routing table by a connected socket; nothing is sent.
func (p *Prober) source(remote netip.AddrPort) (netip.Addr, error) {
	if p.Source != nil {
		return p.Source(remote)
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(remote))
	if err != nil {
		return netip.Addr{}, err
	}
	local := addrPort(conn.LocalAddr()).Addr()
	if err := conn.Close(); err != nil {
		return netip.Addr{}, err
	}
	if !local.IsValid() || local.IsUnspecified() {
		return netip.Addr{}, fmt.Errorf("no source address for %s", remote)
	}
	return local, nil
}

func (p *Prober) addresses() ([]netip.Addr, error) {
	if p.Addresses != nil {
		return p.Addresses()
	}
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var out []netip.Addr
	for _, a := range list {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, prefix.Addr().Unmap())
		}
	}
	return out, nil
}

func familyOf(a netip.Addr) netcheck.Family {
	if a.Unmap().Is4() {
		return netcheck.Family4
	}
	return netcheck.Family6
}

// plain gives an address one spelling: package net writes IPv4 as IPv6 at times.
func plain(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

func addrPort(a net.Addr) netip.AddrPort {
	if u, ok := a.(*net.UDPAddr); ok {
		return plain(u.AddrPort())
	}
	return netip.AddrPort{}
}
