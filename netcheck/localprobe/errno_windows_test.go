package localprobe_test

import "golang.org/x/sys/windows"

func errno(what string) error {
	if what == "refused" {
		return windows.WSAECONNREFUSED
	}
	return windows.WSAEHOSTUNREACH
}
