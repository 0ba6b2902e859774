package turnserver

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// portInUse tells whether listening failed because another socket has the port. Windows also says "access denied" for a
// port that another program holds exclusively. The second value stands for the cause on every system.
func portInUse(err error) (bool, error) {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES), syscall.EADDRINUSE
}

// senderError tells whether reading a UDP socket failed because of the one datagram, and not because of the socket: it
// was longer than the buffer, or ICMP answered an earlier one. Windows reports both, and anyone can cause them.
func senderError(err error) bool {
	return errors.Is(err, windows.WSAEMSGSIZE) || errors.Is(err, windows.WSAECONNRESET) || errors.Is(err, windows.WSAENETRESET)
}
