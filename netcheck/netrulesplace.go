package netcheck

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// netComputerRules are about this computer.
var netComputerRules = []netRule{
	{id: "net_vpn", area: AreaComputer, severity: SeverityInfo, holds: casesVPN,
		title:  "This computer is on a VPN ({name})",
		detail: "Packets leave by {name}, which is a VPN as it seems: these results describe the VPN, and the network below it may be different.",
		advice: "If calls are bad, test again without the VPN: the difference shows which of the two is to blame."},
	{id: "net_clock", area: AreaComputer, severity: SeverityWarning, holds: casesClock,
		title:  "This computer's clock and that of {host} differ by {span}",
		detail: "This computer's is {skew}. Credentials that are good for a time, and certificates, fail if this computer's clock is the wrong one.",
		advice: "Turn on time from the Internet (NTP, UDP port 123), and ask for that to be allowed if it does not help. If this computer's date and time are right, the clock of {host} is wrong, and calls are fine."},
	{id: "net_no_family", area: AreaComputer, severity: SeverityWarning, holds: casesNoFamily,
		title:  "This computer does not have the asked IP version",
		detail: "{said} That says nothing about the network.",
		advice: "Use --ip auto, or choose the other IP version."},
	{id: "net_local", area: AreaComputer, severity: SeverityWarning, holds: casesLocal,
		title:  "This computer could not run all probes",
		detail: "{said} That says nothing about the network.",
		advice: "{advice}"},
}

// netNameRules are about DNS.
var netNameRules = []netRule{
	{id: "net_name_not_found", area: AreaNames, severity: SeverityCritical, lighter: SeverityWarning, holds: casesName(ReasonNameNotFound),
		title:  "The name {host} is not found here",
		detail: "The name servers of this network answer that there is no {host}.",
		advice: "{then}",
		seen:   "the probes did not find the name {host}", overruled: byServerOf},
	{id: "net_name_timeout", area: AreaNames, severity: SeverityCritical, lighter: SeverityWarning, holds: casesName(ReasonNameTimeout),
		title:  "The name servers do not answer",
		detail: "No answer came to the question for {host}.",
		advice: "Ask for UDP and TCP to {nameservers}, port 53, to be allowed, and check that these are the right ones for this network. Giving the server by its address goes round it.",
		seen:   "the probes got no answer to the question for {host}", overruled: byServerOf},
	{id: "net_name_filtered", area: AreaNames, severity: SeverityCritical, lighter: SeverityWarning, holds: casesName(ReasonDNSFilter),
		title:  "A DNS filter blocks the name {host}",
		detail: "{said}",
		advice: "Ask for the name {host} to be taken off the DNS filter of this network or this computer.",
		seen:   "the probes were given an address that leads nowhere for {host}", overruled: byServerOf},
	{id: "net_name_slow", area: AreaNames, severity: SeverityInfo, holds: casesSlowName,
		title:  "The name servers answer half of the question for {host}",
		detail: "{said}",
		advice: "Ask for the name servers to answer for IPv4 (A) and IPv6 (AAAA), also where there is no address to tell."},
	{id: "net_name_private", area: AreaNames, severity: SeverityInfo, holds: casesPrivateName,
		title:  "{host} has a private address here",
		detail: "The name leads to {addresses}: the name servers of this network give an answer of their own (split DNS), or a filter does.",
		advice: "If the server is not inside this network, ask for {host} to be resolved as on the Internet."},
}

func casesVPN(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeInterfaces) {
		for _, i := range r.Facts.Interfaces {
			used := i.Default4 || i.Default6 || i.Name == v.report.Granted.Interface
			if name := CleanText(i.Name, maxName); i.VPN == Yes && used {
				out = append(out, netCase{results: []NetResult{r}, facts: evidence("interface", name), words: netWords{"name": name}})
			}
		}
	}
	return out
}

func casesClock(v *netView) []netCase {
	if !v.clockWrong() {
		return nil
	}
	host, _ := v.skewOf[0].place()
	return []netCase{{results: v.skewOf, facts: evidence("skew_s", number(v.skew.Seconds())), words: netWords{"skew": skewWords(v.skew), "span": spanWords(v.skew.Abs()), "host": orElse(host, "a server")}}}
}

