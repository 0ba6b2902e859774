package nat

import (
	"net"
	"syscall"
)

// control sets an option of a socket.
func control(conn net.PacketConn, set func(fd uintptr) error) error {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return errNoSocket
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return err
	}
	var setErr error
	if err := rc.Control(func(fd uintptr) { setErr = set(fd) }); err != nil {
		return err
	}
	return setErr
}
