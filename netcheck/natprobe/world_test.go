package natprobe_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck/natprobe"
)

// world is a network in memory for bubbles of synctest: clients behind a firewall, and a TURN server that relays between them.
type world struct {
	forgets   time.Duration // of the firewall: silence after which packets from outside do not pass; 0: never
	renames   bool          // it is a NAT that gives a forgotten connection another outside port
	perFlow   float64       // kbit/s that one connection may send; 0: any
	together  float64       // the same of all
	queued    float64       // kbit/s that all may send: what is more has to wait
	loses     int           // one packet of so many is lost; 0: none
	lives     time.Duration // that the server gives a relay; 0: 10 minutes
	refuses   map[stun.Method]stun.ErrorCode
	most      int                                // relays; 0: any
	stall     func(conn int, at time.Time) bool  // whether a reader sleeps beyond its deadline
	dead      func(at time.Time) bool            // whether the server answers nothing
	unlawful  func(from, to netip.AddrPort) bool // whether it does not relay that
	mu        sync.Mutex
	conns     map[netip.AddrPort]*wire // by their outside addresses
	next      uint16
	relays    map[uint16]*worldRelay
	made      int
	packets   int
	free      map[netip.AddrPort]time.Time // of a bucket: when it has room for the next packet
	largest   int                          // relays at one time
	forwarded int
}

type worldRelay struct {
	client  netip.AddrPort
	port    uint16
	channel netip.AddrPort // that its channel is bound to
	peers   map[netip.Addr]time.Time
	ends    time.Time
}

const worldDelay = 10 * time.Millisecond // one way

var worldServer = netip.MustParseAddrPort("203.0.113.7:3478")

// wire is a client's socket.
type wire struct {
	w       *world
	number  int
	outside netip.AddrPort
	used    time.Time

	mu       sync.Mutex
	queue    [][]byte
	deadline time.Time
	changed  chan struct{}
	closed   bool
}

func (w *world) dial(netip.Addr, netip.AddrPort) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &wire{w: w, number: w.made, changed: make(chan struct{}), used: time.Now()}
	w.made++
	w.name(c)
	return c, nil
}

// name gives a socket an outside address. w.mu is held.
func (w *world) name(c *wire) {
	if w.conns == nil {
		w.conns, w.relays, w.free = map[netip.AddrPort]*wire{}, map[uint16]*worldRelay{}, map[netip.AddrPort]time.Time{}
	}
	delete(w.conns, c.outside)
	w.next++
	c.outside = netip.AddrPortFrom(netip.MustParseAddr("198.51.100.4"), 20000+w.next)
	w.conns[c.outside] = c
}

func (c *wire) signal() { close(c.changed); c.changed = make(chan struct{}) }

