package netcheck

import (
	"cmp"
	"slices"
)

// Judge turns a report into a verdict. It is pure, and gives a verdict on any report, also on a partial one.
func Judge(r Report) Verdict {
	v := Verdict{Paths: map[Path]Grade{}}
	for _, p := range r.Paths {
		v.Paths[p.Path] = gradeWithin(r, p)
	}
	v.Grade = overall(r, v.Paths)
	for _, p := range r.Paths {
		for _, rule := range pathRules {
			v.Findings = append(v.Findings, rule(r, p)...)
		}
	}
	for _, rule := range sessionRules {
		v.Findings = append(v.Findings, rule(r, v)...)
	}
	v = judgeNetwork(r, v)
	if v.Grade == GradeGood {
		moderate(v.Findings)
	}
	slices.SortStableFunc(v.Findings, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
	v.Sentence = sentence(r, v)
	return v
}

// moderate lowers what would be grave on a path that calls needed. Beside a whole that is good they do not: another path carries them.
func moderate(findings []Finding) {
	for i := range findings {
		if findings[i].Severity == SeverityCritical {
			findings[i].Severity = SeverityWarning
		}
	}
}

func (s Severity) rank() int {
	return slices.Index([]Severity{SeverityCritical, SeverityWarning, SeverityInfo}, s)
}

// gradeOrder lists the grades of a path that works, from best to worst.
var gradeOrder = []Grade{GradeGood, GradeFair, GradePoor}

func worse(a, b Grade) Grade {
	if slices.Index(gradeOrder, b) > slices.Index(gradeOrder, a) {
		return b
	}
	return a
}

// minJudged is the number of packets below which a path is not graded: one packet of twenty is 5 %, and says little.
const minJudged = 20

// callStopped tells of a call under load that was stopped before its video could be judged: packets that ran on a quiet line say
// nothing about the call.
func callStopped(r Report, p PathReport) bool {
	return r.Granted.Video.Mode == VideoUnderLoad && p.State == StateInterrupted && gradeVideo(p) == GradeUnknown
}

// ungraded takes a good grade back from a path or a run that was not measured as a whole. What was bad already stays so.
func ungraded(g Grade) Grade {
	if g == GradeGood || g == GradeFair {
		return GradeInconclusive
	}
	return g
}

// gradeWithin grades one path. What the rest of its report says can take a grade back: a call that was stopped too early, or another
// computer that ended the run and refuses what follows.
func gradeWithin(r Report, p PathReport) Grade {
	g, over := gradePath(p), p.Code == ReasonFarRefused && cutShort(r)
	switch {
	case over && g == GradeFailed:
		return GradeInconclusive
	case over || callStopped(r, p):
		return ungraded(g)
	}
	return g
}

// gradePath grades one path by itself. Unknown is the grade of a path that does not apply or was not run.
func gradePath(p PathReport) Grade {
	switch p.State {
	case StateBlocked, StateFailed:
		if p.ended() {
			return GradeInconclusive
		}
		return GradeFailed
	case StateInconclusive, StateSaturated:
		if silent(p) {
			return GradeFailed
		}
		return GradeInconclusive
	case StateOK, StateInterrupted:
		if sessionOver(p.Code) {
			return ungraded(gradeFigures(p))
		}
		return gradeFigures(p)
	}
	return GradeUnknown
}

// gradeFigures gives the worse of what the probes found. A path on which nothing passed for a time is at best fair, however long the
// test was.
func gradeFigures(p PathReport) Grade {
	g := gradeProbes(p)
	if _, ok := outageOf(p); ok {
		g = worse(g, GradeFair)
	}
	return g
}

// gradeProbes gives the worse of both probes. Where packets came back and no picture did, a call has sound and nothing to see.
func gradeProbes(p PathReport) Grade {
	packets, video := gradeLoss(p), gradeVideo(p)
	if p.Call != nil {
		video = gradeCall(p)
	}
	switch {
	case packets == GradeInconclusive && video != GradeUnknown:
		return video
	case packets == GradeInconclusive || packets == GradeFailed || video == GradeUnknown:
		return packets
	case video == GradeFailed:
		return GradePoor
	}
	return worse(packets, video)
}

// gradeLoss grades what the loss probe found.
func gradeLoss(p PathReport) Grade {
	c, ok := judged(p)
	if !ok || c.Stats.Total.Sent < minJudged {
		return GradeInconclusive
	}
	if c.Stats.Total.Received == 0 {
		return GradeFailed // connected, and yet no call would hear anything
	}
	return gradeCarrier(c)
}

// gradeCarrier grades the figures of a carrier.
func gradeCarrier(c CarrierResult) Grade {
	grade := GradeGood
	for _, m := range metrics {
		if r := m.value(c); r.known {
			grade = worse(grade, m.grade(r))
		}
	}
	return grade
}

// judged gives the carrier that a path is judged by: srtp, because it sees the network as it is, else the data channel.
func judged(p PathReport) (CarrierResult, bool) {
	if c, ok := p.Carrier(CarrierSRTP); ok {
		return c, true
	}
	return p.Carrier(CarrierDataChannel)
}

// preference is the order in which a call chooses among the paths that work (RFC 8445, section 5.1.2: host before
// server-reflexive before relayed; UDP before TCP before TLS to the relay, as browsers set it).
var preference = AllPaths()

// overall is the grade of the first path in the order of preference that could be judged. It is at best poor when a call would
// choose a silent path before that one, and at best fair when no path over UDP gets through: calls then depend on TCP, where
// each lost packet holds up all that follow. Where paths were not measured because the session of two computers was over, what was
// good says nothing about the whole.
func overall(r Report, grades map[Path]Grade) Grade {
	paths := choices(r, grades)
	i := firstJudged(paths, grades)
	if i < 0 {
		inconclusive := func(p PathReport) bool { return grades[p.Path] == GradeInconclusive }
		if len(paths) == 0 || slices.ContainsFunc(paths, inconclusive) {
			return GradeInconclusive
		}
		return GradeFailed
	}
	g := grades[paths[i].Path]
	if _, ok := silentChoice(r, grades); ok {
		g = worse(g, GradePoor)
	}
	if len(blockedUDP(r)) > 0 {
		g = worse(g, GradeFair)
	}
	if cutShort(r) {
		g = ungraded(g)
	}
	return g
}

// choices lists the paths with a grade in the order of preference. A path that stayed on this computer counts only if there is
// no other.
func choices(r Report, grades map[Path]Grade) []PathReport {
	var crossed, stayed []PathReport
	for _, path := range preference {
		p, ran := r.Path(path)
		switch {
		case !ran || grades[path] == GradeUnknown:
		case staysHere(r, p):
			stayed = append(stayed, p)
		default:
			crossed = append(crossed, p)
		}
	}
	if len(crossed) == 0 {
		return stayed
	}
	return crossed
}

// firstJudged is the place of the first path that works well or badly, -1 if there is none.
func firstJudged(paths []PathReport, grades map[Path]Grade) int {
	return slices.IndexFunc(paths, func(p PathReport) bool { return slices.Contains(gradeOrder, grades[p.Path]) })
}

// silentChoice gives the silent path that a call would choose although a later one works: ICE nominates by its own checks, and
// those came through (RFC 8445, section 8.1.1).
func silentChoice(r Report, grades map[Path]Grade) (PathReport, bool) {
	paths := choices(r, grades)
	for _, p := range paths[:max(firstJudged(paths, grades), 0)] {
		if silent(p) {
			return p, true
		}
	}
	return PathReport{}, false
}

// silent tells of a path that connected, and on which nothing that was sent came back.
func silent(p PathReport) bool {
	switch {
	case len(p.Carriers) == 0 && p.Call != nil:
		return silentCall(p)
	case len(p.Carriers) == 0:
		return silentVideo(p)
	}
	c, ok := figures(p)
	if p.Code == ReasonLinkLost {
		c, ok = judged(p)
	}
	return ok && p.Connected && c.Stats.Total.Sent >= minJudged && c.Stats.Total.Received == 0
}

// silentVideo tells the same of a path on which only the video probe ran.
func silentVideo(p PathReport) bool {
	s, ok := videoFigures(p)
	if p.Code == ReasonLinkLost {
		s, ok = measuredVideo(p)
	}
	return ok && p.Connected && s.Stats.Shown == 0
}

// staysHere tells of a path between two ends on this computer whose packets did not even reach the nearest router: STUN
// without a NAT, where the mapped address is this computer's own. It must not vouch for a network that it has not seen.
func staysHere(r Report, p PathReport) bool {
	return r.Granted.Target.Kind == TargetTURN && p.Path == PathSTUN && p.NATBetween == No
}

// blockedUDP lists the paths over UDP on which no packet got through, if none got through on any. A path whose server's name
// could not be found sent nothing, and says nothing about UDP; a refusal (ICMP) or any other answer says that UDP is not
// silently blocked.
func blockedUDP(r Report) []PathReport {
	var blocked []PathReport
	for _, p := range r.Paths {
		switch {
		case p.ended():
		case p.Path.Stream() || p.State == StateNotApplicable || p.State == StateNotRun:
		case p.Code == ReasonNameNotFound || p.Code == ReasonNameTimeout:
		case p.Code == ReasonNoAnswer || p.Code == ReasonUnreachable || p.Code == ReasonNoPair:
			blocked = append(blocked, p)
		default:
			return nil
		}
	}
	if r.remote() && !slices.ContainsFunc(blocked, serverSilent) {
		return nil
	}
	return blocked
}

// serverSilent tells of a path over UDP whose server did not answer. That two computers find no pair is usual between two NATs;
// a server that UDP does not reach is not.
func serverSilent(p PathReport) bool { return p.Path != PathDirect && p.Code != ReasonNoPair }
