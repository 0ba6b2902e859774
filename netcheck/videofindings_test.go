package netcheck

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// rates gives the video windows in which the ways allowed so much.
func rates(p PathReport, own, peer float64, n int) PathReport {
	v := *p.Video
	for range n {
		v.Samples = v.Samples.with(VideoSample{Index: v.Samples.Len(), OwnKbps: own, PeerKbps: peer})
	}
	p.Video = &v
	return p
}

func noVideo(code ReasonCode, text string) PathReport {
	return with(goodPath(PathDirect, 20*ms), func(p *PathReport) { p.Video = &VideoReport{Code: code, Text: text} })
}

func TestVideoFindings(t *testing.T) {
	video := func(change func(*VideoSummary)) Report { return turnReport(videoPath(PathDirect, change)) }
	narrow := func(s *VideoSummary) { s.TargetKbps, s.SentKbps = 180, 170 }
	lost := func(up, down, after int) func(*VideoSummary) {
		return func(s *VideoSummary) {
			s.Up, s.Down, s.AfterRepair, s.NACK = stats.LossOf(2000, up), stats.LossOf(2000, down), stats.LossOf(2000, after), up+down
		}
	}
	tests := []struct {
		name string
		r    Report
		want []string
		text string // in the title, detail or advice of the first
	}{
		{"nothing wrong", video(nil), nil, ""},
		{"a freeze too short to speak of", video(frozenFor(90 * ms)), nil, ""},
		{"one in a long test", video(func(s *VideoSummary) { frozenFor(900 * ms)(s); s.Span = 5 * time.Minute }), []string{"video_frozen:direct"},
			"The picture stood still once, for 0.9 s in all. At the longest 0.933 s passed from one picture to the next."},
		{"many", video(func(s *VideoSummary) {
			s.Stats.Freezes, s.Stats.FrozenUS, s.Stats.LongestFreezeUS = 4, 2_000_000, 700_000
		}), []string{"video_frozen:direct"}, "stood still 4 times, for 2 s in all"},
		{"missing", video(missing(30)), []string{"video_missing:direct"}, "30 of 300 pictures that were sent could not be shown"},
		{"left out", video(func(s *VideoSummary) { s.Stats.Dropped = 100 }), []string{"video_dropped:direct"}, "of 400 pictures 100 were left out"},
		{"missing, of few", video(func(s *VideoSummary) { s.Stats.Sent = 45; missing(1)(s) }), []string{"video_missing:direct"}, "45 pictures are too few to tell"},
		{"narrow", video(narrow), []string{"video_rate:direct"}, "640x360 at 30 pictures a second needs about 300 kbit/s."},
		{"narrow on the way out", turnReport(rates(videoPath(PathDirect, narrow), 180, 900, 9)), []string{"video_rate:direct"}, "The way out is the narrow one."},
		{"narrow on the way back", turnReport(rates(rates(videoPath(PathDirect, narrow), 900, 180, 9), 100, 180, 4)), []string{"video_rate:direct"},
			"The way back is the narrow one."},
		{"slow", video(func(s *VideoSummary) { s.Stats.DelayP95US = 500_000 }), []string{"video_delay:direct"}, "one in twenty took 500 ms or more"},
		{"lost in spite of repair", video(lost(50, 40, 30)), []string{"video_loss:direct"}, "30 of 2000 packets never came back"},
		{"lost and repaired", video(lost(40, 50, 0)), []string{"video_repaired:direct"}, "The network lost 2 % of the video's packets on the way out and 2.5 % on the way back."},
		{"too little lost to speak of", video(lost(9, 10, 0)), nil, ""},
		{"not known what was lost", video(func(s *VideoSummary) { lost(40, 50, 0)(s); s.DirectionKnown = false }), nil, ""},
		{"coarse", video(func(s *VideoSummary) { s.Stats.PSNRMean = 28 }), []string{"video_quality:direct"}, "it has 28 dB (PSNR) on average"},
		{"smaller", video(func(s *VideoSummary) { s.Stats.SentMost, s.Stats.WidthLeast, s.Stats.HeightLeast = 30, 320, 180 }),
			[]string{"video_size:direct"}, "90 % of the pictures were smaller than the 640x360 that was asked for, down to 320x180"},
		{"none came back", video(missing(300)), []string{"video_not_shown:direct", "no_path"}, "300 pictures were sent, and none"},
		{"none came back, but packets did", turnReport(bothPath(goodPath(PathDirect, 20*ms), missing(300))), []string{"video_not_shown:direct"}, ""},
		{"no camera", turnReport(noVideo(ReasonLocal, "There is no camera. (open /dev/video0: no such file)")), []string{"video_failed:direct"}, "There is no camera."},
		{"words without an end", turnReport(noVideo(ReasonFarRefused, "odd")), []string{"video_failed:direct"}, "Use the same version"},
		{"no words at all", turnReport(noVideo(ReasonServerError, "")), []string{"video_failed:direct"}, "No reason was given."},
		{"stopped before it began", turnReport(noVideo(ReasonCancelled, "Stopped.")), nil, ""},
		{"in doubt beside packets", turnReport(bothPath(goodPath(PathDirect, 20*ms), func(s *VideoSummary) { s.Stats.Skipped = 100 })),
			[]string{"video_in_doubt:direct"}, "could not keep up with the video"},
		{"in doubt, and told by the path already", turnReport(with(videoPath(PathDirect, func(s *VideoSummary) { s.Stats.Skipped = 100 }), func(p *PathReport) {
			p.State, p.Code, p.Reason, p.Advice = StateInconclusive, ReasonBusy, "Busy.", "Close programs."
		})), []string{"inconclusive:direct"}, ""},
		{"failed, and told by the path already", turnReport(with(endedPath(PathDirect, ReasonLocal), func(p *PathReport) {
			p.Connected, p.Video = true, &VideoReport{Code: ReasonLocal, Text: "No camera."}
		})), []string{"path_failed:direct", "no_path"}, ""},
		{"too short", video(func(s *VideoSummary) { s.Stats.Sent, s.Stats.Shown, s.Stats.FrozenUS = 12, 2, 9_000_000 }), nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Judge(tt.r)
			if got := ids(v); !slices.Equal(got, bySeverity(v, tt.want)) {
				t.Errorf("findings %q, want %q", got, tt.want)
			}
			checkWords(t, tt.r, v)
			if tt.text == "" || len(v.Findings) == 0 {
				return
			}
			if f := v.Findings[0]; !strings.Contains(f.Title+"\n"+f.Detail+"\n"+f.Advice, tt.text) {
				t.Errorf("want %q\ngot  %s\n%s\n%s", tt.text, f.Title, f.Detail, f.Advice)
			}
		})
	}
}

