package netcheck

import (
	"fmt"
	"testing"
	"time"
)

// unusual is a network that differs from the usual one and is in order: calls work. without names results that it does not have.
type unusual struct {
	name string
	with []NetResult
	// each, if set, changes all results: the IP version, the addresses.
	each answer
}

// Facts of unusual networks.
func facts(change func(*NetFacts)) answer { return func(r *NetResult) { change(&r.Facts) } }

func vpn(name string) InterfaceFacts {
	return InterfaceFacts{Name: name, Addresses: []string{"10.9.0.2/24"}, MTU: 1420, VPN: Yes}
}

func leadsOut(i InterfaceFacts) InterfaceFacts {
	i.Default4 = true
	return i
}

func onlyIPv6(r *NetResult) {
	if r.Family == Family4 {
		r.Family, r.Local, r.Facts.Mapped = Family6, "[2001:db8::5]:50000", "[2001:db8::5]:50000"
	}
}

var ip6Interface = InterfaceFacts{Name: "wlan0", Addresses: []string{"2001:db8::5/64"}, MTU: 1500, Default6: true, VPN: No}

func openIPv6(n *NATBehavior) {
	n.Family, n.NAT, n.Mapping, n.Local, n.Mapped, n.Hairpin = Family6, No, BehaviorNone, "[2001:db8::5]:50001", "[2001:db8::5]:50001", Unknown
}

func symmetricNAT(n *NATBehavior) {
	n.Mapping, n.Hairpin = BehaviorAddressAndPortDependent, No
}

func carrierNAT(n *NATBehavior) {
	symmetricNAT(n)
	n.Mapped, n.SharedAddress = "100.70.1.2:61000", true
}

