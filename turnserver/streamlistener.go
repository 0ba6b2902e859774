package turnserver

import (
	"errors"
	"net"
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

// fewConns is what a client of its own needs: one of signalling and some for TURN.
const fewConns = 4

// keptFree is how many of all places are not for a prefix that has so many already. Whoever takes what there is, and needs no credentials
// for it, so leaves an eighth to those that have few, and a 32nd to those that have none.
func keptFree(all, has int) int {
	switch {
	case has >= fewConns:
		return all / 8
	case has > 0:
		return all / 32
	}
	return 0
}

// remember counts a connection, unless there are too many.
func (s *Server) remember(e *streamEndpoint) bool {
	s.connMu.Lock()
	defer s.connMu.Unlock()
	select {
	case <-s.done: // closeSockets would not find it
		return false
	default:
	}
	from := prefixOf(e.client.Addr())
	has := s.connsFrom[from]
	if s.cfg.MaxConns-len(s.conns) <= keptFree(s.cfg.MaxConns, has) || has >= s.cfg.MaxConnsPerIP {
		return false
	}
	s.conns[e] = struct{}{}
	s.connsFrom[from]++
	s.wg.Add(1)
	return true
}

// forget takes a connection off the lists once its reader has returned, or once a foreign one is closed.
func (s *Server) forget(e *streamEndpoint) {
	s.connMu.Lock()
	defer s.connMu.Unlock()
	if _, known := s.conns[e]; !known {
		return
	}
	from := prefixOf(e.client.Addr())
	delete(s.conns, e)
	if s.connsFrom[from]--; s.connsFrom[from] == 0 {
		delete(s.connsFrom, from)
	}
	s.wg.Done()
}
