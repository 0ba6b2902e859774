package cli

import (
	"strings"

	"echopath/netcheck"
)

// gradeMark is a grade's shape, so that it is seen without colour, and its tone.
func gradeMark(g netcheck.Grade) (shape string, t tone) {
	switch g {
	case netcheck.GradeGood:
		return "●", toneGood
	case netcheck.GradeFair:
		return "▲", toneFair
	case netcheck.GradePoor, netcheck.GradeFailed:
		return "■", tonePoor
	}
	return "○", toneNone
}

// stateCell is a path's state: its grade where it was measured without doubt.
func stateCell(p netcheck.PathReport, g netcheck.Grade) cell {
	switch p.State {
	case netcheck.StateOK:
		shape, t := gradeMark(g)
		return cell{shape + " " + orWord(string(g), "not graded"), t}
	case netcheck.StateBlocked, netcheck.StateFailed:
		return cell{"■ " + string(p.State), tonePoor}
	case netcheck.StateNotApplicable:
		return cell{"– not applicable", toneFaint}
	case netcheck.StateNotRun:
		return cell{"– not run", toneFaint}
	}
	return cell{"○ " + orWord(string(p.State), "unknown"), toneNone}
}

func orWord(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// severityMark is the shape of a finding.
func severityMark(s netcheck.Severity) (shape string, t tone) {
	switch s {
	case netcheck.SeverityCritical:
		return "■", tonePoor
	case netcheck.SeverityWarning:
		return "▲", toneFair
	}
	return "·", toneNone
}

// targetWords says who the other end is.
func targetWords(t netcheck.Target) string {
	if t.Kind != netcheck.TargetTURN {
		return "this computer"
	}
	var urls []string
	for _, s := range t.Servers {
		urls = append(urls, s.URL.String())
	}
	return strings.Join(urls, ", ")
}

// exitCodeFor is the exit code of a session that ran.
func exitCodeFor(r netcheck.Report, v netcheck.Verdict) int {
	switch {
	case r.Ended == netcheck.EndedCancelled:
		return ExitInterrupted
	case r.Ended != netcheck.EndedComplete:
		return ExitError
	}
	switch v.Grade {
	case netcheck.GradeGood, netcheck.GradeFair:
		return ExitOK
	case netcheck.GradePoor, netcheck.GradeFailed:
		return ExitPoor
	}
	return ExitInconclusive
}
