package netcheck

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// soundVideo is the result of 10 s of 640x360 at 30 a second, without a flaw, changed as asked.
func soundVideo(change func(*VideoSummary)) VideoSummary {
	s := VideoSummary{Plan: DefaultVideoPlan(VideoAlone), Span: 10 * time.Second, SentKbps: 2000, ReceivedKbps: 1990, TargetKbps: 2100,
		DirectionKnown: true, Up: stats.LossOf(2000, 0), Down: stats.LossOf(2000, 0), AfterRepair: stats.LossOf(2000, 0),
		Stats: stats.VideoStats{Sent: 300, Shown: 300, KeyFrames: 1, DelayOK: true, DelayP50US: 12_000, DelayP95US: 30_000, DelayMaxUS: 60_000, FPS: 30,
			PSNRCount: 300, PSNRMean: 42, PSNRP5: 39, WidthFirst: 640, HeightFirst: 360, WidthLast: 640, HeightLast: 360,
			WidthLeast: 640, HeightLeast: 360, WidthMost: 640, HeightMost: 360, SentMost: 300}}
	if change != nil {
		change(&s)
	}
	return s
}

// missing lets n of the pictures be lost.
func missing(n int) func(*VideoSummary) {
	return func(s *VideoSummary) { s.Stats.Missing, s.Stats.Shown = n, s.Stats.Sent-n }
}

func frozenFor(d time.Duration) func(*VideoSummary) {
	return func(s *VideoSummary) {
		s.Stats.Freezes, s.Stats.FrozenUS, s.Stats.LongestFreezeUS = 1, d.Microseconds(), (d + 33*ms).Microseconds()
	}
}

// videoPath is a path on which only the video probe ran.
func videoPath(p Path, change func(*VideoSummary)) PathReport {
	s := soundVideo(change)
	return PathReport{Path: p, State: StateOK, Connected: true, Direction: DirectionLoop, Video: &VideoReport{Result: &s}}
}

// bothPath has the figures of both probes.
func bothPath(loss PathReport, change func(*VideoSummary)) PathReport {
	loss.Video = videoPath(loss.Path, change).Video
	return loss
}

// Every value has a grade, and a worse value never has a better one.
func TestVideoMetricsHaveNoGaps(t *testing.T) {
	for _, m := range videoMetrics {
		last := 0
		for i := range 20_001 {
			v := m.good - 1 + (m.fair-m.good+2)*float64(i)/20_000
			rank := slices.Index(gradeOrder, m.grade(exactly(v, true)))
			if rank < last {
				t.Fatalf("%s: %v has the grade %q after a worse one", m.id, v, gradeOrder[rank])
			}
			last = rank
		}
		if last != 2 || m.good >= m.fair || videoMetricByID(m.id).id != m.id {
			t.Errorf("%s: %+v", m.id, m.limits)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a metric that does not exist was found")
		}
	}()
	videoMetricByID("luck")
}

