//go:build !linux

package turnserver

import (
	"errors"
	"net"
	"net/netip"
)

// canSendWhole knows of no way that has been tried here.
func canSendWhole(*net.UDPConn, netip.Addr) bool { return false }

func sendWhole(*net.UDPConn, netip.Addr, func() error) error { return errors.ErrUnsupported }
