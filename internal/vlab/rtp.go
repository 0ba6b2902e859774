package vlab

import "encoding/binary"

// Media is what the clear part of an RTP packet says (RFC 3550, section 5.1). SRTP encrypts neither the header nor its
// extensions (RFC 3711, section 3.1).
type Media struct {
	PayloadType uint8
	Marker      bool
	Sequence    uint16
	Timestamp   uint32
	SSRC        uint32

	extensions []byte // elements of RFC 8285, section 4.2, as far as they are in the log
}

// RTP reads the header of a media packet; ok is false for anything else, RTCP included. It looks into what a client wraps for
// its relay: ChannelData and Send indications (RFC 8656, sections 11.6 and 12.4).
func (p Packet) RTP() (payloadType uint8, seq uint16, ssrc uint32, ok bool) {
	m, ok := p.Media()
	return m.PayloadType, m.Sequence, m.SSRC, ok
}

// Media is RTP with the rest of the header.
func (p Packet) Media() (m Media, ok bool) {
	b := p.Inner()
	// First byte: RFC 7983, section 7. Second: RFC 5761, section 4, where 64 to 95 are RTCP.
	if len(b) < 12 || b[0] < 128 || b[0] > 191 || b[1]&0x7f >= 64 && b[1]&0x7f <= 95 {
		return Media{}, false
	}
	m = Media{PayloadType: b[1] & 0x7f, Marker: b[1]&0x80 != 0, Sequence: binary.BigEndian.Uint16(b[2:]),
		Timestamp: binary.BigEndian.Uint32(b[4:]), SSRC: binary.BigEndian.Uint32(b[8:])}
	if b[0]&0x10 != 0 {
		m.extensions = oneByteExtensions(b[min(len(b), 12+4*int(b[0]&0xf)):])
	}
	return m, true
}

// oneByteExtensions gives the elements of a header extension of that form, or nil.
func oneByteExtensions(b []byte) []byte {
	const profile = 0xbede
	if len(b) < 4 || binary.BigEndian.Uint16(b) != profile {
		return nil
	}
	return b[4:min(len(b), 4+4*int(binary.BigEndian.Uint16(b[2:])))]
}

// Extension gives a header extension by its negotiated number, 1 to 14.
func (m Media) Extension(id uint8) (value []byte, ok bool) {
	for b := m.extensions; len(b) > 0; {
		n, length := b[0]>>4, int(b[0]&0xf)+1
		switch {
		case b[0] == 0: // padding
			b = b[1:]
			continue
		case n == 0 || n == 15 || 1+length > len(b): // RFC 8285, section 4.2: 15 ends the list
			return nil, false
		case n == id:
			return b[1 : 1+length], true
		}
		b = b[1+length:]
	}
	return nil, false
}

// TransportNumber is the transport-wide sequence number, under the number that was negotiated for the extension
// (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 2).
func (m Media) TransportNumber(id uint8) (n uint16, ok bool) {
	v, ok := m.Extension(id)
	if !ok || len(v) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(v), true
}

// Inner is the beginning of what the packet carries to the peer: Head as far as it was filled, without what is for a relay.
func (p Packet) Inner() []byte {
	b := p.Head[:max(0, min(p.Size, len(p.Head)))]
	switch {
	case len(b) >= 4 && b[0] >= 64 && b[0] <= 79: // ChannelData, RFC 8656, section 12
		return b[4:min(len(b), 4+int(binary.BigEndian.Uint16(b[2:])))]
	case len(b) >= 20 && binary.BigEndian.Uint16(b) == sendIndication:
		return stunData(b[20:])
	}
	return b
}

const (
	sendIndication = 0x0016
	dataAttribute  = 0x0013
)

// stunData finds the attribute DATA (RFC 8489, section 14; RFC 8656, section 18.4).
func stunData(b []byte) []byte {
	for len(b) >= 4 {
		length := int(binary.BigEndian.Uint16(b[2:]))
		if binary.BigEndian.Uint16(b) == dataAttribute {
			return b[4:min(len(b), 4+length)]
		}
		b = b[min(len(b), 4+(length+3)/4*4):]
	}
	return nil
}
