package netcheck

import (
	"math"
	"strconv"
)

var netLossRules = []netRule{
	{id: "net_packets_lost", area: AreaPath, severity: SeverityWarning, holds: casesLost,
		title:  "Packets are lost on the way: {share} % of the probes' questions had no answer",
		detail: "{lost} of {sent} packets that asked {places}, over UDP got no answer, while others between them did. Each is a way there and a way back, so about {oneway} % are lost on each way if both lose alike. So few questions give no exact figure, and yet more than chance at 1 % loss.{silent}",
		advice: "Run a loss test: it tells how much is lost on which way. Test by cable as well as by Wi-Fi, and hand both to the network team.",
		seen:   "many questions of the probes got no answer", overruled: byUDPPathWithoutLoss},
	{id: "net_turn_falls_silent", area: AreaTURN, severity: SeverityWarning, holds: casesFallsSilent,
		title:  "{host} answers, and is then silent to a later request",
		detail: "{said} Too few packets were sent to tell which.",
		advice: "Run a loss test, which tells whether packets are lost. If none are, ask the server's administrators to look for the request in its log.",
		seen:   "{host} fell silent to the probes", overruled: byRelayOf},
}

// casesLost counts the packets of all probes together.
func casesLost(v *netView) []netCase {
	s, yes := v.loses()
	if !yes {
		return nil
	}
	share := float64(s.missing) / float64(s.sent)
	c := netCase{results: resultsOf(s.legs), words: netWords{"lost": strconv.Itoa(s.missing), "sent": strconv.Itoa(s.sent), "places": hostsOf(s.legs),
		"share": strconv.Itoa(int(math.Round(100 * share))), "oneway": strconv.Itoa(int(math.Round(100 * (1 - math.Sqrt(1-share))))), "silent": ""},
		facts: evidence("unanswered_packets", strconv.Itoa(s.missing), "sent_packets", strconv.Itoa(s.sent))}
	if s.share() >= manyLostShare {
		c.severity = SeverityCritical
	}
	if silent := pick(s.legs, func(l netLeg) bool { return fellSilent(l.NetResult) }); len(silent) > 0 {
		c.words["silent"] = " At " + hostsOf(silent) + ", all sendings of one request were lost."
	}
	return []netCase{c}
}

// casesFallsSilent tells of silence in the middle where the packets do not show that it is loss.
func casesFallsSilent(v *netView) []netCase {
	if len(casesLost(v)) > 0 {
		return nil
	}
	return v.turnCases(fellSilent)
}

// byUDPPathWithoutLoss tells of a path over UDP that was measured and lost next to nothing.
func byUDPPathWithoutLoss(_ netCase, p PathReport) bool {
	c, ok := figures(p)
	return ok && !p.Path.Stream() && c.Stats.Total.RatioOK && c.Stats.Total.LossRatio < 0.02
}
