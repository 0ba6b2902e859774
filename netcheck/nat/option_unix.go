//go:build unix

package nat

import (
	"errors"

	"golang.org/x/sys/unix"
)

// mark sets the traffic class byte.
func mark(fd uintptr, v6 bool, class byte) error {
	if v6 {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_TCLASS, int(class)) //nolint:gosec // a file descriptor
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, int(class)) //nolint:gosec // a file descriptor
}

// tooLong tells of a packet that the interface does not take.
func tooLong(err error) bool { return errors.Is(err, unix.EMSGSIZE) }
