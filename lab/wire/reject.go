package wire

import "encoding/binary"

// prohibited makes the ICMP error by which a firewall answers an IP packet: communication administratively prohibited (RFC 1812, section
// 5.2.7.1; RFC 4443, section 3.1). It comes from the address that the packet was for, and holds as much of it as the RFCs ask for.
// It is nil for what must not be answered: fragments.
func prohibited(b []byte, p Packet) []byte {
	switch {
	case p.Fragment:
		return nil
	case p.Version == 4:
		return prohibited4(b)
	case p.Version == 6:
		return prohibited6(b)
	}
	return nil
}

func prohibited4(b []byte) []byte {
	const header, quoted = 20, 548 // 576 in all
	quote := b[:min(len(b), quoted)]
	out := make([]byte, header+8+len(quote))
	out[0], out[8], out[9] = 0x45, 64, ICMP
	binary.BigEndian.PutUint16(out[2:], uint16(len(out))) //nolint:gosec // at most 576
	copy(out[12:16], b[16:20])
	copy(out[16:20], b[12:16])
	binary.BigEndian.PutUint16(out[10:], checksum(0, out[:header]))
	out[header], out[header+1] = 3, 13
	copy(out[header+8:], quote)
	binary.BigEndian.PutUint16(out[header+2:], checksum(0, out[header:]))
	return out
}

func prohibited6(b []byte) []byte {
	const header, quoted = 40, 1232 // 1280 in all
	quote := b[:min(len(b), quoted)]
	out := make([]byte, header+8+len(quote))
	out[0], out[6], out[7] = 0x60, ICMPv6, 64
	binary.BigEndian.PutUint16(out[4:], uint16(len(out)-header)) //nolint:gosec // at most 1240
	copy(out[8:24], b[24:40])
	copy(out[24:40], b[8:24])
	out[header], out[header+1] = 1, 1
	copy(out[header+8:], quote)
	sum := uint32(len(out)-header) + uint32(ICMPv6) // the rest of the pseudo-header
	for i := 8; i < header; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(out[i:]))
	}
	binary.BigEndian.PutUint16(out[header+2:], checksum(sum, out[header:]))
	return out
}

// checksum is that of the Internet (RFC 1071), begun with sum.
func checksum(sum uint32, b []byte) uint16 {
	for len(b) > 1 {
		sum += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum) //nolint:gosec // folded above
}
