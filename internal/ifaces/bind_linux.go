package ifaces

import (
	"net"

	"golang.org/x/sys/unix"
)

// Since Linux 5.7 a socket that is not bound yet may be bound without privileges.
func bindTo(fd uintptr, ifc net.Interface, _ bool) error {
	return unix.BindToDevice(int(fd), ifc.Name) //nolint:gosec // a file descriptor
}
