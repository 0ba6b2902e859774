package netcheck

import (
	"fmt"
	"strings"
)

// sessionRules look at all paths together.
var sessionRules = []func(Report, Verdict) []Finding{findUDPBlocked, findNoPath, findSelf}

func findUDPBlocked(r Report, _ Verdict) []Finding {
	if !udpBlocked(r) {
		return nil
	}
	var works, servers []string
	for _, p := range r.Paths {
		switch {
		case p.State.Measured() && p.Path.Stream():
			works = append(works, p.Path.Title())
		case p.State == StateBlocked && p.Server != "":
			servers = append(servers, p.Server)
		}
	}
	f := Finding{ID: "udp_blocked", Severity: SeverityCritical, Title: "UDP does not get through",
		Detail: "Every path over UDP is blocked.",
		Advice: "Ask the firewall team to allow UDP to " + orElse(strings.Join(unique(servers), " and "), "the STUN/TURN server") +
			" and the answers to it."}
	if len(works) > 0 {
		f.Severity = SeverityWarning
		f.Detail += " " + strings.Join(works, " and ") + " works, so calls connect, but every lost packet will hold up those behind it."
	}
	for _, p := range r.Paths {
		if p.State == StateBlocked && !p.Path.Stream() {
			f.Evidence = append(f.Evidence, Evidence{string(p.Path), string(p.Code)})
		}
	}
	return []Finding{f}
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func findNoPath(_ Report, v Verdict) []Finding {
	if v.Grade != GradeFailed {
		return nil
	}
	return []Finding{{ID: "no_path", Severity: SeverityCritical, Title: "No path works",
		Detail: "None of the paths that were tried made a connection, so a call would not connect.",
		Advice: "The findings about each path say what stood in the way; begin with the first."}}
}

// findSelf keeps a good result on this computer from being taken for a good network.
func findSelf(r Report, v Verdict) []Finding {
	if r.Granted.Target.Kind != TargetSelf || v.Grade == GradeFailed || v.Grade == GradeInconclusive {
		return nil
	}
	return []Finding{{ID: "self_only", Severity: SeverityInfo, Title: "This test stayed inside this computer",
		Detail: "It shows that this computer can make and carry calls, and gives a baseline. It says nothing about your network.",
		Advice: "To test the network, give the address of a TURN server: --target turn --turn turn:HOST:3478 --turn-user NAME."}}
}

// sentence says the whole in one or two sentences.
func sentence(r Report, v Verdict) string {
	var works, not, doubt []string
	measured, applicable := 0, 0
	for _, p := range r.Paths {
		if p.State == StateNotApplicable || p.State == StateNotRun {
			continue
		}
		applicable++
		switch v.Paths[p.Path] {
		case GradeFailed:
			not = append(not, p.Path.Title())
		case GradeInconclusive:
			doubt = append(doubt, p.Path.Title())
		default:
			works = append(works, p.Path.Title())
			measured++
		}
	}
	var s []string
	switch {
	case applicable == 0:
		return "Nothing was measured."
	case measured == applicable && measured > 1:
		s = append(s, fmt.Sprintf("All %d paths work.", measured))
	case len(works) > 0:
		s = append(s, list(works)+verb(works, " works.", " work."))
	}
	if len(not) > 0 {
		s = append(s, list(not)+verb(not, " does not.", " do not."))
	}
	if len(doubt) > 0 {
		s = append(s, list(doubt)+" could not be judged.")
	}
	for _, more := range []string{lossSentence(r), addedDelay(r)} {
		if more != "" {
			s = append(s, more)
		}
	}
	return strings.Join(s, " ")
}

func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func verb(words []string, one, many string) string {
	if len(words) == 1 {
		return one
	}
	return many
}

// lossSentence sums the network's loss up over all measured paths.
func lossSentence(r Report) string {
	worst, worstPath, least, lost := 0.0, PathUnknown, 0, 0
	high := 0.0
	for _, p := range r.Paths {
		c, ok := judged(p)
		if !ok || !c.Stats.Total.RatioOK {
			continue
		}
		l := c.Stats.Total
		lost += l.Lost
		if least == 0 || l.Sent < least {
			least, high = l.Sent, l.CI95High
		}
		if l.LossRatio > worst {
			worst, worstPath = l.LossRatio, p.Path
		}
	}
	switch {
	case least == 0:
		return ""
	case lost == 0:
		return fmt.Sprintf("No packet was lost (0 of %d on each path: below %s).", least, percent(high))
	}
	return fmt.Sprintf("Most packets were lost on %s: %s of the round trips.", worstPath.Title(), percent(worst))
}

// addedDelay compares the slowest relay with the first path that works.
func addedDelay(r Report) string {
	var base, slow *PathReport
	for i := range r.Paths {
		p := &r.Paths[i]
		c, ok := judged(*p)
		if !ok || !c.Stats.RTT.OK || p.State != StateOK {
			continue
		}
		if base == nil {
			base = p
		}
		if s, _ := medianOf(slow); p.Path.Relay() && (slow == nil || c.Stats.RTT.P50US > s) {
			slow = p
		}
	}
	if base == nil || slow == nil || base.Path == slow.Path {
		return ""
	}
	b, _ := medianOf(base)
	s, _ := medianOf(slow)
	if s <= b {
		return ""
	}
	return fmt.Sprintf("%s adds %s ms to %s.", slow.Path.Title(), micros(s-b), base.Path.Title())
}

func medianOf(p *PathReport) (int64, bool) {
	if p == nil {
		return 0, false
	}
	c, ok := judged(*p)
	return c.Stats.RTT.P50US, ok && c.Stats.RTT.OK
}
