package netcheck_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// videoEvents are those of one path with video.
func videoEvents() []netcheck.Event {
	sample := func(index, sent int) netcheck.Body {
		return netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{Index: index, At: time.Duration(index) * netcheck.VideoSampleWidth, FramesSent: sent,
			TargetKbps: 1000.5, PeerKbps: -1, RTT: 3 * time.Millisecond, Width: 640, Height: 360, State: "increase"}}
	}
	frames := []stats.Frame{
		{CaptureUS: 5, SentUS: 2_000, ShownUS: 9_000, Width: 640, Height: 360, Bytes: 9_999, Packets: 9, Key: true, Status: stats.FrameShown, PSNR: 41.25},
		{Number: 1, CaptureUS: 33_338, SentUS: stats.NotMeasured, ShownUS: stats.NotMeasured, Status: stats.FrameDropped},
	}
	var events []netcheck.Event
	for i, b := range []netcheck.Body{
		netcheck.SessionStarted{ID: "A", Granted: netcheck.Plan{Paths: netcheck.AllPaths(), Video: netcheck.DefaultVideoPlan(netcheck.VideoAlone)}},
		netcheck.PathStarted{}, netcheck.ProbeStarted{Probe: netcheck.ProbeVideo, Duration: 10 * time.Second},
		sample(0, 1), sample(1, 2), sample(0, 6), sample(4, 3),
		netcheck.VideoHappened{What: netcheck.SizeChanged, Far: true, Width: 480, Height: 270, Kbps: 250.5, FromKbps: 900, Took: time.Second, Text: "x"},
		netcheck.FramesDecided{Frames: frames}, sample(1, 6),
		netcheck.ProbeEnded{Probe: netcheck.ProbeVideo, Video: showing(nil), Code: netcheck.ReasonCancelled, Text: "Stopped.", Partial: true},
		netcheck.PathEnded{State: netcheck.StateInterrupted, Code: netcheck.ReasonCancelled},
	} {
		e := netcheck.Event{Seq: uint64(i + 1), At: time.Duration(i) * time.Millisecond, Path: netcheck.PathSTUN, Body: b}
		if i == 0 {
			e.Path = ""
		}
		events = append(events, e)
	}
	return events
}

func TestFoldVideo(t *testing.T) {
	r := fold(videoEvents())
	p, _ := r.Path(netcheck.PathSTUN)
	var got []int
	for s := range p.Video.Samples.All() {
		got = append(got, s.Index, s.FramesSent)
	}
	if !slices.Equal(got, []int{0, 6, 1, 6, 4, 3}) {
		t.Errorf("index and pictures: %v", got)
	}
	if !reflect.DeepEqual(p.Video.Result, showing(nil)) || p.Video.Code != netcheck.ReasonCancelled || p.Video.Text != "Stopped." || !p.Partial ||
		p.Expected != 10*time.Second || len(p.Carriers) != 0 {
		t.Errorf("%+v, video %+v", p, p.Video)
	}
	for _, other := range r.Paths {
		if other.Path != netcheck.PathSTUN && other.Video != nil {
			t.Errorf("%s has a video", other.Path)
		}
	}
}

// The loss probe does not make a path one with video, and a video that never began leaves its reason.
func TestFoldVideoThatDidNotRun(t *testing.T) {
	e := func(b netcheck.Body) netcheck.Event { return netcheck.Event{Path: netcheck.PathSTUN, Body: b} }
	r := netcheck.Fold(fold(videoEvents()[:2]), e(netcheck.ProbeStarted{Probe: netcheck.ProbeLoss}))
	r = netcheck.Fold(r, e(netcheck.ProbeEnded{Probe: netcheck.ProbeLoss, Loss: summary(10, nil)}))
	if p, _ := r.Path(netcheck.PathSTUN); p.Video != nil || len(p.Carriers) != 1 {
		t.Errorf("%+v", p)
	}
	r = netcheck.Fold(r, e(netcheck.ProbeEnded{Probe: netcheck.ProbeVideo, Code: netcheck.ReasonLocal, Text: "No camera."}))
	if p, _ := r.Path(netcheck.PathSTUN); p.Video == nil || p.Video.Result != nil || p.Video.Text != "No camera." || len(p.Carriers) != 1 {
		t.Errorf("%+v", p)
	}
}

func TestStoredVideoEvents(t *testing.T) { checkStored(t, videoEvents()) }

// checkStored holds events to come back from their stored form as they were, and to fold to the same report.
func checkStored(t *testing.T, events []netcheck.Event) {
	t.Helper()
	back := readLines(t, writeLines(t, events))
	for i := range events {
		if !reflect.DeepEqual(back[i], events[i]) {
			t.Errorf("%T came back as\n%+v, want\n%+v", events[i].Body, back[i], events[i])
		}
	}
	live, replayed := fold(events), fold(back)
	if dump(t, replayed) != dump(t, live) || !reflect.DeepEqual(netcheck.Judge(replayed), netcheck.Judge(live)) {
		t.Errorf("the stored events fold to\n%s\nwant\n%s", dump(t, replayed), dump(t, live))
	}
}

// No report changes after it was made.
func TestFoldOfVideoIsPure(t *testing.T) {
	var r netcheck.Report
	var reports []netcheck.Report
	var dumps []string
	for _, e := range videoEvents() {
		for _, other := range foreign(netcheck.PathSTUN) {
			netcheck.Fold(r, other)
		}
		r = netcheck.Fold(r, e)
		reports, dumps = append(reports, r), append(dumps, dump(t, r))
	}
	for i, r := range reports {
		if dump(t, r) != dumps[i] {
			t.Fatalf("the report after %d events has changed since", i+1)
		}
	}
}

// Stored names are for other programs too: none may be of Go's making.
func TestVideoNamesAreTagged(t *testing.T) {
	for _, b := range []any{netcheck.VideoSummary{}, netcheck.VideoSample{}, netcheck.VideoHappened{What: "x", Text: "x"}, netcheck.LoadEffect{}} {
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range string(raw) {
			if c >= 'A' && c <= 'Z' {
				t.Errorf("%T is stored as %s", b, raw)
				break
			}
		}
	}
}

// The golden events were stored once and are read by every version: they pin the stored form of what a video emits.
func TestGoldenVideo(t *testing.T) {
	name := filepath.Join("testdata", "video.jsonl")
	if *update {
		writeFile(t, name, writeLines(t, videoEvents()))
	}
	golden := readFile(t, name)
	events := readLines(t, golden)
	checkLines(t, writeLines(t, events), golden)
	if got, want := dump(t, fold(events)), dump(t, fold(videoEvents())); got != want {
		t.Errorf("the stored events fold to\n%s\nwant\n%s", got, want)
	}
}
