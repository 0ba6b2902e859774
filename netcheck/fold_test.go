package netcheck_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/netchecktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// session records a small session in which something happens: loss both ways, a blocked path and ones that do not apply.
func session(t *testing.T) (netcheck.Report, []netcheck.Event) {
	t.Helper()
	var r netcheck.Report
	var events []netcheck.Event
	synctest.Test(t, func(t *testing.T) {
		w, p := cancelPlan()
		p.Loss.Rate = 30
		p.Paths = []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP, netcheck.PathRelayTLS}
		w.impair = func(netcheck.Path) (out, back netchecktest.Impair) {
			lose := func(which int) netchecktest.Impair {
				return func(_ netcheck.Carrier, n int, _ []byte) []time.Duration {
					if n == which {
						return nil
					}
					return []time.Duration{7 * time.Millisecond}
				}
			}
			return lose(9), lose(15)
		}
		var err error
		if r, events, err = run(t.Context(), t, w, p, nil); err != nil {
			t.Error(err)
		}
	})
	return r, events
}

func writeLines(t *testing.T, events []netcheck.Event) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, e := range events {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(b, '\n'))
	}
	return out.Bytes()
}

func readLines(t *testing.T, b []byte) []netcheck.Event {
	t.Helper()
	var events []netcheck.Event
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e netcheck.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return events
}

// checkLines compares stored events and shows the first line that differs.
func checkLines(t *testing.T, got, want []byte) {
	t.Helper()
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			t.Fatalf("line %d, read and written again, differs:\ngot  %s\nwant %s", i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Errorf("%d lines, want %d", len(g), len(w))
	}
}

func fold(events []netcheck.Event) netcheck.Report {
	var r netcheck.Report
	for _, e := range events {
		r = netcheck.Fold(r, e)
	}
	return r
}

// stored is what a report keeps when its events go through a file: the wall clock without its monotonic reading, no secret,
// and the time of an event in whole microseconds.
func stored(r netcheck.Report) netcheck.Report {
	r.Started = r.Started.Round(0).UTC()
	if r.Ended == netcheck.EndedUnknown {
		r.Duration = r.Duration.Truncate(time.Microsecond)
	}
	for _, p := range []*netcheck.Plan{&r.Plan, &r.Granted} {
		p.Target.Servers = slices.Clone(p.Target.Servers)
		for i := range p.Target.Servers {
			p.Target.Servers[i].Password = ""
		}
	}
	return r
}

// Whatever part of the stream has been stored, it folds to the report that the session had by then.
func TestStoredEventsFoldToTheSameReport(t *testing.T) {
	report, events := session(t)
	b := writeLines(t, events)
	if bytes.Contains(b, []byte("hunter2")) {
		t.Error("the stored events hold a password")
	}
	back := readLines(t, b)
	if len(back) != len(events) {
		t.Fatalf("%d events came back of %d", len(back), len(events))
	}
	var live, replayed netcheck.Report
	for i := range events {
		live, replayed = netcheck.Fold(live, events[i]), netcheck.Fold(replayed, back[i])
		if got, want := stored(replayed), stored(live); !reflect.DeepEqual(got, want) {
			t.Fatalf("after event %d (%T):\ngot  %s\nwant %s", i+1, events[i].Body, dump(t, got), dump(t, want))
		}
	}
	if !reflect.DeepEqual(stored(replayed), stored(report)) {
		t.Errorf("the whole:\ngot  %s\nwant %s", dump(t, replayed), dump(t, report))
	}
	if v, w := netcheck.Judge(report), netcheck.Judge(replayed); !reflect.DeepEqual(v, w) {
		t.Errorf("verdicts differ: %+v\n%+v", v, w)
	}
	known := strings.ReplaceAll(string(b), `,"password":"[hidden]"`, "") // what was hidden is not known to the reader
	checkLines(t, writeLines(t, back), []byte(known))
}

// dump writes a report out in full, behind all pointers.
func dump(t *testing.T, r netcheck.Report) string {
	t.Helper()
	var out strings.Builder
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	for _, p := range r.Paths {
		for _, c := range p.Carriers {
			fmt.Fprintf(&out, "\n%s %s:", p.Path, c.Carrier)
			for s := range c.Samples.All() {
				fmt.Fprintf(&out, "\n %+v", s)
			}
		}
		if p.Video != nil {
			for s := range p.Video.Samples.All() {
				fmt.Fprintf(&out, "\n%s video: %+v", p.Path, s)
			}
		}
	}
	return out.String()
}

// No report changes after it was made: not by the events that follow, and not by others folded onto it.
func TestFoldIsPure(t *testing.T) {
	_, events := session(t)
	reports := []netcheck.Report{{}}
	dumps := []string{dump(t, reports[0])}
	for _, e := range events {
		r := reports[len(reports)-1]
		for _, other := range foreign(e.Path) {
			netcheck.Fold(r, other)
		}
		r = netcheck.Fold(r, e)
		reports, dumps = append(reports, r), append(dumps, dump(t, r))
	}
	for i, r := range reports {
		if dump(t, r) != dumps[i] {
			t.Fatalf("the report after %d events has changed since", i)
		}
	}
}

