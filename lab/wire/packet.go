package wire

import (
	"encoding/binary"
	"errors"
)

// Protocols of IP that the package looks into.
const (
	ICMP   uint8 = 1
	TCP    uint8 = 6
	UDP    uint8 = 17
	ICMPv6 uint8 = 58
)

// HeadSize is how many bytes of a packet's payload a record keeps: enough for the header of RTP or the start of one of STUN.
const HeadSize = 16

// Packet is what the package reads of an IP packet.
type Packet struct {
	Length   int
	Version  int   // of IP: 4 or 6
	Protocol uint8 // of IPv6: what follows the fixed header
	From, To uint16
	// Fragment is set for all fragments but the first. They have no ports.
	Fragment bool
	Payload  []byte // of UDP; of others, what follows the IP header; part of the packet
}

// ErrPacket is given for what is no whole IP packet.
var ErrPacket = errors.New("wire: no IP packet")

// Parse reads an IP packet. Extension headers of IPv6 are not followed.
func Parse(b []byte) (Packet, error) {
	if len(b) == 0 {
		return Packet{}, ErrPacket
	}
	switch b[0] >> 4 {
	case 4:
		return parse4(b)
	case 6:
		return parse6(b)
	}
	return Packet{}, ErrPacket
}

func parse4(b []byte) (Packet, error) {
	if len(b) < 20 {
		return Packet{}, ErrPacket
	}
	header, length := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if header < 20 || length < header || length != len(b) {
		return Packet{}, ErrPacket
	}
	p := Packet{Length: length, Version: 4, Protocol: b[9], Payload: b[header:]}
	p.Fragment = binary.BigEndian.Uint16(b[6:])&0x1fff != 0
	p.ports()
	return p, nil
}

func parse6(b []byte) (Packet, error) {
	const header = 40
	if len(b) < header || int(binary.BigEndian.Uint16(b[4:]))+header != len(b) {
		return Packet{}, ErrPacket
	}
	p := Packet{Length: len(b), Version: 6, Protocol: b[6], Payload: b[header:]}
	p.ports()
	return p, nil
}

// ports reads those of TCP and UDP, and leaves the payload of UDP.
func (p *Packet) ports() {
	if p.Fragment || p.Protocol != TCP && p.Protocol != UDP || len(p.Payload) < 8 {
		return
	}
	p.From, p.To = binary.BigEndian.Uint16(p.Payload), binary.BigEndian.Uint16(p.Payload[2:])
	if p.Protocol == UDP {
		p.Payload = p.Payload[8:]
	}
}
