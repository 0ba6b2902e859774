package turnserver

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// Session is one test's share of the server: credentials, the peers that its relays may talk to, and its allocations.
type Session struct {
	srv *Server
	id  string

	// Server.mu guards what follows.
	closed      bool
	peers       *peerSet
	allocations int                 // live ones, and those about to be made
	most        int                 // of them; 0: as Config says
	relays      map[*relay]struct{} // the live ones
	made        uint64
	gone        relayStats // of relays that were closed
}

// NewSession opens a session. It fails with ErrClosed after Close.
func (s *Server) NewSession() (*Session, error) {
	session := &Session{srv: s, id: randomSessionID(), peers: newPeerSet(), relays: map[*relay]struct{}{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	s.sessions[session.id] = session
	return session, nil
}

// ID names the session in events and lists of allocations: 32 hexadecimal digits. It is no secret.
func (s *Session) ID() string { return s.id }

// Credentials makes a user name and a password. They make new allocations for Config.CredentialTTL from now on; what they
// made keeps on refreshing from the same client address until the session is closed, so that a test may be longer.
func (s *Session) Credentials() (user, pass string) {
	user = formatUser(s.srv.cfg.Now().Add(s.srv.cfg.CredentialTTL), s.id)
	return user, password(s.srv.secret[:], user)
}

// AllowPeer lets the session's relays talk to an exact address and port, such as those of the session's echo peer. The
// caller vouches for it: never pass on what another participant says. Fails with ErrPeerDenied for an address that is no
// single host's, of the other IP family or a socket of the server itself.
func (s *Session) AllowPeer(addr netip.AddrPort) error {
	addr = plain(addr)
	ip := addr.Addr()
	switch {
	case !addr.IsValid() || addr.Port() == 0 || ip.IsUnspecified() || ip.IsMulticast() || isBroadcast(ip):
		return fmt.Errorf("%w: %s is not the address of one UDP socket", ErrPeerDenied, addr)
	case ip.Is4() != s.srv.cfg.Address.Is4():
		return fmt.Errorf("%w: relays on %s do not reach %s, of the other IP family", ErrPeerDenied, s.srv.cfg.Address, ip)
	}
	s.srv.mu.Lock()
	defer s.srv.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.srv.owns(addr):
		return fmt.Errorf("%w: %s is a socket of the TURN server itself", ErrPeerDenied, addr)
	}
	s.peers.grant(s.srv.twoSided(addr), grantPeer)
	return nil
}

// RevokePeer takes back what AllowPeer granted. What the address has of another reason stays.
func (s *Session) RevokePeer(addr netip.AddrPort) {
	s.srv.mu.Lock()
	defer s.srv.mu.Unlock()
	s.peers.revoke(s.srv.twoSided(plain(addr)), grantPeer)
}

// Observed tells whether the server has seen this IP address as that of a participant of the session: of a client that
// authenticated for it, or one that ObserveParticipant named.
func (s *Session) Observed(ip netip.Addr) bool {
	s.srv.mu.RLock()
	defer s.srv.mu.RUnlock()
	_, ok := s.peers.participants[ip.Unmap().WithZone("")]
	return ok
}

// Owns tells whether an address is that of a live relay of the session, on either side of a 1:1 NAT.
func (s *Session) Owns(addr netip.AddrPort) bool {
	s.srv.mu.RLock()
	defer s.srv.mu.RUnlock()
	r := s.srv.relays[s.srv.local(plain(addr))]
	return r != nil && r.session == s
}

// Counters counts what a session's relays carried, over live and ended ones. It goes on counting after Close.
func (s *Session) Counters() SessionCounters {
	s.srv.mu.RLock()
	defer s.srv.mu.RUnlock()
	var sum relayStats
	sum.absorb(&s.gone)
	for r := range s.relays {
		sum.absorb(&r.relayStats)
	}
	return SessionCounters{Allocations: len(s.relays), AllocationsMade: s.made, ToPeers: sum.toPeers.read(), FromPeers: sum.fromPeers.read(),
		Denied: sum.denied.Load()}
}

// ObserveParticipant tells the server that a participant sends from this IP address, because the caller received
// authenticated signalling from there. Never pass on an address that somebody claims: from here on, UDP ports from 1024
// of this address become peers once the server sees STUN from them.
func (s *Session) ObserveParticipant(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	if !ip.IsValid() || ip.IsUnspecified() || ip.IsMulticast() || isBroadcast(ip) {
		return fmt.Errorf("%w: %s is not the address of one host", ErrPeerDenied, ip)
	}
	s.srv.mu.Lock()
	defer s.srv.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.srv.join(s, ip)
	return nil
}

// Close ends the session: its credentials stop working and its allocations end before Close returns. It may be called
// twice, and always returns nil.
func (s *Session) Close() error {
	s.srv.mu.Lock()
	s.closed = true
	delete(s.srv.sessions, s.id)
	mine := slices.Collect(maps.Keys(s.relays))
	s.srv.mu.Unlock()
	for _, r := range mine {
		r.endpoint.end(r)
	}
	return nil
}

// observed records the source of authenticated traffic of the session.
func (s *Session) observed(source netip.AddrPort, transport Transport) {
	s.srv.mu.Lock()
	defer s.srv.mu.Unlock()
	s.srv.join(s, source.Addr())
	if transport == TransportUDP {
		s.peers.observe(source)
	}
}

// sessionOf finds the open session that a user name belongs to.
func (s *Server) sessionOf(user string) *Session {
	_, id, ok := parseUser(user)
	if !ok {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sessions[id]
}

func isBroadcast(ip netip.Addr) bool { return ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) }
