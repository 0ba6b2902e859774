package rtc

import (
	"net/netip"
	"slices"
	"sync"

	"github.com/pion/webrtc/v4"
)

// ledger tells of the addresses that an end's candidates have while their sockets are open: a relay that sends to nobody it does
// not know must know them before the other end does.
type ledger struct {
	opened, closed func(netip.AddrPort) // either may be nil

	mu   sync.Mutex                  // is held while they run, so that an address is never told closed before it was told open
	open map[uint16][]netip.AddrPort // by the socket's own port
}

func newLedger(opened, closed func(netip.AddrPort)) *ledger {
	return &ledger{opened: opened, closed: closed, open: map[uint16][]netip.AddrPort{}}
}

func (l *ledger) add(port uint16, a netip.AddrPort) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.open[port], a) {
		return
	}
	l.open[port] = append(l.open[port], a)
	if l.opened != nil {
		l.opened(a)
	}
}

// shut is told of a socket that was closed.
func (l *ledger) shut(port uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.open[port]
	delete(l.open, port)
	for _, a := range all {
		if l.closed != nil {
			l.closed(a)
		}
	}
}

func (l *ledger) shutAll() {
	l.mu.Lock()
	ports := make([]uint16, 0, len(l.open))
	for port := range l.open {
		ports = append(ports, port)
	}
	l.mu.Unlock()
	for _, port := range ports {
		l.shut(port)
	}
}

// opening enters a candidate's address, and that of its socket where it is another one: a server beside this end reaches it there.
// What a server of the other end's says that this end's address is goes in nowhere.
func (p *peer) opening(c webrtc.ICECandidate) {
	if p.ledger == nil {
		return
	}
	addr, err := netip.ParseAddr(c.Address)
	if err != nil {
		return
	}
	port := c.Port
	if c.RelatedPort != 0 {
		port = c.RelatedPort
	}
	if c.Typ == webrtc.ICECandidateTypeHost || !p.foreign {
		p.ledger.add(port, netip.AddrPortFrom(addr.Unmap(), c.Port))
	}
	for _, base := range p.net.basesOf(port) {
		if !base.Addr().IsUnspecified() {
			p.ledger.add(port, base)
		}
	}
}
