//go:build !unix

package host

// maxFiles is how many files and sockets this process may have open; false: the system does not say.
func maxFiles() (int, bool) { return 0, false }