// unusuals is the table of them.
func unusuals() []unusual {
	portalSays := func(change ...answer) NetResult { return about(ProbePortal, "http://example.com/", change...) }
	forbidden := and(says(NetBlocked, ReasonProxyRefused), status(403))
	return []unusual{
		{"a VPN that takes everything, with marks removed and small packets", []NetResult{interfaces(eth0(), leadsOut(vpn("wg0"))), mtu(1420),
			probe(ProbeDSCP, says(NetDegraded, ""), facts(func(f *NetFacts) { f.DSCPSent = 46 }))}, nil},
		{"a VPN inside a VPN", []NetResult{interfaces(leadsOut(vpn("tun0")), vpn("wg0")), mtu(1280)}, nil},
		{"a VPN for the company alone, whose server is inside", []NetResult{interfaces(eth0(), vpn("utun4")),
			about(ProbeDNS, own, says(NetDegraded, ReasonSplitDNS), facts(func(f *NetFacts) { f.Addresses = []string{"10.20.0.7"} })),
			udp(own, 3478, func(r *NetResult) { r.Local, r.Facts.Mapped = "10.9.0.2:50000", "10.9.0.2:50000" }),
			nat(func(n *NATBehavior) { n.SeveralAddresses = true })}, nil},
		{"the same, behind a NAT of the VPN", []NetResult{interfaces(eth0(), vpn("utun4")),
			udp(own, 3478, facts(func(f *NetFacts) { f.Mapped = "10.20.0.99:50000" })), nat(func(n *NATBehavior) { n.Mapped, n.PrivateMapped = "10.20.0.99:50001", true })}, nil},
		{"IPv6 alone with NAT64", []NetResult{probe(ProbeInterfaces, says(NetDegraded, ReasonNoIPv4), facts(func(f *NetFacts) { f.Interfaces = []InterfaceFacts{ip6Interface} })),
			probe(ProbeNAT64, says(NetDegraded, ReasonNAT64), facts(func(f *NetFacts) { f.Prefix = "64:ff9b::/96" })), nat(openIPv6), probe(ProbeIPv6)}, onlyIPv6},
		{"a carrier's NAT", []NetResult{nat(carrierNAT)}, nil},
		{"two carriers' addresses in turn", []NetResult{nat(func(n *NATBehavior) { carrierNAT(n); n.SeveralAddresses = true })}, nil},
		{"a hotspot of a phone: two NATs, IPv6 beside", []NetResult{
			interfaces(InterfaceFacts{Name: "wlan0", Addresses: []string{"172.20.10.2/28", "2001:db8::5/64"}, MTU: 1500, Default4: true, Default6: true, VPN: No}),
			nat(carrierNAT), mtu(1400), probe(ProbeIPv6), probe(ProbeDSCP, says(NetDegraded, ""), facts(func(f *NetFacts) { f.DSCPSent = 46 }))}, nil},
		{"a phone's IPv4 over IPv6 (464XLAT)", []NetResult{interfaces(ip6Interface, InterfaceFacts{Name: "clat0", Addresses: []string{"192.0.0.4/29"}, MTU: 1472, Default4: true}),
			probe(ProbeNAT64, says(NetOK, ""), facts(func(f *NetFacts) { f.Prefix = "64:ff9b::/96" })), nat(symmetricNAT), mtu(1472)}, nil},
		{"a hotel after the log-in, whose page stays", []NetResult{portalSays(says(NetBlocked, ReasonPortal)), nat(symmetricNAT)}, nil},
		{"and has a clock that is wrong", []NetResult{portalSays(says(NetBlocked, ReasonPortal)), skew(-3 * time.Hour)}, nil},
		{"a web filter that answers in its own way", []NetResult{portalSays(says(NetNotTested, ReasonUndecided)), about(ProbeClock, "http://example.com/", says(NetNotTested, ReasonUndecided))}, nil},
		{"a network without the web", []NetResult{portalSays(says(NetNotTested, ReasonNoAnswer)), about(ProbeClock, "http://example.com/", says(NetNotTested, ReasonNoAnswer))}, nil},
		{"a company's proxy that forbids TURN, and open UDP", []NetResult{proxyResult(forbidden), proxyTo(own, 3478, forbidden),
			turn("tls", own, 443, says(NetBlocked, ReasonProxyRefused), viaProxy), turn("tcp", own, 3478, says(NetBlocked, ReasonProxyRefused), viaProxy)}, nil},
		{"a company's proxy that wants a user, and open UDP", []NetResult{proxyResult(says(NetBlocked, ReasonProxyAuth), status(407, "Negotiate")),
			turn("tls", own, 443, says(NetBlocked, ReasonProxyAuth), viaProxy)}, nil},
		{"a company's proxy that serves, and open UDP", []NetResult{proxyResult(status(200)), turn("tls", own, 443, viaProxy)}, nil},
		{"a proxy in the settings that is away", []NetResult{proxyResult(mute)}, nil},
		{"a proxy by a script", []NetResult{about(ProbeProxy, own+":443", says(NetNotTested, ReasonPAC), func(r *NetResult) { r.Facts.Proxy = &ProxyFacts{PACURL: "http://wpad/wpad.dat"} })}, nil},
		{"name servers that know the company's names alone", []NetResult{about(ProbeDNS, public, says(NetBlocked, ReasonNameNotFound)), udp(public, 3478, says(NetNotTested, ReasonNameNotFound))}, nil},
		{"a DNS filter against public STUN servers", []NetResult{about(ProbeDNS, public, says(NetBlocked, ReasonDNSFilter)), udp(public, 3478, mute)}, nil},
		{"public STUN servers that nobody reaches", []NetResult{udp(public, 3478, mute)}, nil},
		{"public STUN servers that are refused", []NetResult{udp(public, 3478, says(NetBlocked, ReasonUnreachable))}, nil},
		{"a firewall without NAT", []NetResult{nat(func(n *NATBehavior) {
			n.NAT, n.Mapping, n.Mapped, n.Hairpin = No, BehaviorNone, n.Local, Unknown
		})}, nil},
		{"several networks at once", []NetResult{interfaces(eth0(), InterfaceFacts{Name: "wlan0", Addresses: []string{"192.168.2.3/24"}, Default4: true}, InterfaceFacts{Name: "docker0", Addresses: []string{"172.17.0.1/16"}})}, nil},
		{"broken IPv6 beside IPv4", []NetResult{probe(ProbeIPv6, says(NetDegraded, ReasonNoRoute))}, nil},
		{"IPv6 that servers do not have", []NetResult{probe(ProbeIPv6, says(NetNotTested, ReasonNoIPv6Server))}, nil},
		{"a public server by an IPv6 address, and IPv4 alone", []NetResult{udp(public, 3478, says(NetBlocked, ReasonUnreachable), func(r *NetResult) { r.Family = Family6 })}, nil},
		{"a long way", []NetResult{udp(own, 3478, rtt(700*ms)), turn("udp", own, 3478, rtt(700*ms)), turn("tls", own, 443, rtt(1500*ms))}, nil},
		{"a server that gives each user one allocation", everyTURN(says(NetDegraded, ReasonQuota), code(486)), nil},
		{"a server that does not relay to itself", everyTURN(says(NetDegraded, ReasonPeerRefused), code(403)), nil},
		{"a server with its company's own certificate", []NetResult{to(ProbeTLS, "tls", own, 443, says(NetDegraded, ReasonSuspicious))}, nil},
		{"the same, and nothing to tell it by", []NetResult{to(ProbeTLS, "tls", own, 443, says(NetNotTested, ReasonUndecided))}, nil},
		{"a server that hides other ports", []NetResult{udp(own, 443, says(NetNotTested, ReasonRefused)), turn("tcp", own, 443, says(NetNotTested, ReasonRefused)), turn("tls", own, 5349, says(NetNotTested, ReasonNoAnswer))}, nil},
		{"name servers slow with IPv6", []NetResult{about(ProbeDNS, own, says(NetDegraded, ReasonNameTimeout))}, nil},
		{"a NAT without hairpin", []NetResult{nat(func(n *NATBehavior) { n.Hairpin = No })}, nil},
		{"a NAT that keeps bindings for a minute", []NetResult{probe(ProbeLifetime, facts(func(f *NetFacts) { f.AtLeast, f.AtMost = 55*time.Second, 65*time.Second })),
			probe(ProbeIdle, facts(func(f *NetFacts) { f.AtLeast, f.AtMost = time.Minute, 2*time.Minute }))}, nil},
		{"a line of 3 Mbit/s", []NetResult{rate(3000, 3000)}, nil},
	}
}

