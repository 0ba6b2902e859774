package localprobe

import "echopath/netcheck"

// Reason codes of this package's probes, beside those of netcheck.
const (
	ReasonNoAddress netcheck.ReasonCode = "no_address" // no interface has an address by which anything beyond its own link is reached
	ReasonNoRoute   netcheck.ReasonCode = "no_route"   // addresses, and no way out with them
	ReasonNoIPv4    netcheck.ReasonCode = "no_ipv4"    // IPv6 leads out, IPv4 does not
	ReasonSplitDNS  netcheck.ReasonCode = "split_dns"  // a public name has a private address here
	ReasonDNSFilter netcheck.ReasonCode = "dns_filter" // a name has an address that leads nowhere
	ReasonNAT64     netcheck.ReasonCode = "nat64"      // IPv4 is reached by names alone
	// ReasonNoIPv6Server: IPv6 could not be tried for want of a server that has it.
	ReasonNoIPv6Server netcheck.ReasonCode = "no_ipv6_server"
)

// Names of steps.
const (
	NetStepRoute4 = "route_ipv4"
	NetStepRoute6 = "route_ipv6"
	NetStepA      = "dns_a"
	NetStepAAAA   = "dns_aaaa"
)
