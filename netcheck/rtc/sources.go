package rtc

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"sync"

	"echopath/netcheck"
)

// bounds are what an Acceptor's owner lets it send to. Their answers may change.
type bounds struct {
	address func(netip.Addr) bool     // nil: every one that is usable
	port    func(netip.AddrPort) bool // nil: every one
}

func (b bounds) some() bool { return b.address != nil || b.port != nil }

// allow tells whether checks may be sent to a candidate.
func (b bounds) allow(a netip.AddrPort) bool {
	return (b.port == nil || b.port(a)) && (b.address == nil || b.address(a.Addr()))
}

// Bounds of what checks make known. The other end can forge where they come from: it knows the password.
const (
	// maxStrangers is the number of addresses that the end which asked answers though nobody signalled them: a host behind a translator
	// offers its address inside, and is known by its checks alone (in the lab the rows none to cone and none to symmetric of the direct path).
	maxStrangers = 2
	// maxSources is the number of candidates of one generation, signalled or known by their checks: what a translator that gives a port
	// to each way makes of a few addresses of both ends, and more.
	maxSources = 64
)

// sources bounds the addresses that an end sends to because checks came from there (peer-reflexive candidates, RFC 8445,
// section 7.3.1.3), and the number of all.
type sources struct {
	count     int
	strangers []netip.Addr
}

// take tells whether there is room for another candidate at an address that was signalled, or is allowed by name.
func (s *sources) take() bool {
	if s.count >= maxSources {
		return false
	}
	s.count++
	return true
}

// stranger tells whether there is room for one at an address that nobody named.
func (s *sources) stranger(a netip.Addr) bool {
	switch {
	case slices.Contains(s.strangers, a):
		return s.take()
	case len(s.strangers) >= maxStrangers || !s.take():
		return false
	}
	s.strangers = append(s.strangers, a)
	return true
}

// admits is asked by pion before it uses a candidate of the other end, a signalled one or one that a check made known: the check has
// shown the password then, and nothing was sent yet. It runs inside of pion, so it must not ask pion for anything.
func (p *peer) admits(ip net.IP) bool {
	a, ok := netip.AddrFromSlice(ip)
	if a = a.Unmap(); !ok || p.dialog == nil || !usable(a, p.net.source(), p.family) {
		return false
	}
	return p.dialog.admits(a)
}

// admits tells it for an address that can be used: with the same addresses as those of candidates that are signalled. Another port than
// the signalled one is what a translator makes of it.
func (d *dialog) admits(a netip.Addr) bool {
	if ask := d.allowed.address; ask != nil && !ask(a) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	named := slices.ContainsFunc(d.taken, func(t netip.AddrPort) bool { return t.Addr() == a })
	if named || !d.peer.role.offers {
		return d.sources.take()
	}
	return d.sources.stranger(a)
}

// hears tells whether a datagram may be read: a check from a port that is not allowed is dropped, since pion is not asked about ports.
func (p *peer) hears(datagram []byte, from netip.AddrPort) bool {
	if !isBindingRequest(datagram) {
		return true
	}
	b := p.checks.Load()
	return b == nil || b.port == nil || b.port(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
}

// firstPort is the first one that a text's candidates may have: below are those of services (RFC 6335, section 6), whose owners send no checks.
const firstPort = 1024

// pastedSenders bounds from where the checks of a text's other end are answered.
type pastedSenders struct {
	mu      sync.Mutex // guards what follows
	named   []netip.Addr
	sources sources
}

// name notes the addresses of a text.
func (s *pastedSenders) name(list []remoteCandidate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.named, s.sources = nil, sources{}
	for _, c := range list {
		s.named = append(s.named, c.addr.Addr())
	}
}

func (s *pastedSenders) admit(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.named, a) {
		return s.sources.take()
	}
	return s.sources.stranger(a)
}

// admits is for a pasted connection what it is for a link: an end without a server does not know how a translator shows it.
func (w *Pasted) admits(ip net.IP) bool {
	a, ok := netip.AddrFromSlice(ip)
	a = a.Unmap()
	return ok && w.usable(a) && w.senders.admit(a)
}

func (w *Pasted) usable(a netip.Addr) bool {
	family := netcheck.Family4
	if a.Is6() {
		family = netcheck.Family6
	}
	return usable(a, w.net.source(), family)
}

// isBindingRequest looks at type and magic cookie (RFC 8489, section 5).
func isBindingRequest(b []byte) bool {
	const bindingRequest = 0x0001
	return len(b) >= stunHeader && b[0] == 0 && binary.BigEndian.Uint16(b) == bindingRequest && binary.BigEndian.Uint32(b[4:]) == stunCookie
}
