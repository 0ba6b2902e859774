package netcheck

import (
	"fmt"
	"slices"
	"strings"
)

// networkSentence says the whole of a report that has no paths: whether calls will work with what was given, how, and what stands in
// their way.
func networkSentence(r Report, v Verdict) string {
	view := viewNetwork(r)
	var s []string
	if r.Ended == EndedCancelled {
		s = append(s, "The test was stopped before its end.")
	}
	switch v.Grade {
	case GradeGood:
		s = append(s, view.goodSentence())
	case GradeFair, GradePoor:
		s = append(s, view.limitedSentence())
	case GradeFailed:
		s = append(s, view.failedSentence(v))
	default:
		s = append(s, view.undecidedSentence())
	}
	if slices.Contains(gradeOrder, v.Grade) {
		s = append(s, view.faultSentence(v), view.noteSentence(v))
	}
	return sentences(s...)
}

// proxyFindings are those about a proxy of the settings that does not serve.
var proxyFindings = []string{"net_proxy_auth", "net_proxy_forbids", "net_proxy_unreachable", "net_proxy_dead"}

// failedSentence names what stands in the way: first what a proxy of the settings said, then the gravest findings, two at most, and what
// would work.
func (v *netView) failedSentence(verdict Verdict) string {
	var first, s []string
	for _, f := range verdict.Findings {
		switch {
		case f.Severity == SeverityInfo:
		case slices.Contains(proxyFindings, f.ID):
			first = append(first, v.proxyNamed(f.Title)+".")
		case f.Severity == verdict.Findings[0].Severity && len(s) < 2:
			s = append(s, f.Title+".")
		}
	}
	why := orElse(strings.Join(unique(s), " "), "Nothing that was tried worked.")
	if len(first) > 0 && len(s) == 0 {
		why = ""
	}
	return sentences(strings.Join(unique(first), " "), v.inVainWords(), why, v.offer())
}

// proxyNamed puts the proxy's address into a title that begins with the proxy, if there was one proxy.
func (v *netView) proxyNamed(title string) string {
	const plain, long = "The proxy", "The proxy of this computer's settings"
	var names []string
	for _, met := range v.troubledProxies() {
		names = append(names, CleanText(met.name, maxNetAddress))
	}
	switch names = unique(names); {
	case len(names) != 1 || names[0] == "":
		return title
	case strings.HasPrefix(title, long):
		return long + " (" + names[0] + ")" + strings.TrimPrefix(title, long)
	}
	return strings.Replace(title, plain, plain+" "+names[0], 1)
}

// inVainWords say what will not work.
func (v *netView) inVainWords() string {
	_, _, offline := v.offline()
	switch {
	case offline || len(v.given()) == 0:
		return "Calls will not work from here."
	case !v.ownGiven():
		return "Calls will not go directly from here, and no relay was tested."
	case v.relaysFail() && has(v.legs, func(l netLeg) bool { return worksUDP(l) && l.asked }):
		return "UDP passes, so some calls may go directly, but calls that need a relay will not work: none of those given works."
	}
	return "Calls will not work from here with what was given."
}

func (v *netView) undecidedSentence() string {
	switch {
	case v.underWay():
		return "The network is being tested."
	case len(casesNoServers(v)) > 0:
		return "The network was not tested: no server was given."
	case v.pending():
		return "Too little is known yet to judge the network."
	case !v.ownGiven() && len(v.given()) > 0 && !slices.ContainsFunc(v.given(), func(p netPlace) bool { return !v.nameless(p.host) }):
		return "The network was not tested: the names of the public STUN servers could not be looked up here. Many company networks do not resolve outside names; give the servers of your calls."
	}
	return "Nothing could be decided about the network."
}

// goodSentence is for a network by which calls go as they should.
func (v *netView) goodSentence() string {
	relay, nat := v.relaySentence(), v.mainNAT()
	switch {
	case !v.givenUDP():
		return v.streamSentence()
	case nat == nil || nat.NAT == Unknown:
		return sentences("UDP passes.", relay)
	case nat.NAT == No || nat.Mapping == BehaviorNone:
		return sentences("Calls can go directly: UDP passes, and no NAT lies between.", relay)
	case symmetric(*nat):
		return "UDP passes, and the NAT gives each destination a port of its own: most calls need a relay" + v.relayFor()
	case nat.Mapping == BehaviorEndpointIndependent:
		return sentences("Calls can go directly: UDP passes, and the NAT keeps one port for all destinations.", relay)
	case nat.Mapping == BehaviorNotSeenToVary:
		return sentences("Calls can go directly as it seems: UDP passes, and the NAT was not seen to give destinations ports of their own.", relay)
	}
	return sentences("UDP passes. The servers at hand could not decide what the NAT does for calls.", relay)
}

