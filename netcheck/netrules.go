package netcheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// netRule is one rule about network results. In its texts {x} stands for the word x of the case that was found.
type netRule struct {
	id       string
	area     Area
	severity Severity
	lighter  Severity // of a light case; "" = as grave as any
	holds    func(*netView) []netCase

	title, detail, advice string

	// seen is what the probes met, to follow "although". It is said of a case that a path contradicts, and needed where overruled is set.
	seen string
	// overruled tells whether a path that was really measured shows that it is otherwise; nil: no path can.
	overruled func(netCase, PathReport) bool
}

// netCase is one case of a rule.
type netCase struct {
	results []NetResult // the evidence
	facts   []Evidence  // more of it
	host    string      // the server that it is about, "" for the network as a whole
	light   bool        // calls have another way
	// severity, if set, is that of this case, whatever the rule's.
	severity Severity
	words    netWords
}

// netWords are the words of a case, by the names under which texts ask for them.
type netWords map[string]string

// netRules are all rules, from this computer outwards. Their order is that of findings of the same severity.
var netRules = slices.Concat(netComputerRules, netNameRules, netUDPRules, netLossRules, netHoleRules, netWebRules, netTLSRules, netTURNRules, netNATRules, netIPv6Rules, netPathRules)

// NetworkFindingArea tells to which area of the network a finding belongs; ok is false for one that is not about network probes.
func NetworkFindingArea(id string) (area Area, ok bool) {
	i := slices.IndexFunc(netRules, func(r netRule) bool { return r.id == id })
	switch {
	case i >= 0:
		return netRules[i].area, true
	case id == netOverruled || id == netOther:
		return AreaPath, true
	}
	return "", false
}

// judgeNetwork adds what the network probes say to a verdict on the paths. Where paths were run they keep the grade.
func judgeNetwork(r Report, v Verdict) Verdict {
	if r.Network == nil {
		return v
	}
	view := viewNetwork(r)
	if view.underWay() {
		return v
	}
	if networkDecides(r) {
		v.Grade = gradeNetwork(view)
	} else { // which of the two is known better here
		v.Findings = slices.DeleteFunc(v.Findings, func(f Finding) bool {
			return f.ID == "udp_blocked" && (view.holds("net_udp_dropped") || view.holds("net_udp_rejected"))
		})
	}
	v.Findings = causeFirst(v.Findings, view.findings())
	return v
}

// causeFirst puts what the network's probes found behind what the paths say, but for a computer without a way out: that is why nothing
// else works, and stands first.
func causeFirst(paths, network []Finding) []Finding {
	cause := func(f Finding) bool { return f.ID == "net_offline" }
	var out []Finding
	for _, f := range network {
		if cause(f) {
			out = append(out, f)
		}
	}
	return slices.Concat(out, paths, slices.DeleteFunc(network, cause))
}

// networkDecides tells of a report that has no paths: the network's results are the whole.
func networkDecides(r Report) bool { return r.Network != nil && len(r.Paths) == 0 }

// holds tells whether a rule has a case that no path contradicts.
func (v *netView) holds(id string) bool {
	for _, rule := range netRules {
		if rule.id == id {
			return slices.ContainsFunc(rule.holds(v), func(c netCase) bool { _, over := v.contradicted(rule, c); return !over })
		}
	}
	return false
}

// findings applies all rules. Results that went wrong and that no rule speaks of are listed in the probe's own words.
func (v *netView) findings() []Finding {
	var out []Finding
	told := map[string]bool{}
	for _, rule := range netRules {
		for _, c := range rule.holds(v) {
			for _, r := range c.results {
				told[r.ID] = true
			}
			out = append(out, v.finding(rule, c))
		}
	}
	for _, r := range v.results {
		if !told[r.ID] && v.wrong(r) {
			out = append(out, otherFinding(r))
		}
	}
	return out
}

// wrong tells of a result that says something is not as it should be. What the user did not ask for says nothing by silence, what asks the
// same servers over UDP only repeats theirs, and interfaces by which servers were reached are not to blame.
func (v *netView) wrong(r NetResult) bool {
	a, area := answerOf(r), r.Kind.Area()
	_, _, offline := v.offline()
	switch {
	case offline && r.Kind == ProbeDNS: // no name server is reached without a way out
		return false
	case r.Kind == ProbeUDP || r.Kind == ProbeTURN:
		return has(v.legs, func(l netLeg) bool { return l.ID == r.ID && (wentWrong(r) || r.State == NetDegraded) })
	case (area == AreaNAT || area == AreaPath) && (a == answerSilent || a == answerRefused) && r.Code != ReasonNone && has(v.legs, closedUDP):
		return false
	case r.Kind == ProbeInterfaces && has(v.legs, reached):
		return r.State == NetDegraded
	}
	return wentWrong(r) || r.State == NetDegraded
}

// The findings that are no rules.
const (
	netOther     = "net_other"     // a result that no rule speaks of
	netOverruled = "net_overruled" // a rule that a path contradicts
)

func otherFinding(r NetResult) Finding {
	return Finding{ID: netOther, Severity: SeverityInfo, Title: capital(probeWords(r)) + ": " + stateWords(r.State),
		Detail: sentenceOf(r.Text, "No reason was given."), Advice: sentenceOf(r.Advice, "Test again. If it stays so and calls are bad, hand this result to the network team."),
		Evidence: evidenceOf([]NetResult{r})}
}

// sentenceOf makes a probe's text end as a sentence does.
func sentenceOf(s, other string) string {
	s = orElse(strings.TrimRight(strings.TrimSpace(s), "."), strings.TrimSuffix(other, "."))
	return s + "."
}

func stateWords(s NetState) string {
	switch s {
	case NetDegraded:
		return "not as it should be"
	case NetBlocked:
		return "blocked"
	case NetFailed:
		return "failed"
	case NetOK:
		return "works"
	}
	return "not tested"
}

