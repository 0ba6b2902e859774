//go:build unix

package localprobe

import (
	"net/netip"
	"slices"
)

const maxConfig = 64 << 10 // bytes

// systemNameServers reads the system's resolver configuration. Where that names a service of this computer alone, it reads whom systemd's
// service asks.
func systemNameServers() []netip.Addr {
	out := parseNameServers(readUpTo(maxConfig, "/etc/resolv.conf"))
	if behind := parseNameServers(readUpTo(maxConfig, "/run/systemd/resolve/resolv.conf")); len(behind) > 0 && !slices.ContainsFunc(out, func(a netip.Addr) bool { return !a.IsLoopback() }) {
		return behind
	}
	return out
}
