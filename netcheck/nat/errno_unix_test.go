//go:build unix

package nat

import "golang.org/x/sys/unix"

var errTooLong error = unix.EMSGSIZE
