package model

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// filmed gives the events of a session with video.
func filmed(t *testing.T, run presenttest.RunFunc, plan netcheck.Plan, stopped bool) []netcheck.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if stopped {
		cancel()
	}
	var events []netcheck.Event
	if _, err := run(ctx, plan, func(e netcheck.Event) { events = append(events, e) }); (err != nil) != stopped {
		t.Fatal(err)
	}
	return events
}

// screened replays a session of two paths on the screen until an event, or to its end.
func screened(t *testing.T, run presenttest.RunFunc, mode netcheck.VideoMode, until func(netcheck.Event) bool) (*Video, VideoView) {
	t.Helper()
	m := NewVideo(Units{})
	m.Begin()
	var now time.Duration
	whole := true
	for _, e := range filmed(t, run, presenttest.VideoPlan(mode, netcheck.PathDirect, netcheck.PathRelayUDP), false) {
		m.Apply(e)
		now = e.At
		if until != nil && until(e) {
			whole = false
			break
		}
	}
	if whole {
		m.End(Outcome{Folder: "/home/ann/echopath"})
	}
	return m, m.View(now)
}

// atWindow tells the event of a window of the video on a path.
func atWindow(p netcheck.Path, index int) func(netcheck.Event) bool {
	return func(e netcheck.Event) bool {
		s, ok := e.Body.(netcheck.VideoSampleTaken)
		return ok && e.Path == p && s.Sample.Index == index
	}
}

func videoRow(v VideoView, p netcheck.Path) VideoRow {
	return v.Rows[slices.IndexFunc(v.Rows, func(r VideoRow) bool { return r.Path == p })]
}

func videoTexts(r VideoRow) (out [NumVideoCols]string) {
	for i, c := range r.Cells {
		out[i] = c.Text
	}
	return out
}

func logText(lines []LogLine) string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Time+" "+l.Path+": "+l.Text)
	}
	return strings.Join(out, "\n")
}

func TestVideoBeforeARun(t *testing.T) {
	m := NewVideo(Units{})
	v := m.View(0)
	if !v.CanStart || v.Banner.Mark.Word != "READY" || !strings.Contains(v.Banner.Text, "picture") || v.Caption.Why == "" || v.Status.Text != "Ready" {
		t.Errorf("%+v", v)
	}
	for _, r := range v.Rows {
		if r.State.Word != "ready" || videoTexts(r)[VideoColShown] != present.None || r.Cells[VideoColShown].Hint == "" {
			t.Errorf("%+v", r)
		}
	}
	for i, h := range m.Header() {
		if h.Title == "" || h.Hint == "" {
			t.Errorf("column %d: %+v", i, h)
		}
	}
	if len(m.VideoCurves()) != 0 || len(m.Details(netcheck.PathDirect)) != 1 {
		t.Error("there are curves or details before a run")
	}
}

func TestVideoRunning(t *testing.T) {
	m, v := screened(t, presenttest.VideoGood, netcheck.VideoAlone, atWindow(netcheck.PathRelayUDP, 24))
	r := videoRow(v, netcheck.PathRelayUDP)
	got := videoTexts(r)
	want := [NumVideoCols]string{"149 of 151", "29.8", "0 s", "mean 42", "0 %", "0 %", "954", "44.2", "0.972", "14", "–"}
	if got != want || r.State.String() != "◌ measuring" || !r.Active {
		t.Errorf("%q %+v\nwant %q", got, r.State, want)
	}
	for i, c := range r.Cells {
		if soft := c.Text != present.None && i != VideoColConnect; c.Soft != soft || c.Hint == "" {
			t.Errorf("column %d: %+v", i, c)
		}
	}
	if v.Banner.Text != "Video over Relay UDP (2 of 2)" || v.Status.Text != "Relay UDP (2 of 2): video, 29.8 a second, 954 kbit/s, frozen 0 s" {
		t.Errorf("%q %q", v.Banner.Text, v.Status.Text)
	}
	if c := v.Caption; c.Path != netcheck.PathRelayUDP || c.Sent != "Sent: 640x360, 30 a second, 960 kbit/s" || c.Echoed != "Echoed: 30 a second, 42 ms later, PSNR 44.2 dB" || c.Frozen || c.Why != "" {
		t.Errorf("%+v", c)
	}
	if v.CanStart || v.CanSave || len(m.Curves()) != 0 {
		t.Error("a run without packets has curves of them, or can be started again")
	}
	sections := m.Details(netcheck.PathRelayUDP)
	if sections[1].Title != "Video echo" || !sections[1].Rows[0][1].Soft || !strings.Contains(fmt.Sprint(sections[1]), "increase") {
		t.Errorf("%+v", sections)
	}
}

