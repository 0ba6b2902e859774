package netcheck

import (
	"slices"
	"strconv"
)

// This file is about black holes: a link on the way takes smaller packets than the ends believe, and the ICMP messages that would tell them
// (RFC 1191, RFC 8201) do not arrive. TCP then comes about, and hangs at the first large packets (RFC 2923, section 2.1).

// netHoleRules stand before those that speak of servers that do not answer TLS, and of packet sizes that do no harm.
var netHoleRules = []netRule{
	{id: "net_mtu_hole", area: AreaPath, severity: SeverityCritical, lighter: SeverityWarning, holds: casesHole,
		title: "Packets larger than {mtu} bytes vanish between here and {host}, and nobody tells",
		detail: "UDP packets of {mtu} bytes arrive, those of {lost} bytes do not, and this computer sends up to {own}. TCP to {spots}, comes about, and TLS goes silent there, " +
			"where its first large packets are due: what drops them does not say so (ICMP is dropped), so they are sent as large again. TLS, web pages and other large transfers hang.{ways}",
		advice: "Ask the network team to allow ICMP type 3 code 4 (fragmentation needed; by IPv6: ICMPv6 packet too big), or to clamp the MSS of TCP to {mss} bytes on the router. " +
			"Until then lower the MTU of this computer to {mtu}.",
		seen: "TLS to {host} went silent where large packets vanish", overruled: byTLSToServer},
}

// usualMTU is what an interface carries that did not say, in bytes.
const usualMTU = 1500

// mtuSlack is how far below the largest packet the search for it may end, in bytes.
const mtuSlack = 8

// casesHole makes a case where packets that this computer's interface takes are lost for their size, and that explains TLS that went silent.
func casesHole(v *netView) []netCase {
	size, hidden := v.hiddenMTU()
	silent := v.hungTLS()
	if !hidden || len(silent) == 0 {
		return nil
	}
	host, _ := silent[0].place()
	mtu, headers := size.Facts.MTU, 40 // of IPv4 and TCP
	if silent[0].Family == Family6 {
		headers = 60
	}
	c := netCase{results: append([]NetResult{size}, silent...), host: host, light: v.anyWay(), words: netWords{
		"mtu": strconv.Itoa(mtu), "lost": strconv.Itoa(size.Facts.MTULost), "own": strconv.Itoa(v.ownMTU()), "mss": strconv.Itoa(mtu - headers),
		"host": resultHosts(silent), "spots": resultSpots(silent), "ways": ""},
		facts: evidence("mtu", strconv.Itoa(mtu), "mtu_lost", strconv.Itoa(size.Facts.MTULost), "interface_mtu", strconv.Itoa(v.ownMTU()))}
	if has(v.legs, worksUDP) && mtu >= 1280 {
		c.words["ways"] = " Calls over UDP have smaller packets."
	}
	return []netCase{c}
}

// hiddenMTU gives the smallest of the path MTUs, if this computer does not know it by its own interface.
func (v *netView) hiddenMTU() (least NetResult, hidden bool) {
	for _, r := range v.of(ProbeMTU) {
		if m := r.Facts.MTU; m > 0 && r.Facts.MTULost > 0 && m+mtuSlack < v.ownMTU() && (!hidden || m < least.Facts.MTU) {
			least, hidden = r, true
		}
	}
	return least, hidden
}

// ownMTU is the smallest MTU of the interfaces by which packets leave this computer.
func (v *netView) ownMTU() int {
	least := 0
	for _, r := range v.of(ProbeInterfaces) {
		for _, i := range r.Facts.Interfaces {
			if (i.Default4 || i.Default6) && i.MTU > 0 && (least == 0 || i.MTU < least) {
				least = i.MTU
			}
		}
	}
	if least == 0 {
		return usualMTU
	}
	return min(least, usualMTU)
}

// hungTLS lists the results of TLS that a lost large packet explains. Where any TLS comes about without a proxy, large packets do arrive; where
// a place is as silent to a small question, the size is not why.
func (v *netView) hungTLS() []NetResult {
	came := func(r NetResult) bool {
		return (r.Kind == ProbeTURN || r.Kind == ProbeTLS) && !byProxy(r) && stepDone(r, string(StepTLS))
	}
	if slices.ContainsFunc(v.results, came) {
		return nil
	}
	mute := func(r NetResult) bool {
		return slices.ContainsFunc(v.of(ProbeTURN), func(o NetResult) bool {
			return o.Transport == "tcp" && stepDone(o, string(StepDial)) && o.Code == ReasonNoAnswer && !stepDone(o, NetStepChallenge) && samePlace(o, r)
		})
	}
	return v.everyTLS(func(r NetResult) bool { return hangsInTLS(r) && !mute(r) })
}

// hangsInTLS tells of a server that accepted TCP and from which nothing came to TLS.
func hangsInTLS(r NetResult) bool {
	return wentWrong(r) && r.Code == ReasonNoAnswer && r.Transport == "tls" && !byProxy(r) && stepDone(r, string(StepDial)) && stepFailed(r, string(StepTLS))
}

func stepFailed(r NetResult, name string) bool {
	return slices.ContainsFunc(r.Steps, func(s NetStep) bool { return s.Name == name && !s.OK })
}

// inHole tells that a black hole explains a result.
func (v *netView) inHole(r NetResult) bool {
	return hangsInTLS(r) && slices.ContainsFunc(casesHole(v), func(c netCase) bool {
		return slices.ContainsFunc(c.results, func(o NetResult) bool { return o.ID == r.ID })
	})
}

// unlessHole leaves a finding about packet sizes to the one about a black hole.
func unlessHole(cases func(*netView) []netCase) func(*netView) []netCase {
	return func(v *netView) []netCase {
		if len(casesHole(v)) > 0 {
			return nil
		}
		return cases(v)
	}
}

// resultHosts lists the hosts of results, each once.
func resultHosts(results []NetResult) string {
	var hosts []string
	for _, r := range results {
		host, _ := r.place()
		hosts = append(hosts, orElse(host, "a server"))
	}
	return list(unique(hosts))
}