func casesNoFamily(v *netView) []netCase {
	found := v.when(ProbeInterfaces, func(r NetResult) bool { return wentWrong(r) && r.Code == ReasonNoFamily })
	if len(found) == 0 {
		return nil
	}
	return []netCase{{results: found, words: netWords{"said": sentenceOf(found[0].Text, "it has no address of that version")}}}
}

// casesLocal tells of probes that this computer itself kept from running.
func casesLocal(v *netView) []netCase {
	var found []NetResult
	for _, r := range v.results {
		if wentWrong(r) && r.Code == ReasonLocal {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return []netCase{{results: found, words: netWords{"said": sentenceOf(found[0].Text, "a socket could not be opened"),
		"advice": sentenceOf(found[0].Advice, "The technical message names the cause; leave the choice of the interface to the system")}}}
}

// casesName makes a case for each name that ended for a reason, by the probe of the name or, where there was none, by those that needed it.
func casesName(code ReasonCode) func(*netView) []netCase {
	return func(v *netView) []netCase {
		if _, _, offline := v.offline(); offline {
			return nil // that says it all
		}
		meets := func(r NetResult) bool { return wentWrong(r) && r.Code == code }
		found := v.when(ProbeDNS, meets)
		for _, l := range pick(v.legs, func(l netLeg) bool { return meets(l.NetResult) }) {
			found = append(found, l.NetResult)
		}
		var out []netCase
		for _, r := range found {
			host, _ := r.place()
			if i := slices.IndexFunc(out, func(c netCase) bool { return c.host == host }); i >= 0 {
				out[i].results = append(out[i].results, r)
				continue
			}
			c := netCase{results: []NetResult{r}, host: host, light: v.anyWay(),
				words: netWords{"host": orElse(host, "the server"), "nameservers": v.nameServers(), "said": sentenceOf(r.Text, "no reason was given")}}
			c.words["then"] = fmt.Sprintf("Check the spelling. If it is right, ask for the name %s to be resolved here, or give the server by its address.", c.words["host"])
			if v.nobodys(host) { // companies resolve names of their own alone
				c.severity = SeverityWarning
				c.words["then"] = "Many company networks do not resolve outside names, and the server is a public one: give the TURN server of your calls instead."
			}
			if c.light && v.nobodys(host) {
				c.severity = SeverityInfo
			}
			out = append(out, c)
		}
		return out
	}
}

// nobodys tells of a server that belongs to nobody here: no call depends on it.
func (v *netView) nobodys(host string) bool {
	of := func(s ICEServer) bool { return s.URL.Host == host }
	return slices.ContainsFunc(v.servers, of) && !slices.ContainsFunc(v.servers, func(s ICEServer) bool { return of(s) && !s.Public })
}

func casesSlowName(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeDNS) {
		if host, _ := r.place(); r.State == NetDegraded && r.Code == ReasonNameTimeout {
			out = append(out, netCase{results: []NetResult{r}, host: host, words: netWords{"host": orElse(host, "a server"), "said": sentenceOf(r.Text, "one of two questions got no answer")}})
		}
	}
	return out
}

func casesPrivateName(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeDNS) {
		private := slices.DeleteFunc(slices.Clone(r.Facts.Addresses), func(s string) bool {
			a, err := netip.ParseAddr(s)
			return err != nil || !isPrivate(a)
		})
		if host, _ := r.place(); r.State == NetDegraded && len(private) > 0 {
			out = append(out, netCase{results: []NetResult{r}, host: host, words: netWords{"host": orElse(host, "a server"), "addresses": list(private)}})
		}
	}
	return out
}

