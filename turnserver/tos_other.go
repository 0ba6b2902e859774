//go:build !linux && !darwin

package turnserver

import (
	"net"
	"net/netip"
)

// receiveTOS knows of no way to ask here.
func receiveTOS(*net.UDPConn, netip.Addr) bool { return false }

func tosOf([]byte) (byte, bool) { return 0, false }