func TestGradeVideo(t *testing.T) {
	tests := []struct {
		name   string
		change func(*VideoSummary)
		want   Grade
	}{
		{"nothing wrong", nil, GradeGood},
		{"1 % frozen", frozenFor(100 * ms), GradeGood},
		{"more", frozenFor(110 * ms), GradeFair},
		{"a hiccup in a short check", func(s *VideoSummary) { frozenFor(300 * ms)(s); s.Span = 3 * time.Second }, GradeFair},
		{"almost a second of it", func(s *VideoSummary) { frozenFor(999 * ms)(s); s.Span = 3 * time.Second }, GradeFair},
		{"a second of it", func(s *VideoSummary) { frozenFor(time.Second)(s); s.Span = 3 * time.Second }, GradePoor},
		{"3 of 300 missing", missing(3), GradeGood},
		{"4 of 300 missing", missing(4), GradeFair},
		{"16 of 300 missing", missing(16), GradePoor},
		{"none came back", missing(300), GradeFailed},
		{"400 ms of delay", func(s *VideoSummary) { s.Stats.DelayP95US = 400_000 }, GradeGood},
		{"800 ms of delay", func(s *VideoSummary) { s.Stats.DelayP95US = 800_000 }, GradeFair},
		{"more than 800 ms of delay", func(s *VideoSummary) { s.Stats.DelayP95US = 800_001 }, GradePoor},
		{"just enough bitrate", func(s *VideoSummary) { s.TargetKbps = 300 }, GradeGood},
		{"half of it", func(s *VideoSummary) { s.TargetKbps = 150 }, GradeFair},
		{"less", func(s *VideoSummary) { s.TargetKbps = 149 }, GradePoor},
		{"not known", func(s *VideoSummary) { s.TargetKbps = 0 }, GradeGood},
		{"little, as asked for", func(s *VideoSummary) { s.TargetKbps, s.Plan.StartKbps, s.Plan.MaxKbps = 100, 100, 150 }, GradeGood},
		{"2 of 1000 lost after repair", func(s *VideoSummary) { s.AfterRepair = stats.LossOf(2000, 4) }, GradeGood},
		{"3 of 1000", func(s *VideoSummary) { s.AfterRepair = stats.LossOf(2000, 6) }, GradeFair},
		{"1 %, by chance", func(s *VideoSummary) { s.AfterRepair = stats.LossOf(99, 1) }, GradeFair},
		{"2 %", func(s *VideoSummary) { s.AfterRepair = stats.LossOf(2000, 40) }, GradePoor},
		{"35 dB", func(s *VideoSummary) { s.Stats.PSNRMean = 35 }, GradeGood},
		{"30 dB", func(s *VideoSummary) { s.Stats.PSNRMean = 30 }, GradeFair},
		{"29.9 dB", func(s *VideoSummary) { s.Stats.PSNRMean = 29.9 }, GradePoor},
		{"not compared", func(s *VideoSummary) { s.Stats.PSNRCount, s.Stats.PSNRMean = 0, 0 }, GradeGood},
		{"half of them smaller", func(s *VideoSummary) { s.Stats.SentMost = 150 }, GradeGood},
		{"most of them smaller", func(s *VideoSummary) { s.Stats.SentMost = 149 }, GradeFair},
		{"all of them smaller", func(s *VideoSummary) { s.Stats.WidthMost, s.Stats.HeightMost, s.Stats.SizeChanges = 480, 270, 1 }, GradeFair},
		{"a file of smaller pictures", func(s *VideoSummary) { s.Stats.WidthMost, s.Stats.HeightMost = 320, 180 }, GradeGood},
		{"smaller because the plan wants it", func(s *VideoSummary) { s.Stats.SentMost, s.Plan.StartKbps = 0, 200 }, GradeGood},
		{"half a second", func(s *VideoSummary) { s.Stats.Sent, s.Stats.Shown = 15, 15 }, GradeUnknown},
		{"a second, most of it left out by the encoder", func(s *VideoSummary) { s.Stats.Sent, s.Stats.Shown, s.Stats.Dropped = 10, 10, 20 }, GradePoor},
		{"this computer was too slow", func(s *VideoSummary) { s.Stats.Skipped = 20 }, GradeUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := videoPath(PathDirect, tt.change)
			if got := gradeVideo(p); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			want := tt.want
			if want == GradeUnknown {
				want = GradeInconclusive
			}
			if got := gradePath(p); got != want {
				t.Errorf("the path: %q, want %q", got, want)
			}
			r := turnReport(p)
			checkWords(t, r, Judge(r))
		})
	}
}

// More of a flaw never gives a better grade.
func TestVideoGradeFollowsWhatIsMissing(t *testing.T) {
	order := append(slices.Clone(gradeOrder), GradeFailed)
	for _, n := range []int{30, 90, 300, 3000} {
		last := 0
		for lost := range n + 1 {
			g := gradePath(videoPath(PathDirect, func(s *VideoSummary) { s.Stats.Sent = n; missing(lost)(s) }))
			rank := slices.Index(order, g)
			if rank < last {
				t.Fatalf("%d of %d missing is %q", lost, n, g)
			}
			last = rank
		}
		if last != 3 {
			t.Errorf("all of %d missing is %q", n, order[last])
		}
	}
}

