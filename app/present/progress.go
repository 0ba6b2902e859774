package present

import (
	"fmt"
	"slices"
	"time"

	"echopath/netcheck"
)

// Progress is what is known of a running session: the fold of its events into what a line on the screen needs. It reads no
// clock: every time that is handed in or given is one since the session's start, as in [netcheck.Event]. It is not safe for
// concurrent use.
type Progress struct {
	plan    netcheck.Plan
	waiting []netcheck.Path // runnable paths that have not started
	total   int             // of paths to run
	path    netcheck.Path   // the one that runs
	end     time.Duration   // when it is expected to end
	probing bool
	probe   string // the one that began last
	live    map[netcheck.Carrier]*live
	net     netProgress
	video   VideoAccount // of the running path
	call    CallAccount
	wants   bool    // the running path is to have a video, which has not ended
	filmed  int     // paths whose video has a result
	shown   float64 // share that was last shown: a bar must not run backwards
}

// live is the running account of one carrier on the current path.
type live struct {
	recent[netcheck.Sample]
	sent, lost int
	rtt        time.Duration
	rttWindow  int // that rtt is from
}

// NewProgress begins the account of a session that runs a granted plan.
func NewProgress(granted netcheck.Plan) *Progress {
	paths := Runnable(granted)
	return &Progress{plan: granted, waiting: paths, total: len(paths), live: map[netcheck.Carrier]*live{}, net: netProgress{running: granted.Network.On}}
}

// Apply takes the next event.
func (p *Progress) Apply(e netcheck.Event) {
	p.net.apply(e.Body)
	switch b := e.Body.(type) {
	case netcheck.PathStarted:
		p.net.running = false
		p.path, p.probing, p.live, p.video, p.call = e.Path, false, map[netcheck.Carrier]*live{}, VideoAccount{}, CallAccount{}
		p.waiting = slices.DeleteFunc(slices.Clone(p.waiting), func(w netcheck.Path) bool { return w == e.Path })
		p.wants = p.videos() > 0
		p.end = e.At + pathTime(p.plan, p.wants)
	case netcheck.ProbeStarted:
		p.probeStarted(e.At, b)
	case netcheck.SampleTaken:
		p.sample(b.Sample)
	case netcheck.VideoSampleTaken:
		p.video.Put(b.Sample)
	case netcheck.CallSampleTaken:
		p.call.Put(b.Sample)
	case netcheck.ProbeEnded:
		p.probeEnded(b)
	case netcheck.PathEnded:
		p.waiting = slices.DeleteFunc(slices.Clone(p.waiting), func(w netcheck.Path) bool { return w == e.Path })
		if p.path == e.Path {
			p.path, p.probing, p.wants = netcheck.PathUnknown, false, false
		}
	}
}

// videos is the number of paths, the running one included, that can still have a video.
func (p *Progress) videos() int {
	if !p.plan.Video.On() {
		return 0
	}
	if p.plan.Video.Paths == 0 {
		return p.total
	}
	return max(p.plan.Video.Paths-p.filmed, 0)
}

// probeStarted moves the expected end: a video after the packets, or beside them, belongs to the path too.
func (p *Progress) probeStarted(at time.Duration, b netcheck.ProbeStarted) {
	end := at + b.Duration + usualDrain
	switch {
	case b.Probe != netcheck.ProbeVideo && p.wants && p.plan.Video.Mode == netcheck.VideoAfterLoss:
		end += p.plan.Video.Duration + usualDrain
	case p.probing && p.plan.Video.Mode == netcheck.VideoUnderLoad:
		end = max(end, p.end)
	}
	if !p.Filming() || p.plan.Video.Mode != netcheck.VideoUnderLoad { // there both begin at once, in either order
		p.probe = b.Probe
	}
	p.probing, p.end = true, end
}

func (p *Progress) probeEnded(b netcheck.ProbeEnded) {
	if b.Probe != netcheck.ProbeVideo && b.Probe != netcheck.ProbeCall {
		return
	}
	if p.wants = false; b.Video != nil || b.Call != nil {
		p.filmed++
	}
}

// Path is the path that runs; PathUnknown between two, before the first and after the last.
func (p *Progress) Path() netcheck.Path { return p.path }

// Number is the place of the running path among those that run, from 1. It means nothing while no path runs.
func (p *Progress) Number() int { return max(p.total-len(p.waiting), 1) }

// Total is the number of paths that run; 0 if none can.
func (p *Progress) Total() int { return p.total }

