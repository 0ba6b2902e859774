package netcheck

import (
	"fmt"
	"strings"

	"echopath/netcheck/stats"
)

// sentence says the whole in a few sentences: how it ended, which paths work, how much is lost and what a relay costs.
func sentence(r Report, v Verdict) string {
	if networkDecides(r) {
		return networkSentence(r, v)
	}
	var s []string
	if r.Ended == EndedCancelled {
		s = append(s, stopped(r))
	}
	switch {
	case offline(r):
		s = append(s, "This computer's own network connection went down during the test.")
	case cutShort(r):
		s = append(s, r.Other.begins()+" did not take part in the whole test.")
	}
	s = append(s, pathSentences(r, v)...)
	if p, ok := silentChoice(r, v.Paths); ok {
		s = append(s, fmt.Sprintf("A call would choose %s, because it connects, and stay silent.", p.Path.Title()))
	} else if p, ok := doubtedChoice(r, v.Paths); ok {
		s = append(s, fmt.Sprintf("A call would choose %s, so it is not known how calls will be.", p.Path.Title()))
	}
	if v.Grade == GradeFailed {
		return strings.Join(s, " ") // nothing carried the call: figures of parts would sound like comfort
	}
	for _, more := range []string{outageSentence(r), lossSentence(r), doubtedLoss(r, v), videoSentence(r), callSentence(r), addedDelay(r), blockedSentence(r, v)} {
		if more != "" {
			s = append(s, more)
		}
	}
	return strings.Join(s, " ")
}

// stopped tells how far a session got that was stopped.
func stopped(r Report) string {
	whole, applicable := 0, 0
	for _, p := range r.Paths {
		if p.State == StateNotApplicable {
			continue
		}
		applicable++
		if p.State != StateNotRun && p.State != StateInterrupted && !p.ended() {
			whole++
		}
	}
	video := r.Granted.Video
	if applicable == 1 || video.Mode.Only() && video.Paths > 0 { // as many as work were wanted then, not all
		return "The test was stopped before its end."
	}
	return fmt.Sprintf("The test was stopped after %d of %d paths.", whole, applicable)
}