// sentences joins what there is to say.
func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// mainNAT is the behaviour that calls will meet: that of IPv4 where there is one.
func (v *netView) mainNAT() *NATBehavior {
	if n := v.report.Network.NAT(Family4); n != nil {
		return n
	}
	if found := v.nats(); len(found) > 0 {
		return found[0].Facts.NAT
	}
	return nil
}

// bestRelay names the way to the given relay that suits calls best: "over UDP at turn.example.com"; "" if none works.
func (v *netView) bestRelay() string {
	udp := v.placesThat(func(p netPlace) bool { return p.udp() && p.relay && p.works() && !p.partly() })
	if len(udp) == 0 {
		return v.streamWay()
	}
	return "over UDP at " + udp[0].host
}

func (v *netView) relaySentence() string {
	way, granted := v.bestRelay(), v.placesThat(netPlace.partly)
	switch {
	case way != "":
		return "A relay works " + way + "."
	case len(granted) > 0:
		return "A relay is granted over UDP at " + granted[0].host + ", and does not work in full."
	}
	return "No relay was tested."
}

func (v *netView) relayFor() string {
	way := v.bestRelay()
	switch {
	case way != "":
		return ", and one works " + way + "."
	case len(v.placesThat(netPlace.partly)) > 0:
		return ". " + v.relaySentence()
	}
	return ", and none was tested."
}

// streamSentence is for calls that go by a relay over TCP or TLS alone.
func (v *netView) streamSentence() string {
	way := v.streamWay()
	switch {
	case len(casesClosed(false)(v))+len(casesClosed(true)(v)) > 0:
		return "UDP is blocked here; calls will work " + way + "."
	case v.udpMissed():
		return "No answer came over UDP from what was given; calls will work " + way + "."
	case has(v.legs, worksUDP):
		return "Calls will work " + way + ". UDP passes too, and no server for it was given."
	}
	return "Calls will work " + way + "; whether UDP passes was not tested."
}

// limitedSentence is for a network on which something keeps calls from being good.
func (v *netView) limitedSentence() string {
	lost, lossy := v.loses()
	var s []string
	if lossy {
		s = append(s, fmt.Sprintf("Packets are lost on the way (%v), so calls will be bad.", lost))
	}
	switch {
	case lossy && v.givenUDP():
		s = append(s, v.relaySentence())
	case v.givenUDP():
		s = append(s, v.goodSentence())
	case gradeGiven(v) == GradePoor:
		s = append(s, v.proxySentence())
	case lossy:
		s = append(s, v.relaySentence())
	default:
		s = append(s, v.streamSentence())
	}
	if mtu := casesMTU(0, 1200)(v); len(mtu) > 0 {
		s = append(s, fmt.Sprintf("But packets above %s bytes are lost.", mtu[0].words["mtu"]))
	}
	if offer := v.offer(); offer != "" {
		s = append(s, offer)
	}
	if v.lowRate() {
		s = append(s, "But each connection is held to a low rate.")
	}
	return strings.Join(s, " ")
}

func (v *netView) proxySentence() string {
	if way := v.streamWay(); way != "" {
		return "Only a proxy lets connections out; calls will work " + way + "."
	}
	return "Only a proxy lets connections out; no relay was tested through it."
}

// maxFaults is how many faults the sentence names.
const maxFaults = 2

// probedBlocked tells that the network's probes found UDP blocked, and that no path says otherwise. Paths within this computer say nothing.
func probedBlocked(r Report, v Verdict) bool {
	return r.Granted.Target.Kind != TargetSelf && slices.ContainsFunc(v.Findings, func(f Finding) bool {
		return f.ID == "net_udp_dropped" || f.ID == "net_udp_rejected"
	})
}
