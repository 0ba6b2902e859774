package turnserver

import (
	"net"
	"net/netip"
	"slices"
	"time"
)

// Traffic counts relayed datagrams and their payload.
type Traffic struct{ Packets, Bytes uint64 }

// Allocation is what the live list shows of one allocation.
type Allocation struct {
	Session   string         // Session.ID
	Client    netip.AddrPort // as the server sees it
	Transport Transport      // between client and server
	Relay     netip.AddrPort // as the client was told
	Since     time.Time
	ToPeers   Traffic
	FromPeers Traffic
	Denied    uint64 // datagrams, both ways, and permissions that the guard refused
}

// SessionCounters is the share of one session in what the server did.
type SessionCounters struct {
	Allocations     int    // live now
	AllocationsMade uint64 // since the session's start
	ToPeers         Traffic
	FromPeers       Traffic
	Denied          uint64 // by the guard, as in Allocation
}

// Totals counts since the start of the server.
type Totals struct {
	Allocations     int    // live now
	Connections     int    // TCP and TLS, open now
	AllocationsMade uint64 // since the start
	ToPeers         Traffic
	FromPeers       Traffic
	Denied          uint64 // by the guard, as in Allocation
	AuthFailures    uint64 // wrong, unknown or expired credentials, and exceeded quotas
	RateLimited     uint64 // requests dropped because their source sent too many
	Malformed       uint64 // packets that are no request and belong to no allocation
	TooLong         uint64 // packets dropped because they exceed what the server relays, 1599 bytes
	ConnsRefused    uint64 // connections closed at once because of a limit
	ConnsDisplaced  uint64 // connections of strangers that were closed for others, where all places were taken
	NATAnswered     uint64 // questions of RFC 5780 that were answered, see Config.NATDiscovery; plain Binding requests do not count
	NATRefused      uint64 // those that were answered with an error, because this server can not or does not do what they ask
}

// Allocations lists the live allocations, oldest first.
func (s *Server) Allocations() []Allocation {
	s.mu.RLock()
	list := make([]Allocation, 0, len(s.clients))
	for _, r := range s.clients {
		list = append(list, Allocation{
			Session: r.session.id, Client: r.client, Transport: r.endpoint.transport, Relay: r.public, Since: r.since,
			ToPeers: r.toPeers.read(), FromPeers: r.fromPeers.read(), Denied: r.denied.Load(),
		})
	}
	s.mu.RUnlock()
	slices.SortFunc(list, func(a, b Allocation) int {
		if order := a.Since.Compare(b.Since); order != 0 {
			return order
		}
		return a.Relay.Compare(b.Relay)
	})
	return list
}

// Totals counts what the server did, over live and ended allocations.
func (s *Server) Totals() Totals {
	var sum relayStats
	s.mu.RLock()
	live := len(s.clients)
	sum.absorb(&s.stats.gone)
	for _, r := range s.clients {
		sum.absorb(&r.relayStats)
	}
	s.mu.RUnlock()
	s.connMu.Lock()
	conns := s.conns.Len()
	s.connMu.Unlock()
	return Totals{
		Allocations: live, Connections: conns, AllocationsMade: s.stats.allocationsMade.Load(),
		ToPeers: sum.toPeers.read(), FromPeers: sum.fromPeers.read(), Denied: sum.denied.Load(),
		AuthFailures: s.stats.authFailures.Load(), RateLimited: s.stats.rateLimited.Load(), Malformed: s.stats.malformed.Load(),
		TooLong: s.stats.tooLong.Load(), ConnsRefused: s.stats.connsRefused.Load(), ConnsDisplaced: s.stats.connsDisplaced.Load(),
		NATAnswered: s.stats.natAnswered.Load(), NATRefused: s.stats.natRefused.Load(),
	}
}

// SocketDrops counts the datagrams that the kernel dropped at the server's UDP sockets, relays included, because their
// receive buffers were full. False: the system does not tell (all but Linux).
func (s *Server) SocketDrops() (uint64, bool) {
	sum := s.stats.dropsGone.Load()
	supported := s.stats.dropsKnown.Load()
	add := func(drops uint64, ok bool) {
		sum += drops
		supported = supported || ok
	}
	if s.udp != nil {
		add(socketDrops(s.udp.UDPConn))
	}
	for _, a := range s.alts() {
		add(socketDrops(a.UDPConn))
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, r := range s.relays {
		add(socketDrops(r.UDPConn))
	}
	return sum, supported
}

// keepDrops remembers the drops of a socket that is about to be closed.
func (s *stats) keepDrops(conn *net.UDPConn) {
	if drops, ok := socketDrops(conn); ok {
		s.dropsGone.Add(drops)
		s.dropsKnown.Store(true)
	}
}

func (t *traffic) read() Traffic { return Traffic{Packets: t.packets.Load(), Bytes: t.bytes.Load()} }

func (t *traffic) absorb(other *traffic) {
	t.packets.Add(other.packets.Load())
	t.bytes.Add(other.bytes.Load())
}

func (s *relayStats) absorb(other *relayStats) {
	s.toPeers.absorb(&other.toPeers)
	s.fromPeers.absorb(&other.fromPeers)
	s.denied.Add(other.denied.Load())
}
