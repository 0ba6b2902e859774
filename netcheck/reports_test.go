package netcheck

import (
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// fates makes a record of n packets at 100/s, each answered after rtt, and changes it as asked.
func fates(n int, rtt time.Duration, change func(i int, p *stats.Packet)) stats.Packets {
	rows := make(stats.Packets, n)
	for i := range rows {
		sent, way := int64(i)*10_000, rtt.Microseconds()/2
		rows[i] = stats.Packet{Seq: uint32(i), SentUS: sent, UpRecvUS: sent + way, ReflSendUS: sent + way,
			DownRecvUS: sent + 2*way, UpOrder: uint32(i + 1), DownOrder: uint32(i + 1), Status: stats.StatusOK}
		if change != nil {
			change(i, &rows[i])
		}
	}
	return rows
}

// losing gives the first n packets the status.
func losing(n int, s stats.Status) func(int, *stats.Packet) {
	return func(i int, p *stats.Packet) {
		if i < n {
			p.Status = s
		}
	}
}

// every gives every n-th packet the status.
func every(n int, s stats.Status) func(int, *stats.Packet) {
	return func(i int, p *stats.Packet) {
		if i%n == 0 {
			p.Status = s
		}
	}
}

const testLateAfter = 150 * time.Millisecond

// resultOf summarises rows as the loss probe does.
func resultOf(c Carrier, rows stats.Packets) CarrierResult {
	return CarrierResult{Carrier: c, Stats: stats.Summarize(rows, stats.Options{LateAfterUS: testLateAfter.Microseconds()}),
		Self: SelfCheck{LogComplete: true}}
}

// measuredPath is a path that is ok, with the given results.
func measuredPath(p Path, results ...CarrierResult) PathReport {
	pr := PathReport{Path: p, State: StateOK, Connected: true, Direction: DirectionLoop}
	for _, r := range results {
		pr.Carriers = append(pr.Carriers, CarrierReport{Carrier: r.Carrier, Result: &r})
	}
	return pr
}

// goodPath loses nothing and answers within the time.
func goodPath(p Path, rtt time.Duration) PathReport {
	rows := fates(500, rtt, nil)
	return measuredPath(p, resultOf(CarrierDataChannel, rows), resultOf(CarrierSRTP, rows))
}

// srtpPath is measured by srtp alone.
func srtpPath(p Path, rows stats.Packets) PathReport {
	return measuredPath(p, resultOf(CarrierSRTP, rows))
}

// endedPath did not get to measure.
func endedPath(p Path, code ReasonCode) PathReport {
	return PathReport{Path: p, State: code.State(), Code: code, Reason: "It did not answer.", Advice: "Ask for it.", Direction: DirectionLoop}
}

func turnReport(paths ...PathReport) Report {
	loss := quick()
	loss.LateAfter = testLateAfter
	plan := Plan{Target: Target{Kind: TargetTURN}, Loss: loss}
	return Report{Plan: plan, Granted: plan, Ended: EndedComplete, Paths: paths}
}

func selfReport(paths ...PathReport) Report {
	r := turnReport(paths...)
	r.Granted.Target.Kind = TargetSelf
	return r
}

// remoteReport is one of two computers: its paths are up and down.
func remoteReport(paths ...PathReport) Report {
	r := turnReport(paths...)
	r.Granted.Target = Target{Kind: TargetInvite, Servers: servers("turn:203.0.113.9", "turn:203.0.113.9?transport=tcp", "turns:203.0.113.9:443")}
	r.Other = &OtherEnd{Name: "Lab-PC", AppVersion: "0.5", OS: "linux/amd64", Way: "websocket", Address: "203.0.113.9:443", Host: true}
	for i := range r.Paths {
		r.Paths[i].Direction = DirectionUpDown
	}
	return r
}

// ids lists the findings as "id" or "id:path".
func ids(v Verdict) []string {
	var out []string
	for _, f := range v.Findings {
		id := f.ID
		if f.Path != PathUnknown {
			id += ":" + string(f.Path)
		}
		out = append(out, id)
	}
	return out
}

// checkWords holds every finding to what people can read.
func checkWords(t *testing.T, r Report, v Verdict) {
	t.Helper()
	texts := []string{v.Sentence}
	for _, f := range v.Findings {
		if f.ID == "" || f.Severity.rank() < 0 || f.Title == "" || f.Detail == "" || f.Advice == "" || len(f.Evidence) == 0 {
			t.Errorf("finding lacks something: %+v", f)
		}
		texts = append(texts, f.Title, f.Detail, f.Advice)
		for _, e := range f.Evidence {
			if e.Name == "" {
				t.Errorf("evidence without a name in %+v", f)
			}
			texts = append(texts, e.Value)
		}
		for _, s := range []string{f.Detail, f.Advice} {
			if !strings.HasSuffix(s, ".") || strings.Contains(s, "  ") || strings.Contains(s, "..") {
				t.Errorf("%s: not a sentence: %q", f.ID, s)
			}
		}
		if strings.HasSuffix(f.Title, ".") {
			t.Errorf("%s: the title is no title: %q", f.ID, f.Title)
		}
	}
	for _, s := range texts {
		for _, bad := range []string{"NaN", "Inf", "%!", "<nil>", "Unknown path", "unknown carrier"} {
			if strings.Contains(s, bad) {
				t.Errorf("%q holds %q", s, bad)
			}
		}
		lower := strings.ToLower(s)
		if !r.remote() && (strings.Contains(lower, "upload") || strings.Contains(lower, "download")) {
			t.Errorf("%q speaks of a direction that was not measured", s)
		}
	}
	if v.Sentence == "" || !strings.HasSuffix(v.Sentence, ".") {
		t.Errorf("the verdict is no sentence: %q", v.Sentence)
	}
	if len(v.Paths) != len(r.Paths) {
		t.Errorf("%d grades for %d paths", len(v.Paths), len(r.Paths))
	}
}
