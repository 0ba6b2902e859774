package turnserver

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// writeTimeout ends a connection whose client does not read, rather than have a relay wait for it.
const writeTimeout = 15 * time.Second

var errNotTURN = errors.New("the stream carries neither STUN nor ChannelData")

// streamEndpoint is one TCP or TLS connection as the library sees it: a net.PacketConn with one client. It cuts the
// stream into frames itself, because the library's own code for that computes the size of a frame in 16 bits: a STUN
// header that announces 65516 bytes comes out as a frame of size 0, and the reader spins on it for good.
type streamEndpoint struct {
	endpoint
	conn   net.Conn // the deadlineConn, or TLS over it
	raw    *deadlineConn
	in     *bufio.Reader
	client netip.AddrPort
	remote net.Addr

	readerOnce, closeOnce sync.Once
	closeErr              error
	counted               bool // it is to be forgotten when it ends

	ownerMu        sync.Mutex // guards what follows
	closed, handed bool
}

func newStreamEndpoint(s *Server, transport Transport, conn net.Conn) *streamEndpoint {
	key := clientKey{transport, addrPortOf(conn.RemoteAddr())}
	raw := &deadlineConn{
		Conn: conn, first: time.Now().Add(s.cfg.HandshakeTimeout), idle: s.cfg.IdleTimeout,
		inUse: func() bool { return s.allocationOf(key) != nil },
	}
	e := &streamEndpoint{conn: raw, raw: raw, remote: conn.RemoteAddr(), client: key.addr}
	if transport == TransportTLS {
		e.conn = tls.Server(raw, s.identity.config) // shakes hands at the first read, within the same deadline
	}
	e.in = bufio.NewReader(e.conn)
	e.endpoint = endpoint{srv: s, transport: transport, write: e.writeTo, abort: func() { _ = e.Close() }}
	return e
}

// ReadFrom gives the library the next frame that passes.
func (e *streamEndpoint) ReadFrom(p []byte) (int, net.Addr, error) {
	e.finish()
	for {
		n, err := e.readFrame(p)
		if err != nil {
			_ = e.Close()
			e.readerOnce.Do(func() { e.srv.forget(e) })
			return 0, nil, err
		}
		if _, pass := e.screen(e.client, p[:n]); pass {
			e.raw.established.Store(true)
			e.begin()
			return n, e.remote, nil
		}
	}
}

// WriteTo sends what the library has for the client.
func (e *streamEndpoint) WriteTo(p []byte, _ net.Addr) (int, error) {
	return len(p), e.writeTo(e.outgoing(p, e.client), e.client)
}

// Close closes the connection, once. It sends no TLS alert: that could wait for a client that does not read.
func (e *streamEndpoint) Close() error {
	e.closeOnce.Do(func() {
		e.closeErr = e.raw.Close()
		e.ownerMu.Lock()
		defer e.ownerMu.Unlock()
		if e.closed = true; e.handed {
			e.srv.forget(e) // no reader of the library will
		}
	})
	return e.closeErr
}

// LocalAddr and the deadlines complete net.PacketConn.
func (e *streamEndpoint) LocalAddr() net.Addr { return e.raw.LocalAddr() }

// SetDeadline does nothing: deadlineConn owns the deadlines.
func (e *streamEndpoint) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing either.
func (e *streamEndpoint) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing either.
func (e *streamEndpoint) SetWriteDeadline(time.Time) error { return nil }

func (e *streamEndpoint) writeTo(p []byte, _ netip.AddrPort) error {
	_, err := e.conn.Write(p)
	if err != nil {
		_ = e.Close() // part of a frame may have left, so the stream is of no use any more
	}
	return err
}

// readFrame reads the next frame that fits into p with room to spare, since the library takes a full buffer for a packet
// that was cut short.
func (e *streamEndpoint) readFrame(p []byte) (int, error) {
	for {
		head, err := e.in.Peek(channelHeaderSize)
		if err != nil {
			return 0, err
		}
		size, ok := frameSize(head)
		if !ok {
			e.srv.stats.malformed.Add(1)
			return 0, errNotTURN
		}
		if size < len(p) {
			return io.ReadFull(e.in, p[:size])
		}
		e.srv.stats.tooLong.Add(1)
		if _, err := e.in.Discard(size); err != nil {
			return 0, err
		}
	}
}

// deadlineConn ends a connection that does not become a TURN client soon, or that falls silent. It sits below TLS, so
// that the handshake counts, and so that TLS never sees a deadline that was only looked at.
type deadlineConn struct {
	net.Conn
	first       time.Time // until the endpoint is established
	idle        time.Duration
	inUse       func() bool // an allocation lives here
	established atomic.Bool
	released    atomic.Bool  // somebody else sees to the deadlines
	lastWrite   atomic.Int64 // by ticks: setting the clock must not end a connection; 0 before the first
}

// Read ends with a timeout when nothing went either way for too long. A client that only receives is not idle, and neither
// is one with an allocation, which it need not refresh for minutes: that has a lifetime of its own.
func (c *deadlineConn) Read(p []byte) (int, error) {
	began := time.Now()
	for {
		if c.released.Load() {
			return c.Conn.Read(p)
		}
		if err := c.SetReadDeadline(c.deadline(began)); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(p)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if c.inUse() {
			began = time.Now()
		} else if !time.Now().Before(c.deadline(began)) {
			return n, err
		}
	}
}

func (c *deadlineConn) deadline(began time.Time) time.Time {
	if !c.established.Load() {
		return c.first
	}
	if wrote := processStart.Add(time.Duration(c.lastWrite.Load())); wrote.After(began) {
		began = wrote
	}
	return began.Add(c.idle)
}

func (c *deadlineConn) Write(p []byte) (int, error) {
	if c.released.Load() {
		return c.Conn.Write(p)
	}
	now := time.Now()
	if err := c.SetWriteDeadline(now.Add(writeTimeout)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(p)
	if err == nil {
		c.lastWrite.Store(ticks(0))
	}
	return n, err
}
