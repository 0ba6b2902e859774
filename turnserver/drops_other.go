//go:build !linux

package turnserver

import "net"

// socketDrops knows of no way to ask for the drops of one socket here.
func socketDrops(*net.UDPConn) (uint64, bool) { return 0, false }
