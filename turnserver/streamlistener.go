package turnserver

import (
	"errors"
	"net"
	"net/netip"
	"time"
)

// acceptPause keeps a listener that can not accept, because the process has too many files open, from spinning.
const acceptPause = 50 * time.Millisecond

// streamListener accepts the TCP or TLS connections of one port, within the limits.
type streamListener struct {
	net.Listener
	srv       *Server
	transport Transport
}

func (l *streamListener) accept() {
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			l.welcome(conn)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			l.srv.cfg.Logger.Warn("accept a connection", "address", l.Addr().String(), "error", err)
			select {
			case <-l.srv.done:
				return
			case <-time.After(acceptPause):
			}
		}
	}
}

// welcome gives the connection a server of its own from the library. Closing the connection then ends its reader, and that
// ends the allocation, all in one goroutine that the Server counts.
func (l *streamListener) welcome(conn net.Conn) {
	e := newStreamEndpoint(l.srv, l.transport, conn)
	if !l.srv.remember(e) {
		l.srv.stats.connsRefused.Add(1)
		_ = conn.Close()
		return
	}
	if l.transport == TransportTLS && l.srv.cfg.Foreign != nil {
		l.srv.wg.Go(func() { l.sort(e) })
		return
	}
	l.serveTURN(e)
}

// sort waits for the first byte of a TLS connection, which decides whose it is.
func (l *streamListener) sort(e *streamEndpoint) {
	first, err := e.in.Peek(1)
	switch {
	case err != nil:
		_ = e.Close()
		l.srv.forget(e)
	case first[0] > lastRequestByte:
		if conn := e.handOver(); conn != nil {
			l.srv.cfg.Foreign(conn)
		}
	default:
		l.serveTURN(e)
	}
}

func (l *streamListener) serveTURN(e *streamEndpoint) {
	if err := serveTURN(e, &e.endpoint); err != nil {
		l.srv.cfg.Logger.Warn("serve a connection", "client", e.client, "error", err)
		_ = e.Close()
		l.srv.forget(e)
	}
}

// remember counts a connection, unless there are too many. Where all places are taken, one of a stranger is closed for it.
func (s *Server) remember(e *streamEndpoint) bool {
	from := prefixOf(e.client.Addr())
	if s.count(e, func() bool { return s.conns.Take(e, from) }) {
		return true
	}
	known := s.participants()
	var lost *streamEndpoint
	took := s.count(e, func() (ok bool) {
		lost, ok = s.conns.TakeOver(e, from, func(p netip.Prefix) bool { return known[p] })
		return ok
	})
	if took {
		s.stats.connsDisplaced.Add(1)
		_ = lost.Close() // what reads it forgets it
	}
	return took
}

// count counts a connection if it takes a place.
func (s *Server) count(e *streamEndpoint, take func() bool) bool {
	s.connMu.Lock()
	defer s.connMu.Unlock()
	select {
	case <-s.done: // closeSockets would not find it
		return false
	default:
	}
	e.counted = take()
	if e.counted {
		s.wg.Add(1)
	}
	return e.counted
}

// participants are the prefixes from which somebody has proved that he belongs to a session that goes on. Connections from there are no
// stranger's.
func (s *Server) participants() map[netip.Prefix]bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := map[netip.Prefix]bool{}
	for _, session := range s.sessions {
		for a := range session.peers.participants {
			known[prefixOf(a)] = true
		}
	}
	return known
}

// forget takes a connection off the lists once its reader has returned, or once a foreign one is closed.
func (s *Server) forget(e *streamEndpoint) {
	s.connMu.Lock()
	defer s.connMu.Unlock()
	if !e.counted {
		return
	}
	e.counted = false
	s.conns.Leave(e)
	s.wg.Done()
}