func (c *wire) Read(b []byte) (int, error) {
	for {
		c.mu.Lock()
		due, changed := c.deadline, c.changed
		switch {
		case c.closed:
			c.mu.Unlock()
			return 0, net.ErrClosed
		case !due.IsZero() && !time.Now().Before(due):
			c.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		case len(c.queue) > 0:
			n := copy(b, c.queue[0])
			c.queue = c.queue[1:]
			c.mu.Unlock()
			return n, nil
		}
		c.mu.Unlock()
		c.w.mu.Lock()
		stalls := c.w.stall != nil && c.w.stall(c.number, time.Now())
		c.w.mu.Unlock()
		if stalls {
			time.Sleep(5 * time.Second) // the process stands still
			continue
		}
		if due.IsZero() {
			<-changed
			continue
		}
		timer := time.NewTimer(time.Until(due))
		select {
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (c *wire) Write(b []byte) (int, error) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	now := time.Now()
	if c.w.renames && c.w.forgets > 0 && now.Sub(c.used) > c.w.forgets {
		c.w.name(c)
	}
	c.used = now
	if wait, ok := c.w.passes(c.outside, len(b)); ok {
		from, data := c.outside, append([]byte(nil), b...)
		time.AfterFunc(worldDelay+wait, func() { c.w.arrive(from, data) })
	}
	return len(b), nil
}

// passes lets a packet to the server pass, and tells how long it waits in a queue. w.mu is held.
func (w *world) passes(from netip.AddrPort, size int) (wait time.Duration, ok bool) {
	w.packets++
	if w.loses > 0 && w.packets%w.loses == 0 {
		return 0, false
	}
	_, one := w.bucket(from, size, w.perFlow, 50*time.Millisecond)
	_, all := w.bucket(worldServer, size, w.together, 50*time.Millisecond)
	if !one || !all {
		return 0, false
	}
	return w.bucket(netip.AddrPort{}, size, w.queued, time.Hour)
}

// bucket holds packets to a rate, of which so much may wait.
func (w *world) bucket(key netip.AddrPort, size int, kbps float64, room time.Duration) (wait time.Duration, ok bool) {
	if kbps == 0 {
		return 0, true
	}
	now := time.Now()
	if w.free[key].Before(now) {
		w.free[key] = now
	}
	if wait = w.free[key].Sub(now); wait > room {
		return 0, false
	}
	w.free[key] = w.free[key].Add(time.Duration(float64(size+28) * 8 / kbps * float64(time.Millisecond)))
	return wait, true
}

// arrive is the server's.
func (w *world) arrive(from netip.AddrPort, b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if w.dead != nil && w.dead(now) {
		return
	}
	r := w.relayOf(from)
	if r != nil && now.After(r.ends) {
		delete(w.relays, r.port)
		r = nil
	}
	if len(b) > 4 && b[0] == 0x40 {
		if r != nil && r.channel.IsValid() {
			w.relay(r, r.channel, b[4:][:binary.BigEndian.Uint16(b[2:])])
		}
		return
	}
	m := &stun.Message{}
	if _, err := m.Write(b); err != nil {
		return
	}
	if m.Type == stun.NewType(stun.MethodSend, stun.ClassIndication) {
		data, _ := m.Get(stun.AttrData)
		if r != nil {
			w.relay(r, peerOf(m), data)
		}
		return
	}
	w.deliver(from, w.answer(from, r, m).Raw)
}

// left tells how many relays there are, and how many there were at most.
func (w *world) left() (now, most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.relays), w.largest
}

func (w *world) relayOf(client netip.AddrPort) *worldRelay {
	for _, r := range w.relays {
		if r.client == client {
			return r
		}
	}
	return nil
}

func peerOf(m *stun.Message) netip.AddrPort {
	var x stun.XORMappedAddress
	if x.GetFromAs(m, stun.AttrXORPeerAddress) != nil {
		return netip.AddrPort{}
	}
	a, _ := netip.AddrFromSlice(x.IP)
	return netip.AddrPortFrom(a.Unmap(), uint16(x.Port))
}

func (w *world) answer(from netip.AddrPort, r *worldRelay, m *stun.Message) *stun.Message {
	mapped := stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())}
	if m.Type.Method == stun.MethodBinding {
		return respond(m, stun.ClassSuccessResponse, &mapped)
	}
	if !m.Contains(stun.AttrMessageIntegrity) {
		return challenge(m)
	}
	if code := w.refuses[m.Type.Method]; code != 0 {
		return refuse(m, code, "")
	}
	if r == nil && m.Type.Method != stun.MethodAllocate {
		return refuse(m, stun.CodeAllocMismatch, "")
	}
	now := time.Now()
	lives := w.lives
	if lives == 0 {
		lives = 10 * time.Minute
	}
	granted := stun.RawAttribute{Type: stun.AttrLifetime, Value: binary.BigEndian.AppendUint32(nil, uint32(lives/time.Second))}
	switch m.Type.Method {
	case stun.MethodAllocate:
		if r == nil {
			if w.most > 0 && len(w.relays) >= w.most {
				return refuse(m, stun.CodeAllocQuotaReached, "")
			}
			w.next++
			r = &worldRelay{client: from, port: 50000 + w.next, peers: map[netip.Addr]time.Time{}, ends: now.Add(lives)}
			w.relays[r.port] = r
			w.largest = max(w.largest, len(w.relays))
		}
		return respond(m, stun.ClassSuccessResponse, relayedAt(r.port), &mapped, granted, fakeKey)
	case stun.MethodRefresh:
		if l, err := m.Get(stun.AttrLifetime); err == nil && string(l) == "\x00\x00\x00\x00" {
			delete(w.relays, r.port)
		}
		r.ends = now.Add(lives)
		return respond(m, stun.ClassSuccessResponse, granted, fakeKey)
	case stun.MethodChannelBind:
		r.channel = peerOf(m)
	}
	r.peers[peerOf(m).Addr()] = now.Add(5 * time.Minute)
	return respond(m, stun.ClassSuccessResponse, fakeKey)
}

type relayedAt uint16

func (p relayedAt) AddTo(m *stun.Message) error {
	return stun.XORMappedAddress{IP: worldServer.Addr().AsSlice(), Port: int(p)}.AddToAs(m, stun.AttrXORRelayedAddress)
}

// relay passes data on to the client of another relay.
func (w *world) relay(from *worldRelay, peer netip.AddrPort, data []byte) {
	to := w.relays[peer.Port()]
	self := netip.AddrPortFrom(worldServer.Addr(), from.port)
	now := time.Now()
	if to == nil || peer.Addr() != worldServer.Addr() || now.After(to.peers[self.Addr()]) || now.After(from.peers[peer.Addr()]) || now.After(to.ends) {
		return
	}
	if w.unlawful != nil && w.unlawful(self, peer) {
		return
	}
	w.forwarded++
	if to.channel == self {
		b := binary.BigEndian.AppendUint16([]byte{0x40, 0}, uint16(len(data)))
		w.deliver(to.client, append(b, data...))
		return
	}
	x := stun.XORMappedAddress{IP: self.Addr().AsSlice(), Port: int(self.Port())}
	m := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodData, stun.ClassIndication), stun.RawAttribute{Type: stun.AttrData, Value: data})
	if x.AddToAs(m, stun.AttrXORPeerAddress) == nil {
		w.deliver(to.client, m.Raw)
	}
}

// deliver brings a packet to a client, if the firewall lets it in. w.mu is held.
func (w *world) deliver(to netip.AddrPort, b []byte) {
	time.AfterFunc(worldDelay, func() {
		w.mu.Lock()
		c := w.conns[to]
		ok := c != nil && (w.forgets == 0 || time.Since(c.used) <= w.forgets)
		if ok {
			c.used = time.Now()
		}
		w.mu.Unlock()
		if !ok {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.closed {
			c.queue = append(c.queue, b)
			c.signal()
		}
	})
}

func (c *wire) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		c.signal()
	}
	return nil
}

func (c *wire) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	c.signal()
	return nil
}

func (c *wire) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }
func (c *wire) SetWriteDeadline(time.Time) error { return nil }
func (c *wire) LocalAddr() net.Addr {
	return &net.UDPAddr{IP: net.IPv4(192, 168, 1, 2), Port: 30000 + c.number}
}
func (c *wire) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(worldServer) }

// live runs a test in a bubble with a world, and looks that nothing is left of it.
func (w *world) live(t *testing.T, run func(*testing.T, *natprobe.Prober, natprobe.Ask)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		run(t, &natprobe.Prober{DialUDP: w.dial}, askAt(worldServer, natprobe.TransportUDP))
		time.Sleep(time.Second) // what is under way
		w.mu.Lock()
		defer w.mu.Unlock()
		for at, c := range w.conns {
			c.mu.Lock()
			if !c.closed {
				t.Errorf("the socket %s was left open", at)
			}
			c.mu.Unlock()
		}
	})
}
