package netcheck

import (
	"fmt"
	"slices"
	"strings"
)

// faultSentence names the user's own places that fail beside others that work, with the finding that says why.
func (v *netView) faultSentence(verdict Verdict) string {
	var whys []string
	where, partly := map[string][]string{}, map[string]bool{}
	for _, p := range v.faults() {
		if v.saidOf(p) {
			continue
		}
		why := v.whyFails(p, verdict)
		if len(where[why]) == 0 {
			whys = append(whys, why)
		}
		where[why] = append(where[why], p.words())
		partly[why] = p.partly()
	}
	var s []string
	for _, why := range whys[:min(len(whys), maxFaults)] {
		places := where[why]
		but := "But"
		if len(s) > 0 {
			but = "And"
		}
		fails := verb(places, " does not work", " do not work")
		if partly[why] {
			fails += " in full"
		}
		s = append(s, fmt.Sprintf("%s %s%s: %s.", but, listOf(places), fails, why))
	}
	if n := len(whys) - len(s); n > 0 {
		s = append(s, fmt.Sprintf("And %d more of the given places do not work.", n))
	}
	return strings.Join(s, " ")
}

// saidOf tells of a place of which other sentences speak: those about UDP, about loss, and about a proxy as the only way.
func (v *netView) saidOf(p netPlace) bool {
	shut := !has(p.legs, func(l netLeg) bool { return wentWrong(l.NetResult) && !closed(l) })
	return v.byLoss(p) || shut && (p.udp() && !v.givenUDP() || gradeGiven(v) == GradePoor)
}

// whyFails says in a few words why a place fails: by the finding that speaks of it.
func (v *netView) whyFails(p netPlace, verdict Verdict) string {
	for _, f := range verdict.Findings {
		if f.ID != netOther && f.ID != netOverruled && f.ID != "net_packets_lost" && p.evidenceIn(f) {
			return inSentence(f.Title, p.host)
		}
	}
	for _, f := range verdict.Findings {
		if p.namedIn(f) {
			return inSentence(f.Title, p.host)
		}
	}
	switch {
	case has(p.legs, func(l netLeg) bool { return l.answer == answerSilent }):
		return "no answer"
	case has(p.legs, func(l netLeg) bool { return l.answer == answerRefused }):
		return "refused"
	}
	return "see below"
}

// inSentence makes a title the end of a sentence: its first word is written small unless it is a name or an abbreviation.
func inSentence(title, host string) string {
	title = strings.TrimPrefix(title, host+": ")
	if len(title) < 2 || strings.HasPrefix(title, host) || title[1] < 'a' || title[1] > 'z' {
		return title
	}
	return strings.ToLower(title[:1]) + title[1:]
}

// evidenceIn tells that a finding speaks of a place.
func (p netPlace) evidenceIn(f Finding) bool {
	return slices.ContainsFunc(f.Evidence, func(e Evidence) bool {
		return has(p.legs, func(l netLeg) bool { return (wentWrong(l.NetResult) || l.State == NetDegraded) && e.Name == l.ID })
	})
}

// namedIn tells that a finding speaks of the name of a place's server.
func (p netPlace) namedIn(f Finding) bool {
	return strings.HasPrefix(f.ID, "net_name_") && strings.Contains(f.Title+f.Detail, p.host)
}

// noteSentence names the gravest finding above info that nothing in the sentence speaks of yet, so that none contradicts it.
func (v *netView) noteSentence(verdict Verdict) string {
	for _, f := range verdict.Findings {
		if f.Severity != SeverityInfo && !slices.Contains(saidElsewhere, f.ID) && !v.aboutFault(f) {
			return "Note: " + f.Title + "."
		}
	}
	return ""
}

// saidElsewhere are findings whose matter other sentences are about.
var saidElsewhere = []string{"net_udp_dropped", "net_udp_rejected", "net_packets_lost", "net_proxy_only", "net_rate_limit", "net_mtu_1200",
	"net_nat_symmetric"}

// aboutFault tells that a finding speaks of a place that fails, which has a sentence of its own.
func (v *netView) aboutFault(f Finding) bool {
	return slices.ContainsFunc(v.faults(), func(p netPlace) bool { return p.evidenceIn(f) || p.namedIn(f) })
}
