package present

import (
	"fmt"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// callSessions are those that are shown in golden files.
var callSessions = map[string]struct {
	run     presenttest.RunFunc
	paths   int // calls to make; 0: on all
	stopped bool
}{
	"call-good":       {run: presenttest.CallGood, paths: 1},
	"call-uneven":     {run: presenttest.CallUneven},
	"call-one-way":    {run: presenttest.CallOneWay, paths: 1},
	"call-no-account": {run: presenttest.CallNoAccount, paths: 1},
	"call-stopped":    {run: presenttest.CallStopped, paths: 1, stopped: true},
}

// playedCall gives what came out of one of them.
func playedCall(t *testing.T, name string) (netcheck.Report, netcheck.Verdict) {
	t.Helper()
	s := callSessions[name]
	return playedUntil(t, s.run, presenttest.CallPlan(s.paths, netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP), s.stopped)
}

func TestReportWithCall(t *testing.T) {
	for name := range callSessions {
		r, v := playedCall(t, name)
		for _, width := range []int{24, 40, 80, 120} {
			text := textOf(Style{Width: width, Unicode: true}, r, v)
			wantWrapped(t, name, width, text)
			if width != 24 || name == "call-uneven" {
				presenttest.Golden(t, fmt.Sprintf("%s-%d.txt", name, width), text)
			}
		}
	}
}

// What only the other end counts is nothing, and not 0, where it did not tell.
func TestCallFigures(t *testing.T) {
	r, _ := playedCall(t, "call-no-account")
	p, _ := r.Path(netcheck.PathSTUN)
	up, down := CallOf(*p.Call.Result)
	wantUp, wantDown := noCall(), noCall()
	wantUp.Dropped, wantUp.Skipped, wantUp.Sent, wantUp.Target = "0", "0", "1000", "1000"
	wantDown.Shown, wantDown.Frozen, wantDown.FrozenShort, wantDown.Received, wantDown.Jitter, wantDown.Size = "300", "0 s", "0 s", "1000", "1.85", "640x360"
	if up != wantUp || down != wantDown {
		t.Errorf("\n%+v\n%+v, want\n%+v\n%+v", up, down, wantUp, wantDown)
	}
	r, _ = playedCall(t, "call-uneven")
	p, _ = r.Path(netcheck.PathSTUN)
	up, down = CallOf(*p.Call.Result)
	if up.Shown != "284 of 300" || up.Frozen != "1.3 s in 2, longest 0.65 s" || up.FrozenShort != "1.3 s in 2" || up.Size != "480x270" || up.LossBefore != "5 %" ||
		down.Shown != "300 of 300" || down.Frozen != "0 s" || down.LossAfter != "0 %" {
		t.Errorf("\n%+v\n%+v", up, down)
	}
	if got, want := CallWords(p), "Shown there: 284 of 300 pictures, frozen 1.3 s in 2, longest 0.65 s. Shown here: 300 of 300 pictures, frozen 0 s."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := CallWords(netcheck.PathReport{}); got != "" || Called(netcheck.PathReport{}) {
		t.Errorf("no call: %q", got)
	}
}

// The running sum says at the end what the result says.
func TestCallSumAddsUp(t *testing.T) {
	r, _ := playedCall(t, "call-uneven")
	p, _ := r.Path(netcheck.PathSTUN)
	var a CallAccount
	words := func() string { return a.Sum().Words("kbit/s", func(v float64) string { return Number(v, 3) }) }
	if words() != "" {
		t.Errorf("nothing: %q", words())
	}
	for s := range p.Call.Samples.All() {
		before := s
		before.Whole = false
		a.Put(before)
		a.Put(s)
		a.Put(s)
	}
	a.Put(netcheck.CallSample{Index: -1, Down: netcheck.CallWindow{Shown: 1}})
	a.Put(netcheck.CallSample{Index: maxVideoWindows, Down: netcheck.CallWindow{Shown: 1}})
	sum, result := a.Sum(), p.Call.Result
	if sum.Up.Shown != result.Up.Shown || sum.Down.Shown != result.Down.Shown || sum.Up.Frozen.Microseconds() != result.Up.FrozenUS || sum.Up.Windows != 50 {
		t.Errorf("%+v", sum)
	}
	if got, want := words(), ", up / down 420 / 1500 kbit/s, 28.4 / 30 fps, frozen 1.3 / 0 s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestProgressOfCall(t *testing.T) {
	for name, tt := range map[string]struct {
		run    presenttest.RunFunc
		paths  int
		before time.Duration
		line   string // five seconds into the call
	}{
		"one":        {presenttest.CallUneven, 1, 10600 * time.Millisecond, "STUN, 0:06 left, up / down 420 / 1500 kbit/s, 27 / 30 fps, frozen 1.3 / 0 s"},
		"all":        {presenttest.CallGood, 0, 21200 * time.Millisecond, "STUN (2 of 2), 0:06 left, up / down 1000 / 1000 kbit/s, 30 / 30 fps, frozen 0 / 0 s"},
		"no account": {presenttest.CallNoAccount, 1, 10600 * time.Millisecond, "STUN, 0:06 left, up / down – / 1000 kbit/s, – / 30 fps, frozen – / 0 s"},
	} {
		line, first := "", time.Duration(-1)
		filming := false
		looks(t, tt.run, presenttest.CallPlan(tt.paths, netcheck.PathDirect, netcheck.PathSTUN), func(p *Progress, e netcheck.Event) {
			if first < 0 {
				first = p.Left(e.At)
			}
			if s, ok := e.Body.(netcheck.CallSampleTaken); ok && s.Sample.Index == 24 {
				line, filming = p.Line(e.At), p.Filming()
			}
		})
		if first != tt.before || line != tt.line || !filming {
			t.Errorf("%s: %v before, %q", name, first, line)
		}
	}
}

func TestAnnouncedCall(t *testing.T) {
	for paths, want := range map[int]string{
		0: "Sending over Direct: 1 path × a two-way call of 640x360@30 for 10 s, at most 2500 kbit/s each way; about 11 s. The other computer sends a picture of its own: up to 2500 kbit/s in upload and as much in download.",
		1: "Sending over Direct, STUN: a two-way call of 640x360@30 for 10 s on the first path that works, at most 2500 kbit/s each way; about 11 s. The other computer sends a picture of its own: up to 2500 kbit/s in upload and as much in download.",
	} {
		list := []netcheck.Path{netcheck.PathDirect}
		if paths > 0 {
			list = append(list, netcheck.PathSTUN)
		}
		granted, err := presenttest.CallPlan(paths, list...).Grant()
		if err != nil {
			t.Fatal(err)
		}
		if got := Announcement(granted); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	v := netcheck.DefaultVideoPlan(netcheck.VideoCall)
	v.Paths = 1
	if got, want := VideoWords(v), "two-way call 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s, on the first path that works"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
