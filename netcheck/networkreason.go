package netcheck

// The reason codes of network probes, beside those of paths.
const (
	ReasonNoAddress    ReasonCode = "no_address"      // no interface has an address by which anything beyond its own link is reached
	ReasonNoRoute      ReasonCode = "no_route"        // addresses, and no way out with them
	ReasonNoIPv4       ReasonCode = "no_ipv4"         // IPv6 leads out, IPv4 does not
	ReasonNoIPv6Server ReasonCode = "no_ipv6_server"  // IPv6 could not be tried for want of a server that has it
	ReasonNAT64        ReasonCode = "nat64"           // IPv4 is reached by names alone
	ReasonSplitDNS     ReasonCode = "split_dns"       // a public name has a private address here
	ReasonDNSFilter    ReasonCode = "dns_filter"      // a name has an address that leads nowhere
	ReasonIntercepted  ReasonCode = "tls_intercepted" // TLS comes about, and not with the server alone: somebody on the way can read along
	ReasonSuspicious   ReasonCode = "tls_suspicious"  // it looks so, and a server with a certificate of its own company may look the same
	ReasonPortal       ReasonCode = "captive_portal"  // a log-in page, or another page of the network, answers in place of the web
	ReasonClock        ReasonCode = "clock_skew"      // this computer's clock is far from a server's
	ReasonPAC          ReasonCode = "proxy_script"    // the proxy is found by a script, which is not run
	ReasonUndecided    ReasonCode = "undecided"       // what came back fits more than one cause
)
