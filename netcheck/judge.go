package netcheck

import (
	"cmp"
	"slices"
)

// Judge turns a report into a verdict. It is pure, and gives a verdict on any report, also on a partial one.
func Judge(r Report) Verdict {
	v := Verdict{Paths: map[Path]Grade{}}
	for _, p := range r.Paths {
		v.Paths[p.Path] = gradePath(p)
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
	slices.SortStableFunc(v.Findings, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
	v.Sentence = sentence(r, v)
	return v
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

// gradePath grades one path. Unknown is the grade of a path that does not apply or was not run.
func gradePath(p PathReport) Grade {
	switch p.State {
	case StateBlocked, StateFailed:
		return GradeFailed
	case StateInconclusive, StateSaturated:
		return GradeInconclusive
	case StateOK, StateInterrupted:
		return gradeFigures(p)
	}
	return GradeUnknown
}

func gradeFigures(p PathReport) Grade {
	c, ok := judged(p)
	if !ok || c.Stats.Total.Sent < minJudged {
		return GradeInconclusive
	}
	if c.Stats.Total.Received == 0 {
		return GradeFailed // connected, and yet no call would hear anything
	}
	grade := GradeGood
	for _, m := range metrics {
		if v, ok := m.value(c); ok {
			grade = worse(grade, m.grade(v))
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

// overall is the grade of the first path in the order of preference that could be judged, one step lower, though not below
// fair, when every path over UDP is blocked: calls then depend on TCP, where each lost packet holds up all that follow. A path
// that stayed on this computer counts only if there is no other.
func overall(r Report, grades map[Path]Grade) Grade {
	var crossed, stayed []Grade
	for _, path := range preference {
		p, ran := r.Path(path)
		switch g := grades[path]; {
		case !ran || g == GradeUnknown:
		case staysHere(r, p):
			stayed = append(stayed, g)
		default:
			crossed = append(crossed, g)
		}
	}
	if len(crossed) == 0 {
		crossed = stayed
	}
	g := firstJudged(crossed)
	if g == GradeGood && udpBlocked(r) {
		return GradeFair
	}
	return g
}

func firstJudged(grades []Grade) Grade {
	for _, g := range grades {
		if slices.Contains(gradeOrder, g) {
			return g
		}
	}
	if len(grades) == 0 || slices.Contains(grades, GradeInconclusive) {
		return GradeInconclusive
	}
	return GradeFailed
}

// staysHere tells of a path between two ends on this computer whose packets did not even reach the nearest router: STUN
// without a NAT, where the mapped address is this computer's own. It must not vouch for a network that it has not seen.
func staysHere(r Report, p PathReport) bool {
	return r.Granted.Target.Kind == TargetTURN && p.Path == PathSTUN && p.NATBetween == No
}

// udpBlocked tells that at least one path over UDP was tried and that the network let none through.
func udpBlocked(r Report) bool {
	blocked := 0
	for _, p := range r.Paths {
		if p.Path.Stream() {
			continue
		}
		switch p.State {
		case StateBlocked:
			blocked++
		case StateNotApplicable, StateNotRun:
		default:
			return false
		}
	}
	return blocked > 0
}
