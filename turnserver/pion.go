package turnserver

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v4"
)

// This file is all that knows the library: another major version of it is a change here.

// expiryMargin is how long before its end an allocation gets no more permissions. The library's timer ends an allocation
// at its own time, and one that ends in the middle of CreatePermission ends the process (see endpoint.end). A client
// refreshes its allocation long before, so only somebody who is after that moment notices.
const expiryMargin = 5 * time.Second

// serveTURN has the library serve conn, which is e, in a goroutine of its own until conn.ReadFrom fails.
func serveTURN(conn net.PacketConn, e *endpoint) error {
	_, err := turn.NewServer(turn.ServerConfig{
		Realm:         e.srv.cfg.Realm,
		AuthHandler:   e.authenticate,
		QuotaHandler:  func(user, _ string, client net.Addr) bool { return e.makeRoom(user, client) },
		EventHandler:  turn.EventHandler{OnAuth: e.authenticated, OnAllocationCreated: e.allocated},
		LoggerFactory: logs{e.srv.cfg.Logger},
		PacketConnConfigs: []turn.PacketConnConfig{{
			PacketConn:            conn,
			RelayAddressGenerator: relays{e.srv},
			PermissionHandler:     e.permit,
		}},
	})
	if err != nil {
		return fmt.Errorf("start TURN over %s: %w", e.transport, err)
	}
	return nil
}

// authenticate gives the key that a request must be signed with. The library asks for every request, not only for
// Allocate, and does not compare the user with the one who made the allocation (RFC 8656 section 5): so this does.
func (e *endpoint) authenticate(user, realm string, client net.Addr) (key []byte, ok bool) {
	addr := addrPortOf(client)
	if problem := e.problem(user, realm, addr); problem != "" {
		e.authFailed(user, addr, problem)
		return nil, false
	}
	return e.srv.key(user), true
}

// key is what messages between the user and the server are signed with (RFC 8489 section 9.2.2).
func (s *Server) key(user string) []byte {
	return turn.GenerateAuthKey(user, s.cfg.Realm, password(s.secret[:], user))
}

// problem says in words why a user can not do anything from an address, or nothing.
func (e *endpoint) problem(user, realm string, client netip.AddrPort) string {
	expiry, id, ok := parseUser(user)
	if !ok || realm != e.srv.cfg.Realm {
		return "unknown user"
	}
	e.srv.mu.RLock()
	session, r := e.srv.sessions[id], e.srv.clients[clientKey{e.transport, client}]
	e.srv.mu.RUnlock()
	switch {
	case session == nil:
		return "unknown user"
	case r != nil && r.session != session:
		return "the allocation is another session's"
	case r != nil && r.user == user:
		return "" // a living allocation outlasts the credentials that made it
	default:
		return expiryProblem(expiry, e.srv.cfg.Now())
	}
}

// authenticated is told about each request whose user was known, and whether its signature was right.
func (e *endpoint) authenticated(client, _ net.Addr, _, user, _, _ string, right bool) {
	addr := addrPortOf(client)
	if !right {
		e.authFailed(user, addr, "wrong password")
		return
	}
	e.user = user
	if session := e.srv.sessionOf(user); session != nil {
		session.observed(addr, e.transport)
	}
}

func (e *endpoint) authFailed(user string, client netip.AddrPort, reason string) {
	e.srv.stats.authFailures.Add(1)
	event := Event{Kind: EventAuthFailed, Transport: e.transport, Client: client, Reason: reason}
	if session := e.srv.sessionOf(user); session != nil {
		event.Session = session.id
	}
	e.srv.notifier.notify(event)
}

// makeRoom is the last question before an allocation; the library answers 486 if it says no.
func (e *endpoint) makeRoom(user string, client net.Addr) bool {
	session, problem := e.srv.reserve(user)
	if problem != "" {
		e.authFailed(user, addrPortOf(client), problem)
		return false
	}
	e.reserved = session
	return true
}

// allocated is told about an allocation before its client is, and before its relay is read from.
func (e *endpoint) allocated(client, _ net.Addr, _, _, _ string, relayAddr net.Addr, _ int) {
	e.srv.attach(e, addrPortOf(relayAddr), client)
}

// permit answers for a permission (RFC 8656 section 9), which is for an IP address and all its ports; the relay looks at
// the port of each datagram.
func (e *endpoint) permit(client net.Addr, peer net.IP) bool {
	allowed := e.permits(client, peer)
	e.forbidden = !allowed
	return allowed
}

func (e *endpoint) permits(client net.Addr, peer net.IP) bool {
	r := e.srv.allocationOf(clientKey{e.transport, addrPortOf(client)})
	ip, ok := netip.AddrFromSlice(peer)
	if r == nil || !ok || r.aboutToExpire() {
		return false
	}
	ip = ip.Unmap()
	e.srv.mu.RLock()
	allowed := r.session.peers.allowsIP(ip)
	e.srv.mu.RUnlock()
	if !allowed {
		r.deny(netip.AddrPortFrom(ip, 0))
	}
	return allowed
}

// relays opens relay sockets for the library.
type relays struct{ srv *Server }

// Validate has nothing to check.
func (relays) Validate() error { return nil }

// AllocatePacketConn opens a relay. The library asks for "udp4" whatever the server's address is; the address decides.
func (g relays) AllocatePacketConn(_ string, port int) (net.PacketConn, net.Addr, error) {
	r, err := g.srv.openRelay(port)
	if err != nil {
		return nil, nil, err
	}
	return r, net.UDPAddrFromAddrPort(r.public), nil
}

// AllocateConn refuses relays over TCP (RFC 6062).
func (relays) AllocateConn(string, int) (net.Conn, net.Addr, error) {
	return nil, nil, errors.ErrUnsupported
}

// logs makes loggers for the library. They keep errors, as details: what a client can cause is no fault of the server,
// and what matters to a user comes as an Event.
type logs struct{ logger *slog.Logger }

// NewLogger names the part of the library that logs.
func (l logs) NewLogger(scope string) logging.LeveledLogger {
	return partLog{l.logger.With("part", scope)}
}

type partLog struct{ logger *slog.Logger }

func (partLog) Trace(string)                    {}
func (partLog) Tracef(string, ...any)           {}
func (partLog) Debug(string)                    {}
func (partLog) Debugf(string, ...any)           {}
func (partLog) Info(string)                     {}
func (partLog) Infof(string, ...any)            {}
func (l partLog) Warn(text string)              { l.logger.Debug(text) }
func (l partLog) Warnf(format string, a ...any) { l.logger.Debug(fmt.Sprintf(format, a...)) }
func (l partLog) Error(text string)             { l.logger.Debug(text) }
func (l partLog) Errorf(format string, a ...any) {
	l.logger.Debug(fmt.Sprintf(format, a...))
}
