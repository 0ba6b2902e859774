package netcheck

import "slices"

// preference is the order in which a call chooses among the paths that work (RFC 8445, section 5.1.2: host before
// server-reflexive before relayed; UDP before TCP before TLS to the relay, as browsers set it).
var preference = AllPaths()

// overall is the grade of the path that calls would choose, and good only where every path that was measured is good: one that loses
// packets or could not be judged is not hidden behind others. Some calls take it, as when a network or program allows nothing else.
func overall(r Report, grades map[Path]Grade) Grade {
	calls := callsGrade(r, grades)
	if calls == GradeGood && slices.ContainsFunc(r.Paths, func(p PathReport) bool { return lessThanGood(p, grades[p.Path]) }) {
		return GradeFair
	}
	return calls
}

// lessThanGood tells of a path that was measured, and is not good for certain.
func lessThanGood(p PathReport, g Grade) bool {
	return g == GradeFair || g == GradePoor || g == GradeFailed && silent(p) || unjudged(p, g)
}

// callsGrade is the grade of the first path in the order of preference that could be judged. It is at best poor when a call would
// choose a silent path before that one, inconclusive when it would choose one that could not be judged and this one is not poor, and at
// best fair when no path over UDP gets through: calls then depend on TCP, where each lost packet holds up all that follow. Where paths
// were not measured because the session of two computers was over, what was good says nothing about the whole.
func callsGrade(r Report, grades map[Path]Grade) Grade {
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
	if _, ok := doubtedChoice(r, grades); ok || cutShort(r) {
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
	c, ok := lossFigures(p)
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