func TestVideoWentWell(t *testing.T) {
	m, v := screened(t, presenttest.VideoGood, netcheck.VideoAlone, nil)
	r := videoRow(v, netcheck.PathRelayUDP)
	want := [NumVideoCols]string{"300 of 300", "30", "0 s", "41 / 43", "0 %", "0 %", "960", "44.2", "0.972", "14", "–"}
	if got := videoTexts(r); got != want || r.State.String() != "● good" || r.Why != "" {
		t.Errorf("%q %+v %q", got, r.State, r.Why)
	}
	if v.Phase != PhaseDone || v.Status.Progress != 1 || v.Status.Text != "Video complete" || !v.CanSave || v.Banner.Mark.Word != "GOOD" {
		t.Errorf("%+v", v.View)
	}
	if !strings.Contains(r.Cells[VideoColLoad].Hint, "call under load") || !strings.Contains(r.Cells[VideoColShown].Hint, "0 missing, 0 dropped") {
		t.Errorf("%+v", r.Cells)
	}
	text := logText(m.Log())
	for _, line := range []string{"Relay UDP: The video begins: 640x360@30, synthetic picture (normal), about 10 s.",
		"Relay UDP: Good. Shown: 300 of 300 pictures, frozen 0 s, picture delay 41 ms (median)."} {
		if !strings.Contains(text, line) {
			t.Errorf("the log lacks %q:\n%s", line, text)
		}
	}
	var titles []string
	for _, s := range m.Details(netcheck.PathRelayUDP) {
		titles = append(titles, s.Title)
		for _, row := range s.Rows {
			if len(s.Columns) > 0 && len(row) > len(s.Columns) {
				t.Errorf("%s: %d cells under %d heads", s.Title, len(row), len(s.Columns))
			}
		}
	}
	if got := strings.Join(titles, "; "); got != "How this path was proved; Video echo; Self check of the video" {
		t.Errorf("details: %s", got)
	}
	if mbit := NewVideo(Units{Mbit: true}).Header()[VideoColBitrate]; mbit.Unit != "Mbit/s" || !strings.Contains(mbit.Hint, "million") {
		t.Errorf("%+v", mbit)
	}
}

func TestVideoFreezes(t *testing.T) {
	m, v := screened(t, presenttest.VideoFreezing, netcheck.VideoAlone, nil)
	r := videoRow(v, netcheck.PathDirect)
	if got := videoTexts(r); got[VideoColFrozen] != "1.19 s in 2" || got[VideoColShown] != "261 of 298" || got[VideoColLossBefore] != "8.05 %" || got[VideoColLossAfter] != "0.755 %" {
		t.Errorf("%q", got)
	}
	if r.State.String() != "■ poor" || v.Banner.Mark.Word != "POOR" || !strings.Contains(r.Cells[VideoColFrozen].Hint, "longest 0.733 s") {
		t.Errorf("%+v %+v", r, v.Banner)
	}
	text := logText(m.Log())
	for _, line := range []string{"Direct: The picture stands still.", "Direct: The picture stood still for 0.7 s.", "Direct: The other end asked for a key frame: a loss could not be repaired.",
		"Direct: Picture made smaller, 480x270, because 300 kbit/s is too little for 640x360.", "Direct: The target bitrate fell from 1000 to 300 kbit/s"} {
		if strings.Count(text, line) == 0 {
			t.Errorf("the log lacks %q:\n%s", line, text)
		}
	}
	spans := m.VideoCurves()[0].Freezes
	if spans.Len() != 2 || spans.Version() == 0 {
		t.Fatalf("%d freezes are marked", spans.Len())
	}
	if from, to := spans.At(0); math.Abs(to-from-0.7) > 0.01 || from < 2 || to > 3.2 {
		t.Errorf("the first freeze is marked from %v to %v", from, to)
	}
}

