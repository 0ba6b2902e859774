//go:build unix

package localprobe_test

import "syscall"

func errno(what string) error {
	if what == "refused" {
		return syscall.ECONNREFUSED
	}
	return syscall.EHOSTUNREACH
}
