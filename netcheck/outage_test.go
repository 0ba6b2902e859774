package netcheck

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// cutPath is 20 s of packets at 100/s, of which n in a row were lost, and beside them those that change says.
func cutPath(path Path, n int, status stats.Status, change func(int, *stats.Packet)) PathReport {
	return srtpPath(path, fates(2000, 20*ms, func(i int, p *stats.Packet) {
		if change != nil {
			change(i, p)
		}
		if i >= 500 && i < 500+n {
			p.Status = status
		}
	}))
}

func outageFinding(t *testing.T, r Report) Finding { return finding(t, r, "outage") }

func TestOutageIsAFinding(t *testing.T) {
	if got := findOutage(Report{}, cutPath(PathDirect, 100, stats.StatusLostUp, nil)); got != nil {
		t.Errorf("a second: %+v", got)
	}
	got := findOutage(Report{}, cutPath(PathDirect, 310, stats.StatusLostUp, nil))
	if len(got) != 1 || got[0].ID != "outage" || got[0].Title != "Direct: nothing passed for 3.1 s" {
		t.Errorf("three seconds: %+v", got)
	}
}

// A cable that is pulled: one finding, and no direction is blamed for what nobody could answer.
func TestAnOutageIsNoLossOfADirection(t *testing.T) {
	r := remoteReport(cutPath(PathDirect, 300, stats.StatusLostUp, nil))
	v := Judge(r)
	checkWords(t, r, v)
	f := v.Findings[0]
	if got := ids(v); !slices.Equal(got, []string{"outage:direct"}) || f.Severity != SeverityCritical || v.Grade != GradePoor {
		t.Errorf("%q (%s), %s", got, f.Severity, v.Grade)
	}
	if !strings.Contains(f.Detail, "Which way was cut, or at which end, is not known") || !strings.Contains(f.Advice, "at both ends") {
		t.Errorf("%s\n%s", f.Detail, f.Advice)
	}
	if want := "Nothing passed on Direct for 3.0 s. 15 % of the packets were lost on the round trip, all of them while nothing passed."; !strings.HasSuffix(v.Sentence, want) {
		t.Errorf("%q", v.Sentence)
	}
	back := Judge(remoteReport(cutPath(PathDirect, 300, stats.StatusLostDown, nil)))
	if f := back.Findings[0]; f.ID != "outage" || !strings.Contains(f.Detail, "In download alone it was cut") {
		t.Errorf("%+v", f)
	}
}

// Whatever else is in doubt, that nothing passed for seconds is told; not where this computer's kernel may have done it.
func TestAnOutageOfAPathInDoubt(t *testing.T) {
	for code, want := range map[ReasonCode]string{
		ReasonBusy:        "outage:direct inconclusive:direct",
		ReasonSenderLimit: "outage:direct saturated:direct",
		ReasonSocketDrops: "saturated:direct",
	} {
		r := remoteReport(with(cutPath(PathDirect, 800, stats.StatusLostUp, nil), func(p *PathReport) {
			p.State, p.Code, p.Reason, p.Advice = code.State(), code, "A reason.", "An advice."
		}))
		v := Judge(r)
		checkWords(t, r, v)
		if got := strings.Join(ids(v), " "); got != want || v.Grade != GradeInconclusive {
			t.Errorf("%s: %s, %s", code, got, v.Grade)
		}
		if told := strings.Contains(v.Sentence, "Nothing passed on Direct for 8.0 s."); told != strings.Contains(want, "outage") {
			t.Errorf("%s: %q", code, v.Sentence)
		}
	}
}

