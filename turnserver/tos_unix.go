//go:build linux || darwin

package turnserver

import (
	"encoding/binary"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// receiveTOS asks the system to tell with each datagram how it was marked.
func receiveTOS(conn *net.UDPConn, ip netip.Addr) bool {
	level, option := unix.IPPROTO_IP, unix.IP_RECVTOS
	if !ip.Is4() {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	failed := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, 1) })
	return failed == nil && err == nil
}

// tosOf reads the mark of a datagram from what the system told about it: one byte with IPv4, which Linux calls IP_TOS and macOS IP_RECVTOS, and
// a number (RFC 3542, section 6.5) with IPv6.
func tosOf(oob []byte) (byte, bool) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		switch {
		case m.Header.Level == unix.IPPROTO_IP && (m.Header.Type == unix.IP_TOS || m.Header.Type == unix.IP_RECVTOS) && len(m.Data) > 0:
			return m.Data[0], true
		case m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_TCLASS && len(m.Data) >= 4:
			return byte(binary.NativeEndian.Uint32(m.Data)), true
		}
	}
	return 0, false
}
