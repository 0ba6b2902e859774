package present

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// videoSessions are those that are shown in golden files, with the plan of each.
var videoSessions = map[string]struct {
	run     presenttest.RunFunc
	mode    netcheck.VideoMode
	stopped bool
}{
	"video-good":      {run: presenttest.VideoGood, mode: netcheck.VideoAlone},
	"video-freezing":  {run: presenttest.VideoFreezing, mode: netcheck.VideoAlone},
	"video-after":     {run: presenttest.VideoFreezing, mode: netcheck.VideoAfterLoss},
	"video-load":      {run: presenttest.VideoGood, mode: netcheck.VideoUnderLoad},
	"video-failed":    {run: presenttest.VideoFailed, mode: netcheck.VideoAlone},
	"video-no-camera": {run: presenttest.VideoFailed, mode: netcheck.VideoAfterLoss},
	"video-stopped":   {run: presenttest.VideoStopped, mode: netcheck.VideoAlone, stopped: true},
}

// playedVideo gives what came out of one of them.
func playedVideo(t *testing.T, name string) (netcheck.Report, netcheck.Verdict) {
	t.Helper()
	s := videoSessions[name]
	plan := presenttest.VideoPlan(s.mode, netcheck.PathDirect, netcheck.PathRelayUDP, netcheck.PathRelayTLS)
	if s.mode == netcheck.VideoAfterLoss {
		plan.Video.Paths = 2
	}
	return playedUntil(t, s.run, plan, s.stopped)
}

// What is copied of a run with video, and what stands on a narrow and on a wide screen.
func TestReportWithVideo(t *testing.T) {
	for name := range videoSessions {
		r, v := playedVideo(t, name)
		for _, width := range []int{40, 80, 120} {
			text := textOf(Style{Width: width, Unicode: true}, r, v)
			wantWrapped(t, name, width, text)
			presenttest.Golden(t, fmt.Sprintf("%s-%d.txt", name, width), text)
		}
	}
}

func TestVideoFigures(t *testing.T) {
	r, v := playedVideo(t, "video-freezing")
	p, _ := r.Path(netcheck.PathRelayUDP)
	f := VideoOf(p, v.Paths[p.Path])
	for name, pair := range map[string][2]string{
		"state": {f.State.String(), "■ poor"}, "picture": {f.Picture, "640x360@30, down to 480x270"}, "shown": {f.Shown, "261 of 298"},
		"frozen": {f.Frozen, "1.19 s in 2, longest 0.733 s"}, "short": {f.FrozenShort, "1.19 s in 2"}, "delay": {f.Delay, "101 / 121"},
		"missing": {f.Missing, "37"}, "dropped": {f.Dropped, "2"}, "skipped": {f.Skipped, "0"}, "before": {f.LossBefore, "8.05 %"},
		"after": {f.LossAfter, "0.755 %"}, "psnr": {f.PSNR, "44.2"}, "ssim": {f.SSIM, "0.972"}, "target": {f.Target, "1000"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", name, pair[0], pair[1])
		}
	}
	none := noVideo()
	none.State = StateMark(netcheck.PathReport{}, "")
	if got := VideoOf(netcheck.PathReport{}, ""); got != none {
		t.Errorf("nothing measured: %+v", got)
	}
	nothing := noVideo()
	nothing.Dropped, nothing.Missing, nothing.Skipped = "0", "0", "300"
	if got := FiguresOf(netcheck.VideoSummary{Stats: stats.VideoStats{Skipped: 300}, Span: time.Second}); got != nothing {
		t.Errorf("no picture sent: %+v", got)
	}
}

