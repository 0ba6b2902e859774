package netcheck_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// aCall is the result of a call of a second.
func aCall() *netcheck.CallSummary {
	way := netcheck.CallDirection{Known: true, Sent: 30, Shown: 30, KeyFrames: 1, SentFull: 30, WidthAsked: 640, HeightAsked: 360, FPSAsked: 30, SentKbps: 900.5,
		TargetKbps: 1000, ReceivedKbps: 899, Width: 640, Height: 360, JitterUS: 812.25, JitterOK: true, DecodeP95US: 900,
		BeforeRepair: stats.LossOf(120, 2), AfterRepair: stats.LossOf(115, 0), NACK: 2, Retransmitted: 2}
	return &netcheck.CallSummary{Plan: netcheck.DefaultVideoPlan(netcheck.VideoCall), Begin: 700 * time.Millisecond, Span: time.Second, Up: way, Down: way,
		Self: netcheck.CallSelfCheck{CaptureErrorP95: 350_500}, FarSource: "camera"}
}

// callEvents are those of one path with a call.
func callEvents() []netcheck.Event {
	sample := func(index, sent, shown int, whole bool) netcheck.Body {
		return netcheck.CallSampleTaken{Sample: netcheck.CallSample{Index: index, At: time.Duration(index) * netcheck.VideoSampleWidth, Whole: whole,
			Up: netcheck.CallWindow{Sent: sent, Shown: shown, TargetKbps: 1000.5}, Down: netcheck.CallWindow{Sent: shown, Shown: 6, TargetKbps: -1, Width: 640, Height: 360},
			RTT: 3 * time.Millisecond, RTTCount: 1}}
	}
	var events []netcheck.Event
	for i, b := range []netcheck.Body{
		netcheck.SessionStarted{ID: "A", Granted: netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite}, Paths: netcheck.AllPaths(),
			Video: netcheck.DefaultVideoPlan(netcheck.VideoCall)}, Other: &netcheck.OtherEnd{Name: "Lab-PC"}},
		netcheck.PathStarted{}, netcheck.ProbeStarted{Probe: netcheck.ProbeCall, Duration: 10 * time.Second},
		sample(0, 6, 0, false), sample(0, 6, 5, true), sample(1, 6, 0, false), sample(1, 6, 6, true),
		netcheck.ProbeEnded{Probe: netcheck.ProbeCall, Call: aCall()}, netcheck.PathEnded{State: netcheck.StateOK}, netcheck.SessionEnded{Ended: netcheck.EndedComplete},
	} {
		e := netcheck.Event{Seq: uint64(i + 1), At: time.Duration(i) * time.Second, Path: netcheck.PathDirect, Body: b} //nolint:gosec // small
		switch b.(type) {
		case netcheck.SessionStarted, netcheck.SessionEnded:
			e.Path = ""
		}
		events = append(events, e)
	}
	return events
}

func TestFoldOfACall(t *testing.T) {
	p, _ := fold(callEvents()).Path(netcheck.PathDirect)
	if p.Call == nil || p.Video != nil || p.Call.Result == nil || p.Call.Samples.Len() != 2 {
		t.Fatalf("%+v", p)
	}
	for s := range p.Call.Samples.All() {
		if !s.Whole || s.Up.Shown < 5 {
			t.Errorf("an older view of a window is left: %+v", s)
		}
	}
	hostile := aCall()
	hostile.FarSource = "cam\x1b[2J\n" + strings.Repeat("x", 5000)
	r := netcheck.Fold(fold(callEvents()), netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.ProbeEnded{Probe: netcheck.ProbeCall, Call: hostile}})
	if p, _ := r.Path(netcheck.PathDirect); len(p.Call.Result.FarSource) > 100 || strings.ContainsAny(p.Call.Result.FarSource, "\x1b\n") {
		t.Errorf("the other end's words are %q", p.Call.Result.FarSource)
	}
	if len(hostile.FarSource) < 5000 {
		t.Error("the event was changed")
	}
}

func TestStoredCallEvents(t *testing.T) {
	checkStored(t, callEvents())
	for _, b := range []any{netcheck.CallSummary{}, netcheck.CallSample{}} {
		raw, err := json.Marshal(b)
		if err != nil || slices.ContainsFunc([]rune(string(raw)), func(c rune) bool { return c >= 'A' && c <= 'Z' }) {
			t.Errorf("%T is stored as %s, %v", b, raw, err)
		}
	}
}

// The golden events were stored once and are read by every version: they pin the stored form of what a call emits.
func TestGoldenCall(t *testing.T) {
	name := filepath.Join("testdata", "call.jsonl")
	if *update {
		writeFile(t, name, writeLines(t, callEvents()))
	}
	golden := readFile(t, name)
	events := readLines(t, golden)
	checkLines(t, writeLines(t, events), golden)
	if got, want := dump(t, fold(events)), dump(t, fold(callEvents())); got != want {
		t.Errorf("the stored events fold to\n%s\nwant\n%s", got, want)
	}
}

// fakeCall is a call that gives what it is told to.
type fakeCall struct{ fakeVideo }

func (fakeCall) Name() string { return netcheck.ProbeCall }

func TestWhatACallMakesOfAPath(t *testing.T) {
	refused := &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The other end did not accept the call.", Advice: "Again."}
	silent := aCall()
	silent.Up.Known, silent.Down.Known = false, false
	tests := []struct {
		name  string
		sum   *netcheck.CallSummary
		err   error
		want  string
		grade netcheck.Grade
	}{
		{"it works", aCall(), nil, "ok", netcheck.GradeGood},
		{"it is refused", nil, refused, "failed far_refused", netcheck.GradeFailed},
		{"the account does not come", silent, nil, "inconclusive log_missing", netcheck.GradeInconclusive},
		{"nothing was sent", &netcheck.CallSummary{}, nil, "inconclusive no_data", netcheck.GradeInconclusive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				call := fakeCall{func(context.Context, netcheck.Link, func(netcheck.Event)) (netcheck.Summary, error) {
					if tt.sum == nil {
						return nil, tt.err
					}
					return tt.sum, tt.err
				}}
				p := videoPlan(netcheck.VideoCall, netcheck.PathDirect)
				p.Target.Kind = netcheck.TargetInvite
				r, _, err := run(t.Context(), t, &world{stages: together(call)}, p, nil)
				if got := states(r)[0]; err != nil || got != tt.want || r.Paths[0].Call == nil {
					t.Errorf("%s, %+v, %v; want %s", got, r.Paths[0].Call, err, tt.want)
				}
				if got := netcheck.Judge(r).Paths[netcheck.PathDirect]; got != tt.grade {
					t.Errorf("grade %q, want %q", got, tt.grade)
				}
			})
		})
	}
}