// foreign gives events that would show in a report which shares its lists with another.
func foreign(p netcheck.Path) []netcheck.Event {
	var out []netcheck.Event
	for _, c := range netcheck.AllCarriers() {
		for index := range 12 {
			out = append(out, netcheck.Event{Path: p, Body: netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: c, Index: index, Sent: -1}}})
		}
		out = append(out, netcheck.Event{Path: p, Body: netcheck.ProbeEnded{Loss: &netcheck.LossSummary{
			Carriers: []netcheck.CarrierResult{{Carrier: c, Begin: -1}}, Pair: netcheck.PairCheck{Drops: 99}}}})
	}
	for index := range 12 {
		out = append(out, netcheck.Event{Path: p, Body: netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{Index: index, FramesSent: -1}}})
	}
	out = append(out, netcheck.Event{Path: p, Body: netcheck.ProbeEnded{Probe: netcheck.ProbeVideo, Video: &netcheck.VideoSummary{NACK: -1}}})
	for _, b := range []netcheck.Body{netcheck.StepDone{Name: "foreign"}, netcheck.PathEnded{State: "foreign"}, netcheck.PathStarted{Interface: "foreign"},
		netcheck.PathConnected{Note: "foreign"}, netcheck.SessionEnded{Error: "foreign"}, netcheck.Noted{}} {
		out = append(out, netcheck.Event{Path: p, Body: b, At: -1})
	}
	return out
}

func TestFoldSamples(t *testing.T) {
	r := netcheck.Fold(netcheck.Report{}, netcheck.Event{Body: netcheck.SessionStarted{Granted: netcheck.Plan{Paths: netcheck.AllPaths()}}})
	for _, s := range []netcheck.Sample{{Index: 0, Sent: 1}, {Index: 1, Sent: 1}, {Index: 5, Sent: 1}, {Index: 1, Sent: 2}, {Index: 3, Sent: 1}, {Index: 5, Sent: 3}} {
		s.Carrier = netcheck.CarrierSRTP
		r = netcheck.Fold(r, netcheck.Event{Path: netcheck.PathSTUN, Body: netcheck.SampleTaken{Sample: s}})
	}
	p, _ := r.Path(netcheck.PathSTUN)
	var got []int
	for s := range p.Carriers[0].Samples.All() {
		got = append(got, s.Index, s.Sent)
	}
	if !slices.Equal(got, []int{0, 1, 1, 2, 3, 1, 5, 3}) {
		t.Errorf("index and count: %v", got)
	}
}

// Events that belong to no path of the plan change nothing but the time.
func TestFoldOfStrangeEvents(t *testing.T) {
	report, _ := session(t)
	for _, e := range []netcheck.Event{
		{At: time.Hour, Path: "scenic", Body: netcheck.PathEnded{State: netcheck.StateOK}},
		{At: time.Hour, Body: netcheck.Noted{Text: "x"}},
		{At: time.Hour, Body: netcheck.PathEnded{State: netcheck.StateOK}},
	} {
		got := netcheck.Fold(report, e)
		got.Duration = report.Duration
		if !reflect.DeepEqual(got, report) {
			t.Errorf("%+v changed the report", e)
		}
	}
	if got := netcheck.Fold(netcheck.Report{}, netcheck.Event{Path: netcheck.PathSTUN, Body: netcheck.PathEnded{}}); len(got.Paths) != 0 {
		t.Errorf("a path out of nothing: %+v", got)
	}
}

// The golden session was recorded once and is replayed by every version: it shows what old files give, and each change of the
// stored form. To record it anew: go test ./netcheck -run TestGoldenSession -update
func TestGoldenSession(t *testing.T) {
	name, verdictName := filepath.Join("testdata", "session.jsonl"), filepath.Join("testdata", "session.verdict.json")
	if *update {
		_, events := session(t)
		start := events[0].Body.(netcheck.SessionStarted)
		start.ID, start.Started = "GOLDENSESSION000", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		for i := range start.Plan.Target.Servers { // shared by both plans
			start.Plan.Target.Servers[i].Password = ""
		}
		events[0].Body = start
		writeFile(t, name, writeLines(t, events))
	}
	golden := readFile(t, name)
	events := readLines(t, golden)
	checkLines(t, writeLines(t, events), golden)
	v, err := json.MarshalIndent(netcheck.Judge(fold(events)), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	v = append(v, '\n')
	if *update {
		writeFile(t, verdictName, v)
	}
	if want := readFile(t, verdictName); !bytes.Equal(v, want) {
		t.Errorf("the verdict differs from %s:\n%s", verdictName, v)
	}
	r := fold(events)
	if got := fmt.Sprint(states(r)); r.ID != "GOLDENSESSION000" || got != "[ok blocked no_answer ok not_applicable no_server]" {
		t.Errorf("%s %s", r.ID, got)
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
