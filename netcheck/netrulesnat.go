package netcheck

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// netNATRules are about what NATs do with addresses.
var netNATRules = []netRule{
	{id: "net_nat_symmetric", area: AreaNAT, severity: SeverityWarning, lighter: SeverityInfo, holds: casesSymmetric,
		title:  "The NAT gives each destination a port of its own (symmetric NAT){family}",
		detail: "Its mapping is {mapping} (RFC 4787), so the address and port that one server sees are good for that server alone. What to expect of calls: {outlook}{run}",
		advice: "Calls need a TURN server here, best over UDP. Or ask for a NAT with endpoint-independent mapping (RFC 4787, REQ-1)."},
	{id: "net_nat_outlook", area: AreaNAT, severity: SeverityInfo, holds: casesOutlook,
		title:  "What the NAT lets expect of calls{family}",
		detail: "{kind}. What to expect of calls: {outlook}{run}",
		advice: "Nothing needs to be done. A real connection shows more than this table."},
	{id: "net_cgnat", area: AreaNAT, severity: SeverityInfo, holds: casesCGNAT,
		title:  "A carrier's NAT lies between (CGNAT)",
		detail: "{who} sees this computer at {mapped}, an address that carriers share among customers (RFC 6598).",
		advice: "Calls work through it. No port can be opened at home through it: if that is needed, ask the carrier for a public address or IPv6."},
	{id: "net_double_nat", area: AreaNAT, severity: SeverityInfo, holds: casesDoubleNAT,
		title:  "Several NATs seem to lie one behind the other",
		detail: "{innerwho} sees this computer at {inner}, a private address that is not its own, and {outerwho} sees it at {outer}. Either a second NAT lies between the two servers, or one of them is reached by another way, such as a VPN.",
		advice: "Calls work through several NATs. Where a port has to be opened, it has to be opened at each of them; a router of one's own can often be made a bridge."},
	{id: "net_several_addresses", area: AreaNAT, severity: SeverityWarning, lighter: SeverityInfo, holds: casesSeveral,
		title:  "This computer is seen under several outside addresses",
		detail: "A NAT picks one of several addresses, or some servers are reached by another line or a VPN. What was opened for one address is of no use from another, so direct calls may fail now and then{relay}.",
		advice: "Ask for one outside address for each computer (RFC 4787, REQ-2: paired pooling). With a second line or a VPN for some destinations it is meant to be so."},
	{id: "net_server_inside", area: AreaNAT, severity: SeverityInfo, holds: casesNATFlag(func(n NATBehavior) bool { return n.PrivateMapped }),
		title:  "The STUN server is inside: this is not the Internet's view",
		detail: "It sees this computer at {mapped}, a private address. What lies between here and the Internet was not seen.",
		advice: "Add a STUN server outside this network to learn about its way to the Internet."},
	{id: "net_no_hairpin", area: AreaNAT, severity: SeverityInfo, holds: casesHairpin,
		title:  "The NAT does not lead back inside (no hairpin)",
		detail: "Two computers behind this NAT do not reach each other by its outside address (RFC 4787, REQ-9).",
		advice: "They need to see each other directly, or a relay. Ask for hairpinning to be turned on in the NAT."},
	{id: "net_binding_short", area: AreaNAT, severity: SeverityWarning, holds: casesLifetime,
		title:  "The NAT forgets quiet connections quickly",
		detail: "A binding without packets was gone after {most} s{least}. RFC 4787 asks for two minutes (REQ-5). Calls send more often than that; phones and programs that wait for calls do not.",
		advice: "Let programs send something at least every {half} s, or ask for a longer UDP time-out in the NAT or firewall."},
}

// nats lists the results with a behaviour of NATs.
func (v *netView) nats() []NetResult {
	return v.when(ProbeNAT, func(r NetResult) bool { return r.Facts.NAT != nil })
}

