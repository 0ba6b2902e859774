package export

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", file, got)
	}
}

// written gives what a format writes for the test report.
func written(t *testing.T, name string) []byte {
	t.Helper()
	return writtenFor(t, name, testReport(), testVerdict())
}

func writtenFor(t *testing.T, name string, r netcheck.Report, v netcheck.Verdict) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch name {
	case ReportName:
		err = JSON(&b, r, v)
	case SummaryName:
		err = Summary(&b, r, v)
	case SamplesName:
		err = Samples(&b, r)
	case PacketsName:
		p := NewPacketWriter(&b, testLateAfter)
		testPackets(p)
		err = p.Close()
	case VideoName:
		err = Video(&b, r)
	case FramesName:
		p := NewFrameWriter(&b)
		testFrames(p)
		err = p.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func formats() []string {
	return []string{ReportName, SummaryName, SamplesName, PacketsName, VideoName, FramesName}
}

func TestGolden(t *testing.T) {
	for _, name := range formats() {
		t.Run(name, func(t *testing.T) { golden(t, name, written(t, name)) })
	}
}

// inviteReport is the test report as one of two computers would be: up is upload, and the other end has a name of its own.
func inviteReport() netcheck.Report {
	r := testReport()
	r.Granted.Target.Kind, r.Granted.Target.Invite = netcheck.TargetInvite, testInvite
	r.Granted.Target.Servers = append(r.Granted.Target.Servers, netcheck.PublicSTUN()[0])
	r.Other = &netcheck.OtherEnd{Name: "=cmd|' /C calc'!A0\x1b[2J", AppVersion: "0.5", OS: "linux/amd64", Way: "websocket", Address: "203.0.113.9:443",
		Host: true, Observed: "198.51.100.7:40000", PeerPorts: "49152-49407"}
	for i := range r.Paths {
		r.Paths[i].Direction = netcheck.DirectionUpDown
	}
	r.Paths[0].Carriers[0].Result.Self.FarQueuedMax, r.Paths[0].Pair.FarDrops = 70_000, 3
	return r
}

func TestGoldenOfTwoComputers(t *testing.T) {
	for _, name := range formats()[:2] {
		b := writtenFor(t, name, inviteReport(), testVerdict())
		golden(t, "invite-"+name, b)
		if bytes.Contains(b, []byte(testInvite)) || bytes.Contains(b, []byte("\x1b")) || bytes.Contains(b, []byte("u001b")) {
			t.Errorf("%s holds what must not be in it", name)
		}
	}
}

func TestSecretsStayOut(t *testing.T) {
	for _, name := range formats() {
		b := written(t, name)
		for _, secret := range []string{testPassword, testRESTKey, "alice", "[hidden]", "assword", "redential\":"} {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
}

func TestTablesAreRFC4180(t *testing.T) {
	for _, name := range formats()[1:] {
		b := written(t, name)
		if !utf8.Valid(b) || bytes.HasPrefix(b, []byte("\uFEFF")) {
			t.Errorf("%s is not UTF-8 without a byte order mark", name)
		}
		rows := readTable(t, b)
		if !bytes.HasSuffix(b, []byte(endRow)) || bytes.Count(b, []byte(endRow)) != len(rows) {
			t.Errorf("%s: %d rows, %d of them end in CRLF", name, len(rows), bytes.Count(b, []byte(endRow)))
		}
		for _, n := range []string{"NaN", "Inf", "null"} {
			if bytes.Contains(b, []byte(n)) {
				t.Errorf("%s holds %s", name, n)
			}
		}
	}
}

// TestKeys pins the names of the JSON report: within a schema they may only become more.
func TestKeys(t *testing.T) {
	var doc any
	if err := json.Unmarshal(written(t, ReportName), &doc); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	collectKeys(keys, "", doc)
	var list []string
	for k := range keys {
		list = append(list, k)
	}
	slices.Sort(list)
	golden(t, "report.keys", []byte(strings.Join(list, "\n")+"\n"))
}

func collectKeys(keys map[string]bool, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			keys[at+"."+k] = true
			collectKeys(keys, at+"."+k, child)
		}
	case []any:
		for _, child := range v {
			collectKeys(keys, at+"[]", child)
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	b := written(t, ReportName)
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var d document
	if err := dec.Decode(&d); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	enc := json.NewEncoder(&again)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Bytes(), b) {
		t.Errorf("what was read back is written differently:\n%s", again.Bytes())
	}
	if d.Schema != "echopath.report/1" || len(d.Paths) != 5 || *d.Run.Started != "2026-03-04T06:08:09.123Z" || *d.Run.Ended != "cancelled" {
		t.Errorf("read back: %+v", d.Run)
	}
}

func TestNotMeasuredIsNull(t *testing.T) {
	d := newDocument(testReport(), testVerdict())
	silent := d.Paths[4].Carriers[0]
	if silent.Total.Received == nil || *silent.Total.Received != 0 || *silent.Total.LossRatio != 1 {
		t.Errorf("nothing came back: total %+v", silent.Total)
	}
	if silent.RTTMS != (rttDoc{}) || silent.Late != nil || silent.Up.LossRatio != nil || silent.Up.Lost != nil || silent.Down.Sent != nil ||
		silent.Up.Bursts != (burstsDoc{}) || silent.Up.Duplicate != nil || silent.Down.Duplicate != nil || silent.Up.JitterMS != nil {
		t.Errorf("figures that nobody measured: %+v", silent)
	}
	if *silent.Up.Sent != 3 || *silent.Down.Received != 0 || !silent.Partial {
		t.Errorf("facts are missing: %+v", silent)
	}
	if stun := d.Paths[1]; stun.Carriers == nil || len(stun.Carriers) != 0 || stun.ConnectMS != nil || stun.SelectedPair != nil || stun.Grade != nil {
		t.Errorf("path without figures: %+v", stun)
	}
	empty := writtenFor(t, ReportName, netcheck.Report{}, netcheck.Verdict{})
	if !json.Valid(empty) || !bytes.Contains(empty, []byte(`"started": null`)) || !bytes.Contains(empty, []byte(`"paths": []`)) {
		t.Errorf("report of nothing:\n%s", empty)
	}
}

// A figure that is no number costs that figure, not the report.
func TestNaNIsNull(t *testing.T) {
	r := testReport()
	res := *r.Paths[0].Carriers[0].Result
	nan := func() float64 { var zero float64; return zero / zero }()
	res.Stats.Up.LossRatio, res.Stats.RTT.MeanUS, res.Self.Bundled, res.Self.BundledKnown = nan, nan, nan, true
	r.Paths[0].Carriers[0].Result, r.Plan.Loss.Rate = &res, nan
	for _, name := range formats()[:2] {
		if b := writtenFor(t, name, r, testVerdict()); bytes.Contains(b, []byte("NaN")) {
			t.Errorf("%s holds NaN", name)
		}
	}
}

func TestHistogramNames(t *testing.T) {
	b, err := json.Marshal(histogramDoc{1, 2, 3, 4, 5, 6})
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]int
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	if len(m) != stats.BurstBuckets {
		t.Errorf("%d classes of %d", len(m), stats.BurstBuckets)
	}
	for i, name := range []string{"1", "2", "3", "4", "5-9", "10+"} { // the classes of stats.BurstResult
		if m[name] != i+1 {
			t.Errorf("class %s holds %d", name, m[name])
		}
	}
}

func TestBitrate(t *testing.T) {
	s := stats.Summary{Up: stats.Direction{Loss: stats.Loss{Sent: 500}}, Total: stats.Loss{Received: 250}}
	if b := bitrate(s, 200, 5*time.Second); *b.Sent != 160 || *b.Received != 80 {
		t.Errorf("%v and %v kbit/s", *b.Sent, *b.Received)
	}
	if b := bitrate(s, 200, 0); b.Sent != nil || b.Received != nil {
		t.Error("a bitrate without a time")
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestWriteErrors(t *testing.T) {
	for name, write := range map[string]func(io.Writer) error{
		ReportName:  func(w io.Writer) error { return JSON(w, testReport(), testVerdict()) },
		SummaryName: func(w io.Writer) error { return Summary(w, testReport(), testVerdict()) },
		SamplesName: func(w io.Writer) error { return Samples(w, testReport()) },
		PacketsName: func(w io.Writer) error { p := NewPacketWriter(w, 0); testPackets(p); return p.Close() },
		VideoName:   func(w io.Writer) error { return Video(w, testReport()) },
		FramesName:  func(w io.Writer) error { p := NewFrameWriter(w); testFrames(p); return p.Close() },
	} {
		if err := write(failing{io.ErrShortWrite}); err == nil || !strings.Contains(err.Error(), "short write") {
			t.Errorf("%s: %v", name, err)
		}
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			continue // only Linux has a disk that is always full
		}
		if err := write(full); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("%s on a full disk: %v", name, err)
		}
		_ = full.Close()
	}
}
