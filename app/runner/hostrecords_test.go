package runner

import (
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
)

// A run that is cut off ends after all that came of it, with the reason that the host gives.
func TestAGuestsRunThatIsCutOff(t *testing.T) {
	events := []netcheck.Event{
		{Seq: 1, Body: netcheck.SessionStarted{ID: "X"}},
		{Seq: 7, At: 5 * time.Second, Path: netcheck.PathDirect, Body: netcheck.PathStarted{}},
		{Seq: 3, At: 2 * time.Second, Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{}}, // rows come late
		{At: 4 * time.Second, Body: netcheck.Noted{Text: "something is left out"}},
	}
	for name, tt := range map[string]struct {
		end  *hosting.Event // nil: the host stops
		want string
	}{
		"by the host":              {&hosting.Event{Kind: hosting.EventRunEnded, RunID: "r", Text: "It took too long."}, "It took too long."},
		"the rest was not shown":   {&hosting.Event{Kind: hosting.EventRunEnded, RunID: "r"}, runUnseen},
		"the guest left":           {&hosting.Event{Kind: hosting.EventGuestLeft}, runCut},
		"the host stopped instead": {nil, runCut},
	} {
		t.Run(name, func(t *testing.T) {
			temporaries(t)
			synctest.Test(t, func(t *testing.T) {
				s, h := started(t)
				time.Sleep(time.Second)
				s.run("a", events)
				if tt.end != nil {
					tt.end.Guest = "a"
					s.host.tell(*tt.end)
				}
				time.Sleep(time.Second)
				h.Stop()
				s.stop()
				_, result := s.seen()
				if result == nil || result.Report.Ended != netcheck.EndedError || result.Report.Error != tt.want || result.Report.Duration != 5*time.Second {
					t.Errorf("%+v", result)
				}
				seen, _ := s.seen()
				if last := seen[len(seen)-1]; last.Seq != 8 || last.At != 5*time.Second {
					t.Errorf("the end is event %d at %v", last.Seq, last.At)
				}
				if err := h.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What a guest shows of a run without its beginning leaves nothing behind, however often.
func TestARunThatNeverBegins(t *testing.T) {
	temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		s, h := started(t)
		time.Sleep(time.Second)
		for _, e := range []netcheck.Event{{Seq: 1, Body: netcheck.Noted{Text: "a"}}, {Seq: 2, Body: netcheck.SessionEnded{}}} {
			s.run("a", []netcheck.Event{e})
			s.host.tell(hosting.Event{Kind: hosting.EventRunEnded, Guest: "a", RunID: "r"})
		}
		time.Sleep(time.Second)
		h.Stop()
		s.stop()
		for _, n := range s.news {
			if len(n.Runs) > 0 {
				t.Fatalf("told of %+v", n.Runs)
			}
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}
