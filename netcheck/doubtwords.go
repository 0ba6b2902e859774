package netcheck

import (
	"fmt"

	"echopath/netcheck/stats"
)

// besideDoubt says what is certain of a path whose figures are in doubt. Where it is poor for certain nothing has to be measured again.
func besideDoubt(p PathReport, f Finding) Finding {
	c, certain := lossFigures(p)
	switch g := gradePath(p); {
	case g == GradePoor && certain && gradeBy(c, metric.ofLoss) == GradePoor:
		f.Severity = SeverityInfo
		f.Detail += " The packets that are missing were lost by the network all the same."
	case g == GradePoor:
		f.Detail += " The path is poor even without that."
	case g == GradeFair:
		f.Detail += " In truth the path may be better than its figures, and is no worse."
	}
	return f
}

// harmlessWords say what went wrong where the figures are good all the same.
var harmlessWords = map[ReasonCode]string{
	ReasonBusy:        "packets left late, because this computer was busy",
	ReasonSenderLimit: "this computer could not send all packets",
	ReasonSocketDrops: "packets that had arrived were thrown away at one end",
	ReasonLogMissing:  "the other end's log did not arrive",
}

// findHarmless remarks on what disturbed the measurement of paths that are good all the same.
func findHarmless(r Report, _ Verdict) []Finding {
	f := Finding{ID: "busy_harmless", Severity: SeverityInfo, Title: "The measurement was disturbed, and the figures are good all the same",
		Advice: "Nothing needs to be done. For exact delays, close other programs and run the test again."}
	for _, p := range r.Paths {
		if p.State == StateOK && p.Code.own() {
			f.Detail += p.Path.Title() + ": " + harmlessWords[p.Code] + ". "
			f.Evidence = append(f.Evidence, Evidence{string(p.Path), string(p.Code)}, Evidence{"reason", p.Reason})
		}
	}
	if f.Detail == "" {
		return nil
	}
	f.Detail += "The network is at least as good as the figures."
	return []Finding{f}
}

// doubtedLoss names the highest loss among the paths that could not be judged: what was seen there must not be passed over in silence.
func doubtedLoss(r Report, v Verdict) string {
	worst, on := stats.Loss{}, PathUnknown
	for _, p := range r.Paths {
		c, ok := judged(p)
		_, certain := lossFigures(p)
		if ok && !certain && v.Paths[p.Path] == GradeInconclusive && doubtful(p) && lossy(c) && c.Stats.Total.LossRatio > worst.LossRatio {
			worst, on = c.Stats.Total, p.Path
		}
	}
	if on == PathUnknown {
		return ""
	}
	return fmt.Sprintf("On %s %s of the packets were lost on the round trip; whether by the network or by this test is not known.", on.Title(), Percent(worst.LossRatio))
}
