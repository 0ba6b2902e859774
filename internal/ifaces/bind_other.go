//go:build !linux && !darwin && !windows

package ifaces

import (
	"errors"
	"net"
)

func bindTo(uintptr, net.Interface, bool) error { return errors.ErrUnsupported }
