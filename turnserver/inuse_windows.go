package turnserver

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// portInUse tells whether listening failed because another socket has the port. Windows also says "access denied" for a
// port that another program holds exclusively. The second value stands for the cause on every system.
func portInUse(err error) (bool, error) {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES), syscall.EADDRINUSE
}
