package turnserver

import (
	"net"
	"net/netip"
	"slices"
)

// Who a session's relays may talk to.
//
// A Binding request carries no credentials, and neither does an ICE check that reaches a relay, so their source alone
// proves little. It counts as observed for a session only if all of these hold:
//
//   - its IP address is that of a participant: of a client that authenticated for the session, over TCP or TLS, or over UDP with
//     a nonce that was sent to its very address and port (nonce.go), or one that the caller saw as the source of
//     signalling (Session.ObserveParticipant);
//   - its port is 1024 or above, so that no relay reaches a system service behind a participant's address;
//   - it is none of the server's own sockets, and no client of another session.
//
// ICE needs this much: each reflexive candidate has a socket of its own, which talks to the server in Binding requests
// only, and behind a NAT with address-dependent mapping the check arrives from a port that nobody saw before. A
// participant who forges sources can so open ports of participants' addresses, and of no other host; those it can reach
// without the relay as well. What a candidate says never counts.
//
// On the server's own machine "a participant's address" may be a loopback address: then a local program that sends STUN
// to the server becomes a peer. It had to send first, and to ask for it.

// Bounds of what one session remembers. A participant that changes ports loses its own oldest ones, never another's.
const (
	maxParticipants = 32
	maxObservedEach = 32
)

// grant is a reason for which a session may talk to an address. An address can have several.
type grant uint8

const (
	grantRelay    grant = 1 << iota // a live relay of the same session
	grantPeer                       // named by the caller
	grantObserved                   // seen by the server
)

// peerSet is the list of one session. Server.mu guards it.
type peerSet struct {
	pairs        map[netip.AddrPort]*peer
	ips          map[netip.Addr]int              // how many pairs have this IP address
	participants map[netip.Addr][]netip.AddrPort // with their observed addresses, oldest first
}

// peer keeps its address in the form the library reads, so that a relayed packet need not make it anew: as clients know it.
type peer struct {
	grants grant
	addr   *net.UDPAddr
}

func newPeerSet() *peerSet {
	return &peerSet{
		pairs:        map[netip.AddrPort]*peer{},
		ips:          map[netip.Addr]int{},
		participants: map[netip.Addr][]netip.AddrPort{},
	}
}

// find gives the address in the library's form if the session may talk to it, or else nil.
func (s *peerSet) find(addr netip.AddrPort) *net.UDPAddr {
	if p := s.pairs[addr]; p != nil {
		return p.addr
	}
	return nil
}

// allowsIP tells whether a permission makes sense, which TURN gives to an IP address without a port.
func (s *peerSet) allowsIP(ip netip.Addr) bool { return s.ips[ip] > 0 }

// grant takes both sides of an address (Server.twoSided), which differ behind a 1:1 NAT only.
func (s *peerSet) grant(sides [2]netip.AddrPort, g grant) {
	for _, addr := range unique(sides) {
		p := s.pairs[addr]
		if p == nil {
			p = &peer{addr: net.UDPAddrFromAddrPort(sides[1])}
			s.pairs[addr] = p
			s.ips[addr.Addr()]++
		}
		p.grants |= g
	}
}

func (s *peerSet) revoke(sides [2]netip.AddrPort, g grant) {
	for _, addr := range unique(sides) {
		s.revokeOne(addr, g)
	}
}

func unique(sides [2]netip.AddrPort) []netip.AddrPort {
	if sides[0] == sides[1] {
		return sides[:1]
	}
	return sides[:]
}

func (s *peerSet) revokeOne(addr netip.AddrPort, g grant) {
	p := s.pairs[addr]
	if p == nil {
		return
	}
	if p.grants &^= g; p.grants != 0 {
		return
	}
	delete(s.pairs, addr)
	if s.ips[addr.Addr()]--; s.ips[addr.Addr()] == 0 {
		delete(s.ips, addr.Addr())
	}
}

// join makes the holder of an IP address a participant.
func (s *peerSet) join(ip netip.Addr) {
	if _, ok := s.participants[ip]; !ok && len(s.participants) < maxParticipants {
		s.participants[ip] = nil
	}
}

// observe grants an address that the server saw itself, if it belongs to a participant.
func (s *peerSet) observe(addr netip.AddrPort) {
	seen, ok := s.participants[addr.Addr()]
	if !ok || addr.Port() < lowestPeerPort || slices.Contains(seen, addr) {
		return
	}
	if len(seen) == maxObservedEach {
		s.revokeOne(seen[0], grantObserved)
		seen = slices.Delete(seen, 0, 1)
	}
	s.participants[addr.Addr()] = append(seen, addr)
	s.grant([2]netip.AddrPort{addr, addr}, grantObserved)
}

// whyDenied gives the reason of an event. Whole phrases, so that a flood of denied datagrams costs no memory.
func whyDenied(ip netip.Addr) string {
	switch {
	case !ip.IsValid():
		return "address of the other IP family"
	case ip.IsUnspecified():
		return "unspecified address, no peer of the session"
	case ip.IsLoopback():
		return "loopback address, no peer of the session"
	case ip.IsMulticast() || isBroadcast(ip):
		return "multicast or broadcast address, no peer of the session"
	case ip.IsLinkLocalUnicast():
		return "link-local address, no peer of the session"
	case ip.IsPrivate():
		return "private address, no peer of the session"
	default:
		return "no peer of the session"
	}
}

// plain strips what makes one address look like two: IPv4 mapped into IPv6, and zones. netip, unlike net.IP, takes
// ::ffff:127.0.0.1 for an address of its own.
func plain(addr netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(addr.Addr().Unmap().WithZone(""), addr.Port())
}

// addrPortOf reads an address of the net package. The zero value: it is of no kind that the server uses.
func addrPortOf(addr net.Addr) netip.AddrPort {
	switch a := addr.(type) {
	case *net.UDPAddr:
		return plain(a.AddrPort())
	case *net.TCPAddr:
		return plain(a.AddrPort())
	default:
		return netip.AddrPort{}
	}
}