func TestVideoStandsStillNow(t *testing.T) {
	m, v := screened(t, presenttest.VideoFreezing, netcheck.VideoAlone, atWindow(netcheck.PathDirect, 12))
	if !v.Caption.Frozen || !strings.HasSuffix(v.Caption.Echoed, "stands still") {
		t.Errorf("%+v", v.Caption)
	}
	spans := m.VideoCurves()[0].Freezes
	if spans.Len() != 1 {
		t.Fatalf("%d freezes are marked", spans.Len())
	}
	if from, to := spans.At(0); to-from < 0.4 {
		t.Errorf("it is marked from %v to %v", from, to)
	}
}

func TestVideoCurves(t *testing.T) {
	m, _ := screened(t, presenttest.VideoFreezing, netcheck.VideoAlone, atWindow(netcheck.PathRelayUDP, 49))
	c := m.VideoCurves()[1]
	if c.Path != netcheck.PathRelayUDP || len(m.VideoCurves()) != 2 {
		t.Fatalf("%d curves, second of %s", len(m.VideoCurves()), c.Path)
	}
	begin := c.Sent.At(0).X - 0.1
	for name, point := range map[string]struct{ got, want float64 }{
		"sent": {c.Sent.At(9).Y, 960}, "target": {c.Target.At(9).Y, 1000}, "target later": {c.Target.At(30).Y, 300},
		"available": {c.Available.At(9).Y, 1100}, "available later": {c.Available.At(30).Y, 300},
		"psnr": {c.PSNR.At(9).Y, 44.2}, "fps in a freeze": {c.FPS.At(14).Y, 9}, "rtt": {c.RTT.At(0).Y, 50.5}, "after repair": {c.LossAfter.At(9).Y, 0},
		"before repair": {c.LossBefore.At(9).Y, 100 * 10.0 / 120}, "ssim": {c.SSIM.At(0).Y, 0.972}, "begin": {c.Delay.At(0).X - 0.1, begin},
	} {
		if math.Abs(point.got-point.want) > 0.001*math.Abs(point.want) {
			t.Errorf("%s: %v, want %v", name, point.got, point.want)
		}
	}
	if p := c.Delay.At(9); p.Low != p.Y || p.High <= p.Y {
		t.Errorf("delay %+v", p)
	}
	if same := m.VideoCurves()[1]; same != c {
		t.Error("the curves are other ones now")
	}
}

func TestVideoFailed(t *testing.T) {
	m, v := screened(t, presenttest.VideoFailed, netcheck.VideoAlone, nil)
	r := videoRow(v, netcheck.PathDirect)
	if r.State.String() != "■ failed" || r.Why != "The camera “Integrated” was unplugged." || !strings.Contains(r.Cells[VideoColShown].Hint, "unplugged") {
		t.Errorf("%+v", r)
	}
	if v.Banner.Mark.Word != "FAILED" || v.Caption.Why != "No picture was sent in this run." || m.Details(netcheck.PathDirect)[0].Title != "Why it is failed" {
		t.Errorf("%+v %+v", v.Banner, v.Caption)
	}
	if text := logText(m.Log()); !strings.Contains(text, "Direct: The camera “Integrated” was unplugged.") {
		t.Errorf("the log:\n%s", text)
	}
}

func TestVideoFailedBesidePackets(t *testing.T) {
	m, v := screened(t, presenttest.VideoFailed, netcheck.VideoAfterLoss, nil)
	if r := videoRow(v, netcheck.PathDirect); r.State.String() != "● good" || r.Why != "The camera “Integrated” was unplugged." || !strings.Contains(r.Cells[VideoColShown].Hint, "unplugged") {
		t.Errorf("%+v", r)
	}
	if text := fmt.Sprint(m.Details(netcheck.PathDirect)); !strings.Contains(text, "Carriers side by side") || !strings.Contains(text, "unplugged") {
		t.Error(text)
	}
}

