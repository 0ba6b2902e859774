package localprobe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"echopath/netcheck"
)

// wellKnownName has the two addresses wellKnown4 for all the world, and an AAAA record only where a name server makes one for
// NAT64 (RFC 7050, section 2.2).
const wellKnownName = "ipv4only.arpa"

var wellKnown4 = []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 0, 170}), netip.AddrFrom4([4]byte{192, 0, 0, 171})}

// clat is the network of the addresses that a computer behind NAT64 gives itself to have IPv4 all the same (RFC 7335).
var clat = netip.MustParsePrefix("192.0.0.0/29")

// NAT64 looks for a NAT64 as RFC 7050 has it, and for what it means here. Facts.Prefix is the first prefix found and
// Facts.Addresses what the name servers made of the well-known name.
//
//   - ok: there is none, or there is one beside IPv4.
//   - degraded, with netcheck.ReasonNAT64: IPv6 alone with NAT64, so that literal IPv4 addresses fail; with netcheck.ReasonNoIPv4: IPv6 alone
//     and no NAT64.
//   - not tested: the name servers did not answer in 2 s, neither IPv4 nor IPv6 has a way out (netcheck.ReasonNoRoute), or ctx ended.
func (p *Prober) NAT64(ctx context.Context) netcheck.NetResult {
	t := start(netcheck.ProbeNAT64)
	t.result.Server, t.result.Family = wellKnownName, netcheck.Family6
	addrs, err := p.resolve(ctx, wellKnownName, netcheck.Family6)
	if err != nil {
		f := asFailure(ctx, wellKnownName, err)
		t.cause(errors.Unwrap(f))
		switch {
		case ctx.Err() != nil || f.Code == netcheck.ReasonCancelled:
			return t.over()
		case f.Code != netcheck.ReasonNoFamily && f.Code != netcheck.ReasonNameNotFound:
			return t.end(netcheck.NetNotTested, f.Code, "Whether this network has NAT64 could not be found out. "+f.Text, "")
		}
	}
	t.result.Facts.Addresses = texts(addrs)
	prefixes := nat64Prefixes(addrs)
	source4, err4 := p.source(internet4)
	four := err4 == nil && !source4.IsLoopback() && !source4.IsLinkLocalUnicast()
	if _, err := p.source(internet6); err != nil && !four {
		return t.end(netcheck.NetNotTested, netcheck.ReasonNoRoute, "This computer has neither IPv4 nor IPv6 with a way out: NAT64 is not what is missing.", "")
	}
	if len(prefixes) == 0 {
		return t.withoutNAT64(four)
	}
	t.result.Facts.Prefix = prefixes[0].String()
	list := prefixTexts(prefixes)
	switch {
	case four && clat.Contains(source4):
		return t.end(netcheck.NetOK, "", fmt.Sprintf("This network has IPv6 alone with NAT64 (prefix %s), and this computer makes IPv4 of it (464XLAT, %s): literal IPv4 addresses work too.", list, source4), "")
	case four:
		return t.end(netcheck.NetOK, "", fmt.Sprintf("This network has NAT64 (prefix %s) beside IPv4: nothing depends on it.", list), "")
	}
	return t.end(netcheck.NetDegraded, netcheck.ReasonNAT64,
		fmt.Sprintf("This network has IPv6 alone with NAT64 (prefix %s): literal IPv4 addresses fail, and servers are reached by name.", list),
		"Give servers by name and not by IPv4 address, here and in invites.")
}

func (t *trial) withoutNAT64(four bool) netcheck.NetResult {
	if four {
		return t.end(netcheck.NetOK, "", "This network has no NAT64, and needs none: it has IPv4.", "")
	}
	return t.end(netcheck.NetDegraded, netcheck.ReasonNoIPv4,
		"This computer has IPv6 alone, and its name servers tell of no NAT64: servers that have IPv4 only can not be reached.",
		"Use servers that have IPv6, or ask for NAT64 and DNS64 in this network.")
}

// nat64Prefixes finds the prefixes in which the well-known addresses stand in addrs, each once (RFC 7050, section 3).
func nat64Prefixes(addrs []netip.Addr) []netip.Prefix {
	var out []netip.Prefix
	for _, a := range addrs {
		if p, ok := nat64Prefix(a); ok && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// nat64Prefix takes an address apart: a prefix of 32, 40, 48, 56, 64 or 96 bits, then the IPv4 address, which bits 64 to 71
// interrupt, being zero (RFC 6052, section 2.2).
func nat64Prefix(a netip.Addr) (netip.Prefix, bool) {
	if !a.Is6() || a.Is4In6() {
		return netip.Prefix{}, false
	}
	b := a.As16()
	for _, bits := range []int{96, 64, 56, 48, 40, 32} {
		var four [4]byte
		at := bits / 8
		for i := range four {
			if at == 8 && bits != 96 {
				at++
			}
			four[i] = b[at]
			at++
		}
		if (bits == 96 || b[8] == 0) && slices.Contains(wellKnown4, netip.AddrFrom4(four)) {
			prefix, err := a.WithZone("").Prefix(bits)
			return prefix, err == nil
		}
	}
	return netip.Prefix{}, false
}

func prefixTexts(prefixes []netip.Prefix) string {
	const most = 4
	var out []string
	for _, p := range prefixes[:min(len(prefixes), most)] {
		out = append(out, p.String())
	}
	return strings.Join(out, ", ")
}
