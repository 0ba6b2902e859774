//go:build unix

package dial

import (
	"errors"
	"io"
	"syscall"
)

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
	case is(syscall.ECONNREFUSED):
		return KindRefused
	case is(syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN):
		return KindUnreachable
	case is(syscall.EPERM, syscall.EACCES):
		return KindForbidden
	case is(syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return KindClosed
	case is(syscall.EADDRNOTAVAIL):
		return KindNoAddress
	}
	return KindOther
}
