package localprobe

const maxTable = 1 << 20 // bytes

// systemRouters reads the main routing tables. Rules may send packets by other tables, as some VPNs have it: which way is taken
// is systemSource's to say, and this only names the router on it.
func systemRouters() []Router {
	return append(parseRoutes4(readUpTo(maxTable, "/proc/thread-self/net/route")), parseRoutes6(readUpTo(maxTable, "/proc/thread-self/net/ipv6_route"))...)
}
