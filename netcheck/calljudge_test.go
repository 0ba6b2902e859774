package netcheck

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// soundWay is one direction of a call of 10 s without a flaw.
func soundWay() CallDirection {
	return CallDirection{Known: true, Sent: 300, Shown: 300, KeyFrames: 1, SentFull: 300, WidthAsked: 640, HeightAsked: 360, FPSAsked: 30,
		SentKbps: 2000, ReceivedKbps: 1990, TargetKbps: 2100, Width: 640, Height: 360, JitterUS: 900, JitterOK: true, DecodeP95US: 900,
		BeforeRepair: stats.LossOf(2000, 0), AfterRepair: stats.LossOf(1990, 0)}
}

func soundCall(change func(*CallSummary)) CallSummary {
	s := CallSummary{Plan: DefaultVideoPlan(VideoCall), Span: 10 * time.Second, Up: soundWay(), Down: soundWay(), FarSource: "camera",
		RTT: stats.RTT{OK: true, N: 12, MinUS: 20_000, MeanUS: 22_000, P50US: 21_000, P95US: 30_000, P99US: 30_000, MaxUS: 30_000}}
	if change != nil {
		change(&s)
	}
	return s
}

// callPath is a path on which a call was made.
func callPath(change func(*CallSummary)) PathReport {
	s := soundCall(change)
	ended := assessCall(s, &OtherEnd{Name: "Lab-PC"})
	return PathReport{Path: PathDirect, State: ended.State, Code: ended.Code, Reason: ended.Reason, Advice: ended.Advice, Connected: true,
		Direction: DirectionUpDown, Call: &CallReport{Result: &s}}
}

func TestJudgeCall(t *testing.T) {
	up := func(change func(*CallDirection)) func(*CallSummary) { return func(s *CallSummary) { change(&s.Up) } }
	down := func(change func(*CallDirection)) func(*CallSummary) { return func(s *CallSummary) { change(&s.Down) } }
	froze := func(d time.Duration) func(*CallDirection) {
		return func(c *CallDirection) {
			c.Freezes, c.FrozenUS, c.LongestFreezeUS = 2, d.Microseconds(), (d + 33*ms).Microseconds()
		}
	}
	none := func(c *CallDirection) { c.Shown, c.Lost, c.AfterRepair = 0, 300, stats.LossOf(1990, 1990) }
	tests := []struct {
		name   string
		change func(*CallSummary)
		grade  Grade
		ids    []string
		words  string // in the sentence
	}{
		{"nothing wrong", nil, GradeGood, nil, "In the call on Direct the picture in upload never stood still, and in download it never stood still."},
		{"froze in upload", up(froze(400 * ms)), GradeFair, []string{"call_frozen_up:direct"}, "in upload stood still for 0.4 s in all, and in download it never stood still"},
		{"froze in download", down(froze(3 * time.Second)), GradePoor, []string{"call_frozen_down:direct"}, "in upload never stood still, and in download it stood still for 3 s in all"},
		{"a short freeze", up(func(c *CallDirection) { c.Freezes, c.FrozenUS, c.LongestFreezeUS = 1, 90_000, 320_000 }), GradeGood, []string{"call_frozen_up:direct"}, ""},
		{"pictures lost", down(func(c *CallDirection) { c.Shown, c.Lost = 270, 30 }), GradePoor, []string{"call_missing_down:direct"}, ""},
		{"pictures left out", up(func(c *CallDirection) { c.Sent, c.Shown, c.SentFull, c.Dropped = 150, 150, 150, 150 }), GradePoor, []string{"call_dropped_up:direct"}, ""},
		{"little bitrate", up(func(c *CallDirection) { c.TargetKbps = 200 }), GradeFair, []string{"call_rate_up:direct"}, ""},
		{"very little bitrate", down(func(c *CallDirection) { c.TargetKbps = 100 }), GradePoor, []string{"call_rate_down:direct"}, ""},
		{"loss after repair", up(func(c *CallDirection) { c.AfterRepair = stats.LossOf(1990, 60) }), GradePoor, []string{"call_loss_up:direct"}, ""},
		{"loss that repair mends", down(func(c *CallDirection) { c.BeforeRepair = stats.LossOf(2000, 100) }), GradeFair, []string{"call_network_loss_down:direct"}, ""},
		{"little loss that repair mends", down(func(c *CallDirection) { c.BeforeRepair = stats.LossOf(2000, 50) }), GradeGood, nil, ""},
		{"much loss that repair mends", up(func(c *CallDirection) { c.BeforeRepair = stats.LossOf(2000, 200) }), GradePoor, []string{"call_network_loss_up:direct"}, ""},
		{"smaller", up(func(c *CallDirection) { c.SentFull = 50 }), GradeFair, []string{"call_size_up:direct"}, ""},
		{"always smaller", up(func(c *CallDirection) { c.SentFull = 0 }), GradeFair, []string{"call_size_up:direct"}, ""},
		{"a smaller one was granted", down(func(c *CallDirection) { c.WidthAsked, c.HeightAsked, c.Width, c.Height = 320, 180, 320, 180 }), GradeGood, nil, ""},
		{"a long way", func(s *CallSummary) { s.RTT.P50US = 600_000 }, GradePoor, []string{"call_delay:direct"}, ""},
		{"few reports of a long way", func(s *CallSummary) { s.RTT.P50US, s.RTT.N = 600_000, 2 }, GradeGood, nil, ""},
		{"one way only", up(none), GradePoor, []string{"call_not_shown_up:direct"}, "in upload did not arrive, and in download it never stood still"},
		{"neither way", func(s *CallSummary) { none(&s.Up); none(&s.Down) }, GradeFailed, []string{"call_not_shown_up:direct", "call_not_shown_down:direct", "no_path"}, ""},
		{"no account", func(s *CallSummary) { s.Up.Known, s.Down.Known = false, false }, GradeInconclusive, []string{"inconclusive:direct"}, ""},
		{"busy here", up(func(c *CallDirection) { c.Skipped = 60 }), GradeInconclusive, []string{"inconclusive:direct"}, ""},
		{"busy there", down(func(c *CallDirection) { c.Skipped = 60 }), GradeInconclusive, []string{"saturated:direct"}, ""},
		{"too slow to decode here", down(func(c *CallDirection) { c.QueueDropped = 60 }), GradeInconclusive, []string{"inconclusive:direct"}, ""},
		{"too slow to decode there", up(func(c *CallDirection) { c.QueueDropped = 60 }), GradeInconclusive, []string{"saturated:direct"}, ""},
		{"late here", func(s *CallSummary) { s.Self.CaptureErrorP95 = 20 * ms }, GradeInconclusive, []string{"inconclusive:direct"}, ""},
		{"late there", func(s *CallSummary) { s.Far.CaptureErrorP95 = 20 * ms }, GradeInconclusive, []string{"saturated:direct"}, ""},
		{"they send nothing", down(func(c *CallDirection) {
			*c = CallDirection{Known: true, WidthAsked: 640, HeightAsked: 360, FPSAsked: 30}
		}), GradeInconclusive, []string{"inconclusive:direct"}, ""},
		{"nothing is sent", func(s *CallSummary) { *s = CallSummary{Plan: s.Plan} }, GradeInconclusive, []string{"inconclusive:direct"}, ""},
		{"figures that are none", func(s *CallSummary) {
			s.Up.TargetKbps, s.Down.JitterUS, s.RTT.MeanUS = math.NaN(), math.Inf(1), math.NaN()
		}, GradeGood, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := remoteReport(callPath(tt.change))
			r.Granted.Video = DefaultVideoPlan(VideoCall)
			v := Judge(r)
			checkWords(t, r, v)
			if got := v.Paths[PathDirect]; got != tt.grade || !slices.Equal(ids(v), tt.ids) {
				t.Errorf("grade %q with %q, want %q with %q (state %s)", got, ids(v), tt.grade, tt.ids, r.Paths[0].State)
			}
			if !strings.Contains(v.Sentence, tt.words) {
				t.Errorf("%q, want %q in it", v.Sentence, tt.words)
			}
		})
	}
}