// What is lost beside an outage is told as before.
func TestLossBesideAnOutage(t *testing.T) {
	r := remoteReport(cutPath(PathDirect, 300, stats.StatusLostUp, every(20, stats.StatusLostDown)))
	v := Judge(r)
	checkWords(t, r, v)
	if got := ids(v); !slices.Equal(got, []string{"outage:direct", "loss_back:direct"}) {
		t.Fatalf("%q", got)
	}
	f := v.Findings[1]
	if f.Title != "Direct: 4.94 % of the packets are lost in download" || !strings.Contains(f.Detail, "84 of 1699") || !strings.Contains(f.Detail, "Only the download loses so much") {
		t.Errorf("%s\n%s", f.Title, f.Detail)
	}
	if !strings.Contains(v.Sentence, "301 of 385 of them while nothing passed") {
		t.Errorf("%q", v.Sentence)
	}
	all := remoteReport(srtpPath(PathDirect, fates(2000, 20*ms, losing(1990, stats.StatusLostUp)))) // no path that was cut, but one that does not work
	if got := ids(Judge(all)); !slices.Equal(got, []string{"loss_out:direct"}) {
		t.Errorf("hardly any came: %q", got)
	}
}

// A longer outage never has the better grade, however long the test.
func TestGradeFollowsTheOutage(t *testing.T) {
	for _, beside := range []func(int, *stats.Packet){nil, every(70, stats.StatusLostUp), every(30, stats.StatusLost)} {
		last := 0
		for n := 0; n <= 1990; n += 10 {
			v := Judge(remoteReport(cutPath(PathDirect, n, stats.StatusLostUp, beside)))
			rank := slices.Index(append(slices.Clone(gradeOrder), GradeFailed), v.Grade)
			if rank < last {
				t.Fatalf("%d packets: %s after a worse grade", n, v.Grade)
			}
			last = rank
			for _, f := range v.Findings {
				if v.Grade == GradeGood && f.Severity == SeverityCritical {
					t.Fatalf("%d packets: %s beside a good whole", n, f.Title)
				}
			}
		}
	}
	long := fates(60_000, 20*ms, func(i int, p *stats.Packet) {
		if i >= 500 && i < 750 {
			p.Status = stats.StatusLostUp
		}
	})
	v := Judge(remoteReport(srtpPath(PathDirect, long)))
	if v.Grade != GradeFair || outageFinding(t, remoteReport(srtpPath(PathDirect, long))).Severity != SeverityWarning {
		t.Errorf("2.5 s of ten minutes: %s, %+v", v.Grade, v.Findings)
	}
}

// cutVideo is 10 s of an echoed video of which nothing came back in the windows from 15 on.
func cutVideo(windows int) PathReport {
	lost := 6 * windows
	p := videoPath(PathDirect, func(s *VideoSummary) {
		missing(lost)(s)
		frozenFor(time.Duration(windows)*VideoSampleWidth + 300*ms)(s)
		s.Up, s.AfterRepair = stats.LossOf(2000, 40*windows), stats.LossOf(2000, 30*windows)
		s.Stats.DelayP95US = 900_000
	})
	for i := range 50 {
		w := VideoSample{Index: i, FramesSent: 6, FramesShown: 6, PacketsSent: 40, BytesSent: 40_000, BytesReceived: 40_000, TargetKbps: 2000, OwnKbps: 2000,
			PeerKbps: 2000, DelayMean: 40 * ms, Width: 640, Height: 360}
		switch {
		case windows == 0:
		case i >= 15 && i < 15+windows:
			w.FramesShown, w.BytesReceived, w.Frozen = 0, 0, VideoSampleWidth
		case i == 15+windows:
			w.LostUp, w.LostAfter, w.Frozen, w.DelayMean = 40*windows, 30*windows, 300*ms, 900*ms
		}
		p.Video.Samples = p.Video.Samples.with(w)
	}
	return p
}

// An outage in a video is named, and what it did to the picture is not told again.
func TestOutageOfAVideo(t *testing.T) {
	r := remoteReport(cutVideo(15))
	v := Judge(r)
	checkWords(t, r, v)
	f := v.Findings[0]
	if got := ids(v); !slices.Equal(got, []string{"outage:direct"}) || f.Severity != SeverityCritical || f.Title != "Direct: nothing passed for 3.0 s" || v.Grade != GradePoor {
		t.Errorf("%q (%s): %s, %s", got, f.Severity, f.Title, v.Grade)
	}
	if !strings.Contains(v.Sentence, "Nothing passed on Direct for 3.0 s.") {
		t.Errorf("%q", v.Sentence)
	}
	short := Judge(remoteReport(cutVideo(9)))
	if got := ids(short); slices.Contains(got, "outage:direct") || !slices.Contains(got, "video_frozen:direct") || !slices.Contains(got, "video_delay:direct") {
		t.Errorf("1.8 s: %q", got)
	}
	last := 0
	for n := range 34 {
		rank := slices.Index(gradeOrder, Judge(remoteReport(cutVideo(n))).Grade)
		if n > 0 && rank < last {
			t.Fatalf("%d windows have a better grade", n)
		}
		last = rank
	}
}

