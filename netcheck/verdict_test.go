package netcheck

import (
	"slices"
	"strings"
	"testing"

	"echopath/netcheck/stats"
)

// skipping is a data channel that gave up n packets of 200 beside an SRTP that sent all of them and lost some.
func skipping(n, lost int, far bool) LossSummary {
	dc, srtp := resultOf(CarrierDataChannel, fates(200-n, 20*ms, nil)), resultOf(CarrierSRTP, fates(200, 20*ms, losing(lost, stats.StatusLostUp)))
	if far {
		dc.Self.SkippedReflector = n
	} else {
		dc.Self.SkippedSender = n
	}
	return LossSummary{Carriers: []CarrierResult{dc, srtp}}
}

// fullLine is the same behind a queue that was full most of the time.
func fullLine() LossSummary {
	sum := skipping(40, 0, false)
	sum.Carriers[1] = resultOf(CarrierSRTP, fates(200, 20*ms, func(i int, p *stats.Packet) {
		p.DownRecvUS += int64(min(i, 60)) * 4000
		losing(30, stats.StatusLostUp)(i, p)
	}))
	return sum
}

// The verdict rests on SRTP: what a data channel gave up beside it is a remark.
func TestADataChannelThatGaveUpPackets(t *testing.T) {
	for _, tt := range []struct {
		name  string
		sum   LossSummary
		state State
		want  []string
	}{
		{"a few", skipping(6, 0, false), StateOK, []string{"datachannel_unsent:relay-tls"}},
		{"a few answers", skipping(6, 0, true), StateOK, []string{"datachannel_unsent:relay-tls"}},
		{"one", skipping(1, 0, false), StateOK, nil},
		{"the line is full, as SRTP shows", fullLine(), StateSaturated, []string{"saturated:relay-tls"}},
		{"the network loses, and the line is not full", skipping(40, 30, false), StateOK, []string{"loss_out:relay-tls", "datachannel_unsent:relay-tls"}},
		{"the only carrier", LossSummary{Carriers: skipping(6, 0, false).Carriers[:1]}, StateSaturated, []string{"saturated:relay-tls"}},
	} {
		ended := assess(quick(), tt.sum, nil)
		p := measuredPath(PathRelayTLS, tt.sum.Carriers...)
		p.State, p.Code, p.Reason, p.Advice = ended.State, ended.Code, ended.Reason, ended.Advice
		r := turnReport(p)
		v := Judge(r)
		checkWords(t, r, v)
		if got := ids(v); ended.State != tt.state || !slices.Equal(got, tt.want) || tt.state == StateSaturated != (v.Grade == GradeInconclusive) {
			t.Errorf("%s: %s, %s, %q", tt.name, ended.State, v.Grade, got)
		}
	}
	srtp := skipping(6, 0, false)
	srtp.Carriers[0], srtp.Carriers[1] = srtp.Carriers[1], srtp.Carriers[0]
	srtp.Carriers[0].Carrier, srtp.Carriers[1].Carrier = CarrierDataChannel, CarrierSRTP
	if ended := assess(quick(), srtp, nil); ended.State != StateSaturated {
		t.Errorf("SRTP gave up: %s", ended.State)
	}
	logless := skipping(0, 0, false)
	dc := resultOf(CarrierDataChannel, fates(200, 20*ms, losing(2, stats.StatusLost)))
	dc.Self.LogComplete = false
	logless.Carriers[0] = dc
	if ended := assess(quick(), logless, nil); ended.State != StateOK {
		t.Errorf("the log of the data channel alone is missing: %s", ended.State)
	}
}

// A wrong public address of the host is one thing that lets a path come up where it was not expected.
func TestAdviceOnAWrongPublicAddress(t *testing.T) {
	noProof := endedPath(PathSTUN, ReasonNoProof)
	r := remoteReport(goodPath(PathDirect, 20*ms), noProof)
	f, v := finding(t, r, "path_failed"), Judge(r)
	checkWords(t, r, v)
	if !strings.Contains(f.Advice, "Lab-PC may be announcing a wrong public address") || !strings.Contains(f.Advice, "option public-address") {
		t.Errorf("%s", f.Advice)
	}
	if v.Grade != GradeGood || f.Severity != SeverityWarning {
		t.Errorf("%s beside %s", f.Severity, v.Grade)
	}
	if f := finding(t, remoteReport(noProof), "path_failed"); f.Severity != SeverityCritical {
		t.Errorf("alone: %s", f.Severity)
	}
	r.Other.Host = false
	if f := finding(t, r, "path_failed"); !strings.Contains(f.Advice, "this computer, the host, names a wrong public address") {
		t.Errorf("at the host: %s", f.Advice)
	}
	for _, r := range []Report{turnReport(noProof), remoteReport(endedPath(PathSTUN, ReasonDTLS))} {
		if f := finding(t, r, "path_failed"); strings.Contains(f.Advice, "public address") {
			t.Errorf("%s", f.Advice)
		}
	}
}

