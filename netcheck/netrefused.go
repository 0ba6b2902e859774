package netcheck

import (
	"slices"
	"strings"
)

// This file is about refusals. A router or a firewall tells of them by ICMP only now and then (RFC 1812, section 4.3.2.8), so that beside
// some of them silence is no other matter.

// refusedThere gives a refusal of another question to the place that a silent one was sent to.
func (v *netView) refusedThere(silent NetResult) (NetResult, bool) {
	stream := overStream(silent)
	i := slices.IndexFunc(v.results, func(r NetResult) bool {
		return answerOf(r) == answerRefused && r.Remote != "" && r.Remote == silent.Remote && overStream(r) == stream && !byProxy(r)
	})
	if i < 0 {
		return NetResult{}, false
	}
	return v.results[i], true
}

func overStream(r NetResult) bool { return r.Transport == "tcp" || r.Transport == "tls" }

// refusals parts closed legs into those that were refused and those from which nothing came.
func refusals(legs []netLeg) (refused, silent []netLeg) {
	refused = pick(legs, func(l netLeg) bool { return l.answer == answerRefused })
	return refused, pick(legs, func(l netLeg) bool { return l.answer != answerRefused })
}

// refuses tells that a leg was refused, and not by a computer that refuses TCP too, as one without the server does.
func (v *netView) refuses(l netLeg) bool {
	legs := v.hosts[v.hostOf(l)].legs
	empty := !has(legs, reached) && has(legs, func(o netLeg) bool { return o.stream && closed(o) && o.answer == answerRefused && !byRouter(o) })
	return closed(l) && l.answer == answerRefused && !empty
}

// udpRefused tells that UDP is refused rather than dropped where it does not pass: each silent place has a refusing one of its IP version.
func (v *netView) udpRefused() bool {
	return has(v.legs, closedUDP) && !has(v.legs, func(l netLeg) bool {
		return closedUDP(l) && l.answer != answerRefused && !has(v.legs, func(o netLeg) bool { return closedUDP(o) && v.refuses(o) && sameFamily(o, l) })
	})
}

func sameFamily(a, b netLeg) bool { return a.Family == b.Family || a.Family == "" || b.Family == "" }

// silentWords follows what was refused: what got no answer beside it.
func silentWords(silent []netLeg) string {
	if len(silent) == 0 {
		return ""
	}
	return " No answer of any kind came to " + spotsOf(silent) + "; routers and firewalls report only some of what they refuse (RFC 1812)."
}

// byRouter tells of a refusal that no server's own computer gives: ICMP that there is no way, or that it is prohibited.
func byRouter(l netLeg) bool { return closed(l) && l.router }

// loneRefusal tells that only one computer was asked, and that it may be the one that refuses, for want of a server.
func loneRefusal(legs []netLeg) bool { return len(placesOf(legs)) == 1 && !has(legs, byRouter) }

// casesAllRefused tells of a network, or a packet filter of this computer, that lets nothing through and says so.
func casesAllRefused(v *netView) []netCase {
	legs := pick(v.legs, closed)
	if !has(legs, func(l netLeg) bool { return l.answer == answerRefused }) || !v.nothingCame() || loneRefusal(legs) || len(casesClosed(true)(v)) > 0 {
		return nil
	}
	refused, silent := refusals(legs)
	title, why := "The network refuses everything that was tried", "That so many servers refuse at the same time is unlikely: a firewall on the way, or a packet filter of this computer, does."
	if one := len(placesOf(refused)) == 1; one && !has(refused, byRouter) {
		title, why = "No server answers: refused, or silent", "A firewall does that; so does a computer on which no server runs, beside others that are down or blocked."
	} else if has(v.legs, reached) {
		title = "The network refuses what was tried over " + protocolsOf(refused)
	}
	if has(refused, byRouter) {
		why = "The answer is that there is no way there, or that it is prohibited (ICMP): a firewall or router on the way says so, or this computer's own packet filter, and not the server."
	}
	web := map[Tri]string{Yes: " The web answers from here.", No: " The web does not answer either."}[v.web()]
	return []netCase{{results: resultsOf(legs), light: v.anyWay(), words: netWords{"title": title, "refused": spotsOf(refused),
		"silent": silentWords(silent), "why": why, "accepted": v.acceptedWords(), "web": web, "ask": askFor(legs)}}}
}

// protocolsOf names what legs went by: "UDP", "TCP" or "UDP and TCP".
func protocolsOf(legs []netLeg) string {
	var out []string
	for _, n := range placesTo(legs) {
		out = append(out, n.protocol)
	}
	return list(unique(out))
}

// nothingCame tells that something was tried, and that nothing came back by which a server is known to run; what explains it otherwise is
// another finding's.
func (v *netView) nothingCame() bool {
	_, _, offline := v.offline()
	return has(v.legs, closed) && !has(v.legs, v.answered) && !has(v.legs, reachedUDP) && v.alive() == "" && !offline && len(v.portals()) == 0 && !has(v.legs, worksProxied)
}

// answered tells that the server itself answered: in STUN or TURN, or by a certificate of its own. That something accepts TCP shows nothing
// of the server: boxes on the way do that in the place of others.
func (v *netView) answered(l netLeg) bool {
	switch {
	case !l.reached:
		return false
	case works(l), stepDone(l.NetResult, NetStepChallenge), stepDone(l.NetResult, NetStepBinding):
		return true
	case l.stream && (stepDone(l.NetResult, string(StepTLS)) || l.Code == ReasonTLSName || v.certificateCode(l.NetResult) == ReasonTLSDate):
		return !v.inPlaceOf(l.host)
	}
	switch l.Code {
	case ReasonAuth, ReasonExpired, ReasonQuota, ReasonNoCapacity, ReasonPeerRefused, ReasonServerError, ReasonNoFamily, ReasonNoData:
		return true
	}
	return false
}

func (v *netView) answeredTCP(l netLeg) bool { return l.stream && v.answered(l) }
func (v *netView) answeredUDP(l netLeg) bool { return overUDP(l) && v.answered(l) }

// inPlaceOf tells that something else than a host may be what makes TLS in its name.
func (v *netView) inPlaceOf(host string) bool {
	return len(v.portals()) > 0 || len(v.when(ProbeTLS, func(r NetResult) bool {
		at, _ := r.place()
		return at == host && (r.Code == ReasonIntercepted || r.Code == ReasonSuspicious || r.Code == ReasonTLSPin && !logged(r))
	})) > 0
}

// acceptedWords follows what got no answer: who lets TCP connections come about that nobody is known to answer.
func (v *netView) acceptedWords() string {
	var names []string
	for _, h := range v.hosts {
		if has(h.legs, reachedTCP) && !has(h.legs, v.answeredTCP) {
			names = append(names, h.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " TCP to " + strings.TrimSpace(list(names)) + " is accepted, and what accepts it did not show itself to be the server: a box on the way can do that in its place."
}
