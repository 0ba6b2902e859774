package e2e

import "syscall"

// ownGroup puts a child into a group of its own, and ends it with this process whatever happens to that.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