// Repair hides a loss from the picture, not from sound: grade and findings say the same.
func TestALossThatRepairHides(t *testing.T) {
	lost := func(n int) Report {
		return remoteReport(videoPath(PathDirect, func(s *VideoSummary) { s.Down, s.NACK = stats.LossOf(2000, n), n }))
	}
	v := Judge(lost(124))
	checkWords(t, lost(124), v)
	if got := ids(v); v.Grade != GradeFair || !slices.Equal(got, []string{"video_network_loss:direct"}) {
		t.Fatalf("6.2 %%: %s, %q", v.Grade, got)
	}
	if d := v.Findings[0].Detail; strings.Contains(d, "stands still") || !strings.Contains(d, "kept the picture whole") || !strings.Contains(d, "Only the download") {
		t.Errorf("%s", d)
	}
	if v := Judge(lost(40)); v.Grade != GradeGood || !slices.Equal(ids(v), []string{"video_repaired:direct"}) {
		t.Errorf("2 %%: %s, %q", v.Grade, ids(v))
	}
	if v := Judge(lost(240)); v.Grade != GradePoor || v.Findings[0].Severity != SeverityCritical {
		t.Errorf("12 %%: %s, %+v", v.Grade, v.Findings)
	}
	frozen := remoteReport(videoPath(PathDirect, func(s *VideoSummary) {
		s.Down = stats.LossOf(2000, 124)
		s.Stats.Freezes, s.Stats.FrozenUS, s.Stats.LongestFreezeUS = 3, 2_000_000, 900_000
	}))
	if d := finding(t, frozen, "video_network_loss").Detail; !strings.Contains(d, "Until it comes the picture stands still") {
		t.Errorf("%s", d)
	}
	last := 0
	for n := range 600 {
		rank := slices.Index(gradeOrder, Judge(lost(n)).Grade)
		if rank < last {
			t.Fatalf("%d lost have a better grade", n)
		}
		last = rank
	}
}

// An IP version that one end does not have is named, and is no word on the network.
func TestNoPathOfAnIPVersion(t *testing.T) {
	none := func(p Path) PathReport {
		return with(endedPath(p, ReasonNoFamily), func(p *PathReport) {
			p.Reason, p.Advice = "The other computer takes part at an address of another IP version than 6.", "Choose the other IP version."
		})
	}
	r := remoteReport(none(PathDirect), none(PathSTUN), endedPath(PathRelayUDP, ReasonNoServer))
	r.Granted.Family = Family6
	v := Judge(r)
	checkWords(t, r, v)
	if v.Sentence != "Nothing was measured: no path of IPv6 could be made." || v.Grade != GradeInconclusive || v.Findings[0].ID != "no_family" {
		t.Errorf("%q %s %+v", v.Sentence, v.Grade, v.Findings)
	}
	if f := finding(t, r, "no_family"); strings.Count(f.Detail, "another IP version") != 1 || !strings.Contains(f.Advice, "--ip auto") {
		t.Errorf("%+v", f)
	}
	for _, r := range []Report{remoteReport(none(PathDirect), goodPath(PathSTUN, 20*ms)), remoteReport(endedPath(PathDirect, ReasonNoServer))} {
		if got := ids(Judge(r)); slices.Contains(got, "no_family") {
			t.Errorf("%q", got)
		}
	}
}

// A host that ends a run by hand: what was measured is no judgement, and the paths that follow were not refused by a network.
func TestAHostThatEndsTheRun(t *testing.T) {
	cut := with(srtpPath(PathDirect, fates(300, 20*ms, nil)), func(p *PathReport) {
		p.State, p.Code, p.Reason, p.Advice, p.Partial = StateFailed, ReasonFarRefused, "The host has ended this run.", "Run the test again.", true
	})
	next := with(endedPath(PathRelayUDP, ReasonFarRefused), func(p *PathReport) { p.Reason, p.Advice = cut.Reason, cut.Advice })
	r := remoteReport(cut, next)
	v := Judge(r)
	checkWords(t, r, v)
	if v.Grade != GradeInconclusive || v.Paths[PathDirect] != GradeInconclusive || v.Paths[PathRelayUDP] != GradeInconclusive {
		t.Errorf("%s, %v", v.Grade, v.Paths)
	}
	for _, f := range v.Findings {
		if f.ID == "path_failed" || f.ID == "no_path" || f.Severity == SeverityCritical {
			t.Errorf("%s (%s): %s", f.ID, f.Severity, f.Title)
		}
	}
	if !strings.HasPrefix(v.Sentence, "Lab-PC did not take part in the whole test.") {
		t.Errorf("%q", v.Sentence)
	}
	refused := Judge(remoteReport(endedPath(PathDirect, ReasonFarRefused))) // it never took part: that is not the same
	if refused.Grade != GradeFailed || refused.Findings[0].Severity != SeverityCritical {
		t.Errorf("an order that is refused: %s, %+v", refused.Grade, refused.Findings)
	}
}

// A path that was stopped by hand and carried the call until then works.
func TestAStoppedPathThatWorked(t *testing.T) {
	stopped := with(callPath(nil), func(p *PathReport) {
		p.Path, p.State, p.Code, p.Reason = PathSTUN, StateInterrupted, ReasonCancelled, "Stopped before the end."
	})
	direct := endedPath(PathDirect, ReasonNoPair)
	if f := finding(t, remoteReport(direct, stopped), "direct_nat"); f.Severity != SeverityInfo {
		t.Errorf("%+v", f)
	}
	idle := PathReport{Path: PathSTUN, State: StateInterrupted, Code: ReasonCancelled, Connected: true}
	if f := finding(t, remoteReport(direct, idle), "path_blocked"); f.Severity != SeverityCritical {
		t.Errorf("without figures: %+v", f)
	}
}

// A video that the other end ended is no trouble of versions, and grades nothing.
func TestAVideoThatTheOtherEndEnded(t *testing.T) {
	p := bothPath(goodPath(PathDirect, 20*ms), frozenFor(3_000*ms))
	p.Video.Code, p.Video.Text = ReasonFarRefused, "The host has ended this run."
	r := remoteReport(p)
	v := Judge(r)
	checkWords(t, r, v)
	if got := ids(v); !slices.Equal(got, []string{"video_ended:direct"}) || strings.Contains(v.Findings[0].Advice, "same version") {
		t.Errorf("%q %+v", got, v.Findings)
	}
}
