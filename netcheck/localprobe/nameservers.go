package localprobe

import (
	"net/netip"
	"strings"
)

// parseNameServers reads the name servers of a resolver configuration (resolv.conf(5)): of each line "nameserver ADDRESS" the address,
// without its zone.
func parseNameServers(config string) []netip.Addr {
	const most = 8
	var out []netip.Addr
	for line := range strings.Lines(config) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "nameserver" || len(out) == most {
			continue
		}
		if a, err := netip.ParseAddr(words[1]); err == nil {
			out = append(out, a.Unmap().WithZone(""))
		}
	}
	return out
}
