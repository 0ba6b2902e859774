package nat

import (
	"errors"

	"golang.org/x/sys/windows"
)

// IP_DONTFRAGMENT and IPV6_DONTFRAG have the same number.
const dontFrag = 14

func dontFragment(fd uintptr, v6 bool) error {
	level := windows.IPPROTO_IP
	if v6 {
		level = windows.IPPROTO_IPV6
	}
	return windows.SetsockoptInt(windows.Handle(fd), level, dontFrag, 1)
}

// mark is not to be had: since Windows 7 the option is taken and has no effect, which would be shown as a mark that the network removes.
func mark(uintptr, bool, byte) error { return errors.ErrUnsupported }

// tooLong tells of a packet that the interface does not take.
func tooLong(err error) bool { return errors.Is(err, windows.WSAEMSGSIZE) }
