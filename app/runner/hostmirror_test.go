package runner

import (
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/export"
	"echopath/netcheck/mirror"
	"echopath/netcheck/signaling"
)

// mirrored are the events of a guest's run as its host gets them, and as they were.
func mirrored(t *testing.T, run presenttest.RunFunc, plan netcheck.Plan) (got, was []netcheck.Event) {
	t.Helper()
	receiver := mirror.NewReceiver("r", func(e netcheck.Event) { got = append(got, e) })
	sender := mirror.NewSender("r", func(_ context.Context, m signaling.Message) error { return receiver.Take(*m.Mirror) })
	_, err := run(t.Context(), plan, func(e netcheck.Event) {
		was = append(was, e)
		sender.Observe(e)
		synctest.Wait() // it is packed before the next comes, as in a run that takes its time
	})
	if err := sender.Close(t.Context()); err != nil || !receiver.Ended() {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got, was
}

// watch has a host tell of a run, with time for the window to draw, and gives what the window got of it.
func (s *hostScreen) watch(events []netcheck.Event) {
	for i, e := range events {
		s.host.tell(hosting.Event{Kind: hosting.EventRun, Guest: "a", RunID: "r", Run: &e})
		if i%7 == 0 {
			time.Sleep(30 * time.Millisecond)
		}
	}
	s.host.tell(hosting.Event{Kind: hosting.EventRunEnded, Guest: "a", RunID: "r"})
	time.Sleep(time.Second)
}

// seen is everything that the window got of a guest's runs.
func (s *hostScreen) seen() (events []netcheck.Event, result *Result) {
	for _, n := range s.news {
		for _, r := range n.Runs {
			events = append(events, r.Events...)
			if r.Result != nil {
				result = r.Result
			}
		}
	}
	return events, result
}

// stored is a report of events as they are after being stored: times are whole microseconds then.
func stored(t *testing.T, events []netcheck.Event) (r netcheck.Report) {
	t.Helper()
	for _, e := range events {
		b, err := json.Marshal(e)
		if err == nil {
			err = json.Unmarshal(b, &e)
		}
		if err != nil {
			t.Fatal(err)
		}
		r = netcheck.Fold(r, e)
	}
	return r
}

// Of a guest's run with pictures the host's window gets all but rows, and its files are those that the guest itself would write.
func TestGuestsPicturesAtTheHost(t *testing.T) {
	alone := []string{export.ReportName, export.SummaryName, export.VideoName, export.FramesName}
	both := slices.Concat(alone, []string{export.PacketsName, export.SamplesName})
	call := []string{export.ReportName, export.SummaryName, export.CallsName}
	for name, tt := range map[string]struct {
		run   presenttest.RunFunc
		plan  netcheck.Plan
		files []string
	}{
		"pictures alone":            {presenttest.VideoFreezing, presenttest.VideoPlan(netcheck.VideoAlone), alone},
		"pictures after packets":    {presenttest.VideoGood, presenttest.VideoPlan(netcheck.VideoAfterLoss), both},
		"pictures beside packets":   {presenttest.VideoFreezing, presenttest.VideoPlan(netcheck.VideoUnderLoad), both},
		"pictures of a broken run":  {presenttest.VideoStopped, presenttest.VideoPlan(netcheck.VideoAlone), alone},
		"a camera that is gone":     {presenttest.VideoFailed, presenttest.VideoPlan(netcheck.VideoAlone), alone},
		"a call":                    {presenttest.CallUneven, presenttest.CallPlan(0), call},
		"a call on one path":        {presenttest.CallGood, presenttest.CallPlan(1), call},
		"a call without an account": {presenttest.CallNoAccount, presenttest.CallPlan(1), call},
		"a call that was stopped":   {presenttest.CallStopped, presenttest.CallPlan(1), call},
	} {
		t.Run(name, func(t *testing.T) {
			temporaries(t)
			synctest.Test(t, func(t *testing.T) {
				got, was := mirrored(t, tt.run, tt.plan)
				s, h := started(t)
				time.Sleep(time.Second)
				s.watch(got)
				h.Stop()
				s.stop()
				events, result := s.seen()
				want := stored(t, was)
				if seen := stored(t, events); !reflect.DeepEqual(seen, want) {
					t.Errorf("the window's report\n%+v\nwant\n%+v", seen, want)
				}
				if slices.ContainsFunc(events, isRows) {
					t.Error("the window gets rows")
				}
				sameAsAtTheGuest(t, result, was, want, tt.files)
				if err := h.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// sameAsAtTheGuest compares what the host exports of a run with what export writes of the run itself.
func sameAsAtTheGuest(t *testing.T, result *Result, was []netcheck.Event, want netcheck.Report, files []string) {
	t.Helper()
	if result == nil || result.SaveErr != nil {
		t.Fatalf("%+v", result)
	}
	if !reflect.DeepEqual(result.Report, want) || !reflect.DeepEqual(result.Verdict, netcheck.Judge(want)) {
		t.Errorf("the result is of another report: %v", result.Verdict)
	}
	atGuest, atHost := t.TempDir(), t.TempDir()
	f, err := export.Create(export.Where{CSVDir: atGuest, JSON: filepath.Join(atGuest, export.ReportName)}, want.Granted.Loss.LateAfter)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range was {
		f.Observer()(e)
	}
	if err := f.Finish(want, netcheck.Judge(want)); err != nil {
		t.Fatal(err)
	}
	saved, err := result.Recording.ExportTables(t.Context(), atHost, false)
	if err != nil || len(saved) != len(files)-1 {
		t.Errorf("%q, %v", saved, err)
	}
	if err := result.Recording.ExportJSON(filepath.Join(atHost, export.ReportName), false); err != nil {
		t.Error(err)
	}
	sameFiles(t, atHost, atGuest, files...)
}