// pathSentences sorts the paths that were tried by how they fared.
func pathSentences(r Report, v Verdict) []string {
	names := map[Grade][]string{}
	var broke []string
	tried := 0
	for _, p := range r.Paths {
		g := v.Paths[p.Path]
		switch g {
		case GradeUnknown:
			continue
		case GradeFair:
			g = GradeGood
		}
		tried++
		if brokeOff(p) {
			broke = append(broke, p.Path.Title())
			continue
		}
		names[g] = append(names[g], p.Path.Title())
	}
	works, poor, not, doubt := names[GradeGood], names[GradePoor], names[GradeFailed], names[GradeInconclusive]
	switch {
	case tried == 0 && noFamily(r):
		return []string{fmt.Sprintf("Nothing was measured: no path of %s could be made.", familyWord(r))}
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
	case tried == 2 && len(doubt) == tried:
		return []string{"Neither path could be judged."}
	case tried > 2 && len(doubt) == tried:
		return []string{fmt.Sprintf("None of the %d paths could be judged.", tried)}
	}
	var s []string
	say := func(words []string, one, many string) {
		if len(words) > 0 {
			s = append(s, list(words)+verb(words, one, many))
		}
	}
	say(works, " works.", " work.")
	say(poor, " connects, but calls over it will be bad.", " connect, but calls over them will be bad.")
	say(broke, " connected and then broke off.", " connected and then broke off.")
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

// lossSentence sums the network's loss up over all paths with figures that can be trusted. It names them where a path has
// others: the table shows those, and they must not seem to contradict it.
func lossSentence(r Report) string {
	var paths []string
	lost, named := 0, false
	var worst, fewest, most stats.Loss
	var worstPath Path
	for _, p := range r.Paths {
		c, ok := judged(p)
		l := c.Stats.Total
		if !ok || !l.RatioOK {
			continue
		}
		if _, trusted := lossFigures(p); !trusted {
			named = true
			continue
		}
		paths = append(paths, p.Path.Title())
		lost += l.Lost
		if fewest.Sent == 0 || l.Sent < fewest.Sent {
			fewest = l
		}
		if l.Sent > most.Sent {
			most = l
		}
		if l.LossRatio > worst.LossRatio {
			worst, worstPath = l, p.Path
		}
	}
	of := ""
	if named {
		of = " on " + list(paths)
	}
	switch {
	case len(paths) == 0:
		return ""
	case lost == 0 && len(paths) == 1:
		return fmt.Sprintf("No packet was lost%s (0 of %d: below %s %%).", of, fewest.Sent, UpperBound(fewest.CI95High))
	case lost == 0 && fewest.Sent < most.Sent: // one was stopped, or could not send them all
		return fmt.Sprintf("No packet was lost%s (0 of %d to %d on each path: below %s %%).", of, fewest.Sent, most.Sent, UpperBound(fewest.CI95High))
	case lost == 0:
		return fmt.Sprintf("No packet was lost%s (0 of %d on each path: below %s %%).", of, fewest.Sent, UpperBound(fewest.CI95High))
	case len(paths) == 1:
		return fmt.Sprintf("%s of the packets%s were lost %s.", Percent(worst.LossRatio), of, onWhichWay(r, worstPath))
	case named:
		return fmt.Sprintf("Of %s, the loss was highest on %s: %s of the packets %s.", list(paths), worstPath.Title(), Percent(worst.LossRatio), onWhichWay(r, worstPath))
	}
	return fmt.Sprintf("The highest loss was on %s: %s of the packets %s.", worstPath.Title(), Percent(worst.LossRatio), onWhichWay(r, worstPath))
}

// onWhichWay tells where a path's packets were lost. Between two computers it names both directions, where they are known.
func onWhichWay(r Report, path Path) string {
	p, _ := r.Path(path)
	c, ok := judged(p)
	if n := cutsOf(c.Stats).Lost(); ok && n > 0 {
		if n == c.Stats.Total.Lost {
			return "on the round trip, all of them while nothing passed"
		}
		return fmt.Sprintf("on the round trip, %d of %d of them while nothing passed", n, c.Stats.Total.Lost)
	}
	if !ok || p.Direction != DirectionUpDown || !c.Stats.Up.Known || !c.Stats.Up.RatioOK || !c.Stats.Down.RatioOK {
		return "on the round trip"
	}
	return fmt.Sprintf("on the round trip (upload %s, download %s)", Percent(c.Stats.Up.LossRatio), Percent(c.Stats.Down.LossRatio))
}

// videoSentence says how the picture came back: of the one path with video, or the worst of several.
func videoSentence(r Report) string {
	var worst PathReport
	var of VideoSummary
	n, frozen := 0, false
	for _, p := range r.Paths {
		s, ok := videoFigures(p)
		if !ok {
			continue
		}
		n++
		frozen = frozen || s.Stats.FrozenUS > 0
		if n == 1 || worseVideo(s, of) {
			worst, of = p, s
		}
	}
	after := ""
	if of.Stats.DelayOK {
		after = fmt.Sprintf(" after %s ms", micros(of.Stats.DelayP50US))
	}
	stood := fmt.Sprintf("for %s s in all", number(float64(of.Stats.FrozenUS)/1e6))
	switch {
	case n == 0:
		return ""
	case of.Stats.Shown == 0:
		return fmt.Sprintf("No picture came back on %s.", worst.Path.Title())
	case n == 1 && frozen:
		return fmt.Sprintf("The picture came back%s and stood still %s.", after, stood)
	case n == 1:
		return fmt.Sprintf("The picture came back%s and never stood still.", after)
	case frozen:
		return fmt.Sprintf("The picture stood still most on %s, %s.", worst.Path.Title(), stood)
	}
	return fmt.Sprintf("The picture never stood still. It was slowest on %s, where it came back%s.", worst.Path.Title(), after)
}

// worseVideo puts a video without a picture first, then the one that stood still for longer, then the slower one.
func worseVideo(a, b VideoSummary) bool {
	if none := a.Stats.Shown == 0; none != (b.Stats.Shown == 0) {
		return none
	}
	if a.Stats.FrozenUS != b.Stats.FrozenUS {
		return a.Stats.FrozenUS > b.Stats.FrozenUS
	}
	return a.Stats.DelayP50US > b.Stats.DelayP50US
}

// addedWorthSaying is the added delay, in microseconds, that is more than the noise of two medians on an idle computer.
const addedWorthSaying = 1000

// addedDelay compares the slowest relay with the first path that works, and says what it loses more.
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
	return fmt.Sprintf("%s adds %s ms of delay%s compared with %s.", slow.Path.Title(), micros(slowUS-baseUS), addedLoss(base, slow), base.Path.Title())
}

// addedLoss is what the second of two paths clearly loses more than the first, on the round trip: " and 0.4 % of loss".
func addedLoss(base, slow PathReport) string {
	a, _ := judged(base)
	b, _ := judged(slow)
	few, more := besideCuts(a.Stats).Total, besideCuts(b.Stats).Total
	if !few.RatioOK || !more.RatioOK || more.CI95Low <= few.CI95High {
		return ""
	}
	return fmt.Sprintf(" and %s of loss", Percent(more.LossRatio-few.LossRatio))
}

// blockedSentence says what stands behind paths that do not work, where the paths between two computers or the network's probes show it.
func blockedSentence(r Report, v Verdict) string {
	if !probedBlocked(r, v) && (!r.remote() || len(blockedUDP(r)) == 0) {
		return ""
	}
	return "UDP is blocked."
}
