package nat

import "golang.org/x/sys/unix"

func dontFragment(fd uintptr, v6 bool) error {
	if v6 {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, 1) //nolint:gosec // a file descriptor
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_DONTFRAG, 1) //nolint:gosec // a file descriptor
}
