package turnserver

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v3"
)

// maxReadFailures ends a reader whose socket only fails. One failure must not: on Windows a datagram that is longer than
// the buffer is an error, and the library stops serving a socket at the first one.
const maxReadFailures = 64

// endpoint is what the UDP socket and each TCP or TLS connection have in common: one reader of the library, which calls
// ReadFrom, deals with the packet and calls ReadFrom again.
type endpoint struct {
	srv       *Server
	transport Transport
	write     func(p []byte, to netip.AddrPort) error

	// handling is held by the reader while it deals with a packet, so that end can wait for it.
	handling sync.Mutex
	busy     bool     // the reader's own: it holds handling
	reserved *Session // the reader's own: the packet in hand is about to make an allocation in this session,
	user     string   // for this user
}

// begin and finish frame the time that the reader spends on one packet.
func (e *endpoint) begin() {
	e.handling.Lock()
	e.busy = true
}

func (e *endpoint) finish() {
	if !e.busy {
		return
	}
	if e.reserved != nil { // no allocation came of it
		e.srv.release(e.reserved)
		e.reserved = nil
	}
	e.busy = false
	e.handling.Unlock()
}

// end ends an allocation from outside. The library puts a new permission on its list before it sets the permission's
// timer, and an allocation that ends in between stops a timer that is nil: the process would end with it. So the reader
// must not be dealing with a packet when the relay socket closes, which is what makes the library end the allocation.
// Later packets do no harm, because the session is closed by then and nothing authenticates for it.
func (e *endpoint) end(r *relay) {
	e.handling.Lock()
	defer e.handling.Unlock()
	_ = r.Close()
}

// screen decides before the library does whether a packet is worth its time. It gives the client's allocation, if any.
func (e *endpoint) screen(source netip.AddrPort, p []byte) (r *relay, pass bool) {
	r = e.srv.allocationOf(clientKey{e.transport, source})
	class, method := classify(p)
	switch {
	case class == classChannelData || class == classIndication && method == methodSend:
		return r, r != nil
	case class != classRequest:
		e.srv.stats.malformed.Add(1)
		return r, false
	case r == nil && !e.srv.limiter.allow(source.Addr(), e.srv.cfg.Now()):
		e.srv.stats.rateLimited.Add(1)
		return nil, false
	}
	if code := e.refusal(method, p, r); code != 0 {
		e.refuse(source, p, method, code)
		return r, false
	}
	if method == methodBinding && e.transport == TransportUDP {
		e.srv.sighted(source)
	}
	return r, true
}

// refusal gives an error code where the library would say nothing, so that the client waits for half a minute, or would
// grant something else than was asked for.
func (e *endpoint) refusal(method uint16, p []byte, r *relay) stun.ErrorCode {
	switch method {
	case methodRefresh, methodCreatePermission, methodChannelBind:
		if r == nil {
			return stun.CodeAllocMismatch // RFC 8656 section 5
		}
	case methodAllocate:
		if _, authenticated := attribute(p, attrMessageIntegrity); !authenticated {
			return 0 // let the library ask for credentials first
		}
		if protocol, ok := firstByte(p, attrRequestedTransport); ok && protocol != protocolUDP {
			return stun.CodeUnsupportedTransProto // no RFC 6062 here
		}
		own := byte(familyIPv6)
		if e.srv.cfg.Address.Is4() {
			own = familyIPv4
		}
		if family, ok := firstByte(p, attrRequestedAddressFamily); ok && family != own {
			return stun.CodeAddrFamilyNotSupported // RFC 8656 section 7.2
		}
	}
	return 0
}

func (e *endpoint) refuse(to netip.AddrPort, p []byte, method uint16, code stun.ErrorCode) {
	id := [stun.TransactionIDSize]byte(p[8:stunHeaderSize])
	answer, err := stun.Build(
		stun.NewTransactionIDSetter(id),
		stun.NewType(stun.Method(method), stun.ClassErrorResponse),
		code,
		stun.Fingerprint,
	)
	if err != nil {
		return
	}
	_ = e.write(answer.Raw, to) // a lost answer: the client asks again
}

// sent looks at what the library sends to a client.
func (e *endpoint) sent(p []byte, to netip.AddrPort) {
	if lifetime, ok := grantedLifetime(p); ok && lifetime > 0 {
		if r := e.srv.allocationOf(clientKey{e.transport, to}); r != nil {
			r.expires.Store(time.Now().Add(lifetime).UnixNano())
		}
	}
}

// fatal counts failures to read in a row and says when to give up.
func fatal(err error, failures *int) bool {
	*failures++
	return errors.Is(err, net.ErrClosed) || *failures > maxReadFailures
}