func TestHappened(t *testing.T) {
	large, ms := netcheck.VideoSize{Width: 640, Height: 360}, time.Millisecond
	tests := []struct {
		what   netcheck.VideoHappened
		before netcheck.VideoSize
		want   string
	}{
		{netcheck.VideoHappened{What: netcheck.Thawed, Took: 400 * ms}, large, "The picture stood still for 0.4 s."},
		{netcheck.VideoHappened{What: netcheck.Froze, Took: 200 * ms}, large, "The picture stands still."},
		{netcheck.VideoHappened{What: netcheck.KeyFrameAsked, Far: true}, large, "The other end asked for a key frame: a loss could not be repaired."},
		{netcheck.VideoHappened{What: netcheck.KeyFrameAsked}, large, "This end asked for a key frame: a loss could not be repaired."},
		{netcheck.VideoHappened{What: netcheck.SizeChanged, Width: 480, Height: 270, Kbps: 300}, large, "Picture made smaller, 480x270, because 300 kbit/s is too little for 640x360."},
		{netcheck.VideoHappened{What: netcheck.SizeChanged, Width: 960, Height: 540, Kbps: 1900}, large, "Picture made larger, 960x540: 1900 kbit/s is enough for it."},
		{netcheck.VideoHappened{What: netcheck.SizeChanged, Width: 480, Height: 270, Kbps: 300}, netcheck.VideoSize{}, "The picture is 480x270 now, at 300 kbit/s."},
		{netcheck.VideoHappened{What: netcheck.RateFell, FromKbps: 1800, Kbps: 612.4}, large, "The target bitrate fell from 1800 to 612 kbit/s: the line carries no more at the moment."},
		{netcheck.VideoHappened{What: netcheck.RecordingBegan, Text: "/home/ann/call.webm"}, large, "Recording to /home/ann/call.webm."},
		{netcheck.VideoHappened{What: netcheck.RecordingFailed, Text: "the disk is full; 12 s were saved."}, large, "The recording has failed: the disk is full; 12 s were saved."},
		{netcheck.VideoHappened{What: netcheck.RecordingEnded, Text: "10 s in call.webm"}, large, "The recording has ended: 10 s in call.webm."},
		{netcheck.VideoHappened{What: netcheck.SourceEnded, Text: "the camera was \x1b[2Junplugged"}, large, "There are no more pictures: the camera was [2Junplugged."},
		{netcheck.VideoHappened{What: "danced"}, large, ""},
	}
	for _, tt := range tests {
		if got, _ := Happened(tt.what, tt.before); got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

func TestLoadWords(t *testing.T) {
	rtt := func(us int64) stats.RTT { return stats.RTT{OK: true, N: 100, P50US: us} }
	tests := []struct {
		loaded      int64
		words, cell string
		tone        Tone
	}{
		{12_000, "A call adds 10 ms to everything else: grade A.", "+10 ms, A", ToneGood},
		{2_300, "A call adds less than 1 ms to everything else: grade A+.", "+0.3 ms, A+", ToneGood},
		{92_000, "A call adds 90 ms to everything else: grade C.", "+90 ms, C", ToneFair},
		{902_000, "A call adds 900 ms to everything else: grade F.", "+900 ms, F", TonePoor},
	}
	for _, tt := range tests {
		l := netcheck.EffectOfLoad(rtt(2_000), rtt(tt.loaded))
		if LoadWords(l) != tt.words || LoadCell(l) != tt.cell || LoadTone(l) != tt.tone || !strings.HasPrefix(LoadDetail(l), tt.words) {
			t.Errorf("%q %q %d %q, want %+v", LoadWords(l), LoadCell(l), LoadTone(l), LoadDetail(l), tt)
		}
	}
	for _, none := range []*netcheck.LoadEffect{nil, {}, {Idle: rtt(1), Grade: "A"}} {
		if LoadWords(none) != "" || LoadCell(none) != None || LoadTone(none) != ToneNone || LoadDetail(none) != "" {
			t.Errorf("not measured: %q %q", LoadWords(none), LoadCell(none))
		}
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 s", 400 * time.Millisecond: "0.4 s", 1234 * time.Millisecond: "1.23 s",
		99 * time.Microsecond: "<0.001 s", 12_345 * time.Millisecond: "12.3 s", time.Hour: "3600 s"} {
		if got := Seconds(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// The sum of all windows is what the summary says.
func TestVideoSumAddsUp(t *testing.T) {
	r, _ := playedVideo(t, "video-freezing")
	p, _ := r.Path(netcheck.PathRelayUDP)
	var sum VideoSum
	if f := sum.Figures(); f != noVideo() {
		t.Errorf("nothing: %+v", f)
	}
	for s := range p.Video.Samples.All() {
		sum.Add(s, 1)
	}
	got, want := sum.Figures(), FiguresOf(*p.Video.Result)
	if got.Shown != want.Shown || got.PSNR != want.PSNR || got.SSIM != want.SSIM || got.Dropped != want.Dropped || !strings.HasPrefix(want.Frozen, got.Frozen) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for s := range p.Video.Samples.All() {
		sum.Add(s, -1)
	}
	if _, ok := sum.Delay(); ok || sum.Windows != 0 || sum.Sent != 0 || sum.Frozen() != 0 || sum.FPS() != 0 {
		t.Errorf("taken away again: %+v", sum)
	}
}
