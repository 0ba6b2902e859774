package netcheck

import "slices"

// gradeNetwork grades a network by its probes alone. A result that becomes worse never makes the grade better, and there is a grade for
// each combination: what nothing is known of is inconclusive.
//
//	good          UDP passes on a port that the user named
//	fair          UDP passes on other ports only, or a relay works over TCP or TLS, or one of the limits of gradeLimited
//	poor          only a proxy lets calls out
//	failed        all that was tried was in vain
//	inconclusive  nothing was decided
func gradeNetwork(v *netView) Grade {
	switch {
	case has(v.legs, func(l netLeg) bool { return worksUDP(l) && l.asked }):
		return gradeLimited(v)
	case has(v.legs, worksUDP), has(v.legs, worksStream):
		return GradeFair
	case v.proxyWay():
		return GradePoor
	case v.inVain() && !v.pending():
		return GradeFailed
	}
	return GradeInconclusive
}

// lowKbps is a limit of one flow below which video is bad.
const lowKbps = 500

// gradeLimited grades a network on which UDP passes: fair where relays were asked and none works, where packets of calls do not fit, or
// where a flow is held to little.
func gradeLimited(v *netView) Grade {
	tried := func(l netLeg) bool { return relays(l) && l.asked && wentWrong(l.NetResult) }
	switch {
	case has(v.legs, tried) && !v.relayWorks():
		return GradeFair
	case len(casesMTU(0, 1200)(v)) > 0:
		return GradeFair
	case slices.ContainsFunc(v.of(ProbeRate), func(r NetResult) bool { return r.Facts.LimitKbps > 0 && r.Facts.LimitKbps < lowKbps }):
		return GradeFair
	}
	return GradeGood
}

// inVain tells that something was tried that calls need, and did not work.
func (v *netView) inVain() bool {
	if has(v.legs, func(l netLeg) bool { return wentWrong(l.NetResult) }) {
		return true
	}
	return slices.ContainsFunc(v.results, func(r NetResult) bool {
		computer := r.Kind == ProbeInterfaces && r.Code != ReasonNoFamily && r.Code != ReasonLocal // else it was asked wrongly
		return wentWrong(r) && (r.Kind == ProbeDNS || r.Kind == ProbeProxy || computer)
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