func TestGradeOfBothProbes(t *testing.T) {
	loss := func(n int) PathReport { return srtpPath(PathDirect, fates(100, 20*ms, losing(n, stats.StatusLostUp))) }
	few := srtpPath(PathDirect, fates(10, 20*ms, nil))
	tests := []struct {
		name string
		path PathReport
		want Grade
	}{
		{"both good", bothPath(loss(0), nil), GradeGood},
		{"the video is worse", bothPath(loss(0), missing(4)), GradeFair},
		{"the packets are worse", bothPath(loss(9), missing(4)), GradePoor},
		{"no picture, but packets", bothPath(loss(0), missing(300)), GradePoor},
		{"neither", bothPath(loss(100), missing(300)), GradeFailed},
		{"too few packets", bothPath(few, missing(4)), GradeFair},
		{"too few of both", bothPath(few, func(s *VideoSummary) { s.Stats.Sent = 3 }), GradeInconclusive},
		{"the video failed", with(loss(2), func(p *PathReport) { p.Video = &VideoReport{Code: ReasonLocal, Text: "No camera."} }), GradeFair},
		{"the video is in doubt", bothPath(loss(2), func(s *VideoSummary) { s.Self.QueueDropped = 200 }), GradeFair},
		{"the path is in doubt", with(bothPath(loss(0), nil), func(p *PathReport) { p.State, p.Code = StateInconclusive, ReasonBusy }), GradeInconclusive},
		{"stopped", with(bothPath(loss(0), missing(4)), func(p *PathReport) { p.State, p.Code = StateInterrupted, ReasonCancelled }), GradeFair},
	}
	for _, tt := range tests {
		if got := gradePath(tt.path); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		r := turnReport(tt.path)
		checkWords(t, r, Judge(r))
	}
}

// A path on which no picture came back is silent like one on which no packet did.
func TestSilentVideo(t *testing.T) {
	mute := videoPath(PathRelayUDP, missing(300))
	if r := turnReport(mute, videoPath(PathRelayTCP, nil)); Judge(r).Grade != GradePoor {
		t.Errorf("a call would choose the silent path: %q", Judge(r).Grade)
	}
	broke := with(videoPath(PathRelayUDP, nil), func(p *PathReport) { p.State, p.Code = StateFailed, ReasonLinkLost })
	r := turnReport(broke)
	if v := Judge(r); v.Grade != GradeFailed || !strings.Contains(v.Sentence, "connected and then broke off") {
		t.Errorf("%q: %s", v.Grade, v.Sentence)
	}
}

func TestNeededBitrate(t *testing.T) {
	of := func(w, h, fps int) float64 { return goodKbps(VideoPlan{Width: w, Height: h, FPS: fps}) }
	for _, tt := range []struct{ got, low, high float64 }{
		{of(640, 360, 30), 300, 300}, {of(1280, 720, 30), 800, 900}, {of(320, 180, 30), 90, 120}, {of(640, 360, 15), 150, 200},
	} {
		if tt.got < tt.low || tt.got > tt.high {
			t.Errorf("%v kbit/s, want %v to %v", tt.got, tt.low, tt.high)
		}
	}
	if got := neededKbps(VideoPlan{}); got != 0 || math.IsNaN(got) {
		t.Errorf("of no plan: %v", got)
	}
}

func TestAssessVideo(t *testing.T) {
	tests := []struct {
		name   string
		change func(*VideoSummary)
		want   ReasonCode
		text   string
	}{
		{"sound", nil, ReasonNone, ""},
		{"nothing was sent", func(s *VideoSummary) { s.Stats = stats.VideoStats{Skipped: 30} }, ReasonNoData, "No picture was sent"},
		{"one in twenty skipped", func(s *VideoSummary) { s.Stats.Skipped = 15 }, ReasonNone, ""},
		{"more", func(s *VideoSummary) { s.Stats.Skipped = 17 }, ReasonBusy, "left out 17 of 317 pictures"},
		{"and with those that were not decoded", func(s *VideoSummary) { s.Stats.Skipped, s.Self.QueueDropped = 8, 9 }, ReasonBusy, "left out 17 of 308 pictures"},
		{"what the encoder left out is no fault", func(s *VideoSummary) { s.Stats.Dropped = 200 }, ReasonNone, ""},
	}
	for _, tt := range tests {
		got := assessVideo(soundVideo(tt.change))
		if got.Code != tt.want || got.State != tt.want.State() || !strings.Contains(got.Reason, tt.text) || (got.Advice == "") != (tt.want == ReasonNone) {
			t.Errorf("%s: %+v, want %q with %q", tt.name, got, tt.want, tt.text)
		}
	}
}
