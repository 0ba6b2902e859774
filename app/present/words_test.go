package present

import (
	"testing"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func TestMarks(t *testing.T) {
	state := func(s netcheck.State, g netcheck.Grade) Mark { return StateMark(netcheck.PathReport{State: s}, g) }
	tests := []struct {
		got  Mark
		want string
		tone Tone
	}{
		{GradeMark(netcheck.GradeGood), "● good", ToneGood},
		{GradeMark(netcheck.GradeFair), "▲ fair", ToneFair},
		{GradeMark(netcheck.GradePoor), "■ poor", TonePoor},
		{GradeMark(netcheck.GradeFailed), "■ failed", TonePoor},
		{GradeMark(netcheck.GradeInconclusive), "○ inconclusive", ToneNone},
		{GradeMark(netcheck.GradeUnknown), "○ inconclusive", ToneNone},
		{state(netcheck.StateOK, netcheck.GradeGood), "● good", ToneGood},
		{state(netcheck.StateOK, netcheck.GradeUnknown), "○ not graded", ToneNone},
		{state(netcheck.StateBlocked, netcheck.GradeFailed), "■ blocked", TonePoor},
		{state(netcheck.StateFailed, netcheck.GradeFailed), "■ failed", TonePoor},
		{state(netcheck.StateNotApplicable, netcheck.GradeUnknown), "– not applicable", ToneFaint},
		{state(netcheck.StateNotRun, netcheck.GradeUnknown), "– not run", ToneFaint},
		{state(netcheck.StateSaturated, netcheck.GradeInconclusive), "○ saturated", ToneNone},
		{state(netcheck.StateSaturated, netcheck.GradePoor), "■ poor", TonePoor},
		{state(netcheck.StateInconclusive, netcheck.GradeFair), "▲ fair", ToneFair},
		{state(netcheck.StateInterrupted, netcheck.GradeGood), "○ interrupted", ToneNone},
		{state(netcheck.StateUnknown, netcheck.GradeUnknown), "○ unknown", ToneNone},
		{SeverityMark(netcheck.SeverityCritical), "■ critical", TonePoor},
		{SeverityMark(netcheck.SeverityWarning), "▲ warning", ToneFair},
		{SeverityMark(netcheck.SeverityInfo), "· worth knowing", ToneNone},
	}
	for _, tt := range tests {
		if tt.got.String() != tt.want || tt.got.Tone != tt.tone {
			t.Errorf("got %q in tone %d, want %q in %d", tt.got, tt.got.Tone, tt.want, tt.tone)
		}
		if fitted := (Style{}).Fit(tt.got.Shape); Columns(tt.got.Shape) != 1 || len(fitted) != 1 || fitted[0] > '~' {
			t.Errorf("%q: the shape is %q in ASCII", tt.got, fitted)
		}
	}
}

func TestTargetWords(t *testing.T) {
	if got := TargetWords(netcheck.Target{Kind: netcheck.TargetSelf}); got != "this computer" {
		t.Errorf("self: %q", got)
	}
	if got := TargetWords(netcheck.Target{Kind: netcheck.TargetInvite}); got != "another computer" {
		t.Errorf("invite: %q", got)
	}
	if got := TargetWords(turnPlan(t, "turn:a.example", "turns:b.example").Target); got != "turn:a.example:3478?transport=udp, turns:b.example:5349?transport=tcp" {
		t.Errorf("turn: %q", got)
	}
}

// A path has figures, or a reason why not; what has figures may still be in doubt.
func TestMeasured(t *testing.T) {
	r, v := played(t, presenttest.Mixed, selfPlan(t, nil))
	tests := map[netcheck.Path]struct {
		carriers       int
		whyNot, doubts bool
	}{
		netcheck.PathDirect: {2, false, false}, netcheck.PathSTUN: {0, true, true}, netcheck.PathRelayTLS: {2, false, true},
	}
	for p, want := range tests {
		path, _ := r.Path(p)
		results, why, doubt := Measured(path), WhyNot(path), Doubt(path, v.Paths[p])
		if len(results) != want.carriers || (why != "") != want.whyNot || (doubt != "") != want.doubts {
			t.Errorf("%s: %d carriers, why not %q, doubt %q", p, len(results), why, doubt)
		}
		if len(results) > 0 && results[0].Carrier != netcheck.CarrierSRTP {
			t.Errorf("%s: first %s, which the grade does not rest on", p, results[0].Carrier)
		}
	}
	if why := Doubt(netcheck.PathReport{State: netcheck.StateOK}, netcheck.GradeInconclusive); why != "Too few packets to judge." {
		t.Errorf("few packets: %q", why)
	}
}