// What is unusual is no trouble, alone or together with something else that is unusual.
func TestUnusualNetworksHaveNothingAboveInfo(t *testing.T) {
	all := unusuals()
	for i, one := range all {
		for j, other := range all {
			t.Run(fmt.Sprintf("%s and %s", one.name, other.name), func(t *testing.T) {
				if j < i {
					return // it was the other way round
				}
				results := one.over(healthy())
				if i != j {
					results = other.over(results)
				}
				r := networkReport(results...)
				v := Judge(r)
				checkNetworkWords(t, r, v)
				if v.Grade != GradeGood {
					t.Errorf("%s: %s", v.Grade, v.Sentence)
				}
				for _, f := range v.Findings {
					if f.Severity != SeverityInfo {
						t.Errorf("%s %s: %s. %s", f.Severity, f.ID, f.Title, f.Detail)
					}
				}
			})
		}
	}
}

// Nor is it where STUN servers of the public alone were asked.
func TestUnusualNetworksWithoutRelays(t *testing.T) {
	usual := []NetResult{interfaces(eth0()), udp(public, 3478, rtt(20*ms)), nat(nil), about(ProbePortal, "http://example.com/"), about(ProbeClock, "http://example.com/")}
	for _, u := range []unusual{
		{"a carrier's NAT", []NetResult{nat(carrierNAT)}, nil},
		{"a symmetric NAT", []NetResult{nat(symmetricNAT)}, nil},
		{"a VPN", []NetResult{interfaces(leadsOut(vpn("wg0"))), mtu(1420)}, nil},
		{"IPv6 with NAT64", []NetResult{interfaces(ip6Interface), probe(ProbeNAT64, says(NetDegraded, ReasonNAT64), facts(func(f *NetFacts) { f.Prefix = "64:ff9b::/96" })), nat(openIPv6)}, onlyIPv6},
		{"a web filter", []NetResult{about(ProbePortal, "http://example.com/", says(NetNotTested, ReasonUndecided))}, nil},
	} {
		r := networkReport(u.over(usual)...)
		v := Judge(r)
		checkNetworkWords(t, r, v)
		for _, f := range v.Findings {
			if f.Severity != SeverityInfo || v.Grade != GradeGood {
				t.Errorf("%s: %s, %s %s: %s. %s", u.name, v.Grade, f.Severity, f.ID, f.Title, f.Detail)
			}
		}
	}
}

func (u unusual) over(results []NetResult) []NetResult {
	results = changed(results, u.with...)
	if u.each != nil {
		for i := range results {
			u.each(&results[i])
		}
	}
	return results
}
