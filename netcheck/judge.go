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
	calls := callsGrade(r, v.Paths)
	v.Grade = overall(r, v.Paths)
	for _, p := range r.Paths {
		for _, rule := range pathRules {
			v.Findings = append(v.Findings, rule(r, p)...)
		}
	}
	for _, rule := range sessionRules {
		v.Findings = append(v.Findings, rule(r, v)...)
	}
	v = tellOnce(r, judgeNetwork(r, v))
	if v.Grade == GradeGood || calls == GradeGood {
		moderate(v.Findings)
	}
	slices.SortStableFunc(v.Findings, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
	v.Sentence = sentence(r, v)
	return v
}

// moderate lowers what would be grave on a path that calls needed. Beside one that is good they do not: it carries them.
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
		return gradeInDoubt(p)
	case StateOK, StateInterrupted:
		if sessionOver(p.Code) {
			return ungraded(gradeFigures(p))
		}
		return gradeFigures(p)
	}
	return GradeUnknown
}

// gradeInDoubt grades a path whose state is in doubt. It is never good: where packets are good in spite of this computer's trouble the
// state is ok, so it is something else that is in doubt, as a call.
func gradeInDoubt(p PathReport) Grade {
	switch g := gradeLoss(p); {
	case g == GradePoor, g == GradeFair && p.Call == nil:
		return gradeFigures(p)
	}
	return GradeInconclusive
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
	if doubtful(p) {
		return gradeDoubted(p)
	}
	return gradeCarrier(c)
}

// gradeCarrier grades the figures of a carrier.
func gradeCarrier(c CarrierResult) Grade { return gradeBy(c, func(metric) bool { return true }) }

// gradeBy grades some of its figures.
func gradeBy(c CarrierResult, which func(metric) bool) Grade {
	grade := GradeGood
	for _, m := range metrics {
		if r := m.value(c); r.known && which(m) {
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
