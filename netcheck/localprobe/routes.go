package localprobe

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// Flags of a route, of Linux: it can be used; it has a next hop; it says "unreachable".
const (
	routeUp      = 0x1
	routeGateway = 0x2
	routeReject  = 0x200
)

// parseRoutes4 finds the default routes in the text of /proc/net/route: a head, then lines of interface, destination, gateway,
// flags, ..., mask in columns 1, 2, 3, 4 and 8. Addresses are numbers in the machine's own order of bytes.
func parseRoutes4(table string) []Router {
	var out []Router
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		flags, err := strconv.ParseUint(f[3], 16, 32)
		gateway, gatewayErr := strconv.ParseUint(f[2], 16, 32)
		if err != nil || gatewayErr != nil || flags&routeUp == 0 || flags&routeReject != 0 {
			continue
		}
		r := Router{Interface: f[0]}
		if flags&routeGateway != 0 {
			var b [4]byte
			binary.NativeEndian.PutUint32(b[:], uint32(gateway)) //nolint:gosec // 32 bits were read
			r.Address = netip.AddrFrom4(b)
		}
		out = append(out, r)
	}
	return out
}

// parseRoutes6 finds the default routes in the text of /proc/net/ipv6_route: lines of destination, its prefix's length, source,
// its length, next hop, metric, two counters, flags and interface.
func parseRoutes6(table string) []Router {
	const nowhere = "00000000000000000000000000000000"
	var out []Router
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 10 || f[0] != nowhere || f[1] != "00" || f[3] != "00" {
			continue
		}
		flags, err := strconv.ParseUint(f[8], 16, 32)
		hop, hopErr := hex.DecodeString(f[4])
		if err != nil || hopErr != nil || len(hop) != 16 || flags&routeUp == 0 || flags&routeReject != 0 {
			continue
		}
		r := Router{Interface: f[9]}
		if flags&routeGateway != 0 {
			r.Address = netip.AddrFrom16([16]byte(hop))
		}
		out = append(out, r)
	}
	return out
}