func TestSeverityOfVideoFindings(t *testing.T) {
	for want, change := range map[Severity]func(*VideoSummary){
		SeverityCritical: missing(60), SeverityWarning: missing(6),
		SeverityInfo: func(s *VideoSummary) { frozenFor(400 * ms)(s); s.Span = time.Hour },
	} {
		if v := Judge(turnReport(videoPath(PathDirect, change))); len(v.Findings) != 1 || v.Findings[0].Severity != want {
			t.Errorf("want %s: %+v", want, v.Findings)
		}
	}
}

// The cause of a failure is evidence; the sentence is for people.
func TestCauseOfAFailedVideo(t *testing.T) {
	f := finding(t, turnReport(noVideo(ReasonLocal, "There is no camera. (open /dev/video0: no such file)")), "video_failed")
	if f.Detail != "There is no camera." || !slices.Contains(f.Evidence, Evidence{"cause", "open /dev/video0: no such file"}) {
		t.Errorf("%+v", f)
	}
}

func TestNarrowWay(t *testing.T) {
	p := videoPath(PathDirect, nil)
	for _, tt := range []struct {
		p    PathReport
		want string
	}{
		{p, ""}, {rates(p, 500, -1, 9), ""}, {rates(p, 500, 500, 9), ""}, {rates(p, 500, 0, 9), ""}, {rates(p, 500, 600, 1), "out"},
		{rates(rates(p, 500, 600, 5), 600, 500, 4), ""}, {rates(p, 600, 500, 3), "back"},
	} {
		if got := narrowWay(tt.p); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	p.Direction = DirectionUpDown
	if got := narrowWay(rates(p, 500, 600, 1)) + narrowWay(rates(p, 600, 500, 1)); got != "updown" {
		t.Errorf("between two machines: %q", got)
	}
}

func TestVideoSentences(t *testing.T) {
	slow := func(s *VideoSummary) { s.Stats.DelayP50US = 45_000 }
	tests := []struct {
		r    Report
		want string
	}{
		{turnReport(videoPath(PathDirect, nil)), "Direct works. The picture came back after 12 ms and never stood still."},
		{turnReport(videoPath(PathDirect, frozenFor(1200*ms))), "Direct connects, but calls over it will be bad. The picture came back after 12 ms and stood still for 1.2 s in all."},
		{turnReport(videoPath(PathDirect, func(s *VideoSummary) { s.Stats.DelayOK = false })), "Direct works. The picture came back and never stood still."},
		{turnReport(videoPath(PathDirect, nil), videoPath(PathRelayUDP, slow)),
			"Both paths work. The picture never stood still. It was slowest on Relay UDP, where it came back after 45 ms."},
		{turnReport(videoPath(PathDirect, frozenFor(90*ms)), videoPath(PathRelayUDP, slow)), "Both paths work. The picture stood still most on Direct, for 0.09 s in all."},
		{turnReport(videoPath(PathDirect, nil), videoPath(PathRelayUDP, missing(300))), "Direct works. Relay UDP does not work. No picture came back on Relay UDP."},
		{turnReport(bothPath(goodPath(PathDirect, 20*ms), nil)),
			"Direct works. No packet was lost (0 of 500: below 0.77 %). The picture came back after 12 ms and never stood still."},
		{turnReport(noVideo(ReasonLocal, "No camera.")), "Direct works. No packet was lost (0 of 500: below 0.77 %)."},
		{turnReport(videoPath(PathDirect, func(s *VideoSummary) { s.Stats.Sent = 9 })), "Direct could not be judged."},
	}
	for _, tt := range tests {
		if got := Judge(tt.r).Sentence; got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

// With both ends on this computer there is no cable to change.
func TestAdviceOnAVideoOfThisComputer(t *testing.T) {
	p := videoPath(PathDirect, func(s *VideoSummary) {
		s.Stats.Missing, s.Stats.Shown = 60, 240
		s.Stats.Freezes, s.Stats.FrozenUS, s.Stats.LongestFreezeUS = 3, 2_000_000, 900_000
	})
	for _, f := range findVideo(selfReport(p), p) {
		if f.Severity != SeverityInfo && f.Advice != ownVideoAdvice {
			t.Errorf("%s advises: %s", f.ID, f.Advice)
		}
	}
}

// Where the network loses much, that is named first: everything else follows from it.
func TestLossIsNamedAsTheCause(t *testing.T) {
	lossy := func(sent, lost int) func(*VideoSummary) {
		return func(s *VideoSummary) {
			s.Up, s.Down = stats.LossOf(sent, lost), stats.LossOf(sent, 0)
			s.Stats.Freezes, s.Stats.FrozenUS, s.Stats.LongestFreezeUS = 3, 2_000_000, 900_000
		}
	}
	for _, tt := range []struct {
		name       string
		sent, lost int
		want       Severity
	}{{"little", 1000, 20, ""}, {"few packets", 50, 10, ""}, {"some", 1000, 60, SeverityWarning}, {"much", 1000, 170, SeverityCritical}} {
		r := turnReport(videoPath(PathRelayUDP, lossy(tt.sent, tt.lost)))
		v := Judge(r)
		i := slices.IndexFunc(v.Findings, func(f Finding) bool { return f.ID == "video_network_loss" })
		switch {
		case tt.want == "" && i >= 0:
			t.Errorf("%s: %s", tt.name, v.Findings[i].Title)
		case tt.want != "" && (i < 0 || v.Findings[i].Severity != tt.want):
			t.Errorf("%s: findings %+v", tt.name, v.Findings)
		case tt.want == SeverityCritical && i != 0:
			t.Errorf("%s: it comes after %s", tt.name, v.Findings[0].Title)
		}
	}
}
