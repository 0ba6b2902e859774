package turnserver

import (
	"encoding/binary"
	"net/netip"

	"github.com/pion/stun/v3"
)

// An answer is at most so many times as long as the request, if that was not padded: what a challenge to a request for a relay already is
// (see the package's documentation). With IPv6, where addresses are long, RESPONSE-ORIGIN is left out for it: the datagram itself says it.
const (
	longerBy = 17 // fifths: 3.4
	fifths   = 5
)

const (
	tosSize         = attrHeaderSize + 4
	fingerprintSize = attrHeaderSize + 4
)

// addressSize is that of an attribute with an address (RFC 8489, section 14.1).
func addressSize(ip netip.Addr) int { return attrHeaderSize + 4 + ip.BitLen()/8 }

// size is how long the whole answer to a question is, without PADDING.
func (d *discovery) size(at *spot, from netip.AddrPort, q *question) int {
	address := addressSize(from.Addr())
	size := stunHeaderSize + 2*address
	if d.twoAddresses() {
		size += address
	}
	if q.tos && at.tellsTOS {
		size += tosSize
	}
	if q.fingerprint {
		size += fingerprintSize
	}
	return size
}

// answer makes the answer to a question that arrived at one socket and is answered from another.
func (d *discovery) answer(at, sender *spot, from netip.AddrPort, p []byte, q *question, oob []byte) []byte {
	size := d.size(at, from, q)
	setters := []stun.Setter{
		transaction(p), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())},
	}
	if fifths*size <= longerBy*q.size {
		setters = append(setters, &stun.ResponseOrigin{IP: sender.told.Addr().AsSlice(), Port: int(sender.told.Port())})
	}
	if other := d.spots[1-at.address][1-at.port]; other != nil {
		setters = append(setters, &stun.OtherAddress{IP: other.told.Addr().AsSlice(), Port: int(other.told.Port())})
	}
	if q.tos {
		if tos, ok := tosOf(oob); ok {
			setters = append(setters, stun.RawAttribute{Type: AttrEchopathTOS, Value: []byte{tos}})
		}
	}
	if n, ok := sender.padding(q, size); ok {
		setters = append(setters, stun.RawAttribute{Type: stun.AttrPadding, Value: make([]byte, n)}) // zeroes: nothing of the sender's own is passed on
	}
	return build(setters, q)
}

// padding is how long the PADDING of an answer is: what makes the answer as long as the request, and never longer than that one's PADDING.
func (s *spot) padding(q *question, size int) (int, bool) {
	room := q.size - size - attrHeaderSize
	if !q.padded || room < 0 || !s.sendsWhole && s.fits(q.size) {
		return 0, false
	}
	return min(q.padding, room), true
}

// plainAnswer is the answer of a server that knows nothing of RFC 5780, as the library makes it.
func plainAnswer(p []byte, from netip.AddrPort) []byte {
	return build([]stun.Setter{
		transaction(p), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())},
	}, &question{fingerprint: true})
}

// refusal answers with an error. What helps but need not be, the error in words and FINGERPRINT, is there if the answer is no longer than the
// question with it.
func refusal(p []byte, q *question, code stun.ErrorCode) []byte {
	head := []stun.Setter{transaction(p), stun.BindingError}
	var tail []stun.Setter
	if code == stun.CodeUnknownAttribute {
		list := make([]byte, 0, 2*maxUnknown+2)
		for _, kind := range q.unknown {
			list = binary.BigEndian.AppendUint16(list, kind)
		}
		tail = []stun.Setter{stun.RawAttribute{Type: stun.AttrUnknownAttributes, Value: list}}
	}
	inWords := build(append(append(head, code), tail...), q)
	if len(inWords) <= q.size {
		return inWords
	}
	return build(append(append(head, stun.ErrorCodeAttribute{Code: code}), tail...), &question{})
}

// transaction puts the request's ID into the answer.
func transaction(p []byte) stun.Setter {
	return stun.NewTransactionIDSetter([stun.TransactionIDSize]byte(p[8:stunHeaderSize]))
}

// build makes an answer, with FINGERPRINT if the request has one; nil if it can not be made, which no address of a socket brings about.
func build(setters []stun.Setter, q *question) []byte {
	if q.fingerprint {
		setters = append(setters, stun.Fingerprint)
	}
	m, err := stun.Build(setters...)
	if err != nil {
		return nil
	}
	return m.Raw
}
