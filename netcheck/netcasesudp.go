package netcheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// offline tells that packets have no way out of this computer, or that not even the web answers.
func (v *netView) offline() (why string, results []NetResult, yes bool) {
	if has(v.legs, reached) || v.anyWay() || v.web() == Yes {
		return "", nil, false
	}
	for _, r := range v.of(ProbeInterfaces) {
		if wentWrong(r) && (r.Code == ReasonNoAddress || r.Code == ReasonNoRoute) {
			return strings.TrimSuffix(sentenceOf(r.Text, "No interface of this computer leads to the Internet"), "."), v.of(ProbeInterfaces), true
		}
	}
	if v4, v6, known := v.defaults(); known && !v4 && !v6 {
		return "No interface of this computer has a default route", v.of(ProbeInterfaces), true
	}
	names := v.when(ProbeDNS, func(r NetResult) bool { return answerOf(r) == answerNoName && r.Code == ReasonNameTimeout })
	if v.web() == No && len(names) > 0 && len(names) == len(v.of(ProbeDNS)) {
		return "Neither the name servers nor the web answered", slices.Concat(names, v.of(ProbePortal)), true
	}
	return "", nil, false
}

func casesOffline(v *netView) []netCase {
	why, results, yes := v.offline()
	if !yes {
		return nil
	}
	todo := "Check cable or Wi-Fi, whether this computer got an address, and whether the network wants a log-in."
	for _, r := range results {
		if r.Kind == ProbeInterfaces && wentWrong(r) && r.Advice != "" {
			todo = sentenceOf(r.Advice, "")
		}
	}
	return []netCase{{results: slices.Concat(results, resultsOf(pick(v.legs, closed))), words: netWords{"why": why, "todo": todo}}}
}

// alive says what shows that servers run whose UDP is not answered; "" if nothing does.
func (v *netView) alive() string {
	var direct, proxied []string
	for _, h := range v.hosts {
		switch {
		case !has(h.legs, closedUDP):
		case has(h.legs, v.answeredTCP):
			direct = append(direct, h.name)
		case has(h.legs, worksProxied):
			proxied = append(proxied, h.name)
		}
	}
	switch {
	case len(direct) > 0:
		return list(direct) + verb(direct, " answers", " answer") + " over TCP"
	case len(proxied) > 0:
		return list(proxied) + verb(proxied, " answers", " answer") + " through a proxy"
	}
	return ""
}

// casesClosed tells of blocked UDP where the servers are known to run, or where several servers all refuse.
func casesClosed(refused bool) func(*netView) []netCase {
	return func(v *netView) []netCase {
		if !v.udpClosed() || v.udpRefused() != refused {
			return nil
		}
		alive, legs := v.alive(), pick(v.legs, closedUDP)
		told, untold := refusals(legs)
		while := "while " + alive
		if n := len(placesOf(told)); alive == "" && refused && n > 1 && !has(v.legs, func(l netLeg) bool { return l.stream && closed(l) }) {
			alive, while = "somewhere", "and so it is at each of "+strconv.Itoa(n)+" servers"
		}
		if alive == "" {
			return nil
		}
		c := netCase{results: resultsOf(slices.Concat(legs, pick(v.legs, func(l netLeg) bool { return l.stream && (l.reached || works(l)) }))), light: v.anyWay(),
			words: netWords{"places": hostsOf(legs), "refused": hostsOf(told), "silent": silentWords(untold), "alive": alive, "while": while,
				"ask": askFor(legs), "ways": v.waysLeft(), "one": "", "check": ""}}
		if len(placesOf(legs)) == 1 {
			c.words["one"] = " Only one server was asked over UDP: that it does not listen there would look the same."
			c.words["check"] = " Check that the server listens on UDP there."
		}
		return []netCase{c}
	}
}

