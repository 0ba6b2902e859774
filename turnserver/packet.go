package turnserver

import (
	"encoding/binary"
	"time"
)

// The wire format as far as the server has to look at a packet before the library does: RFC 8489 sections 5 and 14,
// RFC 8656 sections 12.4 and 18.
const (
	stunHeaderSize    = 20
	attrHeaderSize    = 4
	channelHeaderSize = 4
	magicCookie       = 0x2112A442
	lastRequestByte   = 0x01 // largest first byte of a STUN message whose method is below 0x080, as all of TURN are

	methodBinding          = 0x001
	methodAllocate         = 0x003
	methodRefresh          = 0x004
	methodSend             = 0x006
	methodCreatePermission = 0x008
	methodChannelBind      = 0x009

	attrChangeRequest          = 0x0003
	attrUsername               = 0x0006
	attrMessageIntegrity       = 0x0008
	attrErrorCode              = 0x0009
	attrLifetime               = 0x000D
	attrXORPeerAddress         = 0x0012
	attrNonce                  = 0x0015
	attrRequestedAddressFamily = 0x0017
	attrRequestedTransport     = 0x0019
	attrMessageIntegritySHA256 = 0x001C
	attrPadding                = 0x0026
	attrResponsePort           = 0x0027
	attrFingerprint            = 0x8028

	familyIPv4  = 0x01
	familyIPv6  = 0x02
	protocolUDP = 17
)

type packetClass int

const (
	classUnknown packetClass = iota // neither STUN nor ChannelData, or cut short
	classChannelData
	classRequest
	classIndication
	classSuccess
	classError
)

// classify reads the header of a datagram, or of a frame of a stream. A method goes with every class of STUN.
func classify(p []byte) (class packetClass, method uint16) {
	if len(p) < channelHeaderSize {
		return classUnknown, 0
	}
	head, length := binary.BigEndian.Uint16(p), int(binary.BigEndian.Uint16(p[2:]))
	// RFC 8656 hands out channels to 0x4FFF, RFC 5766 did to 0x7FFF, and clients of that age still use them.
	if p[0]>>6 == 1 {
		if len(p) < channelHeaderSize+length {
			return classUnknown, 0
		}
		return classChannelData, 0
	}
	if p[0]>>6 != 0 || length%4 != 0 || len(p) < stunHeaderSize+length || binary.BigEndian.Uint32(p[4:]) != magicCookie {
		return classUnknown, 0
	}
	// The class sits between the bits of the method: M11-M7 C1 M6-M4 C0 M3-M0.
	method = head&0xF | head>>1&0x70 | head>>2&0xF80
	return classRequest + packetClass(head>>4&1|head>>7&2), method
}

// frameSize gives the whole size, in bytes, of the frame that a stream goes on with, from its first four bytes.
// ChannelData is padded to four bytes on streams (RFC 8656 section 12.5). False: this is not TURN.
func frameSize(p []byte) (int, bool) {
	length := int(binary.BigEndian.Uint16(p[2:]))
	switch {
	case p[0]>>6 == 1:
		return channelHeaderSize + (length+3)&^3, true
	case p[0]>>6 == 0 && length%4 == 0:
		return stunHeaderSize + length, true
	default:
		return 0, false
	}
}

// attribute finds the first attribute of a kind in a STUN message that classify accepted.
func attribute(p []byte, kind uint16) ([]byte, bool) {
	rest := p[stunHeaderSize : stunHeaderSize+int(binary.BigEndian.Uint16(p[2:]))]
	for len(rest) >= 4 {
		length := int(binary.BigEndian.Uint16(rest[2:]))
		padded := 4 + (length+3)&^3
		if padded > len(rest) {
			return nil, false
		}
		if binary.BigEndian.Uint16(rest) == kind {
			return rest[4 : 4+length], true
		}
		rest = rest[padded:]
	}
	return nil, false
}

// firstByte is for attributes that hold a number in their first byte.
func firstByte(p []byte, kind uint16) (byte, bool) {
	value, ok := attribute(p, kind)
	if !ok || len(value) == 0 {
		return 0, false
	}
	return value[0], true
}

// peerFamily is the address family of the first XOR-PEER-ADDRESS, as it is written.
func peerFamily(p []byte) (byte, bool) {
	value, ok := attribute(p, attrXORPeerAddress)
	if !ok || len(value) < 2 {
		return 0, false
	}
	return value[1], true
}

// grantedLifetime reads from an answer of ours how long an allocation lives from now on.
func grantedLifetime(p []byte) (time.Duration, bool) {
	class, method := classify(p)
	if class != classSuccess || method != methodAllocate && method != methodRefresh {
		return 0, false
	}
	value, ok := attribute(p, attrLifetime)
	if !ok || len(value) != 4 {
		return 0, false
	}
	return time.Duration(binary.BigEndian.Uint32(value)) * time.Second, true
}
