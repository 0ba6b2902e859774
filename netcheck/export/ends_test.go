package export

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"echopath/netcheck"
)

// ended folds a call on the first of five paths that ended so, and the other paths as they ended.
func ended(first, others netcheck.PathEnded, how netcheck.SessionEnded) netcheck.Report {
	granted := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite}, Paths: netcheck.AllPaths(), Video: callResult().Plan}
	r := netcheck.Fold(netcheck.Report{}, netcheck.Event{Body: netcheck.SessionStarted{ID: "A", Granted: granted, Other: &netcheck.OtherEnd{Name: "Lab-PC", Host: true}}})
	result := callResult()
	result.Span = 10 * time.Second
	for _, b := range []netcheck.Body{netcheck.PathStarted{}, netcheck.PathConnected{Direction: netcheck.DirectionUpDown},
		netcheck.ProbeEnded{Probe: netcheck.ProbeCall, Call: result}, first} {
		r = netcheck.Fold(r, netcheck.Event{Path: netcheck.PathDirect, Body: b})
	}
	for _, p := range netcheck.AllPaths()[1:] {
		r = netcheck.Fold(r, netcheck.Event{Path: p, Body: others})
	}
	return netcheck.Fold(r, netcheck.Event{Body: how})
}

// columnOf gives the cells of a column of summary.csv, without its name.
func columnOf(t *testing.T, rows [][]string, name string) []string {
	t.Helper()
	for i, n := range rows[0] {
		if n != name {
			continue
		}
		var cells []string
		for _, row := range rows[1:] {
			cells = append(cells, row[i])
		}
		return cells
	}
	t.Fatalf("summary.csv has no column %s", name)
	return nil
}

// Paths of which enough others had been measured are there with that reason, and without grade, finding or figure.
func TestPathsThatNobodyWanted(t *testing.T) {
	const why = "Not asked for: the paths before it were as many as were wanted."
	r := ended(netcheck.PathEnded{State: netcheck.StateOK}, netcheck.PathEnded{State: netcheck.StateNotRun, Code: netcheck.ReasonEnough, Reason: why},
		netcheck.SessionEnded{Ended: netcheck.EndedComplete})
	v := netcheck.Judge(r)
	var d document
	if err := json.Unmarshal(writtenFor(t, ReportName, r, v), &d); err != nil {
		t.Fatal(err)
	}
	if *d.Run.Ended != "complete" || d.Run.Error != nil || *d.Verdict.Grade != string(v.Paths[netcheck.PathDirect]) {
		t.Errorf("run %+v, verdict %s: %s", d.Run, *d.Verdict.Grade, *d.Verdict.Sentence)
	}
	for _, p := range d.Paths[1:] {
		if p.State != "not_run" || *p.ReasonCode != "enough" || *p.Reason != why || p.Grade != nil || p.Call != nil || p.Video != nil || len(p.Carriers) > 0 || p.ConnectMS != nil {
			t.Errorf("%+v", p)
		}
	}
	for _, f := range d.Verdict.Findings {
		if f.Path == nil || *f.Path != "direct" {
			t.Errorf("found %+v", f)
		}
	}
	rows := readTable(t, writtenFor(t, SummaryName, r, v))
	for i, state := range columnOf(t, rows, "state") {
		reason, grade := columnOf(t, rows, "reason_code")[i], columnOf(t, rows, "grade")[i]
		if i > 0 && (state != "not_run" || reason != "enough" || grade != "") {
			t.Errorf("row %d: %s, %s, grade %q", i, state, reason, grade)
		}
	}
	if calls := writtenCalls(t, r); bytes.Count(calls, []byte(endRow)) != 1 {
		t.Errorf("seconds of a call without samples:\n%s", calls)
	}
}

// A run whose host left is told from one that is complete, with the reason.
func TestARunWhoseHostLeft(t *testing.T) {
	gone := netcheck.PathEnded{State: netcheck.StateFailed, Code: netcheck.ReasonHostGone, Reason: "The host has stopped hosting."}
	r := ended(netcheck.PathEnded{State: netcheck.StateOK}, gone, netcheck.SessionEnded{Ended: netcheck.EndedError, Error: gone.Reason + "\x1b[2J"})
	var d document
	if err := json.Unmarshal(writtenFor(t, ReportName, r, netcheck.Judge(r)), &d); err != nil {
		t.Fatal(err)
	}
	if *d.Run.Ended != "error" || *d.Run.Error != gone.Reason+"[2J" || *d.Verdict.Grade == "good" || d.Paths[0].Call == nil || *d.Paths[1].Grade != "inconclusive" {
		t.Errorf("run %+v, %s: %s", d.Run, *d.Verdict.Grade, *d.Verdict.Sentence)
	}
}
