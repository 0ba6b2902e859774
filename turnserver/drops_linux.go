package turnserver

import (
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socketDrops asks the kernel how many datagrams it dropped because the socket's receive buffer was full.
// x/sys has no wrapper for SO_MEMINFO, an array of nine or more numbers.
func socketDrops(conn *net.UDPConn) (uint64, bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, false
	}
	var info [unix.SK_MEMINFO_DROPS + 1]uint32
	size := uint32(unsafe.Sizeof(info))
	var errno unix.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	})
	if err != nil || errno != 0 || uintptr(size) < unsafe.Sizeof(info) {
		return 0, false
	}
	return uint64(info[unix.SK_MEMINFO_DROPS]), true
}