// Outlook says in words how calls with each kind of other end are expected to go; "" if too little is known. It is no measurement.
func (n NATBehavior) Outlook() string {
	me, ok := n.AsPeer()
	if !ok {
		return ""
	}
	ends := map[Expectation][]string{}
	for _, p := range AllPeers() {
		e := Expect(me, p)
		ends[e] = append(ends[e], p.words())
	}
	var s []string
	for _, by := range []struct {
		how Expectation
		say string
	}{{ExpectDirect, "direct with ends "}, {ExpectRelay, "by a relay with ends "}, {ExpectStream, "by a relay over TCP or TLS with ends "}} {
		if who := ends[by.how]; len(who) > 0 {
			s = append(s, by.say+list(who))
		}
	}
	return strings.Join(s, "; ") + "."
}

// words names a kind of other end, to follow "ends".
func (p Peer) words() string {
	switch p {
	case PeerOpen:
		return "without NAT or behind a full cone NAT"
	case PeerRestricted:
		return "behind a restricted cone NAT"
	case PeerPortRestricted:
		return "behind a port-restricted cone NAT"
	case PeerSymmetric:
		return "behind a symmetric NAT"
	}
	return "without UDP"
}

// words names a behaviour in the terms of RFC 4787.
func (b Behavior) words() string {
	switch b {
	case BehaviorNotTested:
		return "not known"
	case BehaviorNotSeenToVary:
		return "not seen to vary"
	}
	s := strings.ReplaceAll(string(b), "_or_", " or ")
	for _, kind := range []string{"endpoint_independent", "address_and_port_dependent", "address_dependent"} {
		s = strings.ReplaceAll(s, kind, strings.ReplaceAll(kind, "_", "-"))
	}
	return s
}

// inThisRun says which straight way worked, behind an expectation.
func (v *netView) inThisRun() string {
	for _, p := range v.worked {
		if !p.Path.Relay() {
			return " In this run " + p.Path.Title() + " worked, which counts more."
		}
	}
	return ""
}

func natCase(v *netView, r NetResult) netCase {
	n := *r.Facts.NAT
	kind := orElse(n.Gloss(), "mapping "+n.Mapping.words()+", filtering "+n.Filtering.words())
	family := ""
	if n.Family == Family6 {
		family = ", by IPv6"
	}
	return netCase{results: []NetResult{r}, facts: evidence("mapping", n.Mapping.words(), "filtering", n.Filtering.words(), "mapped", orElse(n.Mapped, "not known")),
		words: netWords{"family": family, "mapping": n.Mapping.words(), "kind": capital(kind), "outlook": n.Outlook(), "run": v.inThisRun(), "mapped": orElse(n.Mapped, "another address")}}
}

func symmetric(n NATBehavior) bool {
	peer, ok := n.AsPeer()
	return ok && peer == PeerSymmetric
}

func casesSymmetric(v *netView) []netCase {
	cases := casesNATFlag(symmetric)(v)
	for i := range cases {
		// Where no relay was asked, nothing is known to be wrong: calls bring relays of their own.
		cases[i].light = !has(v.legs, relays) || has(v.legs, func(l netLeg) bool { return relays(l) && worksUDP(l) })
	}
	return cases
}

func casesSeveral(v *netView) []netCase {
	cases := casesNATFlag(func(n NATBehavior) bool { return n.SeveralAddresses })(v)
	for i := range cases {
		cases[i].words["relay"] = ""
		if cases[i].light = has(v.legs, func(l netLeg) bool { return relays(l) && worksUDP(l) }); cases[i].light {
			cases[i].words["relay"] = "; a relay, which was found to work, keeps to one"
		}
	}
	return cases
}

func casesOutlook(v *netView) []netCase {
	return casesNATFlag(func(n NATBehavior) bool { return n.NAT == Yes && n.Outlook() != "" && !symmetric(n) })(v)
}

func casesNATFlag(meets func(NATBehavior) bool) func(*netView) []netCase {
	return func(v *netView) []netCase {
		var out []netCase
		for _, r := range v.nats() {
			if meets(*r.Facts.NAT) {
				out = append(out, natCase(v, r))
			}
		}
		return out
	}
}

// seenAt is under which address a server saw this computer.
type seenAt struct {
	result NetResult
	who    string
	at     netip.Addr
}

