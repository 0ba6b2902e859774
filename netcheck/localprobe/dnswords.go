package localprobe

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// judge decides what the answers mean.
func (l lookup) judge() finding {
	addrs := l.addresses()
	if len(addrs) == 0 {
		return l.nothing()
	}
	list := strings.Join(texts(addrs), ", ")
	switch at := func(is func(netip.Addr) bool) string { return first(addrs, is) }; {
	case at(netip.Addr.IsUnspecified) != "", at(nowhere) != "" && publicName(l.host):
		return finding{netcheck.NetBlocked, netcheck.ReasonDNSFilter,
			fmt.Sprintf("The name servers give %s the address %s, which leads nowhere: a DNS filter blocks the name.", l.host, at(nowhere)),
			fmt.Sprintf("Ask for the name %s to be taken off the DNS filter of this network or this computer.", l.host)}
	case at(private) != "" && publicName(l.host):
		return finding{netcheck.NetDegraded, netcheck.ReasonSplitDNS,
			fmt.Sprintf("The public name %s has a private address here (%s): the name servers of this network or of a VPN have an answer of their own (split DNS).", l.host, list),
			fmt.Sprintf("If %s is a server inside this network, nothing needs to be done. If not, ask for its public address in the DNS of this network, or end the VPN.", l.host)}
	case l.a.is(netcheck.ReasonNameTimeout), l.aaaa.is(netcheck.ReasonNameTimeout):
		return l.half(list)
	}
	return finding{netcheck.NetOK, "", fmt.Sprintf("%s is %s (looked up in %s).", l.host, list, millis(l.took)), ""}
}

func millis(d time.Duration) string {
	if d < time.Millisecond {
		return "less than 1 ms"
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// half is said when one of two questions got no answer.
func (l lookup) half(list string) finding {
	asked, failed := "IPv6 (AAAA)", l.aaaa
	if l.a.failure != nil {
		asked, failed = "IPv4 (A)", l.a
	}
	return finding{netcheck.NetDegraded, netcheck.ReasonNameTimeout,
		fmt.Sprintf("%s is %s, but the question for its %s addresses got no answer in %s: programs that ask for both wait for it.", l.host, list, asked, millis(failed.took)),
		"Ask for the name servers to answer questions of both kinds (A and AAAA), also where there is no address to tell."}
}

// nothing is said when there is no address.
func (l lookup) nothing() finding {
	f := l.failure()
	switch {
	case f == nil:
		return finding{netcheck.NetNotTested, netcheck.ReasonNameTimeout, "The name servers gave no address for " + l.host + ".", ""}
	case f.Code == netcheck.ReasonCancelled:
		return finding{netcheck.NetNotTested, f.Code, f.Text, ""}
	case f.Code == netcheck.ReasonNoFamily && l.oneAsked:
		return finding{netcheck.NetNotTested, f.Code, f.Text, f.Advice}
	}
	// "Not found" may mean that the name has no address of that kind: the resolver does not tell. With the other question
	// unanswered, whether the name exists stays open.
	for _, a := range []answer{l.a, l.aaaa} {
		if a.is(netcheck.ReasonNameTimeout) {
			f = a.failure
		}
	}
	if f.Code == netcheck.ReasonNameNotFound {
		return finding{netcheck.NetBlocked, f.Code, f.Text,
			fmt.Sprintf("Check the spelling. If it is right, ask for the name %s to be allowed and made known in this network's DNS, or use the server's IP address.", l.host)}
	}
	return finding{netcheck.NetBlocked, netcheck.ReasonNameTimeout, f.Text,
		"Ask for this computer's name servers to be reached (UDP and TCP port 53) and to answer for outside names; check the VPN; or use the server's IP address."}
}

func first(addrs []netip.Addr, is func(netip.Addr) bool) string {
	if i := slices.IndexFunc(addrs, is); i >= 0 {
		return addrs[i].String()
	}
	return ""
}

// nowhere tells of an address that filters give, since no server has it.
func nowhere(a netip.Addr) bool { return a.IsUnspecified() || a.IsLoopback() }

// inside are networks beside the private ones that the Internet does not lead to: between a provider and its customers (RFC
// 6598), and for tests, from which programs that take over all connections give addresses of their own (RFC 2544).
var inside = []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("198.18.0.0/15")}

func private(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLinkLocalUnicast() || slices.ContainsFunc(inside, func(p netip.Prefix) bool { return p.Contains(a) })
}

// localNames end names that no public name server knows (RFC 6761, 6762, 8375, and what companies and routers use).
var localNames = []string{"local", "localhost", "localdomain", "internal", "intranet", "intra", "corp", "home", "lan", "private", "test", "home.arpa", "fritz.box"}

// publicName tells whether a name can be known to all the world.
func publicName(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return strings.Contains(host, ".") &&
		!slices.ContainsFunc(localNames, func(end string) bool { return host == end || strings.HasSuffix(host, "."+end) })
}
