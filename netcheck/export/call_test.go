package export

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

func callResult() *netcheck.CallSummary {
	p := netcheck.DefaultVideoPlan(netcheck.VideoCall)
	p.Source = netcheck.VideoSource{Kind: netcheck.SourceCamera, Name: `=1+1, "Cam"`}
	return &netcheck.CallSummary{
		Plan: p, Begin: 1_000_000_400, Span: 1300 * time.Millisecond, RTT: stats.RTT{OK: true, N: 2, MinUS: 900, MeanUS: 1_100.5, P50US: 900, P95US: 1_301, P99US: 1_301, MaxUS: 1_301},
		Up: netcheck.CallDirection{Known: true, Sent: 39, Dropped: 1, Skipped: 2, KeyFrames: 1, SentFull: 30, WidthAsked: 640, HeightAsked: 360, FPSAsked: 30, SentKbps: 905.12345,
			TargetKbps: 1033.3333333, Shown: 38, Freezes: 1, FrozenUS: 180_250, LongestFreezeUS: 213_583, ReceivedKbps: 890.5, Width: 480, Height: 270, JitterUS: 812.345678,
			JitterOK: true, DecodeP95US: 700, QueueDropped: 1, Lost: 1, BeforeRepair: stats.LossOf(160, 4), AfterRepair: stats.LossOf(150, 1), NACK: 4, PLI: 1, Retransmitted: 3},
		Down: netcheck.CallDirection{Known: true, Sent: 39, KeyFrames: 1, SentFull: 39, WidthAsked: 640, HeightAsked: 360, FPSAsked: 30, SentKbps: 800, TargetKbps: 1000, Shown: 39,
			ReceivedKbps: 800, Width: 640, Height: 360, BeforeRepair: stats.LossOf(150, 0), AfterRepair: stats.LossOf(150, 0)},
		Self: netcheck.CallSelfCheck{CaptureErrorP95: 350_500}, Far: netcheck.CallSelfCheck{CaptureErrorP95: 1_000, UnreadCodes: 2}, FarSource: "=camera",
	}
}

// callSamples are a second of windows and a little more, of which the other end's last part is not known.
func callSamples() []netcheck.CallSample {
	var list []netcheck.CallSample
	for i := range 7 {
		w := netcheck.CallWindow{Sent: 6, Shown: 5 + i%2, BytesSent: 25_000, BytesReceived: 24_000, TargetKbps: 1000 + 40*float64(i), Width: 640, Height: 360}
		s := netcheck.CallSample{Index: i, At: time.Second + time.Duration(i)*netcheck.VideoSampleWidth, Up: w, Down: w, RTT: time.Duration(i) * time.Millisecond, RTTCount: i % 2, Whole: true}
		if i >= 5 {
			s.Whole, s.Up.Shown, s.Up.BytesReceived, s.Up.Width, s.Up.Height, s.Down.Sent, s.Down.BytesSent, s.Down.TargetKbps = false, 0, 0, 0, 0, 0, 0, -1
		}
		list = append(list, s)
	}
	list[2].Up.Lost, list[2].Up.NACK, list[3].Up.Frozen, list[4].Down.LostAfter, list[6].Down.PLI = 2, 2, 180*time.Millisecond, 1, 1
	return list
}

// callReport is a report of two computers with a call on one path, one that was refused on another, and one without an account.
func callReport() netcheck.Report {
	r := inviteReport()
	r.Granted.Video = callResult().Plan
	direct := &r.Paths[0]
	direct.Carriers, direct.Pair, direct.Video, direct.Partial = nil, nil, nil, false
	base := netcheck.Report{Paths: []netcheck.PathReport{{Path: direct.Path}}}
	for _, s := range callSamples() {
		base = netcheck.Fold(base, netcheck.Event{Path: direct.Path, Body: netcheck.CallSampleTaken{Sample: s}})
	}
	base = netcheck.Fold(base, netcheck.Event{Path: direct.Path, Body: netcheck.ProbeEnded{Probe: netcheck.ProbeCall, Call: callResult()}})
	direct.Call = base.Paths[0].Call
	for i := 1; i < len(r.Paths); i++ {
		r.Paths[i].Video, r.Paths[i].Carriers, r.Paths[i].Pair = nil, nil, nil
	}
	r.Paths[1].Call = &netcheck.CallReport{Code: netcheck.ReasonFarRefused, Text: "The other end did not accept the call."}
	silent := callResult()
	silent.Up = netcheck.CallDirection{Sent: 39, SentFull: 39, WidthAsked: 640, HeightAsked: 360, FPSAsked: 30, SentKbps: 800, TargetKbps: 1000}
	silent.Down = netcheck.CallDirection{WidthAsked: 640, HeightAsked: 360, FPSAsked: 30}
	r.Paths[2].Call = &netcheck.CallReport{Result: silent}
	return r
}

func writtenCalls(t *testing.T, r netcheck.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Calls(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGoldenCall(t *testing.T) {
	report := writtenFor(t, ReportName, callReport(), netcheck.Judge(callReport()))
	golden(t, "call-"+ReportName, report)
	table := writtenCalls(t, callReport())
	golden(t, CallsName, table)
	for _, b := range [][]byte{report, table} {
		if bytes.Contains(b, []byte(testInvite)) || bytes.Contains(b, []byte("NaN")) || bytes.Contains(b, []byte(testPassword)) {
			t.Errorf("holds what must not be in it:\n%s", b)
		}
	}
	rows := readTable(t, table)
	if len(rows) != 5 || !slices.Equal(rows[0], callsHeader) {
		t.Errorf("%d rows below %v", len(rows)-1, rows[0])
	}
	var doc any
	if err := json.Unmarshal(report, &doc); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	collectKeys(keys, "", doc)
	var list []string
	for k := range keys {
		if strings.HasPrefix(k, ".paths[].call") {
			list = append(list, k)
		}
	}
	slices.Sort(list)
	golden(t, "call.keys", []byte(strings.Join(list, "\n")+"\n"))
}

// A run without a call says nothing of one.
func TestNoCallNoKey(t *testing.T) {
	if b := writtenFor(t, ReportName, testReport(), testVerdict()); bytes.Contains(b, []byte(`"call"`)) || HasCall(testReport()) {
		t.Error("a report without a call has one")
	}
	if b := writtenCalls(t, testReport()); bytes.Count(b, []byte(endRow)) != 1 {
		t.Errorf("%s", b)
	}
}

func TestFilesOfACall(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)}, testLateAfter)
	if err != nil {
		t.Fatal(err)
	}
	r := callReport()
	f.Observer()(netcheck.Event{Body: netcheck.SessionStarted{Granted: r.Granted}})
	if err := f.Finish(r, netcheck.Judge(r)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{CallsName, ReportName, SummaryName}; !slices.Equal(names, want) {
		t.Errorf("written %v, want %v", names, want)
	}
}