// netIPv6Rules are about the versions of IP.
var netIPv6Rules = []netRule{
	{id: "net_no_ipv4", area: AreaIPv6, severity: SeverityWarning, holds: casesNoIPv4(false),
		title:  "This network has no IPv4",
		detail: "Packets leave this computer by IPv6 alone, and {nat64}. Servers that have an IPv4 address only can not be reached{literal}.",
		advice: "Use STUN and TURN servers with IPv6 addresses, or ask for IPv4 or NAT64 (RFC 6146) in this network.",
		seen:   "no way for IPv4 was found", overruled: byFamily(Family4)},
	{id: "net_nat64", area: AreaIPv6, severity: SeverityInfo, holds: casesNoIPv4(true),
		title:  "IPv6 only, with NAT64",
		detail: "Packets leave this computer by IPv6 alone; a NAT64 (prefix {prefix}) leads to servers with IPv4. Names work by it, and IPv4 addresses written as such fail{literal}.",
		advice: "Give servers by name, never by an IPv4 address.",
		seen:   "no way for IPv4 was found", overruled: byFamily(Family4)},
	{id: "net_no_ipv6", area: AreaIPv6, severity: SeverityCritical, lighter: SeverityWarning, holds: casesNoIPv6,
		title:  "This computer has no way out by IPv6, and {spots} was asked by it",
		detail: "Packets leave this computer by IPv4 alone, so that says nothing about firewalls or the server.",
		advice: "Give the server by its name or by an IPv4 address.",
		seen:   "no way for IPv6 was found", overruled: byFamily(Family6)},
	{id: "net_ipv6_broken", area: AreaIPv6, severity: SeverityInfo, holds: casesIPv6Broken,
		title:  "IPv6 is set up here, and does not work",
		detail: "{said}",
		advice: "Calls go by IPv4 and may begin more slowly. Ask for IPv6 to be repaired, or turned off, in this network.",
		seen:   "the probes found IPv6 not working", overruled: byFamily(Family6)},
}

func casesNoIPv4(nat64 bool) func(*netView) []netCase {
	return func(v *netView) []netCase {
		v4, v6, known := v.defaults()
		with := v.when(ProbeNAT64, func(r NetResult) bool { return r.Facts.Prefix != "" })
		if !known || v4 || !v6 || (len(with) > 0) != nat64 {
			return nil
		}
		unreached := pick(v.legs, func(l netLeg) bool { return l.noWay && l.Family == Family4 && wentWrong(l.NetResult) })
		c := netCase{results: slices.Concat(v.of(ProbeInterfaces), v.of(ProbeIPv6), v.of(ProbeNAT64), resultsOf(unreached)), words: netWords{"literal": "", "nat64": "no NAT64 was found"}}
		switch {
		case nat64:
			c.words["prefix"] = with[0].Facts.Prefix
		case slices.ContainsFunc(v.of(ProbeNAT64), func(r NetResult) bool { return r.State == NetNotTested }) || len(v.of(ProbeNAT64)) == 0:
			c.words["nat64"] = "whether there is a NAT64 was not found out"
		}
		if hosts := v.literal4(); len(hosts) > 0 {
			c.words["literal"] = " (here: " + list(hosts) + ")"
		}
		c.severity = v.severityOf(unreached)
		return []netCase{c}
	}
}

// severityOf is how grave it is that servers have no address of the version of IP that there is; "" if there are none.
func (v *netView) severityOf(unreached []netLeg) Severity {
	switch needed := has(unreached, func(l netLeg) bool { return !l.public }); {
	case needed && !v.anyWay():
		return SeverityCritical
	case needed:
		return SeverityWarning
	}
	return ""
}

// casesNoIPv6 tells of servers that are given by an IPv6 address where IPv4 alone leads out.
func casesNoIPv6(v *netView) []netCase {
	legs := pick(v.legs, func(l netLeg) bool { return l.noWay && l.Family == Family6 && wentWrong(l.NetResult) })
	if len(legs) == 0 {
		return nil
	}
	c := netCase{results: resultsOf(legs), light: v.anyWay(), words: netWords{"spots": spotsOf(legs)}}
	if v.severityOf(legs) == "" && c.light {
		c.severity = SeverityInfo
	}
	return []netCase{c}
}

// literal4 lists the servers that the user gave by an IPv4 address.
func (v *netView) literal4() []string {
	var out []string
	for _, h := range v.hosts {
		if a, err := netip.ParseAddr(h.name); err == nil && a.Unmap().Is4() {
			out = append(out, h.name)
		}
	}
	return out
}

func casesIPv6Broken(v *netView) []netCase {
	found := v.when(ProbeIPv6, func(r NetResult) bool { return wentWrong(r) || r.State == NetDegraded })
	if len(found) == 0 {
		return nil
	}
	return []netCase{{results: found, words: netWords{"said": sentenceOf(found[0].Text, "what was asked by IPv6 got no answer")}}}
}

// hostOf takes the address out of host:port.
func hostOf(hostport string) (netip.Addr, bool) {
	host, _, ok := cutPort(hostport)
	if !ok {
		host = strings.Trim(hostport, "[]")
	}
	a, err := netip.ParseAddr(host)
	return a.Unmap(), err == nil
}
