package rtc

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/pion/transport/v5"

	"echopath/internal/ifaces"
)

// socketBuffer is the size of a UDP socket's kernel buffers in bytes. Linux's default of 208 KB lost 0.6 % of 20000
// packets/s while the reader waited for a turn on the processor; 4 MB lost none.
const socketBuffer = 4 << 20

// network is the transport.Net of one peer. It binds sockets that ask for any address to the leg's source address, gives them
// large buffers, and keeps all of them, so that closing is certain and quick: pion waits up to 7.8 s for a TURN server that
// does not answer.
type network struct {
	transport.Net
	watch *turnWatch
	keeps bool // the bindings of its sockets are kept, see keptConn

	closed func(port uint16)                               // is told of each UDP socket that was closed, if it is set
	hears  func(datagram []byte, from netip.AddrPort) bool // whether the socket of a candidate gives a datagram; nil: each. It must be quick

	mu      sync.Mutex     // guards what follows
	bind    netip.Addr     // that sockets are bound to; zero if the system chooses
	control ifaces.Control // of the system's sockets; nil leaves the way to the routing table
	shut    bool
	open    map[io.Closer]*socket // nil for streams
	dropped uint64                // by the kernel, of sockets that are closed
	unknown bool                  // a socket could not tell its drops
	current transport.Net         // with the interfaces as they are now, if they were read anew
}

func newNetwork(n transport.Net, bind netip.Addr) *network {
	return &network{Net: n, bind: bind, watch: &turnWatch{}, open: map[io.Closer]*socket{}}
}

// ListenPacket opens the socket to a TURN server.
func (n *network) ListenPacket(network, address string) (net.PacketConn, error) {
	a, err := n.ResolveUDPAddr(network, address)
	if err != nil {
		return nil, err
	}
	conn, err := n.listen(network, a)
	if err != nil {
		return nil, err
	}
	return &turnSocket{socket: conn, watch: n.watch}, nil
}

// ListenUDP opens the socket of a host or server-reflexive candidate.
func (n *network) ListenUDP(network string, a *net.UDPAddr) (transport.UDPConn, error) {
	s, err := n.listen(network, a)
	if err != nil {
		return nil, err
	}
	if s.sys != nil {
		return sysSocket{s}, nil
	}
	return s, nil
}

func (n *network) listen(network string, a *net.UDPAddr) (*socket, error) {
	at := net.UDPAddr{}
	if a != nil {
		at = *a
	}
	if source := n.source(); source.IsValid() && (at.IP == nil || at.IP.IsUnspecified()) {
		at.IP = source.AsSlice()
	}
	conn, err := n.bound(network, &at)
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer) // the system may grant less; drops are counted
	_ = conn.SetWriteBuffer(socketBuffer)
	if n.keeps {
		conn = keep(conn)
	}
	s := &socket{UDPConn: conn, owner: n}
	s.sys, _ = conn.(*net.UDPConn)
	if !n.keep(s, s) {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	return s, nil
}

func (n *network) bound(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	n.mu.Lock()
	control := n.control
	n.mu.Unlock()
	if control == nil {
		return n.Net.ListenUDP(network, at)
	}
	conn, err := (&net.ListenConfig{Control: control}).ListenPacket(context.Background(), network, at.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil //nolint:forcetypeassert // what package net gives for a UDP network
}

// keep remembers what must be closed; it refuses when everything has been closed already.
func (n *network) keep(c io.Closer, s *socket) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.shut {
		n.open[c] = s
	}
	return !n.shut
}

// forget is called by what closes itself. A socket's drops are read while it still can tell them.
func (n *network) forget(c io.Closer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s, known := n.open[c]
	delete(n.open, c)
	if known && s != nil {
		n.count(s)
	}
}

// Interfaces are those of the computer, as they were read last.
func (n *network) Interfaces() ([]*transport.Interface, error) {
	n.mu.Lock()
	now := n.current
	n.mu.Unlock()
	if now != nil {
		return now.Interfaces()
	}
	return n.Net.Interfaces()
}

// source is the address that sockets are bound to; zero if the system chooses.
func (n *network) source() netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.bind
}

// bindTo replaces it, for sockets that are opened from now on.
func (n *network) bindTo(a netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.bind = a
}

// holdTo has sockets that are opened from now on leave by another interface.
func (n *network) holdTo(control ifaces.Control) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.control = control
}

// basesOf are the addresses of the open sockets with that port.
func (n *network) basesOf(port uint16) []netip.AddrPort {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []netip.AddrPort
	for _, s := range n.open {
		if s == nil {
			continue
		}
		if a := addrOf(s.LocalAddr()); a.Port() == port {
			out = append(out, a)
		}
	}
	return out
}

// bases are the addresses that the open sockets and streams are bound to, of those that are bound to one.
func (n *network) bases() []netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []netip.Addr
	for c := range n.open {
		if c, ok := c.(interface{ LocalAddr() net.Addr }); ok {
			if a := addrOf(c.LocalAddr()).Addr(); a.IsValid() && !a.IsUnspecified() {
				out = append(out, a)
			}
		}
	}
	return out
}

func (n *network) count(s *socket) {
	d, ok := s.drops()
	n.dropped += d
	n.unknown = n.unknown || !ok
}

// drops is the number of datagrams that the kernel threw away because a socket's buffer was full.
func (n *network) drops() (uint64, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	sum, known := n.dropped, !n.unknown
	for _, s := range n.open {
		if s != nil {
			d, ok := s.drops()
			sum, known = sum+d, known && ok
		}
	}
	return sum, known
}

// closeAll closes every socket and stream, and refuses new ones.
func (n *network) closeAll() error {
	n.mu.Lock()
	n.shut = true
	all := make([]io.Closer, 0, len(n.open))
	for c := range n.open {
		all = append(all, c)
	}
	n.mu.Unlock()
	var errs []error
	for _, c := range all {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