// Place is the running path's place among those that run, for the words behind its title: " (2 of 5)". Where there is nothing but
// videos, or calls, and fewer than paths, it counts those, as the other paths are not run; of one alone it is "".
func (p *Progress) Place() string {
	number, total := p.Number(), p.total
	if wanted := p.plan.Video.Paths; p.plan.Video.Mode.Only() && wanted > 0 && wanted < total {
		if number, total = p.filmed, wanted; p.wants {
			number++
		}
	}
	if total == 1 && p.total > 1 {
		return ""
	}
	return fmt.Sprintf(" (%d of %d)", number, total)
}

// Probing tells that the running path is connected and its probe has begun.
func (p *Progress) Probing() bool { return p.probing }

// Filming tells that a video or a call is what the running path is busy with, alone or beside packets.
func (p *Progress) Filming() bool {
	return p.probing && (p.probe == netcheck.ProbeVideo || p.probe == netcheck.ProbeCall)
}

// Calling tells that it is a two-way call.
func (p *Progress) Calling() bool { return p.probing && p.probe == netcheck.ProbeCall }

// Call is the sum of the running path's call.
func (p *Progress) Call() CallSum { return p.call.sum }

// Draining tells that the running probe has sent its last packet, and waits for the answers to it.
func (p *Progress) Draining(now time.Duration) bool { return p.probing && p.end-usualDrain < now }

// Left is the time until the whole session ends, 0 or more.
func (p *Progress) Left(now time.Duration) time.Duration {
	videos := p.videos()
	if p.wants {
		videos--
	}
	rest := pathsTime(p.plan, len(p.waiting), videos)
	if p.path != netcheck.PathUnknown {
		rest += max(p.end-now, 0)
	}
	if p.net.running {
		rest += max(netTime(p.plan)-now, time.Second) // they come first; some may meet silence
	}
	return rest
}

// Share is what has been done, 0..1. It never falls, also when a path takes longer than it should.
func (p *Progress) Share(now time.Duration) float64 {
	if left := p.Left(now); now+left > 0 {
		p.shown = max(p.shown, float64(now)/float64(now+left))
	}
	return p.shown
}

// Line says what is going on: "Relay UDP (3 of 5), 0:17 left, RTT 0.61 ms, lost 0 of 340". [UpTo] shortens it.
func (p *Progress) Line(now time.Duration) string {
	left := Clock(p.Left(now)) + " left"
	switch {
	case p.net.running:
		return p.net.line(left)
	case p.path == netcheck.PathUnknown:
		return left
	}
	doing := p.figures()
	switch {
	case !p.probing:
		doing = ", connecting"
	case p.Draining(now):
		doing = ", waiting for the last answers"
	}
	return p.path.Title() + p.Place() + ", " + left + doing
}

// sample puts the newest view of a window in the place of the one before.
func (p *Progress) sample(s netcheck.Sample) {
	l := p.live[s.Carrier]
	if l == nil {
		l = &live{}
		p.live[s.Carrier] = l
	}
	old, _, ok := l.put(s.Index, s)
	if !ok {
		return
	}
	l.sent += s.Sent - old.Sent
	l.lost += lostIn(s) - lostIn(old)
	if s.Answered > 0 && s.Index >= l.rttWindow {
		l.rtt, l.rttWindow = s.RTTMean, s.Index
	}
}

func lostIn(s netcheck.Sample) int { return s.LostUp + s.LostDown + s.LostUnknown }

// figures are those of what runs: packets, pictures, or both.
func (p *Progress) figures() string {
	if p.Calling() {
		return p.call.sum.Words("kbit/s", func(kbps float64) string { return Number(kbps, 3) })
	}
	pictures := p.pictures()
	if p.probe == netcheck.ProbeVideo && p.plan.Video.Mode != netcheck.VideoUnderLoad {
		return pictures
	}
	return p.packets() + pictures
}

// packets are the figures of the media carrier, which shows the network as it is, or of the one that is measured.
func (p *Progress) packets() string {
	for _, c := range shownCarriers {
		l := p.live[c]
		if l == nil || l.sent == 0 {
			continue
		}
		text := fmt.Sprintf(", lost %s of %s", Count(l.lost), Count(l.sent))
		if l.rtt > 0 {
			text = ", RTT " + Millis(l.rtt) + " ms" + text
		}
		return text
	}
	return ""
}

// pictures are the figures of the video: ", 29.8 fps, 1200 kbit/s, frozen 0.4 s".
func (p *Progress) pictures() string {
	if p.video.sum.Sent == 0 {
		return ""
	}
	f := p.video.sum.Figures()
	if f.FPS == None {
		return ", " + f.Shown + " pictures"
	}
	return fmt.Sprintf(", %s fps, %s kbit/s, frozen %s", f.FPS, f.Received, f.Frozen)
}
