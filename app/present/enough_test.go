package present

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// enoughSessions ask for fewer videos or calls than there are paths, and for nothing else.
var enoughSessions = map[string]struct {
	run     presenttest.RunFunc
	plan    func(paths int) netcheck.Plan
	wanted  int
	left    []netcheck.Path // not run
	place   []string        // of each path that was, as the progress has it
	before  time.Duration   // that it will take
	summary string          // how it begins
}{
	"a call on one path": {presenttest.CallGood, func(n int) netcheck.Plan { return presenttest.CallPlan(n) }, 1, netcheck.AllPaths()[2:],
		[]string{"", ""}, 10600 * time.Millisecond, "STUN works. Direct does not work. In the call"},
	"calls on two": {presenttest.CallGood, func(n int) netcheck.Plan { return presenttest.CallPlan(n) }, 2, netcheck.AllPaths()[3:],
		[]string{" (1 of 2)", " (1 of 2)", " (2 of 2)"}, 21200 * time.Millisecond, "STUN and Relay UDP work. Direct does not work. In the call"},
	"a video on one path": {presenttest.VideoGood, onFirstPaths, 1, netcheck.AllPaths()[1:],
		[]string{""}, 10600 * time.Millisecond, "Direct works. The picture"},
	"videos on two": {presenttest.VideoGood, onFirstPaths, 2, netcheck.AllPaths()[2:],
		[]string{" (1 of 2)", " (2 of 2)"}, 21200 * time.Millisecond, "Both paths work. The picture"},
	"videos on all": {presenttest.VideoGood, onFirstPaths, 5, nil,
		[]string{" (1 of 5)", " (2 of 5)", " (3 of 5)", " (4 of 5)", " (5 of 5)"}, 53 * time.Second, "All 5 paths work. The picture"},
}

func onFirstPaths(n int) netcheck.Plan {
	p := presenttest.VideoPlan(netcheck.VideoAlone)
	p.Video.Paths = n
	return p
}

// Paths that were not asked for have a row that says so, and nothing else is made of them.
func TestPathsThatWereNotAskedFor(t *testing.T) {
	for name, tt := range enoughSessions {
		r, v := played(t, tt.run, tt.plan(tt.wanted))
		for _, p := range r.Paths {
			not := slices.Contains(tt.left, p.Path)
			if (p.Code == netcheck.ReasonEnough) != not || not && (StateMark(p, v.Paths[p.Path]).Word != "not run" || !strings.HasPrefix(WhyNot(p), "Not asked for: ")) {
				t.Errorf("%s: %s is %s: %q", name, p.Path, p.State, WhyNot(p))
			}
		}
		if !strings.HasPrefix(v.Sentence, tt.summary) {
			t.Errorf("%s: %q", name, v.Sentence)
		}
		for _, f := range v.Findings {
			if slices.Contains(tt.left, f.Path) {
				t.Errorf("%s: a finding on %s: %s", name, f.Path, f.Title)
			}
		}
		for _, width := range []int{24, 40, 80, 120} {
			text := strings.Join(strings.Fields(textOf(Style{Width: width, Unicode: true}, r, v)), " ")
			if got := strings.Count(text, "– not run: not asked for."); got != len(tt.left) {
				t.Errorf("%s at %d columns: %d rows of paths that were not asked for, want %d:\n%s", name, width, got, len(tt.left), text)
			}
			for _, bad := range []string{"could not be judged", "one path before", "no call", "Not asked for"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s at %d columns says %q", name, width, bad)
				}
			}
		}
	}
}

// The progress counts what was asked for, and is through when that is.
func TestProgressOfPathsThatWereNotAskedFor(t *testing.T) {
	for name, tt := range enoughSessions {
		var places []string
		var left, last time.Duration = -1, 0
		share := 0.0
		looks(t, tt.run, tt.plan(tt.wanted), func(p *Progress, e netcheck.Event) {
			if left < 0 {
				left = p.Left(e.At)
			}
			if _, begins := e.Body.(netcheck.PathStarted); begins {
				places = append(places, p.Place())
			}
			last, share = p.Left(e.At), p.Share(e.At)
		})
		if !slices.Equal(places, tt.place) {
			t.Errorf("%s: places %q, want %q", name, places, tt.place)
		}
		if left != tt.before || last != 0 || share != 1 {
			t.Errorf("%s: %v before, %v and %.2f at the end", name, left, last, share)
		}
	}
}

func TestWordsOfVideoOnFewPaths(t *testing.T) {
	for name, tt := range map[string]struct {
		mode  netcheck.VideoMode
		paths int
		want  string
	}{
		"alone, all":   {netcheck.VideoAlone, 0, "video 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s"},
		"alone, one":   {netcheck.VideoAlone, 1, "video 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s, on the first path that works"},
		"alone, two":   {netcheck.VideoAlone, 2, "video 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s, on the first 2 paths that work"},
		"after, all":   {netcheck.VideoAfterLoss, 0, "video 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s, after the packets"},
		"after, one":   {netcheck.VideoAfterLoss, 1, "video 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s, after the packets on the first path that works"},
		"call, two":    {netcheck.VideoCall, 2, "two-way call 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s, on the first 2 paths that work"},
		"beside, none": {netcheck.VideoUnderLoad, 0, "video 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s, beside the packets"},
	} {
		v := netcheck.DefaultVideoPlan(tt.mode)
		if v.Paths = tt.paths; VideoWords(v) != tt.want {
			t.Errorf("%s: %q, want %q", name, VideoWords(v), tt.want)
		}
	}
}
