//go:build !linux

package rtc

import "net"

// kernelDrops is not told by this system.
func kernelDrops(*net.UDPConn) (uint64, bool) { return 0, false }
