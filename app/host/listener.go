package host

import (
	"net"
	"net/netip"
	"sync"
)

// listener is a net.Listener of connections that somebody else accepted.
type listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	addr  netip.AddrPort
}

func newListener() *listener {
	return &listener{conns: make(chan net.Conn), done: make(chan struct{})}
}

// take is the Foreign of a turnserver.Config. It waits until the connection is accepted, which is soon, or the listener closed.
func (l *listener) take(c net.Conn) {
	select {
	case l.conns <- c:
	case <-l.done:
		_ = c.Close() // nobody is interested in how
	}
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close makes Accept fail. It is idempotent.
func (l *listener) Close() error {
	l.close()
	return nil
}

func (l *listener) close() { l.once.Do(func() { close(l.done) }) }

// Addr is the address that clients connect to.
func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }
