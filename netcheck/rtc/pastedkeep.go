package rtc

import (
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/transport/v5"
)

// keepEach is how often a binding is asked for again: Tr of RFC 8445, section 11. Some routers forget one after 30 s.
const keepEach = 15 * time.Second

// emptyTime is how long what waits in a socket is taken out of it.
const emptyTime = 10 * time.Millisecond

// keptConn is a socket whose binding in a router lives on while nothing else is sent: by Binding requests to the server that it asked
// first (RFC 8445, section 5.1.1.4). pion refreshes TURN allocations, each 5 minutes, and server-reflexive candidates not at all. The
// answers stay here: they are to no request of pion's, which would have to take them for those of an attacker.
type keptConn struct {
	transport.UDPConn
	mark [8]byte // that this socket's requests begin their transaction's number with

	mu     sync.Mutex // guards what follows
	wrote  bool
	server *net.UDPAddr   // nil if the socket is not one that asks a server
	relays bool           // it asked for a relayed address; pion reads it from the start
	mapped netip.AddrPort // as the server saw the socket first
	moved  bool           // and sees it under another address now
}

func keep(c transport.UDPConn) *keptConn {
	k := &keptConn{UDPConn: c}
	_, _ = rand.Read(k.mark[:]) // never fails: it ends the process instead
	return k
}

// WriteTo learns from the first datagram whether the socket asks a server: one of a host candidate begins with a check.
func (k *keptConn) WriteTo(b []byte, to net.Addr) (int, error) {
	k.mu.Lock()
	if !k.wrote {
		k.wrote = true
		if a, ok := to.(*net.UDPAddr); ok {
			k.ask(b, a)
		}
	}
	k.mu.Unlock()
	return k.UDPConn.WriteTo(b, to)
}

// ask notes the server, if a datagram is a request for a reflexive or relayed address. k.mu is held.
func (k *keptConn) ask(b []byte, server *net.UDPAddr) {
	m := &stun.Message{Raw: append([]byte(nil), b...)}
	if m.Decode() != nil {
		return
	}
	k.relays = m.Type == stun.NewType(stun.MethodAllocate, stun.ClassRequest)
	if k.relays || m.Type == stun.BindingRequest && !m.Contains(stun.AttrUsername) {
		own := *server
		k.server = &own
	}
}

// ReadFrom gives what is not an answer to the socket's own requests.
func (k *keptConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := k.UDPConn.ReadFrom(b)
		if err != nil || !k.overhear(b[:n], from) {
			return n, from, err
		}
	}
}

// overhear looks at what the server says, and tells whether it is an answer to one of the socket's own requests.
func (k *keptConn) overhear(b []byte, from net.Addr) bool {
	if len(b) < stunHeader || b[0]&0xc0 != 0 || binary.BigEndian.Uint16(b)&stunResponseClass == 0 || binary.BigEndian.Uint32(b[4:]) != stunCookie {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.server == nil || addrOf(from) != addrOf(k.server) {
		return false
	}
	own := [8]byte(b[8:]) == k.mark
	m := &stun.Message{Raw: append([]byte(nil), b...)}
	var mapped stun.XORMappedAddress
	if m.Decode() == nil && m.Type.Class == stun.ClassSuccessResponse && mapped.GetFrom(m) == nil {
		k.note(addrOf(&net.UDPAddr{IP: mapped.IP, Port: mapped.Port}))
	}
	return own
}

func (k *keptConn) note(mapped netip.AddrPort) {
	if !k.mapped.IsValid() {
		k.mapped = mapped
	}
	k.moved = k.mapped != mapped
}

// beat asks the server once, if the socket has one.
func (k *keptConn) beat() {
	k.mu.Lock()
	server := k.server
	k.mu.Unlock()
	if server == nil {
		return
	}
	id := [stun.TransactionIDSize]byte(append(k.mark[:], 0, 0, 0, 0))
	_, _ = rand.Read(id[len(k.mark):])
	if m, err := stun.Build(stun.BindingRequest, stun.NewTransactionIDSetter(id)); err == nil {
		_, _ = k.UDPConn.WriteTo(m.Raw, server) // the next one may get through
	}
}

// empty takes out what has come so far, where nobody reads yet.
func (k *keptConn) empty() {
	k.mu.Lock()
	relays := k.relays
	k.mu.Unlock()
	if relays || k.SetReadDeadline(time.Now().Add(emptyTime)) != nil {
		return
	}
	defer func() { _ = k.SetReadDeadline(time.Time{}) }() // who reads it next sees what is wrong with it
	b := make([]byte, datagramBuffer)
	for {
		if _, _, err := k.ReadFrom(b); err != nil {
			return
		}
	}
}

// datagramBuffer holds a datagram of any use.
const datagramBuffer = 1500

// kept are the open sockets whose bindings are kept.
func (n *network) kept() []*keptConn {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []*keptConn
	for _, s := range n.open {
		if s == nil {
			continue
		}
		if k, ok := s.UDPConn.(*keptConn); ok {
			out = append(out, k)
		}
	}
	return out
}

// rebound tells whether a router gave a socket another outside address since the end's text was made.
func (n *network) rebound() bool {
	for _, k := range n.kept() {
		k.mu.Lock()
		moved := k.moved
		k.mu.Unlock()
		if moved {
			return true
		}
	}
	return false
}
