package present

import (
	"slices"
	"strings"

	"echopath/netcheck"
)

// Tone is what a colour means.
type Tone int

// The tones.
const (
	ToneNone  Tone = iota // no opinion
	ToneGood              // all is well
	ToneFair              // worth a look
	TonePoor              // calls for action
	ToneFaint             // does not count
)

// Mark is a judgement at a glance: a shape of one column, so that it is seen without colour, and the word that belongs to it.
type Mark struct {
	Shape, Word string
	Tone        Tone
}

// String is the mark as text: "● good".
func (m Mark) String() string { return m.Shape + " " + m.Word }

// GradeMark is the mark of a verdict.
func GradeMark(g netcheck.Grade) Mark {
	word := orWord(string(g), string(netcheck.GradeInconclusive))
	switch g {
	case netcheck.GradeGood:
		return Mark{"●", word, ToneGood}
	case netcheck.GradeFair:
		return Mark{"▲", word, ToneFair}
	case netcheck.GradePoor, netcheck.GradeFailed:
		return Mark{"■", word, TonePoor}
	}
	return Mark{"○", word, ToneNone}
}

// StateMark is the mark of a path's state: its grade where it was measured, and has one in spite of any doubt.
func StateMark(p netcheck.PathReport, g netcheck.Grade) Mark {
	switch p.State {
	case netcheck.StateInconclusive, netcheck.StateSaturated:
		if g == netcheck.GradeFair || g == netcheck.GradePoor { // the reason of the doubt stands beside it
			return GradeMark(g)
		}
	case netcheck.StateOK:
		m := GradeMark(g)
		m.Word = orWord(string(g), "not graded")
		return m
	case netcheck.StateBlocked, netcheck.StateFailed:
		if g == netcheck.GradeInconclusive { // the other computer was gone: it says nothing about the network
			return Mark{"○", string(g), ToneNone}
		}
		return Mark{"■", string(p.State), TonePoor}
	case netcheck.StateNotApplicable:
		return Mark{None, "not applicable", ToneFaint}
	case netcheck.StateNotRun:
		return Mark{None, "not run", ToneFaint}
	}
	return Mark{"○", orWord(string(p.State), "unknown"), ToneNone}
}

// SeverityMark is the mark of a finding.
func SeverityMark(s netcheck.Severity) Mark {
	switch s {
	case netcheck.SeverityCritical:
		return Mark{"■", "critical", TonePoor}
	case netcheck.SeverityWarning:
		return Mark{"▲", "warning", ToneFair}
	}
	return Mark{"·", "worth knowing", ToneNone}
}

// UpDown tells that the two directions of a report are upload and download: a second computer was measured.
func UpDown(r netcheck.Report) bool {
	return slices.ContainsFunc(r.Paths, func(p netcheck.PathReport) bool { return p.Direction == netcheck.DirectionUpDown })
}

// Ways names the two directions of a report in one word each: "up" and "down" with a second computer, else "out" and "back".
func Ways(r netcheck.Report) (out, back string) {
	if UpDown(r) {
		return "up", "down"
	}
	return "out", "back"
}

// TargetWords says who the other end is: "this computer", "another computer", or the servers' addresses.
func TargetWords(t netcheck.Target) string {
	switch t.Kind {
	case netcheck.TargetInvite:
		return "another computer"
	case netcheck.TargetTURN:
	default:
		return "this computer"
	}
	var urls []string
	for _, s := range t.Servers {
		urls = append(urls, s.URL.String())
	}
	return strings.Join(urls, ", ")
}

func orWord(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
