package turnserver

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v3"
)

// maxReadFailures ends a reader whose socket only fails. One failure must not, and the library stops at the first.
const maxReadFailures = 64

// endPatience is how long the end of a session waits for a client that does not read its answers.
const endPatience = time.Second

// endpoint is what the UDP socket and each TCP or TLS connection have in common: one reader of the library, which calls
// ReadFrom, deals with the packet and calls ReadFrom again.
type endpoint struct {
	srv       *Server
	transport Transport
	write     func(p []byte, to netip.AddrPort) error
	abort     func()  // unblocks write; nil where it can not block
	nonces    *nonces // where a source has to prove itself: nil on streams, which do so by their handshake

	// handling is held by the reader while it deals with a packet, so that end can wait for it.
	handling sync.Mutex

	// The reader's own, about the packet in hand.
	busy      bool     // it holds handling
	user      string   // who signed the packet
	reserved  *Session // the packet is about to make an allocation in this session
	forbidden bool     // the packet asks for a permission that the guard refuses
	proved    bool     // the packet is signed rightly, with the nonce of its source
}

// begin and finish frame the time that the reader spends on one packet.
func (e *endpoint) begin() {
	e.handling.Lock()
	e.busy, e.user, e.forbidden = true, "", false
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
	if e.abort != nil {
		stuck := time.AfterFunc(endPatience, e.abort)
		defer stuck.Stop()
	}
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
	case (r == nil || !claimsKey(p)) && !e.srv.limiter.allow(source.Addr(), e.srv.cfg.Now()):
		e.srv.stats.rateLimited.Add(1)
		return r, false
	}
	if code := e.refusal(method, p, r); code != 0 {
		e.refuse(source, p, method, code)
		return r, false
	}
	if method == methodBinding && e.transport == TransportUDP {
		e.srv.sighted(source)
	}
	if e.nonces != nil {
		e.proved = e.nonces.accept(p, source, e.srv.key)
	}
	return r, true
}

// claimsKey tells whether a request is signed, rightly or not.
func claimsKey(p []byte) bool {
	_, ok := attribute(p, attrMessageIntegrity)
	return ok
}

// refusal gives an error code where the library would say nothing, so that the client waits for half a minute, or would
// grant something else than was asked for.
func (e *endpoint) refusal(method uint16, p []byte, r *relay) stun.ErrorCode {
	switch method {
	case methodRefresh, methodCreatePermission, methodChannelBind:
		if r == nil {
			return stun.CodeAllocMismatch // RFC 8656 section 5
		}
		if family, ok := peerFamily(p); ok && family != e.srv.family() {
			r.deny(netip.AddrPort{})
			return stun.CodePeerAddrFamilyMismatch // RFC 8656 section 10.2; also of ::ffff:127.0.0.1
		}
	case methodAllocate:
		if !claimsKey(p) {
			return 0 // let the library ask for credentials first
		}
		if protocol, ok := firstByte(p, attrRequestedTransport); ok && protocol != protocolUDP {
			return stun.CodeUnsupportedTransProto // no RFC 6062 here
		}
		if family, ok := firstByte(p, attrRequestedAddressFamily); ok && family != e.srv.family() {
			return stun.CodeAddrFamilyNotSupported // RFC 8656 section 7.2
		}
	}
	return 0
}

func (e *endpoint) refuse(to netip.AddrPort, p []byte, method uint16, code stun.ErrorCode) {
	answer, err := stun.Build(append(errorAnswer(p, method, code), stun.Fingerprint)...)
	if err != nil {
		return
	}
	_ = e.write(answer.Raw, to) // a lost answer: the client asks again
}

// outgoing looks at what the library sends to a client, notes what it grants, and says clearly what it refuses.
func (e *endpoint) outgoing(p []byte, to netip.AddrPort) []byte {
	class, method := classify(p)
	if class == classError && e.nonces != nil {
		e.nonces.offer(p, to, e.proved) // the library does not take the one any more that it was given
	}
	switch {
	case class == classSuccess && (method == methodAllocate || method == methodRefresh):
		e.granted(p, method, to)
	case class == classError && (method == methodCreatePermission || method == methodChannelBind):
		return e.explain(p, method)
	}
	return p
}

// granted keeps the time at which the library's timer ends an allocation. An Allocate request that comes again is answered
// from memory with the same lifetime and does not set the timer anew, so only the first answer counts.
func (e *endpoint) granted(p []byte, method uint16, to netip.AddrPort) {
	lifetime, ok := grantedLifetime(p)
	r := e.srv.allocationOf(clientKey{e.transport, to})
	if !ok || lifetime <= 0 || r == nil {
		return
	}
	end := ticks(lifetime)
	if method == methodAllocate {
		r.expires.CompareAndSwap(0, end)
		return
	}
	r.expires.Store(end)
}

// explain puts the reason into a refusal of a permission. The library answers CreatePermission without any error code, which
// clients can not tell from a broken server, and ChannelBind with 401, which makes them look for a fault in their password.
func (e *endpoint) explain(p []byte, method uint16) []byte {
	_, coded := attribute(p, attrErrorCode)
	code := stun.CodeBadRequest
	switch {
	case e.forbidden:
		code = stun.CodeForbidden // RFC 8656 sections 10.2 and 12.2
	case coded:
		return p
	}
	setters := errorAnswer(p, method, code)
	if e.user != "" { // else the request was refused before its signature was checked
		setters = append(setters, stun.MessageIntegrity(e.srv.key(e.user)))
	}
	answer, err := stun.Build(append(setters, stun.Fingerprint)...)
	if err != nil {
		return p
	}
	return answer.Raw
}

// errorAnswer makes the start of an answer to the message p.
func errorAnswer(p []byte, method uint16, code stun.ErrorCode) []stun.Setter {
	return []stun.Setter{
		stun.NewTransactionIDSetter([stun.TransactionIDSize]byte(p[8:stunHeaderSize])),
		stun.NewType(stun.Method(method), stun.ClassErrorResponse),
		code,
	}
}

// fatal counts failures to read in a row and says when to give up.
func fatal(err error, failures *int) bool {
	if senderError(err) {
		return false
	}
	*failures++
	return errors.Is(err, net.ErrClosed) || *failures > maxReadFailures
}