// seen lists the addresses under which servers saw this computer.
func (v *netView) seen() []seenAt {
	var out []seenAt
	for _, r := range v.results {
		mapped := r.Facts.Mapped
		who, _ := r.place()
		if n := r.Facts.NAT; n != nil && r.Kind == ProbeNAT {
			mapped, who = n.Mapped, ""
			if len(n.Servers) > 0 {
				who, _ = NetResult{Server: n.Servers[0]}.place()
			}
		}
		if a, ok := hostOf(mapped); ok {
			out = append(out, seenAt{r, orElse(CleanText(who, maxName), "A server"), a})
		}
	}
	return out
}

// own lists the addresses of this computer.
func (v *netView) own() []netip.Addr {
	var out []netip.Addr
	for _, r := range v.results {
		for _, i := range r.Facts.Interfaces {
			for _, s := range i.Addresses {
				s, _, _ = strings.Cut(s, "/")
				if a, err := netip.ParseAddr(s); err == nil {
					out = append(out, a.Unmap().WithZone(""))
				}
			}
		}
		if a, ok := hostOf(r.Local); ok {
			out = append(out, a)
		}
		if n := r.Facts.NAT; n != nil {
			if a, ok := hostOf(n.Local); ok {
				out = append(out, a)
			}
		}
	}
	return out
}

func casesCGNAT(v *netView) []netCase {
	own := v.own()
	for _, s := range v.seen() {
		if isShared(s.at) && !slices.Contains(own, s.at) {
			return []netCase{{results: []NetResult{s.result}, facts: evidence("mapped", s.at.String()), words: netWords{"mapped": s.at.String(), "who": s.who}}}
		}
	}
	for _, r := range v.nats() {
		if r.Facts.NAT.SharedAddress {
			c := natCase(v, r)
			c.words["who"] = "A server"
			return []netCase{c}
		}
	}
	return nil
}

// casesDoubleNAT tells of one server that sees this computer at a private address that is not its own, and another that sees it at a public one.
func casesDoubleNAT(v *netView) []netCase {
	own, all := v.own(), v.seen()
	inner := slices.IndexFunc(all, func(s seenAt) bool { return isPrivate(s.at) && !s.at.IsLoopback() && !slices.Contains(own, s.at) })
	outer := slices.IndexFunc(all, func(s seenAt) bool { return !isPrivate(s.at) && !slices.Contains(own, s.at) })
	if inner < 0 || outer < 0 || len(own) == 0 || all[inner].at.Is4() != all[outer].at.Is4() {
		return nil
	}
	return []netCase{{results: []NetResult{all[inner].result, all[outer].result}, words: netWords{
		"inner": all[inner].at.String(), "innerwho": all[inner].who, "outer": all[outer].at.String(), "outerwho": all[outer].who}}}
}

// casesHairpin tells of a NAT without it where two ends are known to be behind the same one.
func casesHairpin(v *netView) []netCase {
	matters := slices.ContainsFunc(v.report.Paths, func(p PathReport) bool { return p.Code == ReasonNoHairpin })
	far := farAddresses(v.report)
	return casesNATFlag(func(n NATBehavior) bool {
		at, ok := hostOf(n.Mapped)
		return n.Hairpin == No && (matters || ok && v.report.remote() && slices.Contains(far, at.String()))
	})(v)
}

// shortBinding is a time-out of bindings below which programs that wait must send often.
const shortBinding = 30 * time.Second

func casesLifetime(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeLifetime) {
		most := r.Facts.AtMost
		if most <= 0 || most >= shortBinding {
			continue
		}
		c := netCase{results: []NetResult{r}, words: netWords{"most": number(most.Seconds()), "least": "", "half": strconv.Itoa(max(1, int(most.Seconds()/2)))}}
		if least := r.Facts.AtLeast; least > 0 {
			c.words["least"] = ", and there after " + number(least.Seconds()) + " s"
		}
		out = append(out, c)
	}
	return out
}

// isPrivate tells of an address that is not on the Internet: private, shared with a carrier's customers, local.
func isPrivate(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || isShared(a)
}

// isShared tells of the range between a carrier and its customers (RFC 6598).
func isShared(a netip.Addr) bool { return sharedRange.Contains(a.Unmap()) }

var sharedRange = netip.MustParsePrefix("100.64.0.0/10")