// What is wrong beside the outage is told.
func TestVideoBesideItsOutage(t *testing.T) {
	p := cutVideo(15)
	v := *p.Video
	for s := range p.Video.Samples.All() {
		if s.Index < 10 {
			s.FramesShown, s.DelayMean, s.Frozen = 4, 600*ms, 100*ms
			v.Samples = v.Samples.with(s)
		}
	}
	sum := *v.Result
	sum.Stats.Missing, sum.Stats.Shown, sum.Stats.FrozenUS = 110, 190, sum.Stats.FrozenUS+1_000_000
	v.Result, p.Video = &sum, &v
	got := ids(Judge(remoteReport(p)))
	if !slices.Equal(got, []string{"outage:direct", "video_frozen:direct", "video_missing:direct", "video_delay:direct"}) &&
		!slices.Equal(got, []string{"outage:direct", "video_frozen:direct", "video_missing:direct", "video_delay:direct", "video_network_loss:direct"}) {
		t.Errorf("%q", got)
	}
}

// cutCall is 10 s of a call of which nothing arrived in the windows from 15 on: up, down or both.
func cutCall(up, down int) PathReport {
	lose := func(d *CallDirection, windows int) {
		d.Lost, d.Shown = 6*windows, 300-6*windows
		d.BeforeRepair, d.AfterRepair = stats.LossOf(2000, 40*windows), stats.LossOf(1990, 30*windows)
		if windows > 0 {
			d.Freezes, d.FrozenUS, d.LongestFreezeUS = 1, int64(windows)*200_000, int64(windows)*200_000
		}
	}
	p := callPath(func(s *CallSummary) { lose(&s.Up, up); lose(&s.Down, down) })
	one := func(i, windows int) CallWindow {
		w := CallWindow{Sent: 6, Shown: 6, BytesSent: 40_000, BytesReceived: 40_000, TargetKbps: 2000, Width: 640, Height: 360}
		switch {
		case windows == 0:
		case i >= 15 && i < 15+windows:
			w.Shown, w.BytesReceived, w.Frozen = 0, 0, VideoSampleWidth
		case i == 15+windows:
			w.Lost, w.LostAfter = 40*windows, 30*windows
		}
		return w
	}
	for i := range 50 {
		p.Call.Samples = p.Call.Samples.with(CallSample{Index: i, Up: one(i, up), Down: one(i, down), Whole: i < 15 || i > 20}) // some accounts come late, or never
	}
	return p
}

func TestOutageOfACall(t *testing.T) {
	for _, tt := range []struct {
		name     string
		up, down int
		want     []string
		text     string // in the first finding
	}{
		{"none", 0, 0, nil, ""},
		{"both ways", 15, 15, []string{"outage:direct"}, "Which way was cut, or at which end, is not known"},
		{"download alone", 0, 15, []string{"outage:direct"}, "In download alone it was cut"},
		{"short", 4, 4, []string{"call_network_loss_up:direct", "call_frozen_up:direct"}, ""},
	} {
		r := remoteReport(cutCall(tt.up, tt.down))
		r.Granted.Video = DefaultVideoPlan(VideoCall)
		v := Judge(r)
		checkWords(t, r, v)
		got := ids(v)
		if tt.name == "short" {
			if slices.Contains(got, "outage:direct") || !slices.Contains(got, tt.want[0]) || !slices.Contains(got, tt.want[1]) {
				t.Errorf("%s: %q", tt.name, got)
			}
			continue
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if tt.text != "" && (!strings.Contains(v.Findings[0].Detail, tt.text) || v.Grade != GradePoor) {
			t.Errorf("%s: %s, %s", tt.name, v.Grade, v.Findings[0].Detail)
		}
	}
}