// waysLeft says by what calls still work, as a sentence behind another.
func (v *netView) waysLeft() string {
	way, offer := v.streamWay(), v.offer()
	switch {
	case way != "" && networkDecides(v.report):
		return " Calls will work " + way + ", but every lost packet holds up those behind it."
	case way != "": // how calls work there, paths have shown
		return " A relay answers " + way + ", where every lost packet holds up those behind it."
	case offer != "":
		return " " + offer
	case has(v.legs, relays):
		return " No other way for calls was found."
	}
	return " Whether a relay over TCP would work was not tested."
}

// streamWay names the best way by a stream that was given: "over TLS to port 443 of turn.example.com"; "" if there is none.
func (v *netView) streamWay() string {
	best := pick(v.legs, func(l netLeg) bool { return worksStream(l) && l.asked })
	if len(best) == 0 {
		best = pick(v.legs, func(l netLeg) bool { return worksProxied(l) && l.asked })
	}
	if len(best) == 0 {
		return ""
	}
	l := best[0]
	s := fmt.Sprintf("over %s to port %d of %s", streamWords(l), l.port, l.host)
	if l.proxied {
		s += " through " + proxyName(l.NetResult)
	}
	return s
}

func streamWords(l netLeg) string {
	if l.Transport == "tls" {
		return "TLS"
	}
	return "TCP"
}

func proxyName(r NetResult) string {
	if p := r.Facts.Proxy; p != nil && p.Address != "" {
		return "the proxy " + p.Address
	}
	return "the proxy"
}

// placesOf lists the addresses that legs went to, or names where addresses are not known: two names of one server are one place.
func placesOf(legs []netLeg) []string {
	var out []string
	for _, l := range legs {
		out = append(out, orElse(l.address, l.host))
	}
	return unique(out)
}

