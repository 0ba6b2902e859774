package rtc

import (
	"encoding/binary"
	"net/netip"
	"sync"

	"github.com/pion/stun/v3"
)

// turnWatch overhears what a TURN server answers. pion keeps the codes of refusals to itself and only writes them to its log,
// and the address under which the server sees us is in the answer to an allocation alone.
type turnWatch struct {
	mu       sync.Mutex
	asked    [askedKept]asking // the last requests to allocate, in a ring
	next     int
	allocate int            // code of the last refusal of one
	reason   string         // its reason phrase
	peer     int            // code of the last error answer to CreatePermission or ChannelBind
	mapped   netip.AddrPort // XOR-MAPPED-ADDRESS of the allocation

	refused flag // the server has refused an allocation for good
	granted flag // it lets packets through to the other end
	barred  flag // it has refused to
}

// The message types that are looked at (RFC 8656, section 17 and RFC 8489, section 5).
const (
	allocateRequest   = 0x0003
	allocateSuccess   = 0x0103
	allocateError     = 0x0113
	permissionSuccess = 0x0108
	permissionError   = 0x0118
	channelBindError  = 0x0119
	stunHeader        = 20
	stunResponseClass = 0x0100
	stunCookie        = 0x2112a442 // RFC 8489, section 5
)

// askedKept is more than the requests to allocate that are under way at a time.
const askedKept = 4

// asking is a request to allocate.
type asking struct {
	id     [stun.TransactionIDSize]byte
	signed bool // it carries credentials
}

// sent looks at what goes to the server: which request a refusal is of tells whether it is one. A first request that was sent twice, or
// whose answer was late, is answered by a challenge each time.
func (w *turnWatch) sent(b []byte) {
	if len(b) < stunHeader || binary.BigEndian.Uint16(b) != allocateRequest {
		return
	}
	m := &stun.Message{Raw: append([]byte(nil), b...)}
	if m.Decode() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, again := w.request(m.TransactionID); !again {
		w.asked[w.next%askedKept] = asking{m.TransactionID, m.Contains(stun.AttrMessageIntegrity)}
		w.next++
	}
}

// request finds one of the last. w.mu is held.
func (w *turnWatch) request(id [stun.TransactionIDSize]byte) (asking, bool) {
	for _, a := range w.asked[:min(w.next, askedKept)] {
		if a.id == id {
			return a, true
		}
	}
	return asking{}, false
}

// see looks at a datagram, or at what one read of a stream gave: servers write an answer at once, so it begins there. An
// answer that is cut in two goes unseen, and the reason for a failure is then a more general one.
func (w *turnWatch) see(b []byte) {
	if len(b) < stunHeader || b[0]&0xC0 != 0 {
		return
	}
	kind := binary.BigEndian.Uint16(b)
	if kind&stunResponseClass == 0 {
		return
	}
	size := stunHeader + int(binary.BigEndian.Uint16(b[2:]))
	if size > len(b) {
		return
	}
	switch kind {
	case allocateSuccess, allocateError, permissionSuccess, permissionError, channelBindError:
		m := &stun.Message{Raw: append([]byte(nil), b[:size]...)}
		if m.Decode() == nil {
			w.note(kind, m)
		}
	}
}

func (w *turnWatch) note(kind uint16, m *stun.Message) {
	var code stun.ErrorCodeAttribute
	_ = code.GetFrom(m)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch kind {
	case allocateSuccess:
		var mapped stun.XORMappedAddress
		if mapped.GetFrom(m) == nil {
			if a, ok := netip.AddrFromSlice(mapped.IP); ok {
				w.mapped = netip.AddrPortFrom(a.Unmap(), uint16(mapped.Port)) //nolint:gosec // a port
			}
		}
	case allocateError:
		request, known := w.request(m.TransactionID)
		if !known || !request.signed && code.Code == stun.CodeUnauthorized {
			return // the challenge that every client gets first, as often as it asked without credentials
		}
		w.allocate, w.reason = int(code.Code), string(code.Reason)
		if code.Code != stun.CodeStaleNonce {
			w.refused.fire() // pion tries on after some of these
		}
	case permissionSuccess:
		w.granted.fire()
	default:
		w.peer = int(code.Code)
		if kind == permissionError && code.Code != stun.CodeStaleNonce {
			w.barred.fire()
		}
	}
}

// refusal is the code with which the server refused an allocation, or 0.
func (w *turnWatch) refusal() (int, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.allocate, w.reason
}

// peerRefusal is the code with which the server refused to send to the other end, or 0. Silent tells that it gave an
// allocation and no answer about the other end, as pion's server does that refuses; lost packets look the same.
func (w *turnWatch) peerRefusal() (code int, silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peer, w.mapped.IsValid() && !w.granted.up()
}

func (w *turnWatch) mappedAddress() netip.AddrPort {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mapped
}