// TestCallWordsOfLoop: findings about a report that claims to be of one computer speak of no upload.
func TestCallWordsOfLoop(t *testing.T) {
	p := callPath(func(s *CallSummary) { s.Up.FrozenUS, s.Up.Freezes, s.Up.LongestFreezeUS = 5_000_000, 3, 4_000_000 })
	p.Direction = DirectionLoop
	r := turnReport(p)
	v := Judge(r)
	checkWords(t, r, v)
	if len(v.Findings) == 0 {
		t.Error("nothing was found")
	}
}

// TestACallThatFailed is told as the state of its path, once.
func TestACallThatFailed(t *testing.T) {
	for state, p := range map[string]PathReport{
		"path_failed:direct": {Path: PathDirect, State: StateFailed, Code: ReasonFarRefused, Reason: "The other end did not accept the call: limit.", Connected: true,
			Call: &CallReport{Code: ReasonFarRefused, Text: "The other end did not accept the call: limit."}},
		"interrupted:direct": {Path: PathDirect, State: StateInterrupted, Code: ReasonCancelled, Reason: "Stopped.", Connected: true, Call: &CallReport{Code: ReasonCancelled}},
	} {
		r := remoteReport(p)
		if v := Judge(r); !slices.Contains(ids(v), state) || slices.Contains(ids(v), "call_failed:direct") {
			t.Errorf("%q, want %s", ids(v), state)
		}
	}
	broke := callPath(nil)
	broke.State, broke.Code, broke.Reason = StateFailed, ReasonLinkLost, "The connection to the other end was lost."
	if v := Judge(remoteReport(broke)); !strings.Contains(v.Sentence, "connected and then broke off") || v.Paths[PathDirect] != GradeFailed {
		t.Errorf("%q, %v", v.Sentence, v.Paths)
	}
}

func TestOnlyAnInviteCanBeCalled(t *testing.T) {
	for kind, want := range map[TargetKind]string{TargetSelf: "a call needs another Echopath", TargetTURN: "a call needs another Echopath", TargetInvite: ""} {
		p := Plan{Target: Target{Kind: kind, Servers: servers("turn:203.0.113.9")}, Video: DefaultVideoPlan(VideoCall)}
		g, err := p.Grant()
		if want == "" && (err != nil || g.Video.Load() == nil || g.Estimate().Packets != 0 || g.Estimate().Duration == 0) {
			t.Errorf("%s: %v, %+v", kind, err, g.Estimate())
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", kind, err, want)
		}
	}
}
