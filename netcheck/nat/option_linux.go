package nat

import "golang.org/x/sys/unix"

// dontFragment sets DF and has the kernel not look at what it believes of the path: its belief is what is to be tested.
func dontFragment(fd uintptr, v6 bool) error {
	if v6 {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE) //nolint:gosec // a file descriptor
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE) //nolint:gosec // a file descriptor
}