func TestVideoStoppedHalfway(t *testing.T) {
	m := NewVideo(Units{})
	m.Begin()
	plan := presenttest.VideoPlan(netcheck.VideoAlone, netcheck.PathDirect, netcheck.PathRelayUDP)
	for _, e := range filmed(t, presenttest.VideoStopped, plan, true) {
		m.Apply(e)
		m.Stopping()
	}
	m.End(Outcome{Err: context.Canceled})
	v := m.View(time.Hour)
	if r := videoRow(v, netcheck.PathDirect); r.State.Word != "interrupted" || videoTexts(r)[VideoColShown] != "90 of 90" || r.Why == "" {
		t.Errorf("%+v", r)
	}
	if r := videoRow(v, netcheck.PathRelayUDP); r.State.Word != "not run" || videoTexts(r)[VideoColShown] != present.None {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(v.Banner.More, "Stopped after 3 s.") || !v.CanSave || v.Status.Busy {
		t.Errorf("%+v", v.View)
	}
}

func TestVideoWithoutAnyPicture(t *testing.T) {
	tests := map[string]*netcheck.VideoSummary{
		"nothing at all":     {},
		"this computer slow": {Stats: stats.VideoStats{Skipped: 300}, Span: 10 * time.Second},
		"nothing came back":  {Stats: stats.VideoStats{Sent: 300, Missing: 300}, Span: 10 * time.Second, SentKbps: 900},
	}
	for name, sum := range tests {
		m := NewVideo(Units{})
		m.Begin()
		run := presenttest.Play(func(s *presenttest.Stage, p netcheck.Path) {
			s.Start(p)
			s.Connect(p, time.Millisecond, "")
			s.Emit(p, netcheck.ProbeStarted{Probe: netcheck.ProbeVideo, Duration: 10 * time.Second})
			s.Emit(p, netcheck.VideoSampleTaken{})
			s.Emit(p, netcheck.VideoHappened{What: netcheck.Froze})
			s.Emit(p, netcheck.ProbeEnded{Probe: netcheck.ProbeVideo, Video: sum})
			s.Emit(p, presenttest.Ended)
		})
		for _, e := range filmed(t, run, presenttest.VideoPlan(netcheck.VideoAlone, netcheck.PathDirect), false) {
			m.Apply(e)
			_, _ = m.View(e.At), m.Details(netcheck.PathDirect)
		}
		m.End(Outcome{})
		v := m.View(0)
		r := videoRow(v, netcheck.PathDirect)
		for i, c := range r.Cells {
			if strings.Contains(c.Text, "NaN") || strings.Contains(c.Text, "Inf") || c.Hint == "" {
				t.Errorf("%s: column %d: %+v", name, i, c)
			}
		}
		if texts := videoTexts(r); texts[VideoColPSNR] != present.None || texts[VideoColDelay] != present.None || texts[VideoColFPS] != present.None {
			t.Errorf("%s: %q", name, texts)
		}
		if r.State.Word == "good" {
			t.Errorf("%s: %+v", name, r.State)
		}
	}
}

func TestCallUnderLoad(t *testing.T) {
	m, v := screened(t, presenttest.VideoGood, netcheck.VideoUnderLoad, nil)
	c := videoRow(v, netcheck.PathRelayUDP).Cells[VideoColLoad]
	if c.Text != "+12 ms, A" || !strings.HasPrefix(c.Hint, "A call adds 12 ms to everything else: grade A.") {
		t.Errorf("%+v", c)
	}
	if len(m.Curves()) != 2 || m.Curves()[0].Key.Carrier != netcheck.CarrierSRTP {
		t.Errorf("%d curves of packets", len(m.Curves()))
	}
	if text := fmt.Sprint(m.Details(netcheck.PathRelayUDP)); !strings.Contains(text, "Before the call") || !strings.Contains(text, "Video echo") {
		t.Error(text)
	}
	if text := logText(m.Log()); !strings.Contains(text, "A call adds 12 ms to everything else: grade A.") {
		t.Errorf("the log:\n%s", text)
	}
	_, v = screened(t, presenttest.VideoGood, netcheck.VideoUnderLoad, atWindow(netcheck.PathDirect, 24))
	if !strings.HasPrefix(v.Status.Text, "Direct (1 of 2): video, 30 a second, 960 kbit/s, frozen 0 s; beside it SRTP") {
		t.Error(v.Status.Text)
	}
}

// A run of the screen "Test" may have video too.
func TestVideoOnTheScreenTest(t *testing.T) {
	m := NewTest(Units{})
	plan := presenttest.VideoPlan(netcheck.VideoAfterLoss, netcheck.PathDirect, netcheck.PathRelayUDP)
	plan.Video.Paths = 1
	m.Begin()
	for _, e := range filmed(t, presenttest.VideoGood, plan, false) {
		m.Apply(e)
		if atWindow(netcheck.PathDirect, 20)(e) {
			v := m.View(e.At)
			if r := rowOf(v, netcheck.PathDirect); r.State.Word != "measuring" || texts(r)[ColLossOut] == present.None {
				t.Errorf("while the video runs: %+v %q", r.State, texts(r))
			}
			if !strings.HasPrefix(v.Status.Text, "Direct (1 of 2): video, ") {
				t.Error(v.Status.Text)
			}
		}
	}
	m.End(Outcome{})
	for p, want := range map[netcheck.Path]bool{netcheck.PathDirect: true, netcheck.PathRelayUDP: false} {
		if got := strings.Contains(fmt.Sprint(m.Details(p)), "Picture delay p50"); got != want {
			t.Errorf("%s: video in the details: %v", p, got)
		}
	}
	if len(m.VideoCurves()) != 2 || len(m.Curves()) != 4 {
		t.Errorf("%d curves of video, %d of packets", len(m.VideoCurves()), len(m.Curves()))
	}
}

// Streams come from files too: whatever they hold, the screen must stand.
func TestVideoEventsInAnyOrder(t *testing.T) {
	events := filmed(t, presenttest.VideoFreezing, presenttest.VideoPlan(netcheck.VideoUnderLoad, netcheck.PathDirect, netcheck.PathRelayUDP), false)
	for _, odd := range []netcheck.Body{
		netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{Index: math.MaxInt, FramesSent: -4}}, netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{Index: -1}},
		netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{PSNRCount: 1, PSNRSum: math.NaN(), PacketsSent: 1, LostUp: -5, PeerKbps: -1}},
		netcheck.VideoHappened{What: netcheck.Thawed, Took: math.MaxInt64}, netcheck.VideoHappened{What: netcheck.Froze, Took: -time.Hour},
		netcheck.VideoHappened{What: "unheard of"}, netcheck.ProbeEnded{Probe: netcheck.ProbeVideo}, netcheck.FramesDecided{},
	} {
		events = append(events, netcheck.Event{At: 3 * time.Second, Path: netcheck.PathDirect, Body: odd}, netcheck.Event{Path: netcheck.PathSTUN, Body: odd}, netcheck.Event{Body: odd})
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		m := NewVideo(Units{Mbit: true})
		m.Apply(events[0])
		for range 300 {
			m.Apply(events[rng.IntN(len(events))])
			if rng.IntN(10) == 0 {
				_ = m.View(time.Duration(rng.Int64N(int64(time.Minute))))
				_ = m.Details(netcheck.AllPaths()[rng.IntN(5)])
			}
		}
		m.Stopping()
		m.End(Outcome{})
		v := m.View(0)
		if len(v.Rows) != 5 || v.Status.Busy {
			t.Errorf("%+v", v.Status)
		}
		for _, c := range m.VideoCurves() {
			last := math.Inf(-1)
			for i := range c.Freezes.Len() {
				from, to := c.Freezes.At(i)
				if to < from || from < last {
					t.Fatalf("freeze %d from %v to %v, after %v", i, from, to, last)
				}
				last = from
			}
		}
	}
}

// A line that is bad all day must not fill the log.
func TestKeyFramesDoNotFillTheLog(t *testing.T) {
	m, _ := screened(t, presenttest.VideoGood, netcheck.VideoAlone, atWindow(netcheck.PathDirect, 0))
	before := len(m.Log())
	for i := range 12_000 { // an hour
		at := time.Duration(i) * 300 * time.Millisecond
		for _, what := range []netcheck.Happening{netcheck.KeyFrameAsked, netcheck.Froze, netcheck.Thawed} {
			m.Apply(netcheck.Event{At: at, Path: netcheck.PathDirect, Body: netcheck.VideoHappened{What: what, Took: 200 * time.Millisecond}})
		}
	}
	if n := len(m.Log()) - before; n < 30 || n > 400 {
		t.Errorf("%d lines in an hour", n)
	}
	if n := m.VideoCurves()[0].Freezes.Len(); n != 12_000 {
		t.Errorf("%d freezes are marked", n)
	}
}
