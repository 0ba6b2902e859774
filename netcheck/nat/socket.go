package nat

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/pion/stun/v3"

	"echopath/internal/ifaces"
)

// maxTrouble is how many errors in a row end a socket that reads.
const maxTrouble = 64

type transaction = [stun.TransactionIDSize]byte

// socket asks questions and takes the answers to them, several at a time. Whoever opens it closes it.
type socket struct {
	conn  net.PacketConn
	local netip.AddrPort
	done  chan struct{} // closed when nothing is read any more

	mu      sync.Mutex // guards what follows
	waiting map[transaction]*question
	visits  map[transaction]chan netip.AddrPort // requests that are expected to come over a hairpin
	refusal error                               // the last ICMP error; only a connected socket is told of them
	noise   bool                                // something that is no STUN came from where an answer was waited for
}

// open opens a socket that takes packets from everywhere, on a port of its own choice, or on port if that is free.
func (g *ground) open(port uint16) (*socket, error) {
	conn, err := g.listen(port)
	if err != nil && port != 0 {
		conn, err = g.listen(0)
	}
	if err != nil {
		return nil, err
	}
	return newSocket(conn), nil
}

func (g *ground) listen(port uint16) (net.PacketConn, error) {
	local := netip.AddrPortFrom(g.local, port)
	if g.prober.Listen != nil {
		return g.prober.Listen(local)
	}
	var config net.ListenConfig
	if g.chosen {
		config.Control = ifaces.Listening(g.local)
	}
	return config.ListenPacket(context.Background(), "udp", local.String())
}

// connect opens a socket that speaks with remote alone, and is told when the network refuses that.
func (g *ground) connect(remote netip.AddrPort) (*socket, error) {
	dial := g.prober.Dial
	if dial == nil {
		dial = g.dial
	}
	conn, err := dial(netip.AddrPortFrom(g.local, 0), remote)
	if err != nil {
		return nil, err
	}
	return newSocket(connected{Conn: conn, remote: net.UDPAddrFromAddrPort(remote)}), nil
}

func (g *ground) dial(local, remote netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{LocalAddr: net.UDPAddrFromAddrPort(local)}
	if g.chosen {
		d.Control = ifaces.Dialing(g.local)
	}
	return d.Dial("udp", remote.String())
}

// connected makes a connected socket look like one that is not.
type connected struct {
	net.Conn
	remote net.Addr
}

func (c connected) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := c.Read(b)
	return n, c.remote, err
}

func (c connected) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Write(b) }

func newSocket(conn net.PacketConn) *socket {
	s := &socket{
		conn: conn, local: addrPort(conn.LocalAddr()), done: make(chan struct{}),
		waiting: map[transaction]*question{}, visits: map[transaction]chan netip.AddrPort{},
	}
	go s.read()
	return s
}

// close ends the socket and waits for its reader.
func (s *socket) close() {
	_ = s.conn.Close() // all answers that count are in
	<-s.done
}

func (s *socket) read() {
	defer close(s.done)
	buf := make([]byte, maxMessage+1)
	for trouble := 0; trouble < maxTrouble; {
		n, from, err := s.conn.ReadFrom(buf)
		switch {
		case err == nil:
			trouble = 0
			s.take(addrPort(from), buf[:n])
		case errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
			return
		default: // an ICMP error, or Windows' way of telling that a packet was longer than the buffer
			trouble++
			s.refused(err)
		}
	}
}

// take hands a message to the question that it answers. Everything else is passed over.
func (s *socket) take(from netip.AddrPort, b []byte) {
	m, err := message(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.noise = s.noise || s.asks(from)
		return
	}
	switch m.Type.Class {
	case stun.ClassSuccessResponse, stun.ClassErrorResponse:
		if q := s.waiting[m.TransactionID]; q != nil && q.accepts(from) {
			a := read(m)
			a.from, a.at = from, time.Now()
			select {
			case q.answers <- a:
			default: // the same once more
			}
		}
	case stun.ClassRequest:
		select {
		case s.visits[m.TransactionID] <- from: // nil, and so never, if none is expected
		default:
		}
	}
}

func (s *socket) refused(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = err
}

// asks tells whether an answer from there is waited for.
func (s *socket) asks(from netip.AddrPort) bool {
	for _, q := range s.waiting {
		if q.expects == from {
			return true
		}
	}
	return false
}

// trouble is what else than answers came: an ICMP error, or something that is no STUN.
func (s *socket) trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noise {
		return errNotSTUN
	}
	return s.refusal
}

// expect gives a channel that tells where a request with the transaction comes from.
func (s *socket) expect(t transaction) <-chan netip.AddrPort {
	c := make(chan netip.AddrPort, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visits[t] = c
	return c
}
