package dial

import (
	"errors"
	"io"
	"syscall"

	"golang.org/x/sys/windows"
)

// systemKind looks for Winsock's numbers: package syscall's names for them are invented values that no call returns.
func systemKind(err error) Kind {
	is := func(codes ...syscall.Errno) bool {
		for _, code := range codes {
			if errors.Is(err, code) {
				return true
			}
		}
		return false
	}
	switch {
	case is(windows.WSAECONNREFUSED):
		return KindRefused
	case is(windows.WSAEHOSTUNREACH, windows.WSAENETUNREACH, windows.WSAENETDOWN, windows.WSAEHOSTDOWN):
		return KindUnreachable
	case is(windows.WSAEACCES):
		return KindForbidden
	case is(windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.WSAESHUTDOWN), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return KindClosed
	case is(windows.WSAEADDRNOTAVAIL):
		return KindNoAddress
	}
	return KindOther
}
