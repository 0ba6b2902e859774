package nat

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"echopath/netcheck"
)

// fakeNAT is what stands between the client and the servers of a world.
type fakeNAT struct {
	mapping    netcheck.Behavior // BehaviorNone: there is no NAT, and perhaps a firewall
	filtering  netcheck.Behavior
	pool       []string // outside addresses; 203.0.113.1 if empty
	byServer   bool     // of the pool, one for each destination address, not for each mapping
	preserve   bool     // keeps ports
	firstPort  uint16   // otherwise the first one
	step       uint16   // and from mapping to mapping
	parity     bool     // keeps odd ports odd
	hairpin    netcheck.Tri
	internal   bool          // hairpin with inside source
	lifetime   time.Duration // of a mapping after the last packet out; 0 = for ever
	mtu        int           // bytes of an IP packet; 0: no limit
	blockUDP   bool
	blocked    func(to netip.AddrPort) bool
	dropMarked bool
	bleach     bool // sets the traffic class to 0
}

type fakeMapping struct {
	inside, outside netip.AddrPort
	sentTo          []netip.AddrPort
	used            time.Time
}

// world is a network in memory: one client at 192.0.2.10 or wherever local says, a NAT, and servers.
type world struct {
	nat     fakeNAT
	local   netip.Addr
	delay   time.Duration
	lose    func(n int, from, to netip.AddrPort) bool
	mu      sync.Mutex
	packets int
	sockets map[netip.AddrPort]*fakeConn
	servers map[netip.AddrPort]func(from netip.AddrPort, class byte, b []byte)
	maps    []*fakeMapping
	port    uint16
	next    uint16
	sent    []netip.AddrPort // where the client has sent to, in order
}

func newWorld(n fakeNAT) *world {
	w := &world{nat: n, local: netip.MustParseAddr("192.168.1.2"), sockets: map[netip.AddrPort]*fakeConn{}, port: 50000, next: n.firstPort}
	w.servers = map[netip.AddrPort]func(netip.AddrPort, byte, []byte){}
	if w.next == 0 {
		w.next = 20001
	}
	if len(w.nat.pool) == 0 {
		w.nat.pool = []string{"203.0.113.1"}
	}
	if w.nat.step == 0 {
		w.nat.step = 7
	}
	return w
}

func (w *world) prober() *Prober {
	return &Prober{
		Listen:       func(local netip.AddrPort) (net.PacketConn, error) { return w.listen(local), nil },
		Dial:         func(local, remote netip.AddrPort) (net.Conn, error) { return fakeDialed{w.listen(local), remote}, nil },
		Source:       func(netip.AddrPort) (netip.Addr, error) { return w.local, nil },
		Addresses:    func() ([]netip.Addr, error) { return []netip.Addr{w.local}, nil },
		DontFragment: func(net.PacketConn) error { return nil },
		Mark:         func(c net.PacketConn, class byte) error { c.(*fakeConn).class = class; return nil },
	}
}

func (w *world) listen(local netip.AddrPort) *fakeConn {
	w.mu.Lock()
	defer w.mu.Unlock()
	for local.Port() == 0 || w.sockets[local] != nil {
		w.port += 2
		local = netip.AddrPortFrom(w.local, w.port)
	}
	c := &fakeConn{world: w, local: local, inbox: make(chan fakePacket, 64), closed: make(chan struct{})}
	w.sockets[local] = c
	return c
}

// out carries a packet of the client.
func (w *world) out(from, to netip.AddrPort, class byte, b []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, to)
	w.packets++
	if w.nat.blockUDP || w.nat.blocked != nil && w.nat.blocked(to) || w.lose != nil && w.lose(w.packets, from, to) {
		return nil
	}
	if w.nat.mtu > 0 && len(b)+ipOverhead(to.Addr()) > w.nat.mtu || w.nat.dropMarked && class != 0 {
		return nil
	}
	if w.nat.bleach {
		class = 0
	}
	m := w.mapped(from, to)
	if serve := w.servers[to]; serve != nil {
		w.later(func() { serve(m.outside, class, b) })
		return nil
	}
	if w.nat.hairpin == netcheck.Yes && slices.Contains(w.nat.pool, to.Addr().String()) {
		source := m.outside
		if w.nat.internal {
			source = from
		}
		w.deliver(source, to, b)
	}
	return nil
}

