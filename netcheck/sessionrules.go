package netcheck

import (
	"fmt"
	"strings"

	"echopath/netcheck/stats"
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
		case p.State == StateBlocked && p.Server != "" && !p.Path.Stream():
			servers = append(servers, hostPort(p.Server))
		}
	}
	f := Finding{ID: "udp_blocked", Severity: SeverityCritical, Title: "UDP does not get through",
		Detail: "Every path over UDP is blocked.",
		Advice: "Ask the firewall team to allow UDP to " + orElse(list(unique(servers)), "the STUN/TURN server") +
			", and the answers from there."}
	if len(works) > 0 {
		f.Severity = SeverityWarning
		f.Detail += " " + list(works) + verb(works, " works", " work") + ", so calls connect, but every lost packet will hold up those behind it."
	}
	for _, p := range r.Paths {
		if p.State == StateBlocked && !p.Path.Stream() {
			f.Evidence = append(f.Evidence, Evidence{string(p.Path), string(p.Code)})
		}
	}
	return []Finding{f}
}

// hostPort is what a firewall team needs of a server's URL.
func hostPort(server string) string {
	u, err := ParseServerURL(server)
	if err != nil {
		return server
	}
	return fmt.Sprintf("%s port %d", u.Host, u.Port)
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

func findNoPath(r Report, v Verdict) []Finding {
	if v.Grade != GradeFailed {
		return nil
	}
	f := Finding{ID: "no_path", Severity: SeverityCritical, Title: "No path works",
		Detail: "None of the paths that were tried carried packets there and back, so a call would not work.",
		Advice: "The findings about each path say what stood in the way; begin with the first."}
	if allSilent(r) {
		f.Detail += " Nothing answered at all, by whatever protocol."
		f.Advice = "Check the server's address and that the server runs: when nothing answers, that is likelier than a firewall. " +
			"If it works from elsewhere, ask the firewall team to allow what the findings about each path name."
	}
	for _, p := range r.Paths {
		if staysHere(r, p) && p.State == StateOK {
			f.Title = "No path through the network works"
			f.Detail = "None of the paths that leave this computer carried packets there and back, so a call would not work. " +
				p.Path.Title() + " worked, but its packets stayed on this computer."
		}
		if v.Paths[p.Path] == GradeFailed {
			f.Evidence = append(f.Evidence, Evidence{string(p.Path), orElse(string(p.Code), string(ReasonNoData))})
		}
	}
	return []Finding{f}
}

// allSilent tells that at least two paths, one over UDP and one over a stream, were tried and none had any answer.
func allSilent(r Report) bool {
	packets, streams := false, false
	for _, p := range r.Paths {
		switch {
		case p.State == StateNotApplicable || p.State == StateNotRun:
		case p.Code != ReasonNoAnswer:
			return false
		case p.Path.Stream():
			streams = true
		default:
			packets = true
		}
	}
	return packets && streams
}

// findSelf keeps a good result on this computer from being taken for a good network.
func findSelf(r Report, v Verdict) []Finding {
	if r.Granted.Target.Kind != TargetSelf || v.Grade == GradeFailed || v.Grade == GradeInconclusive {
		return nil
	}
	return []Finding{{ID: "self_only", Severity: SeverityInfo, Title: "This test stayed inside this computer",
		Detail:   "It shows that this computer can make and carry calls, and gives a baseline. It says nothing about your network.",
		Advice:   "To test the network, give the address of a TURN server: --target turn --turn turn:HOST:3478 --turn-user NAME.",
		Evidence: evidence("target", string(TargetSelf))}}
}

// sentence says the whole in a few sentences: how it ended, which paths work, how much is lost and what a relay costs.
func sentence(r Report, v Verdict) string {
	var s []string
	if r.Ended == EndedCancelled {
		s = append(s, "The test was stopped before its end.")
	}
	s = append(s, pathSentences(r, v)...)
	for _, more := range []string{lossSentence(r), addedDelay(r)} {
		if more != "" {
			s = append(s, more)
		}
	}
	return strings.Join(s, " ")
}

// pathSentences sorts the paths that were tried by how they fared.
func pathSentences(r Report, v Verdict) []string {
	names := map[Grade][]string{}
	tried := 0
	for _, p := range r.Paths {
		g := v.Paths[p.Path]
		switch g {
		case GradeUnknown:
			continue
		case GradeFair:
			g = GradeGood
		}
		names[g] = append(names[g], p.Path.Title())
		tried++
	}
	works, poor, not, doubt := names[GradeGood], names[GradePoor], names[GradeFailed], names[GradeInconclusive]
	switch {
	case tried == 0:
		return []string{"Nothing was measured."}
	case tried == 2 && len(works) == tried:
		return []string{"Both paths work."}
	case tried > 2 && len(works) == tried:
		return []string{fmt.Sprintf("All %d paths work.", tried)}
	case tried == 2 && len(not) == tried:
		return []string{"Neither path works."}
	case tried > 2 && len(not) == tried:
		return []string{fmt.Sprintf("None of the %d paths works.", tried)}
	}
	var s []string
	say := func(words []string, one, many string) {
		if len(words) > 0 {
			s = append(s, list(words)+verb(words, one, many))
		}
	}
	say(works, " works.", " work.")
	say(poor, " connects, but calls over it will be bad.", " connect, but calls over them will be bad.")
	say(not, " does not work.", " do not work.")
	say(doubt, " could not be judged.", " could not be judged.")
	return s
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

// lossSentence sums the network's loss up over all paths with figures that can be trusted.
func lossSentence(r Report) string {
	paths, lost := 0, 0
	var worst, fewest stats.Loss
	var worstPath Path
	for _, p := range r.Paths {
		c, ok := figures(p)
		l := c.Stats.Total
		if !ok || !l.RatioOK {
			continue
		}
		paths++
		lost += l.Lost
		if fewest.Sent == 0 || l.Sent < fewest.Sent {
			fewest = l
		}
		if l.LossRatio > worst.LossRatio {
			worst, worstPath = l, p.Path
		}
	}
	switch {
	case paths == 0:
		return ""
	case lost == 0 && paths == 1:
		return fmt.Sprintf("No packet was lost (0 of %d: below %s).", fewest.Sent, percent(fewest.CI95High))
	case lost == 0:
		return fmt.Sprintf("No packet was lost (0 of %d on each path: below %s).", fewest.Sent, percent(fewest.CI95High))
	case paths == 1:
		return fmt.Sprintf("%s of the packets were lost on the round trip.", percent(worst.LossRatio))
	}
	return fmt.Sprintf("The highest loss was on %s: %s of the packets on the round trip.", worstPath.Title(), percent(worst.LossRatio))
}

// addedWorthSaying is the added delay, in microseconds, that is more than the noise of two medians on an idle computer.
const addedWorthSaying = 1000

// addedDelay compares the slowest relay with the first path that works.
func addedDelay(r Report) string {
	var base, slow PathReport
	var baseUS, slowUS int64
	for _, p := range r.Paths {
		c, ok := judged(p)
		if !ok || !c.Stats.RTT.OK || p.State != StateOK || staysHere(r, p) {
			continue
		}
		us := c.Stats.RTT.P50US
		if base.Path == PathUnknown {
			base, baseUS = p, us
		}
		if p.Path.Relay() && us > slowUS {
			slow, slowUS = p, us
		}
	}
	if base.Path == slow.Path || slowUS-baseUS < addedWorthSaying {
		return ""
	}
	return fmt.Sprintf("%s adds %s ms of delay compared with %s.", slow.Path.Title(), micros(slowUS-baseUS), base.Path.Title())
}
