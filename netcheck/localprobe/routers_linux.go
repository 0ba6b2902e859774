package localprobe

import (
	"io"
	"os"
)

// systemRouters reads the main routing tables. Rules may send packets by other tables, as some VPNs have it: which way is taken
// is systemSource's to say, and this only names the router on it.
func systemRouters() []Router {
	return append(parseRoutes4(readTable("/proc/thread-self/net/route")), parseRoutes6(readTable("/proc/thread-self/net/ipv6_route"))...)
}

// readTable reads what there is of a table, within bounds. None is as good as an empty one.
func readTable(file string) string {
	const most = 1 << 20 // bytes
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	b, _ := io.ReadAll(io.LimitReader(f, most))
	return string(b)
}