// mapped finds or makes the mapping of a packet to the outside.
func (w *world) mapped(from, to netip.AddrPort) *fakeMapping {
	w.expire()
	for _, m := range w.maps {
		if m.inside == from && w.sameMapping(m.sentTo[0], to) {
			m.sentTo, m.used = append(m.sentTo, to), time.Now()
			return m
		}
	}
	m := &fakeMapping{inside: from, outside: w.outside(from, to), sentTo: []netip.AddrPort{to}, used: time.Now()}
	w.maps = append(w.maps, m)
	return m
}

func (w *world) sameMapping(a, b netip.AddrPort) bool {
	switch w.nat.mapping {
	case netcheck.BehaviorAddressDependent:
		return a.Addr() == b.Addr()
	case netcheck.BehaviorAddressAndPortDependent:
		return a == b
	}
	return true
}

func (w *world) outside(from, to netip.AddrPort) netip.AddrPort {
	if w.nat.mapping == netcheck.BehaviorNone {
		return from
	}
	n := len(w.maps)
	if w.nat.byServer {
		n = int(to.Addr().AsSlice()[3])
	}
	port := from.Port()
	if !w.nat.preserve {
		port, w.next = w.next, w.next+w.nat.step
		if w.nat.parity && (port^from.Port())&1 == 1 {
			port++
		}
	}
	return netip.AddrPortFrom(netip.MustParseAddr(w.nat.pool[n%len(w.nat.pool)]), port)
}

func (w *world) expire() {
	if w.nat.lifetime > 0 {
		w.maps = slices.DeleteFunc(w.maps, func(m *fakeMapping) bool { return time.Since(m.used) >= w.nat.lifetime })
	}
}

// in carries a packet of a server to the client.
func (w *world) in(from, to netip.AddrPort, b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deliver(from, to, b)
}

func (w *world) deliver(from, to netip.AddrPort, b []byte) {
	w.expire()
	for _, m := range w.maps {
		if m.outside != to || !w.passes(m, from) {
			continue
		}
		if c := w.sockets[m.inside]; c != nil {
			w.later(func() { c.put(fakePacket{from, slices.Clone(b)}) })
		}
		return
	}
}

func (w *world) passes(m *fakeMapping, from netip.AddrPort) bool {
	switch w.nat.filtering {
	case netcheck.BehaviorAddressDependent:
		return slices.ContainsFunc(m.sentTo, func(to netip.AddrPort) bool { return to.Addr() == from.Addr() })
	case netcheck.BehaviorAddressAndPortDependent:
		return slices.Contains(m.sentTo, from)
	}
	return true
}

func (w *world) later(f func()) { time.AfterFunc(w.delay/2, f) }

type fakePacket struct {
	from netip.AddrPort
	b    []byte
}

// fakeConn is a socket of the client.
type fakeConn struct {
	world  *world
	local  netip.AddrPort
	class  byte
	inbox  chan fakePacket
	once   sync.Once
	closed chan struct{}
}

func (c *fakeConn) put(p fakePacket) {
	select {
	case c.inbox <- p:
	default:
	}
}

func (c *fakeConn) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case p := <-c.inbox:
		return copy(b, p.b), net.UDPAddrFromAddrPort(p.from), nil
	case <-c.closed:
		return 0, nil, net.ErrClosed
	}
}

func (c *fakeConn) WriteTo(b []byte, to net.Addr) (int, error) {
	return len(b), c.world.out(c.local, addrPort(to), c.class, slices.Clone(b))
}

func (c *fakeConn) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.world.mu.Lock()
		defer c.world.mu.Unlock()
		delete(c.world.sockets, c.local)
	})
	return nil
}

func (c *fakeConn) LocalAddr() net.Addr              { return net.UDPAddrFromAddrPort(c.local) }
func (c *fakeConn) SetDeadline(time.Time) error      { return nil }
func (c *fakeConn) SetReadDeadline(time.Time) error  { return nil }
func (c *fakeConn) SetWriteDeadline(time.Time) error { return nil }

// fakeDialed is a connected socket of the client.
type fakeDialed struct {
	*fakeConn
	remote netip.AddrPort
}

func (c fakeDialed) Read(b []byte) (int, error) {
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil || addrPort(from) == c.remote {
			return n, err
		}
	}
}

func (c fakeDialed) Write(b []byte) (int, error) {
	return c.WriteTo(b, net.UDPAddrFromAddrPort(c.remote))
}
func (c fakeDialed) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.remote) }
