package ifaces

import (
	"net"

	"golang.org/x/sys/unix"
)

func bindTo(fd uintptr, ifc net.Interface, v6 bool) error {
	if v6 {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_BOUND_IF, ifc.Index) //nolint:gosec // a file descriptor
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BOUND_IF, ifc.Index) //nolint:gosec // a file descriptor
}