// othersAnswer says which servers but one answered; "" if none did.
func (v *netView) othersAnswer(but string, by func(netLeg) bool) string {
	var names []string
	for _, h := range v.hosts {
		if h.name != but && has(h.legs, by) {
			names = append(names, h.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return list(names) + verb(names, " answers", " answer")
}

// dead tells of a server from which nothing came, also through a proxy.
func (h netHost) dead() bool {
	return has(h.legs, closed) && !has(h.legs, func(l netLeg) bool {
		return l.reached || l.answer == answerNoName || works(l) || l.answer == answerProxy
	})
}

// refusing tells of a server from which nothing but refusals came.
func (h netHost) refusing() bool {
	return h.dead() && has(h.legs, func(l netLeg) bool { return closed(l) && l.answer == answerRefused })
}

// explains tells that the silence of a host is not that of the network: others answer by what it was asked by.
func (v *netView) explains(h netHost) string {
	if has(h.legs, closedUDP) {
		// Where UDP passes on unusual ports alone, silence on the usual ones is the firewall's.
		if others := v.othersAnswer(h.name, func(l netLeg) bool { return v.answeredUDP(l) && l.asked }); others != "" {
			return others
		}
	}
	if has(h.legs, func(l netLeg) bool { return l.stream && closed(l) }) {
		return v.othersAnswer(h.name, v.answeredTCP)
	}
	return ""
}

// otherSTUN is to be done about a server that belongs to nobody here.
const otherSTUN = "Use another STUN server. Nothing else depends on this one."

func casesDown(v *netView) []netCase {
	var out []netCase
	for _, h := range v.hosts {
		others := v.explains(h)
		if others == "" || !h.dead() || h.refusing() {
			continue
		}
		c := h.caseOf(pick(h.legs, closed))
		c.light = v.anyWay()
		c.words["others"] = others
		c.words["then"] = "Ask the server's administrators whether it runs. If it does, " + c.words["asklow"]
		if h.public {
			c.severity = SeverityInfo
			c.words["then"] = otherSTUN
		}
		out = append(out, c)
	}
	return out
}

func casesRefusing(v *netView) []netCase {
	var out []netCase
	if _, _, offline := v.offline(); offline || len(casesAllRefused(v)) > 0 {
		return nil
	}
	for _, h := range v.hosts {
		stream := has(h.legs, func(l netLeg) bool { return l.stream && closed(l) })
		if h.refusing() && (stream || has(v.legs, reachedUDP) || v.alive() == "" && len(placesOf(pick(v.legs, closedUDP))) == 1) {
			c := h.caseOf(pick(h.legs, closed))
			c.light = v.anyWay()
			refused, silent := refusals(pick(h.legs, closed))
			c.words["refused"], c.words["silent"] = spotsOf(refused), silentWords(silent)
			c.words["why"] = "That is what a computer without the server answers; a firewall that rejects the server looks the same."
			if has(h.legs, byRouter) {
				c.words["why"] = "The answer is that there is no way there, or that it is prohibited (ICMP), which a firewall or router says, and not the server."
			}
			c.words["then"] = "Check the server's address and ports, and that it runs. If it does, " + c.words["asklow"]
			if h.public && c.light {
				c.severity, c.words["then"] = SeverityInfo, otherSTUN
			}
			out = append(out, c)
		}
	}
	return out
}

func casesUDPServer(v *netView) []netCase {
	var out []netCase
	for _, h := range v.hosts {
		others := v.othersAnswer(h.name, v.answeredUDP)
		if others == "" || !has(h.legs, closedUDP) || has(h.legs, reachedUDP) || !has(h.legs, v.answeredTCP) {
			continue
		}
		c := h.caseOf(pick(h.legs, closedUDP))
		c.words["others"], c.light = others+" over UDP", h.public
		refused, silent := refusals(pick(h.legs, closedUDP))
		c.words["how"] = "No answer came over UDP from " + c.words["places"] + "."
		if len(refused) > 0 {
			c.words["how"] = "UDP to " + hostsOf(refused) + ", is refused (ICMP)." + silentWords(silent)
		}
		out = append(out, c)
	}
	return out
}

func casesOnly443(v *netView) []netCase {
	open := pick(v.legs, func(l netLeg) bool { return worksStream(l) && l.port == 443 })
	elsewhere := has(v.legs, func(l netLeg) bool { return l.reached && !(l.stream && l.port == 443) })
	shut := pick(v.legs, closed)
	if len(open) == 0 || elsewhere || !has(shut, func(l netLeg) bool { return l.stream && l.port != 443 }) {
		return nil
	}
	c := netHost{name: open[0].host}.caseOf(shut)
	c.results = append(c.results, open[0].NetResult)
	c.words["how"] = streamWords(open[0])
	c.words["so"] = "Calls work by that one port, with every lost packet holding up those behind it."
	c.words["keep"] = "Keep the relay on port 443."
	if !has(open, func(l netLeg) bool { return l.asked }) {
		c.words["so"] = "That place was not given: calls will not use it unless the application is told to."
		c.words["keep"] = "Give the application a relay on port 443."
	}
	if udp := pick(shut, overUDP); len(udp) > 0 { // a second port of TCP is no better than the one that is open
		c.words["asklow"] = lowerAsk(udp)
	}
	return []netCase{c}
}

func casesNoServers(v *netView) []netCase {
	if len(v.servers) > 0 || len(v.of(ProbeUDP))+len(v.of(ProbeTURN)) > 0 {
		return nil
	}
	return []netCase{{facts: evidence("servers", "none"), light: !networkDecides(v.report), words: netWords{}}}
}

func casesNoTURN(v *netView) []netCase {
	relay := func(s ICEServer) bool { return s.URL.Scheme != SchemeSTUN }
	if len(v.of(ProbeUDP)) == 0 || len(v.of(ProbeTURN)) > 0 || slices.ContainsFunc(v.servers, relay) || !networkDecides(v.report) {
		return nil
	}
	return []netCase{{results: v.of(ProbeUDP), words: netWords{}}}
}

// caseOf makes a case about a server.
func (h netHost) caseOf(legs []netLeg) netCase {
	return netCase{results: resultsOf(legs), host: h.name, words: netWords{"host": h.name, "spots": spotsOf(legs),
		"places": hostsOf(legs), "ask": askFor(legs), "asklow": lowerAsk(legs)}}
}
