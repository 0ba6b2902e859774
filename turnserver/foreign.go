package turnserver

import (
	"net"
	"sync"
	"time"
)

// foreignConn is a TLS connection of another protocol in the hands of its owner: what was read of it to find that out comes first.
type foreignConn struct {
	net.Conn  // the TLS connection
	endpoint  *streamEndpoint
	closeOnce sync.Once
	closeErr  error
}

// handOver gives the connection to another owner. Nil: it was closed meanwhile, and is forgotten.
func (e *streamEndpoint) handOver() net.Conn {
	e.ownerMu.Lock()
	e.handed = true
	closed := e.closed
	e.ownerMu.Unlock()
	if closed {
		e.srv.forget(e)
		return nil
	}
	e.raw.released.Store(true)
	_ = e.raw.SetDeadline(time.Time{}) // of a connection that has just been closed: the owner finds out
	return &foreignConn{Conn: e.conn, endpoint: e}
}

// Read gives what was read ahead, and then what comes.
func (c *foreignConn) Read(p []byte) (int, error) {
	if in := c.endpoint.in; in.Buffered() > 0 {
		return in.Read(p)
	}
	return c.Conn.Read(p)
}

// Close tells the client in the words of TLS that no more follows, for at most five seconds, and frees the connection's place.
func (c *foreignConn) Close() error {
	c.closeOnce.Do(func() {
		c.closeErr = c.Conn.Close()
		_ = c.endpoint.Close() // closed already, but for the place
	})
	return c.closeErr
}
