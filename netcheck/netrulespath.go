package netcheck

import (
	"slices"
	"strconv"
	"time"
)

// netPathRules are about what the way does to packets.
var netPathRules = []netRule{
	{id: "net_mtu_1200", area: AreaPath, severity: SeverityWarning, holds: unlessHole(casesMTU(0, 1200)),
		title:  "Packets of calls may not fit: {mtu} bytes at most",
		detail: "UDP packets above {mtu} bytes are lost on the way{lost}. Handshakes (DTLS) and video may stall: programs send packets of up to about 1200 bytes and more.",
		advice: "Ask for a larger MTU on the VPN or tunnel that is on the way (1280 bytes at least), and for ICMP \"packet too big\" to be let through."},
	{id: "net_mtu_1280", area: AreaPath, severity: SeverityWarning, holds: unlessHole(casesMTU(1200, 1280)),
		title:  "Packets above {mtu} bytes are lost",
		detail: "The way takes less than IPv6 asks for (1280 bytes, RFC 8200){lost}. Calls fit in most programs, by little.",
		advice: "Ask for a larger MTU on the VPN or tunnel that is on the way, and for ICMP \"packet too big\" to be let through."},
	{id: "net_mtu_1500", area: AreaPath, severity: SeverityInfo, holds: unlessHole(casesMTU(1280, 1500)),
		title:  "The way takes packets of {mtu} bytes at most",
		detail: "Less than the usual 1500 bytes{lost}, as behind a VPN, a tunnel or DSL. Calls fit.",
		advice: "Nothing needs to be done for calls."},
	{id: "net_dscp", area: AreaPath, severity: SeverityInfo, holds: casesDSCP,
		title:  "Priority marks of packets are removed",
		detail: "A packet that left with DSCP {sent} arrived with {arrived}, so queues on the way can not prefer calls.",
		advice: "If calls are to be preferred, ask for DSCP marks to be kept within the network. The Internet keeps them nowhere."},
	{id: "net_dscp_dropped", area: AreaPath, severity: SeverityWarning, holds: casesDSCPDropped,
		title:  "Packets with the priority mark for voice are dropped",
		detail: "{said}",
		advice: "Ask for UDP with DSCP {sent} to be allowed, or turn off priority marks (QoS) in the programs for calls."},
	{id: "net_rate_limit", area: AreaPath, severity: SeverityWarning, lighter: SeverityInfo, holds: casesRate,
		title:  "One connection is limited to about {limit} kbit/s",
		detail: "Above {limit} kbit/s one flow of UDP lost packets{many}.",
		advice: "{then}"},
	{id: "net_idle_timeout", area: AreaPath, severity: SeverityWarning, lighter: SeverityInfo, holds: casesIdle,
		title:  "Packets from outside no longer arrive on {transport} connections that were quiet for {most}",
		detail: "After a silence of {least} a packet from outside arrived, and after {most} none did{by}.",
		advice: "{then}"},
}

func casesMTU(above, below int) func(*netView) []netCase {
	return func(v *netView) []netCase {
		var least *NetResult
		for _, r := range v.of(ProbeMTU) {
			if m := r.Facts.MTU; m > 0 && r.Facts.MTULost > 0 && (least == nil || m < least.Facts.MTU) {
				least = &r
			}
		}
		if least == nil || least.Facts.MTU < above || least.Facts.MTU >= below {
			return nil
		}
		return []netCase{{results: []NetResult{*least}, words: netWords{"mtu": strconv.Itoa(least.Facts.MTU),
			"lost": " (" + strconv.Itoa(least.Facts.MTULost) + " bytes did not arrive)"},
			facts: evidence("mtu", strconv.Itoa(least.Facts.MTU), "mtu_lost", strconv.Itoa(least.Facts.MTULost))}}
	}
}

func casesDSCP(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeDSCP) {
		sent, arrived := r.Facts.DSCPSent, r.Facts.DSCPArrived
		if r.State != NetNotTested && r.State != NetRunning && sent > 0 && arrived >= 0 && sent != arrived && len(out) == 0 {
			out = append(out, netCase{results: []NetResult{r}, words: netWords{"sent": strconv.Itoa(sent), "arrived": strconv.Itoa(arrived)}})
		}
	}
	return out
}

func casesDSCPDropped(v *netView) []netCase {
	found := v.when(ProbeDSCP, func(r NetResult) bool {
		return r.State == NetDegraded && r.Facts.DSCPSent > 0 && r.Facts.DSCPArrived < 0
	})
	if len(found) == 0 {
		return nil
	}
	return []netCase{{results: found, words: netWords{"sent": strconv.Itoa(found[0].Facts.DSCPSent), "said": sentenceOf(found[0].Text, "marked packets did not arrive")}}}
}

// enoughKbps is a limit of one flow that leaves room for video in good quality.
const enoughKbps = 2000

func casesRate(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeRate) {
		limit, many := r.Facts.LimitKbps, r.Facts.ManyKbps
		if limit <= 0 || v.carriedMore(limit) {
			continue
		}
		c := netCase{results: []NetResult{r}, light: limit >= enoughKbps, words: netWords{"limit": number(limit), "many": "",
			"then": "Ask for the rate limit of single UDP connections to be raised, to 4000 kbit/s for video, and ask the TURN server's administrators for its own limit (coturn: max-bps)."},
			facts: evidence("limit_kbps", number(limit))}
		switch {
		case perFlow(r):
			c.words["many"] = ", while several together carried " + number(many) + " kbit/s: the limit is one of single connections, of a firewall or of the TURN server"
		case many > 0:
			c.words["many"] = ", and several together carried no more: it is the line that is full, or limited as a whole"
			c.words["then"] = "No single connection is held back: look at the rate of the line as a whole, and at what else uses it."
		}
		out = append(out, c)
	}
	return out
}

// perFlow tells that several flows together carried what one could not: by the probe's own judgement, or in results that have none by a clear
// difference.
func perFlow(r NetResult) bool {
	if r.Facts.PerFlow != Unknown {
		return r.Facts.PerFlow == Yes
	}
	return r.Facts.ManyKbps > r.Facts.LimitKbps*1.3
}

// carriedMore tells of a relay over UDP that carried more than that, in kbit/s, and lost next to nothing.
func (v *netView) carriedMore(kbps float64) bool {
	plan := v.report.Granted
	return slices.ContainsFunc(v.worked, func(p PathReport) bool {
		c, ok := figures(p)
		return ok && p.Path == PathRelayUDP && !plan.Video.Mode.Only() && plan.Loss.Kbps() > kbps && c.Stats.Total.RatioOK && c.Stats.Total.LossRatio < 0.02
	})
}

// quietLong is an idle time-out that few programs notice.
const quietLong = time.Minute

func casesIdle(v *netView) []netCase {
	var out []netCase
	for _, r := range v.of(ProbeIdle) {
		if r.Facts.AtMost <= 0 {
			continue
		}
		transport := "UDP"
		if overStream(r) {
			transport = "TCP"
		}
		c := netCase{results: []NetResult{r}, light: r.Facts.AtMost > quietLong, words: netWords{
			"transport": transport, "most": spanWords(r.Facts.AtMost), "least": spanWords(r.Facts.AtLeast), "by": "",
			"then": "Ask for a longer idle time-out for " + transport + " in the firewall, or let programs send something more often."}}
		if byProxy(r) {
			c.words["by"] = ": the connection went through " + proxyName(r) + ", which has a time-out of its own"
			c.words["then"] = "Ask for a longer idle time-out of tunnels (CONNECT) on the proxy, or let programs send something more often."
		}
		out = append(out, c)
	}
	return out
}
