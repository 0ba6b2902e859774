package netcheck

import (
	"fmt"
	"slices"
	"strings"
)

// networkSentence says the whole of a report that has no paths: how calls can go, and what stands in their way.
func networkSentence(r Report, v Verdict) string {
	view := viewNetwork(r)
	var s []string
	if r.Ended == EndedCancelled {
		s = append(s, "The test was stopped before its end.")
	}
	switch v.Grade {
	case GradeGood:
		s = append(s, view.goodSentence())
	case GradeFair:
		s = append(s, view.fairSentence())
	case GradePoor:
		s = append(s, view.proxySentence())
	case GradeFailed:
		s = append(s, "Calls will not work from here. "+failedSentence(v))
	default:
		s = append(s, view.undecidedSentence())
	}
	return strings.Join(s, " ")
}

// failedSentence names what stands in the way: the gravest findings, two at most.
func failedSentence(v Verdict) string {
	var s []string
	for _, f := range v.Findings {
		if f.Severity == v.Findings[0].Severity && f.Severity != SeverityInfo && len(s) < 2 {
			s = append(s, f.Title+".")
		}
	}
	return orElse(strings.Join(unique(s), " "), "Nothing that was tried worked.")
}

func (v *netView) undecidedSentence() string {
	switch {
	case v.underWay():
		return "The network is being tested."
	case len(casesNoServers(v)) > 0:
		return "The network was not tested: no server was given."
	case v.pending():
		return "Too little is known yet to judge the network."
	}
	return "Nothing could be decided about the network."
}

// goodSentence is for a network on which UDP passes.
func (v *netView) goodSentence() string {
	relay, nat := v.relaySentence(), v.mainNAT()
	switch {
	case nat == nil || nat.NAT == Unknown:
		return join("UDP passes.", relay)
	case nat.NAT == No || nat.Mapping == BehaviorNone:
		return join("Calls can go directly: UDP passes, and no NAT lies between.", relay)
	case symmetric(*nat):
		return "UDP passes, and the NAT gives each destination a port of its own: calls with many ends need a relay" + v.relayFor()
	case nat.Mapping == BehaviorEndpointIndependent:
		return join("Calls can go directly: UDP passes, and the NAT keeps one port for all destinations.", relay)
	case nat.Mapping == BehaviorNotSeenToVary:
		return join("Calls can go directly as it seems: UDP passes, and the NAT was not seen to give destinations ports of their own.", relay)
	}
	return join("UDP passes. The servers at hand could not decide what the NAT does for calls.", relay)
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }

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

// bestRelay names the way to the relay that suits calls best: "over UDP at turn.example.com"; "" if none works.
func (v *netView) bestRelay() string {
	udp := pick(v.legs, func(l netLeg) bool { return relays(l) && worksUDP(l) })
	if len(udp) == 0 {
		return v.streamWay()
	}
	return "over UDP at " + udp[0].host
}

func (v *netView) relaySentence() string {
	switch way := v.bestRelay(); {
	case way != "":
		return "A relay works " + way + "."
	case !has(v.legs, relays):
		return "No relay was tested."
	}
	return "No relay works."
}

func (v *netView) relayFor() string {
	switch way := v.bestRelay(); {
	case way != "":
		return ", and one works " + way + "."
	case !has(v.legs, relays):
		return ", and none was tested."
	}
	return ", and none works."
}

// fairSentence is for a network on which something keeps calls from being good.
func (v *netView) fairSentence() string {
	asked := has(v.legs, func(l netLeg) bool { return worksUDP(l) && l.asked })
	switch {
	case asked && !v.relayWorks() && has(v.legs, func(l netLeg) bool { return relays(l) && wentWrong(l.NetResult) }):
		return "UDP passes, so calls may go directly, but no relay works" + v.relayTrouble() + "."
	case asked && len(casesMTU(0, 1200)(v)) > 0:
		return fmt.Sprintf("UDP passes, but packets above %s bytes are lost.", casesMTU(0, 1200)(v)[0].words["mtu"])
	case asked:
		return "UDP passes, but each connection is held to a low rate."
	case has(v.legs, worksUDP):
		l := pick(v.legs, worksUDP)[0]
		return join(fmt.Sprintf("UDP passes, but not on the usual ports: %s answers on UDP port %d.", l.host, l.port), v.relaySentence())
	}
	way := v.streamWay()
	switch {
	case len(casesClosed(false)(v))+len(casesClosed(true)(v)) > 0:
		return "UDP is blocked here; calls will work " + way + "."
	case has(v.legs, closedUDP):
		return "No answer came over UDP; calls will work " + way + "."
	}
	return "Calls will work " + way + "; whether UDP passes was not tested."
}

// relayTrouble says in a word why no relay works, if all say the same.
func (v *netView) relayTrouble() string {
	words := map[ReasonCode]string{ReasonAuth: ": user or password is not accepted", ReasonExpired: ": the credential has expired",
		ReasonQuota: ": the user has too many sessions", ReasonNoCapacity: ": the server has no port left",
		ReasonNoAnswer: ": the server does not answer", ReasonRefused: ": the server refuses"}
	if len(casesCredentialClock(v)) > 0 {
		return ": the credential is refused, and this computer's clock is wrong"
	}
	said := ""
	for _, l := range pick(v.legs, func(l netLeg) bool { return relays(l) && wentWrong(l.NetResult) }) {
		word := words[l.Code]
		if word == "" || said != "" && word != said {
			return ""
		}
		said = word
	}
	return said
}

func (v *netView) proxySentence() string {
	if way := v.streamWay(); way != "" {
		return "Only a proxy lets connections out; calls will work " + way + "."
	}
	return "Only a proxy lets connections out; no relay was tested through it."
}

// probedBlocked tells that the network's probes found UDP blocked, and that no path says otherwise. Paths within this computer say nothing.
func probedBlocked(r Report, v Verdict) bool {
	return r.Granted.Target.Kind != TargetSelf && slices.ContainsFunc(v.Findings, func(f Finding) bool {
		return f.ID == "net_udp_dropped" || f.ID == "net_udp_rejected"
	})
}
