package turnserver

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// A client that asks and never reads the answers blocks its own reader in the server, which must not hold up the end of
// the session or of the server.
func TestCloseWithClientThatDoesNotRead(t *testing.T) {
	for name, end := range map[string]func(*Server, *Session) error{
		"session": func(_ *Server, session *Session) error { return session.Close() },
		"server":  func(s *Server, _ *Session) error { return s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{})
			session := newSession(t, s)
			user, pass := session.Credentials()
			c := newRaw(t, s, TransportTCP, user, pass)
			c.mustAllocate()
			block(t, s, c.conn)
			began := time.Now()
			if err := end(s, session); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > writeTimeout-5*time.Second {
				t.Errorf("it took %s: it waited until the write timed out", took)
			}
			if list := s.Allocations(); len(list) != 0 {
				t.Errorf("%d allocations are left", len(list))
			}
		})
	}
}

// block asks until all buffers on the way back and forth are full. They are small, so that it is soon.
func block(t *testing.T, s *Server, conn net.Conn) {
	t.Helper()
	const small = 4096
	_ = conn.(*net.TCPConn).SetReadBuffer(small)
	s.connMu.Lock()
	for _, e := range s.conns.Holders() {
		_ = e.raw.Conn.(*net.TCPConn).SetReadBuffer(small)
		_ = e.raw.Conn.(*net.TCPConn).SetWriteBuffer(small)
	}
	s.connMu.Unlock()
	one := stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw
	for {
		_ = conn.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		if _, err := conn.Write(one); errors.Is(err, os.ErrDeadlineExceeded) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
