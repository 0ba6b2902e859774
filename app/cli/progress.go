package cli

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"echopath/netcheck"
)

// progress is what is known of a running session: the fold of its events into what a line on the screen needs. It reads no
// clock; times are those since the session's start.
type progress struct {
	plan    netcheck.Plan
	waiting []netcheck.Path // runnable paths that have not started
	total   int             // of paths to run
	path    netcheck.Path   // the one that runs
	end     time.Duration   // when it is expected to end
	probing bool
	live    map[netcheck.Carrier]*live
	shown   float64 // share that was last shown: a bar must not run backwards
}

// live is the running account of one carrier on the current path.
type live struct {
	sent, lost int
	recent     map[int]netcheck.Sample // windows whose counts may still change
	newest     int                     // window
	rtt        time.Duration
	rttWindow  int // that rtt is from
}

// keepWindows is the number of windows that may still change: those of the longest drain, and some.
const keepWindows = 100

func newProgress(p netcheck.Plan) *progress {
	paths := runnable(p)
	return &progress{plan: p, waiting: paths, total: len(paths), live: map[netcheck.Carrier]*live{}}
}

// apply takes the next event.
func (p *progress) apply(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.PathStarted:
		p.path, p.probing, p.live = e.Path, false, map[netcheck.Carrier]*live{}
		p.waiting = slices.DeleteFunc(slices.Clone(p.waiting), func(w netcheck.Path) bool { return w == e.Path })
		p.end = e.At + pathTime(p.plan)
	case netcheck.ProbeStarted:
		p.probing, p.end = true, e.At+b.Duration+usualDrain
	case netcheck.SampleTaken:
		p.sample(b.Sample)
	case netcheck.PathEnded:
		p.waiting = slices.DeleteFunc(slices.Clone(p.waiting), func(w netcheck.Path) bool { return w == e.Path })
		if p.path == e.Path {
			p.path, p.probing = netcheck.PathUnknown, false
		}
	}
}

// sample puts the newest view of a window in the place of the one before.
func (p *progress) sample(s netcheck.Sample) {
	l := p.live[s.Carrier]
	if l == nil {
		l = &live{recent: map[int]netcheck.Sample{}}
		p.live[s.Carrier] = l
	}
	if s.Index <= l.newest-keepWindows {
		return // it was counted, and how is forgotten
	}
	if s.Index > l.newest {
		l.newest = s.Index
		maps.DeleteFunc(l.recent, func(i int, _ netcheck.Sample) bool { return i <= l.newest-keepWindows })
	}
	old := l.recent[s.Index]
	l.sent += s.Sent - old.Sent
	l.lost += lostIn(s) - lostIn(old)
	l.recent[s.Index] = s
	if s.Answered > 0 && s.Index >= l.rttWindow {
		l.rtt, l.rttWindow = s.RTTMean, s.Index
	}
}

func lostIn(s netcheck.Sample) int { return s.LostUp + s.LostDown + s.LostUnknown }

// left is the time until the whole session ends.
func (p *progress) left(now time.Duration) time.Duration {
	rest := time.Duration(len(p.waiting)) * pathTime(p.plan)
	if p.path != netcheck.PathUnknown {
		rest += max(p.end-now, 0)
	}
	return rest
}

// share is what has been done, 0..1. It never falls, also when a path takes longer than it should.
func (p *progress) share(now time.Duration) float64 {
	if left := p.left(now); now+left > 0 {
		p.shown = max(p.shown, float64(now)/float64(now+left))
	}
	return p.shown
}

// line says what is going on: "Relay UDP (3 of 5), 0:17 left, RTT 0.61 ms, lost 0 of 340".
func (p *progress) line(now time.Duration) string {
	left := clock(p.left(now)) + " left"
	switch {
	case p.path == netcheck.PathUnknown:
		return left
	case !p.probing:
		return fmt.Sprintf("%s (%d of %d), %s, connecting", p.path.Title(), p.number(), p.total, left)
	case p.end-usualDrain < now:
		return fmt.Sprintf("%s (%d of %d), %s, waiting for the last answers", p.path.Title(), p.number(), p.total, left)
	}
	return fmt.Sprintf("%s (%d of %d), %s%s", p.path.Title(), p.number(), p.total, left, p.figures())
}

// number is the place of the running path among those that run.
func (p *progress) number() int { return max(p.total-len(p.waiting), 1) }

// figures are those of the media carrier, which shows the network as it is, or of the one that is measured.
func (p *progress) figures() string {
	for _, c := range []netcheck.Carrier{netcheck.CarrierSRTP, netcheck.CarrierDataChannel} {
		l := p.live[c]
		if l == nil || l.sent == 0 {
			continue
		}
		text := fmt.Sprintf(", lost %s of %s", count(l.lost), count(l.sent))
		if l.rtt > 0 {
			text = ", RTT " + millis(l.rtt) + " ms" + text
		}
		return text
	}
	return ""
}
