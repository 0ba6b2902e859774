package video

import (
	"context"
	"math"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stats"
)

// meter makes the live samples, and keeps what the summary needs of them.
type meter struct {
	*run

	mu     sync.Mutex // guards the rest
	now    netcheck.VideoSample
	delays time.Duration // sum of the window
	still  freezes
	lastUS int64 // the last picture was captured: nothing new can come after it; math.MaxInt64 while there will be more
	rtts   rttLog

	next    int    // index of the next window
	last    totals // at the end of the window before
	targets float64
	windows int
}

// totals are cumulative counts of both ends.
type totals struct {
	near netcheck.MediaCounters
	far  control.Returned
	lost lossTotals
}

type lossTotals struct{ up, down, after int }

func newMeter(r *run) *meter { return &meter{run: r, lastUS: math.MaxInt64} }

// sentAll tells that no more pictures will be sent.
func (m *meter) sentAll() {
	last := m.record.last()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastUS = last
}

func (m *meter) with(f func(s *netcheck.VideoSample)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.now)
}

func (m *meter) skipped() { m.with(func(s *netcheck.VideoSample) { s.FramesSkipped++ }) }

func (m *meter) dropped(size netcheck.VideoSize) {
	m.with(func(s *netcheck.VideoSample) {
		s.FramesDropped++
		s.Width, s.Height = size.Width, size.Height
	})
}

func (m *meter) sent(key bool, size netcheck.VideoSize) {
	m.with(func(s *netcheck.VideoSample) {
		s.Width, s.Height = size.Width, size.Height
		if s.FramesSent++; key {
			s.KeyFrames++
		}
	})
}

func (m *meter) compared(psnr, ssim float64) {
	m.with(func(s *netcheck.VideoSample) {
		s.PSNRSum, s.PSNRCount = s.PSNRSum+psnr, s.PSNRCount+1
		if ssim > 0 {
			s.SSIMSum, s.SSIMCount = s.SSIMSum+ssim, s.SSIMCount+1
		}
	})
}

func (m *meter) shown(n int, us int64, delay time.Duration, first bool) {
	thawed := time.Duration(0)
	m.with(func(s *netcheck.VideoSample) {
		if !first {
			s.Duplicated++
			return
		}
		s.FramesShown++
		s.DelayMax = max(s.DelayMax, delay)
		m.delays += delay
		thawed = m.still.shown(n, us)
	})
	if thawed > 0 {
		m.emit(netcheck.VideoHappened{What: netcheck.Thawed, Took: thawed})
	}
}

// loop polls the round-trip time and ends a window when it is over, until ctx ends.
func (m *meter) loop(ctx context.Context) {
	m.everyWindow(ctx, m.poll, func(index int, due time.Time) {
		if !m.sentToTheEnd() {
			m.window(index, due)
		}
		m.decide(due)
	})
}

// decide emits pictures whose fate can not change any more.
func (m *meter) decide(now time.Time) {
	us := m.us(now.Add(-maxDrain))
	m.record.decide(us, us, m.emitFrames)
}

// poll takes the newest round-trip time, if there is a new one.
func (m *meter) poll() {
	m.in.tell()
	k := m.media.Counters()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rtts.note(k)
}

// window emits the sample of a window that ends now.
func (m *meter) window(index int, now time.Time) {
	t := m.totals()
	rate := m.media.Rate()
	rate.Target = m.back.hold(rate.Target, now.Sub(m.start))
	m.mu.Lock()
	m.next = index + 1
	s := m.now
	s.Index, s.At = index, m.begin.Add(time.Duration(index)*netcheck.VideoSampleWidth).Sub(m.Start)
	s.TargetKbps, s.OwnKbps, s.PeerKbps, s.State = rate.Target, rate.Own, rate.Peer, rate.State
	if s.PeerKbps == 0 {
		s.PeerKbps = -1
	}
	s.RTT, s.RTTCount = m.rtts.window()
	if s.FramesShown > 0 {
		s.DelayMean = m.delays / time.Duration(s.FramesShown)
	}
	var froze time.Duration
	s.Frozen, froze = m.still.window(min(m.us(now), m.lastUS))
	m.last.fill(&s, t)
	if m.lastUS == math.MaxInt64 { // pictures are being sent
		m.targets, m.windows = m.targets+rate.Target, m.windows+1
	}
	m.now, m.delays = netcheck.VideoSample{Width: s.Width, Height: s.Height}, 0
	m.mu.Unlock()
	m.emit(netcheck.VideoSampleTaken{Sample: s})
	if froze > 0 {
		m.emit(netcheck.VideoHappened{What: netcheck.Froze, Took: froze})
	}
}