// finding puts a case into words.
func (v *netView) finding(rule netRule, c netCase) Finding {
	if p, over := v.contradicted(rule, c); over {
		return overruledFinding(rule, c, p)
	}
	f := Finding{ID: rule.id, Severity: rule.severity, Title: c.fill(rule.title), Detail: c.fill(rule.detail), Advice: c.fill(rule.advice),
		Evidence: append(evidenceOf(c.results), c.facts...)}
	if c.light && rule.lighter != "" {
		f.Severity = rule.lighter
	}
	if c.severity != "" {
		f.Severity = c.severity
	}
	return f
}

// contradicted gives the path that says otherwise.
func (v *netView) contradicted(rule netRule, c netCase) (PathReport, bool) {
	if rule.overruled == nil {
		return PathReport{}, false
	}
	i := slices.IndexFunc(v.worked, func(p PathReport) bool { return rule.overruled(c, p) })
	if i < 0 {
		return PathReport{}, false
	}
	return v.worked[i], true
}

// overruledFinding says both: what the probes met, and that a path worked all the same.
func overruledFinding(rule netRule, c netCase, p PathReport) Finding {
	seen := c.fill(rule.seen)
	return Finding{ID: netOverruled, Severity: SeverityInfo, Title: p.Path.Title() + " worked, although " + seen,
		Detail: fmt.Sprintf("This is what the probes met: %s. In the same run %s carried packets there and back, and a path that was really measured counts more than a probe.", seen, p.Path.Title()),
		Advice: "Nothing needs to be done for calls like this one. If others fail: " + c.fill(rule.advice),
		Evidence: slices.Concat(evidence("overruled", rule.id, "path", string(p.Path), "path_server", orElse(p.Server, "none")),
			evidenceOf(c.results), c.facts)}
}

// fill puts the words of a case into a text.
func (c netCase) fill(text string) string {
	var pairs []string
	for name, word := range c.words {
		pairs = append(pairs, "{"+name+"}", word)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// maxNetEvidence is how many results a finding lists.
const maxNetEvidence = 8

// evidenceOf lists results with place, time and code.
func evidenceOf(results []NetResult) []Evidence {
	var out []Evidence
	for _, r := range results[:min(len(results), maxNetEvidence)] {
		out = append(out, Evidence{orElse(r.ID, probeWords(r)), outcome(r)})
	}
	if n := len(results) - maxNetEvidence; n > 0 {
		out = append(out, Evidence{"more_probes", strconv.Itoa(n)})
	}
	return out
}

// outcome says how a probe ended: "blocked, no_answer, 203.0.113.7:3478, at 0.31 s, after 1750 ms".
func outcome(r NetResult) string {
	words := []string{strings.ReplaceAll(orElse(string(r.State), "running"), "_", " ")}
	if r.Code != ReasonNone {
		words = append(words, string(r.Code))
	}
	if code := failedCode(r); code != 0 {
		words = append(words, "code "+strconv.Itoa(code))
	}
	if r.Remote != "" {
		words = append(words, r.Remote)
	}
	words = append(words, "at "+strconv.FormatFloat(r.At.Seconds(), 'f', 2, 64)+" s", "after "+millis(r.Took)+" ms")
	return strings.Join(words, ", ")
}

// probeWords names a probe in the middle of a sentence: "UDP to turn.example.com, port 3478".
func probeWords(r NetResult) string {
	host, port := r.place()
	what := kindWords(r)
	if host != "" {
		what += " to " + host
	}
	if host != "" && port != 0 {
		what += ", port " + strconv.Itoa(port)
	}
	if r.Family == Family6 {
		what += ", by IPv6"
	}
	return what
}

func kindWords(r NetResult) string {
	if r.Kind == ProbeTURN {
		return "TURN over " + strings.ToUpper(orElse(r.Transport, "udp"))
	}
	words := map[ProbeKind]string{ProbeInterfaces: "interfaces", ProbeClock: "clock", ProbeDNS: "name", ProbeUDP: "UDP", ProbeNAT: "NAT behaviour",
		ProbeLifetime: "NAT binding lifetime", ProbeProxy: "HTTP proxy", ProbeTLS: "TLS", ProbePortal: "captive portal", ProbeIPv6: "IPv6",
		ProbeNAT64: "NAT64", ProbeMTU: "packet size (MTU)", ProbeDSCP: "priority marks (DSCP)", ProbeRate: "rate of one flow", ProbeIdle: "quiet connections"}
	return orElse(words[r.Kind], CleanText(string(r.Kind), maxName))
}

// The ways in which a path can say otherwise than a probe.

func byAnyPath(netCase, PathReport) bool { return true }

func byUDPPath(_ netCase, p PathReport) bool { return !p.Path.Stream() }

// byServerOf tells of a path that worked by the very server.
func byServerOf(c netCase, p PathReport) bool {
	u, err := ParseServerURL(p.Server)
	return err == nil && u.Host == c.host
}

func byRelayOf(c netCase, p PathReport) bool { return p.Path.Relay() && byServerOf(c, p) }

func byUDPToServer(c netCase, p PathReport) bool { return byUDPPath(c, p) && byServerOf(c, p) }

func byTLSToServer(c netCase, p PathReport) bool { return p.Path == PathRelayTLS && byServerOf(c, p) }

func byPathPastProxy(_ netCase, p PathReport) bool { return p.Local.Local.ViaProxy == "" }

func byPathThroughProxy(_ netCase, p PathReport) bool { return p.Local.Local.ViaProxy != "" }

func byFamily(f Family) func(netCase, PathReport) bool {
	return func(_ netCase, p PathReport) bool { return p.Family == f }
}
