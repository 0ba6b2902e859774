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

// callEnd is one end of a call: it sends pictures of its own, takes those of the other end, and counts both. Both ends are the same
// but for who ordered the call.
type callEnd struct {
	*pipe
	theirs control.CallTerms // what the other end's pictures are
	opened time.Time         // from then on pictures can come
	before netcheck.MediaCounters
	out    *sender
	in     *receiver

	mu   sync.Mutex // guards the rest
	sent sentPictures
	got  gotPictures
	rtts rttLog
	far  control.CallAccount   // the other end's newest
	news []control.CallAccount // those at the end of a window that nobody has taken yet
}

// sentPictures is what this end knows of its own pictures.
type sentPictures struct {
	n, full, dropped, skipped, keys uint64
	packets                         uint64 // each counted once
	firstUS, lastUS                 int64  // captured
	any                             bool   // picture was captured
	targets                         float64
	windows                         int
	ended                           bool // there will be no more
}

// gotPictures is what it knows of the other end's.
type gotPictures struct {
	tried, shown  uint64
	still         freezes
	endUS         int64 // nothing new is to be expected after it; math.MaxInt64: not known
	stamp, number uint32
	width, height int
	jitter        stats.Jitter
	sequence      uint16 // the highest, by which packets that were overtaken are known
	any           bool   // packet has come
	decode        stats.Sketch
}

// newCallEnd makes the sender and the receiver. The pipe's plan is that of this end's own pictures.
func newCallEnd(p *pipe, first uint16) (*callEnd, error) {
	e := &callEnd{pipe: p}
	e.got.endUS = math.MaxInt64
	var err error
	if e.out, err = newSender(p, e, first); err != nil {
		return nil, noCodec(err)
	}
	if e.in, err = newReceiver(p, e); err != nil {
		e.out.close()
		return nil, noCodec(err)
	}
	return e, nil
}

func (e *callEnd) release() {
	e.out.close()
	e.in.close()
}

// expect prepares for the other end's pictures: from now on they may come.
func (e *callEnd) expect(theirs control.CallTerms) error {
	e.theirs, e.opened, e.before = theirs, e.clock.Now(), e.media.Counters()
	e.rtts.seen = e.before.RTTCount
	e.media.Expect(theirs.First)
	e.in.assembler.expect(theirs.First)
	return e.media.SetReceiveDeadline(time.Time{})
}

// interval is the time between two of the other end's pictures.
func (e *callEnd) interval() time.Duration { return time.Second / time.Duration(max(e.theirs.FPS, 1)) }

// hangUp tells that this end sends no more pictures.
func (e *callEnd) hangUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent.ended = true
}

// hear takes the other end's account.
func (e *callEnd) hear(a control.CallAccount) {
	now := e.us(e.clock.Now())
	e.mu.Lock()
	defer e.mu.Unlock()
	e.far = a
	if a.Window > 0 {
		e.news = append(e.news[max(0, len(e.news)-mostNews):], a) // they count from the begin: one that is left out is in the next
	}
	if a.Ended {
		e.got.endUS = min(e.got.endUS, now)
	}
}

// mostNews bounds the accounts that wait to be taken.
const mostNews = 16

// heard is the other end's newest account.
func (e *callEnd) heard() control.CallAccount {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.far
}

// poll is for everyWindow.
func (e *callEnd) poll() {
	e.in.tell()
	k := e.media.Counters()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rtts.note(k)
}

// window takes the target of a window that ends now, and gives the time frozen in it and the length of a freeze that has become a
// long one.
func (e *callEnd) window(now time.Time) (frozen, long time.Duration) {
	target, us := e.target(), e.us(now)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.sent.ended {
		e.sent.targets, e.sent.windows = e.sent.targets+target, e.sent.windows+1
	}
	return e.got.still.window(min(us, e.got.endUS))
}

// account is what this end knows.
func (e *callEnd) account() control.CallAccount {
	k := countedSince(e.media.Counters(), e.before)
	target, us, lag := e.target(), e.us(e.clock.Now()), time.Duration(0)
	e.in.mu.Lock()
	arrived, given, behind, unread := e.in.assembler.distinct, e.in.assembler.given, e.in.behind, e.in.unread
	e.in.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	s, g := &e.sent, &e.got
	freezes, frozen, longest := g.still.until(min(us, g.endUS))
	jitter, known := g.jitter.Value()
	jitter = min(jitter, math.MaxInt32) // timestamps are the other end's
	if s.ended {                        // else it belongs to the goroutine that sends
		lag = e.out.lag.Percentile(0.95)
	}
	a := control.CallAccount{
		FramesSent: s.n, FramesFull: s.full, FramesDropped: s.dropped, FramesSkipped: s.skipped, KeyFrames: s.keys, Packets: s.packets,
		PacketsSent: k.PacketsSent, BytesSent: k.BytesSent, Retransmitted: k.Retransmitted, TargetKbps: target, CaptureError: lag, Ended: s.ended,
		FramesShown: g.shown, PacketsReceived: k.PacketsReceived, BytesReceived: k.BytesReceived, Expected: k.Expected,
		NACKSent: k.NACKSent, PLISent: k.PLISent, FrozenUS: frozen, LongestUS: longest, JitterUS: jitter, JitterOK: known,
		DecodeP95US: g.decode.Percentile(0.95).Microseconds(), Width: g.width, Height: g.height,
		Arrived: uint64(arrived), GivenUp: uint64(given), QueueDropped: uint64(behind), UnreadCodes: uint64(unread), Freezes: uint64(freezes), //nolint:gosec // counts
	}
	if s.any {
		a.Span = time.Duration(s.lastUS-s.firstUS)*time.Microsecond + e.out.interval()
	}
	if s.windows > 0 {
		a.MeanKbps = s.targets / float64(s.windows)
	}
	return a
}

// tell sends this end's account; window is 0 if it is not told at the end of one.
func (e *callEnd) tell(ctx context.Context, window uint64, last bool) error {
	a := e.account()
	a.Window, a.Last = window, last
	return e.send(ctx, control.Message{ID: e.id, Account: &a})
}
