package turnserver

import (
	"encoding/binary"
	"slices"

	"github.com/pion/stun/v3"
)

// AttrEchopathTOS is a STUN attribute of this program's own, from the range that is handed out to whoever comes and understood by those
// who know it (RFC 8489, section 18.3: 0xC000 to 0xFFFF, comprehension-optional). Empty in a Binding request, it asks for the type of
// service (IPv4) or traffic class (IPv6) with which that request arrived; the answer has it with that one byte, or not at all
// where the server's system does not tell. The upper six bits are the DSCP (RFC 2474), the lower two ECN (RFC 3168).
const AttrEchopathTOS = 0xC0E5

// The flags of CHANGE-REQUEST (RFC 5780, section 7.2).
const (
	flagChangeIP   = 0x04
	flagChangePort = 0x02
)

// maxUnknown is how many attributes an answer with UNKNOWN-ATTRIBUTES lists.
const maxUnknown = 8

// question is what a Binding request asks for.
type question struct {
	size   int  // of the STUN message, in bytes
	asks   bool // for something that a plain STUN server does not know: RFC 5780, or AttrEchopathTOS
	signed bool // it has a MESSAGE-INTEGRITY, right or wrong

	changes              bool // it has CHANGE-REQUEST, with these flags:
	changeIP, changePort bool
	responsePort         uint16
	toOtherPort          bool // it has RESPONSE-PORT
	padded               bool // it has PADDING, of so many bytes:
	padding              int
	tos                  bool
	fingerprint          bool

	malformed bool // an attribute of RFC 5780 is not of its form
	unknown   []uint16
}

// understood are the attributes whose meaning must be understood (0x0000 to 0x7FFF), and is: those of RFC 8489 beside those of RFC 5780.
// Those of ICE and TURN are not among them: they say that the request is meant for somebody else.
var understood = []uint16{
	0x0001, attrUsername, attrMessageIntegrity, attrErrorCode, 0x000A, 0x0014, attrNonce, attrMessageIntegritySHA256, 0x001D, 0x001E, 0x0020,
}

const lastRequired = 0x7FFF

// parseQuestion reads a Binding request that classify accepted. False: its attributes do not fill it.
func parseQuestion(p []byte) (q question, ok bool) {
	q.size = stunHeaderSize + int(binary.BigEndian.Uint16(p[2:]))
	for rest := p[stunHeaderSize:q.size]; len(rest) > 0; {
		if len(rest) < attrHeaderSize {
			return question{}, false
		}
		kind, length := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		padded := attrHeaderSize + (length+3)&^3
		if padded > len(rest) {
			return question{}, false
		}
		// Nothing counts behind the signature but what ends a message (RFC 8489, section 14.5).
		if !q.signed || kind == attrFingerprint {
			q.note(kind, rest[attrHeaderSize:attrHeaderSize+length])
		}
		rest = rest[padded:]
	}
	return q, true
}

// note takes the first attribute of each kind (RFC 8489, section 14).
func (q *question) note(kind uint16, value []byte) {
	switch kind {
	case attrChangeRequest:
		q.noteChange(value)
	case attrResponsePort:
		q.noteResponsePort(value)
	case attrPadding:
		if !q.padded {
			q.asks, q.padded, q.padding = true, true, len(value)
		}
	case AttrEchopathTOS:
		q.asks, q.tos = true, true
	case attrMessageIntegrity, attrMessageIntegritySHA256:
		q.signed = true
	case attrFingerprint:
		q.fingerprint = true
	default:
		if kind <= lastRequired && len(q.unknown) < maxUnknown && !slices.Contains(understood, kind) && !slices.Contains(q.unknown, kind) {
			q.unknown = append(q.unknown, kind)
		}
	}
}

func (q *question) noteChange(value []byte) {
	switch {
	case q.changes:
	case len(value) != 4:
		q.malformed = true
	default:
		q.changeIP, q.changePort = value[3]&flagChangeIP != 0, value[3]&flagChangePort != 0
	}
	q.asks, q.changes = true, true
}

// noteResponsePort takes both readings of RFC 5780, section 7.5: with the two bytes of padding, and without.
func (q *question) noteResponsePort(value []byte) {
	switch {
	case q.toOtherPort:
	case len(value) != 2 && len(value) != 4:
		q.malformed = true
	default:
		q.responsePort = binary.BigEndian.Uint16(value)
	}
	q.asks, q.toOtherPort = true, true
}

// refusal gives the code of the error that answers the question wherever it is asked, or 0.
func (q *question) refusal() stun.ErrorCode {
	switch {
	case len(q.unknown) > 0:
		return stun.CodeUnknownAttribute // RFC 8489, section 6.3.1
	case q.malformed, q.toOtherPort && q.padded:
		return stun.CodeBadRequest // the latter two exclude each other (RFC 5780, section 6.1)
	case q.toOtherPort && q.responsePort < lowestPeerPort:
		return stun.CodeForbidden // no system service gets what it has not asked for
	}
	return 0
}
