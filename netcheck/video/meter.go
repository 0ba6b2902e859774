package video

import (
	"context"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
)

// meter makes the live samples, and keeps what the summary needs of them.
type meter struct {
	*run

	mu     sync.Mutex // guards the rest
	now    netcheck.VideoSample
	delays time.Duration // sum of the window
	freeze freezeWatch
	rtts   []int64 // microseconds, one a report
	rttSum time.Duration
	seen   uint64 // reports taken so far

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

func newMeter(r *run) *meter { return &meter{run: r} }

func (m *meter) with(f func(s *netcheck.VideoSample)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.now)
}

func (m *meter) skipped() { m.with(func(s *netcheck.VideoSample) { s.FramesSkipped++ }) }
func (m *meter) dropped() { m.with(func(s *netcheck.VideoSample) { s.FramesDropped++ }) }

func (m *meter) sent(key bool) {
	m.with(func(s *netcheck.VideoSample) {
		if s.FramesSent++; key {
			s.KeyFrames++
		}
	})
}

func (m *meter) size(size netcheck.VideoSize) {
	m.with(func(s *netcheck.VideoSample) { s.Width, s.Height = size.Width, size.Height })
}

func (m *meter) compared(psnr, ssim float64) {
	m.with(func(s *netcheck.VideoSample) {
		s.PSNRSum, s.PSNRCount = s.PSNRSum+psnr, s.PSNRCount+1
		if ssim > 0 {
			s.SSIMSum, s.SSIMCount = s.SSIMSum+ssim, s.SSIMCount+1
		}
	})
}

func (m *meter) shown(delay time.Duration, first bool, now time.Time) {
	thawed := time.Duration(0)
	m.with(func(s *netcheck.VideoSample) {
		if !first {
			s.Duplicated++
			return
		}
		s.FramesShown++
		s.DelayMax = max(s.DelayMax, delay)
		m.delays += delay
		thawed = m.freeze.shown(now)
	})
	if thawed > 0 {
		m.emit(netcheck.VideoHappened{What: netcheck.Thawed, Took: thawed})
	}
}

// loop polls the round-trip time and ends a window when it is over, until ctx ends.
func (m *meter) loop(ctx context.Context) {
	const poll = netcheck.VideoSampleWidth / 4
	for i := 1; ; i++ {
		due := m.begin.Add(time.Duration(i) * poll)
		if m.Clock.SleepUntil(ctx, due) != nil {
			m.window((i-1)/4, m.Clock.Now()) // what the last window has so far
			return
		}
		m.poll()
		if i%4 == 0 {
			m.window(i/4-1, due)
			m.decide(due)
		}
	}
}

// decide emits pictures whose fate can not change any more.
func (m *meter) decide(now time.Time) {
	us := now.Add(-maxDrain).Sub(m.Start).Microseconds()
	m.record.decide(us, us, m.emitFrames)
}

// poll takes the newest round-trip time, if there is a new one.
func (m *meter) poll() {
	k := m.media.Counters()
	m.mu.Lock()
	defer m.mu.Unlock()
	if k.RTTCount == m.seen || k.RTT <= 0 {
		return
	}
	m.seen = k.RTTCount
	m.rtts = append(m.rtts, k.RTT.Microseconds())
	m.rttSum += k.RTT
	m.now.RTTCount++
}

// window emits the sample of a window that ends now.
func (m *meter) window(index int, now time.Time) {
	t := m.totals()
	rate := m.media.Rate()
	m.mu.Lock()
	s := m.now
	s.Index, s.At = index, m.begin.Add(time.Duration(index)*netcheck.VideoSampleWidth).Sub(m.Start)
	s.TargetKbps, s.OwnKbps, s.PeerKbps, s.State = rate.Target, rate.Own, rate.Peer, rate.State
	if s.PeerKbps == 0 {
		s.PeerKbps = -1
	}
	if s.RTTCount > 0 {
		s.RTT = m.rttSum / time.Duration(s.RTTCount)
	}
	if s.FramesShown > 0 {
		s.DelayMean = m.delays / time.Duration(s.FramesShown)
	}
	froze := m.freeze.tick(now)
	s.Frozen = m.freeze.frozenSince(now.Add(-netcheck.VideoSampleWidth), now)
	m.last.fill(&s, t)
	m.targets, m.windows = m.targets+rate.Target, m.windows+1
	m.now, m.delays, m.rttSum = netcheck.VideoSample{Width: s.Width, Height: s.Height}, 0, 0
	m.mu.Unlock()
	m.emit(netcheck.VideoSampleTaken{Sample: s})
	if froze > 0 {
		m.emit(netcheck.VideoHappened{What: netcheck.Froze, Took: froze})
	}
}

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
	k, far := m.media.Counters(), control.Returned{}
	far, _ = m.far.get()
	b := m.before
	near := netcheck.MediaCounters{
		PacketsSent: k.PacketsSent - b.PacketsSent, BytesSent: k.BytesSent - b.BytesSent, Retransmitted: k.Retransmitted - b.Retransmitted,
		PacketsReceived: k.PacketsReceived - b.PacketsReceived, BytesReceived: k.BytesReceived - b.BytesReceived,
		Expected: k.Expected - b.Expected, NACKSent: k.NACKSent - b.NACKSent, PLISent: k.PLISent - b.PLISent,
	}
	return totals{near: near, far: far, lost: lossTotals{
		up:   int(far.Expected - far.PacketsReceived),   //nolint:gosec // a difference of counts
		down: int(near.Expected - near.PacketsReceived), //nolint:gosec // as above
	}}
}

// freezeWatch tells live when the picture stands still. The report's figures come from the rows; this is for the eye.
type freezeWatch struct {
	last   time.Time // a new picture was shown
	mean   time.Duration
	frozen bool
	told   bool
	ended  time.Time // the newest freeze, if it is over
	began  time.Time
}

const (
	freezeLeast = 150 * time.Millisecond
	freezeTold  = time.Second // a freeze that goes on for so long is told before its end
)

func (f *freezeWatch) limit() time.Duration { return max(freezeLeast, 3*f.mean) }

// shown takes a new picture, and gives the length of the freeze that it ended, or 0.
func (f *freezeWatch) shown(now time.Time) (thawed time.Duration) {
	if f.last.IsZero() {
		f.last = now
		return 0
	}
	gap := now.Sub(f.last)
	if gap > f.limit() {
		thawed, f.began, f.ended = gap, f.last, now
	} else {
		f.mean += (gap - f.mean) / 16
	}
	f.last, f.frozen, f.told = now, false, false
	return thawed
}

// tick gives the length of a freeze that has become long, once.
func (f *freezeWatch) tick(now time.Time) time.Duration {
	if f.last.IsZero() {
		return 0
	}
	gap := now.Sub(f.last)
	f.frozen = gap > f.limit()
	if gap < freezeTold || f.told {
		return 0
	}
	f.told = true
	return gap
}

// frozenSince is how much of a window lay within the newest freeze, or the one before it.
func (f *freezeWatch) frozenSince(from, to time.Time) time.Duration {
	sum := overlap(f.began, f.ended, from, to)
	if f.frozen {
		sum += overlap(f.last, to, from, to)
	}
	return min(sum, to.Sub(from))
}

func overlap(a, b, from, to time.Time) time.Duration {
	if a.Before(from) {
		a = from
	}
	if b.After(to) {
		b = to
	}
	return max(b.Sub(a), 0)
}
