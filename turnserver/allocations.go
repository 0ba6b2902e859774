package turnserver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
)

// allocationOf finds a client's allocation.
func (s *Server) allocationOf(key clientKey) *relay {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.clients[key]
}

// reserve makes room for one more allocation and holds it until attach or release. It says in words what is in the way.
func (s *Server) reserve(user string) (session *Session, problem string) {
	expiry, id, ok := parseUser(user)
	if !ok {
		return nil, "unknown user"
	}
	// Authentication lets expired credentials pass at an address that has a living allocation, which over TCP and TLS can be
	// another connection than this one.
	if problem := expiryProblem(expiry, s.cfg.Now()); problem != "" {
		return nil, problem
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	session = s.sessions[id]
	switch {
	case session == nil:
		return nil, "unknown user"
	case s.allocations >= s.cfg.MaxAllocations:
		return nil, "the server has as many allocations as it may"
	case session.full():
		return nil, "the session has as many allocations as it may"
	}
	s.allocations++
	session.allocations++
	return session, ""
}

func (s *Server) release(session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.releaseLocked(session)
}

func (s *Server) releaseLocked(session *Session) {
	s.allocations--
	session.allocations--
}

// openRelay opens a socket for a relay, on a port that the library asks for or on any.
func (s *Server) openRelay(port int) (*relay, error) {
	conn, err := s.listenRelay(port)
	if err != nil {
		s.cfg.Logger.Warn("open a relay", "error", err)
		return nil, err
	}
	r := &relay{UDPConn: conn, srv: s, addr: addrPortOf(conn.LocalAddr())}
	r.public = s.public(r.addr)
	s.wg.Add(1) // until relay.Close
	s.mu.Lock()
	defer s.mu.Unlock()
	s.relays[r.addr] = r
	return r, nil
}

func (s *Server) listenRelay(port int) (*net.UDPConn, error) {
	low, high := s.cfg.RelayPortMin, s.cfg.RelayPortMax
	if port != 0 || low == 0 {
		return listenUDP(context.Background(), s.cfg.Address, port)
	}
	// From a random port once around the range, so that a small range can be used up.
	size := high - low + 1
	start := rand.IntN(size)
	var last error
	for i := range size {
		conn, err := listenUDP(context.Background(), s.cfg.Address, low+(start+i)%size)
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, fmt.Errorf("no port from %d to %d is free for a relay: %w", low, high, last)
}

// attach gives an open relay to the client that asked for it. The library starts the relay's reader right after.
func (s *Server) attach(e *endpoint, addr netip.AddrPort, client net.Addr) {
	s.mu.Lock()
	r := s.relays[s.local(addr)]
	if r == nil || e.reserved == nil {
		s.mu.Unlock()
		return
	}
	s.wg.Add(1) // until the relay's reader returns
	r.endpoint, r.session, r.user, e.reserved = e, e.reserved, e.user, nil
	r.client, r.clientAddr, r.since = addrPortOf(client), client, s.cfg.Now()
	s.clients[clientKey{e.transport, r.client}] = r
	r.session.peers.grant(s.twoSided(r.addr), grantRelay)
	r.session.relays[r] = struct{}{}
	r.session.made++
	closed := r.session.closed
	s.mu.Unlock()

	s.stats.allocationsMade.Add(1)
	s.notifier.notify(r.event(EventAllocationCreated))
	if closed { // while the request was on its way
		_ = r.Close()
	}
}

// retire takes a relay that is closed off all lists.
func (s *Server) retire(r *relay) {
	s.mu.Lock()
	delete(s.relays, r.addr)
	attached := r.session != nil
	if attached {
		if key := (clientKey{r.endpoint.transport, r.client}); s.clients[key] == r {
			delete(s.clients, key)
		}
		r.session.peers.revoke(s.twoSided(r.addr), grantRelay)
		delete(r.session.relays, r)
		s.releaseLocked(r.session)
		s.stats.gone.absorb(&r.relayStats)
		r.session.gone.absorb(&r.relayStats)
	}
	s.mu.Unlock()
	if attached {
		s.notifier.notify(r.event(EventAllocationDeleted))
	}
}

func (r *relay) event(kind EventKind) Event {
	return Event{Kind: kind, Session: r.session.id, Transport: r.endpoint.transport, Client: r.client, Relay: r.public}
}

// route tells whether a session may send to an address, and where such a datagram goes: what is behind the same 1:1 NAT as the
// server is reached on this side of it.
func (s *Server) route(session *Session, addr netip.AddrPort) (to netip.AddrPort, allowed bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if session.peers.find(addr) == nil {
		return addr, false
	}
	return s.local(addr), true
}

// A 1:1 NAT gives everything on Config.Address a second address, and perhaps another to Config.AltAddress. Sockets know the local one,
// clients the public one.

func (s *Server) public(addr netip.AddrPort) netip.AddrPort {
	switch ip := addr.Addr(); {
	case s.cfg.Public.IsValid() && ip == s.cfg.Address:
		return netip.AddrPortFrom(s.cfg.Public, addr.Port())
	case s.cfg.AltPublic.IsValid() && ip == s.cfg.AltAddress:
		return netip.AddrPortFrom(s.cfg.AltPublic, addr.Port())
	}
	return addr
}

func (s *Server) local(addr netip.AddrPort) netip.AddrPort {
	switch ip := addr.Addr(); {
	case s.cfg.Public.IsValid() && ip == s.cfg.Public:
		return netip.AddrPortFrom(s.cfg.Address, addr.Port())
	case s.cfg.AltPublic.IsValid() && ip == s.cfg.AltPublic:
		return netip.AddrPortFrom(s.cfg.AltAddress, addr.Port())
	}
	return addr
}

// twoSided gives an address as datagrams from there carry it, and as clients know it.
func (s *Server) twoSided(addr netip.AddrPort) [2]netip.AddrPort {
	local := s.local(addr)
	return [2]netip.AddrPort{local, s.public(local)}
}

// peerFrom gives the source of a datagram that arrived at a relay of the session in the library's form, or nil if it is no
// peer. An ICE check from a participant makes it one; peers.go says why.
func (s *Server) peerFrom(session *Session, source netip.AddrPort, p []byte) *net.UDPAddr {
	s.mu.RLock()
	addr := session.peers.find(source)
	s.mu.RUnlock()
	if addr != nil {
		return addr
	}
	if class, method := classify(p); class != classRequest || method != methodBinding {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observe(session, source)
	return session.peers.find(source)
}

// sighted records the source of a Binding request to the server, and credits it to the sessions that have a participant
// there.
func (s *Server) sighted(source netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sightings.add(source, s.cfg.Now())
	for _, session := range s.sessions {
		s.observe(session, source)
	}
}

// join makes the holder of an IP address a participant and credits what was seen of it before. s.mu is held.
func (s *Server) join(session *Session, ip netip.Addr) {
	session.peers.join(ip)
	for _, addr := range s.sightings.of(ip, s.cfg.Now()) {
		s.observe(session, addr)
	}
}

// observe credits an address to a session unless it is known to be something else. s.mu is held.
func (s *Server) observe(session *Session, addr netip.AddrPort) {
	if s.owns(addr) {
		return
	}
	if r := s.clients[clientKey{TransportUDP, addr}]; r != nil && r.session != session {
		return
	}
	session.peers.observe(addr)
}

// owns tells whether an address is that of a socket of the server. s.mu is held.
func (s *Server) owns(addr netip.AddrPort) bool {
	addr = s.local(addr)
	if s.relays[addr] != nil || addr == s.UDPAddr() {
		return true
	}
	return slices.ContainsFunc(s.alts(), func(a *altEndpoint) bool { return addr == addrPortOf(a.LocalAddr()) })
}
