//go:build !windows

package turnserver

import (
	"errors"
	"syscall"
)

// portInUse tells whether listening failed because another socket has the port. The second value stands for the cause on
// every system.
func portInUse(err error) (bool, error) {
	return errors.Is(err, syscall.EADDRINUSE), syscall.EADDRINUSE
}

// senderError tells whether reading a UDP socket failed because of the one datagram, and not because of the socket. Only
// Windows reports such things.
func senderError(error) bool { return false }
