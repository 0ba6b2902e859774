package ifaces

import (
	"math/bits"
	"net"

	"golang.org/x/sys/windows"
)

// IP_UNICAST_IF and IPV6_UNICAST_IF have the same number. IPv4's takes the index in network byte order, and every Windows
// that Go runs on is little-endian.
const unicastIF = 31

func bindTo(fd uintptr, ifc net.Interface, v6 bool) error {
	if v6 {
		return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IPV6, unicastIF, ifc.Index)
	}
	swapped := int32(bits.ReverseBytes32(uint32(ifc.Index))) //nolint:gosec // an index of few bits
	return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IP, unicastIF, int(swapped))
}
