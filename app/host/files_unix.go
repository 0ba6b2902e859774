//go:build unix

package host

import "syscall"

// maxFiles is how many files and sockets this process may have open; false: the system does not say. Go has raised it as far as this
// user may.
func maxFiles() (int, bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 1<<30 {
		return 0, false
	}
	return int(limit.Cur), true //nolint:gosec,unconvert // bounded above; its type differs between systems
}
