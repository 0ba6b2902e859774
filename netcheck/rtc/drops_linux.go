package rtc

import (
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The words of struct sk_meminfo, as SO_MEMINFO gives them (linux/sock_diag.h).
const (
	memInfoWords = 9
	memInfoDrops = 8 // SK_MEMINFO_DROPS
)

// kernelDrops is the number of datagrams that this socket's full receive buffer cost. x/sys/unix has no call that reads an
// option of this form, and its one for strings stops at the first zero byte.
func kernelDrops(c *net.UDPConn) (uint64, bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, false
	}
	var words [memInfoWords]uint32
	size := uint32(unsafe.Sizeof(words))
	var errno unix.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&words)), uintptr(unsafe.Pointer(&size)), 0)
	})
	if err != nil || errno != 0 || size < memInfoWords*4 {
		return 0, false
	}
	return uint64(words[memInfoDrops]), true
}
