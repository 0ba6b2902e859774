package netcheck

import "slices"

// gradeNetwork grades a network by its probes alone: whether calls will work from here with the servers that were given, as [netView.given]
// has them. What other places answer makes the grade neither better nor worse. A result that becomes worse never makes it better, and
// there is a grade for each combination: what nothing is known of is inconclusive.
//
//	good          what was given works, by UDP where that was given
//	fair          UDP was given and does not pass, and a relay works over TCP or TLS; a server or place of the user's own fails
//	              where another works; or one of the limits of gradeLimits
//	poor          only a proxy lets calls out; or packets are lost by the dozen
//	failed        relays were given and none of them works, or all that was tried was in vain
//	inconclusive  nothing was decided
func gradeNetwork(v *netView) Grade {
	g := gradeGiven(v)
	if !slices.Contains(gradeOrder, g) {
		return g
	}
	return worse(g, gradeLimits(v))
}

// gradeGiven grades by the ways that the given places leave.
func gradeGiven(v *netView) Grade {
	direct := v.worksGiven(worksStream)
	switch {
	case v.relaysFail():
	case v.givenUDP(), direct && !v.udpMissed():
		return GradeGood
	case direct:
		return GradeFair
	case v.proxyWay():
		return GradePoor
	}
	if v.inVain() && !v.pending() {
		return GradeFailed
	}
	return GradeInconclusive
}

// lowKbps is a limit of one flow below which video is bad.
const lowKbps = 500

// gradeLimits is the best that a network can be: fair where a place of the user's own fails, packets of calls do not fit, packets are
// lost, or a flow is held to little.
func gradeLimits(v *netView) Grade {
	lost, lossy := v.loses()
	switch {
	case lossy && lost.share() >= manyLostShare:
		return GradePoor
	case lossy, len(v.faults()) > 0, len(casesMTU(0, 1200)(v)) > 0, v.lowRate():
		return GradeFair
	}
	return GradeGood
}

func (v *netView) lowRate() bool {
	return slices.ContainsFunc(v.of(ProbeRate), func(r NetResult) bool { return r.Facts.LimitKbps > 0 && r.Facts.LimitKbps < lowKbps })
}

// inVain tells that something was tried that calls need, and did not work.
func (v *netView) inVain() bool {
	own := v.ownGiven()
	if has(v.legs, func(l netLeg) bool { return wentWrong(l.NetResult) && (!own || !l.public) }) {
		return true
	}
	return slices.ContainsFunc(v.results, func(r NetResult) bool {
		host, _ := r.place()
		computer := r.Kind == ProbeInterfaces && r.Code != ReasonNoFamily && r.Code != ReasonLocal // else it was asked wrongly
		return wentWrong(r) && (r.Kind == ProbeDNS && !v.nobodys(host) || r.Kind == ProbeProxy || computer)
	})
}

// underWay tells that a session runs and that quick probes of it have not ended: what is missing must not be taken for silence.
func (v *netView) underWay() bool {
	n := v.report.Network
	return !n.Ended && v.report.Ended == EndedUnknown && slices.ContainsFunc(n.Planned, func(p NetPlanned) bool {
		_, ended := n.Result(p.ID)
		return !ended && !p.Kind.Long()
	})
}

// pending tells that probes have not ended by which calls may turn out to have a way.
func (v *netView) pending() bool {
	return v.report.Network != nil && !v.report.Network.Ended && slices.ContainsFunc(v.report.Network.Planned, func(p NetPlanned) bool {
		r, ended := v.report.Network.Result(p.ID)
		return (!ended || r.State == NetRunning) && (p.Kind == ProbeUDP || p.Kind == ProbeTURN || p.Kind == ProbeProxy)
	})
}