// sentToTheEnd tells that no more pictures will be sent. What comes back and becomes known from then on goes into one last window:
// with nothing sent, more of them would only look as if the bitrate had fallen.
func (m *meter) sentToTheEnd() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lastUS != math.MaxInt64
}

// settle emits the last window, once the far end's last account is there.
func (m *meter) settle() { m.window(m.next, m.clock.Now()) }

// fill enters what both ends counted since the window before, and remembers it. A packet that overtook another one looks lost for
// a moment: it is taken back from the next windows.
func (t *totals) fill(s *netcheck.VideoSample, now totals) {
	s.BytesSent = int64(now.near.BytesSent - t.near.BytesSent)             //nolint:gosec // of 200 ms
	s.BytesReceived = int64(now.near.BytesReceived - t.near.BytesReceived) //nolint:gosec // as above
	s.PacketsSent = int(now.near.PacketsSent - t.near.PacketsSent)         //nolint:gosec // as above
	s.NACK = int(now.near.NACKSent - t.near.NACKSent + now.far.NACKSent - t.far.NACKSent)
	s.PLI = int(now.near.PLISent - t.near.PLISent + now.far.PLISent - t.far.PLISent)
	s.LostUp, now.lost.up = since(t.lost.up, now.lost.up)
	s.LostDown, now.lost.down = since(t.lost.down, now.lost.down)
	s.LostAfter, now.lost.after = since(t.lost.after, now.lost.after)
	*t = now
}

// since is what a count has grown by; the count goes on from the higher value.
func since(before, now int) (grown, counted int) { return max(now-before, 0), max(now, before) }

// totals reads the counters of both ends since the grant.
func (m *meter) totals() totals {
	far, _ := m.far.get()
	near := countedSince(m.media.Counters(), m.before)
	return totals{near: near, far: far, lost: lossTotals{
		up:    int(far.Expected - far.PacketsReceived),   //nolint:gosec // a difference of counts
		down:  int(near.Expected - near.PacketsReceived), //nolint:gosec // as above
		after: m.in.given(),
	}}
}

// freezes follows the picture live: the same freezes as the report has, as soon as they can be known.
type freezes struct {
	watch   stats.FreezeWatch
	highest int   // number of a picture; 0: none, 1 is picture 0
	ended   int64 // frozen time of those that are over, microseconds
	counted int64 // of all, up to the window before
	told    bool  // that the present one is a long one
	n       int   // freezes that are over
	longest int64 // of them, microseconds
}

// freezeTold is how long a freeze goes on before it is told; shorter ones are told at their end.
const freezeTold = time.Second

// shown takes a picture that came back, and gives the length of the freeze that it ended, or 0.
func (f *freezes) shown(n int, us int64) (thawed time.Duration) {
	if n < f.highest {
		return 0 // a later one has been shown: it is not new
	}
	f.highest = n + 1
	freeze, what := f.watch.Shown(us)
	if what != stats.FreezeEnded {
		return 0
	}
	f.ended += freeze.FrozenUS()
	f.longest = max(f.longest, freeze.GapUS())
	f.told = false
	f.n++
	return time.Duration(freeze.GapUS()) * time.Microsecond
}

// until gives all freezes so far with the one that lasts at a time: their number, the frozen time and the longest gap, in microseconds.
func (f *freezes) until(us int64) (n int, frozen, longest int64) {
	n, frozen, longest = f.n, f.ended, f.longest
	if freeze, what := f.watch.Now(us); what != stats.FreezeNone {
		n, frozen, longest = n+1, frozen+freeze.FrozenUS(), max(longest, freeze.GapUS())
	}
	return n, frozen, longest
}

// window gives the frozen time that has become known since the window before, and the length of a freeze that has become a long
// one, once.
func (f *freezes) window(us int64) (frozen, long time.Duration) {
	all := f.ended
	freeze, what := f.watch.Now(us)
	if what != stats.FreezeNone {
		all += freeze.FrozenUS()
		if gap := time.Duration(freeze.GapUS()) * time.Microsecond; gap >= freezeTold && !f.told {
			f.told, long = true, gap
		}
	}
	frozen = time.Duration(max(all-f.counted, 0)) * time.Microsecond
	f.counted = max(all, f.counted)
	return frozen, long
}
