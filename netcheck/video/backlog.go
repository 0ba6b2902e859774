package video

import (
	"math"
	"slices"
	"sync"
	"time"
)

// backlog brakes a video whose pictures come back while they wait on the way. The far end sees a queue on the way back only by this
// end's feedback, and what it says about it waits in the same queue: until then that runs over, and so does the key frame that the
// loss costs. This end sees each packet come back, and so a queue as soon as the first packets have passed through it. It tells a queue
// from a stall as the brake of a leg does (netcheck/rtc): in a queue, all of the newest packets have waited.
type backlog struct {
	mu       sync.Mutex // guards what follows; times count from the session's start
	left     [backlogPictures]leaving
	newest   uint16 // number of the packet that came last, of those that none overtook
	any      bool   // one came
	quickest [2]time.Duration
	span     time.Duration // begin of the span of the first of them
	waits    [backlogWaits]time.Duration
	returns  []returned // of the newest backlogRate
	limit    float64    // kbit/s; +Inf: none
	since    time.Duration
	begun    time.Duration // the wait since then
	least    time.Duration // of the waits since the limit was set
}

// leaving is when a picture was handed over.
type leaving struct {
	n  int
	at time.Duration
}

// returned is a packet that came back.
type returned struct {
	at   time.Duration
	size int // bytes
}

const (
	backlogLong  = 90 * time.Millisecond // waiting: above, the brake is on
	backlogShort = 45 * time.Millisecond // below, it lets go
	backlogShare = 0.6                   // of what comes back: the queue has to get shorter
	backlogLeast = 100                   // kbit/s
	backlogRate  = 200 * time.Millisecond
	backlogSpan  = 10 * time.Second // the quickest packet of this and the one before is what the others are compared with
	backlogDrain = 2 * time.Second  // within which a queue that is sent less than it carries gets shorter
	backlogLess  = 30 * time.Millisecond
	backlogMute  = time.Second // without any packet, after which others see to it

	backlogWaits    = 3   // packets that are looked at
	backlogPictures = 256 // that may be under way
	aroundPayload   = 60  // bytes of a packet
	never           = time.Duration(math.MaxInt64)
)

func newBacklog() *backlog {
	b := &backlog{limit: math.Inf(1), quickest: [2]time.Duration{never, never}}
	for i := range b.left {
		b.left[i].n = -1
	}
	return b
}

// leaves notes that a picture is handed over now.
func (b *backlog) leaves(n int, at time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left[n%len(b.left)] = leaving{n, at}
}

// came notes a packet of picture n that has come back. One that was overtaken may have been sent again, and says nothing about a queue.
func (b *backlog) came(n int, sequence uint16, payload int, at time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n < 0 || b.any && int16(sequence-b.newest) <= 0 { //nolint:gosec // the difference of two numbers of 16 bits
		return
	}
	b.newest, b.any = sequence, true
	b.returns = append(slices.DeleteFunc(b.returns, func(r returned) bool { return at-r.at > backlogRate }), returned{at, payload + aroundPayload})
	if l := b.left[n%len(b.left)]; l.n == n {
		b.waits = [backlogWaits]time.Duration{b.waited(at-l.at, at), b.waits[0], b.waits[1]}
		b.decide(slices.Min(b.waits[:]), at)
	}
}

// waited is how much longer a packet was under way than the quickest one of the last ten to twenty seconds.
func (b *backlog) waited(took, at time.Duration) time.Duration {
	if at-b.span > backlogSpan {
		b.quickest, b.span = [2]time.Duration{never, b.quickest[0]}, at
	}
	b.quickest[0] = min(b.quickest[0], took)
	return took - min(b.quickest[0], b.quickest[1])
}

func (b *backlog) decide(wait, at time.Duration) {
	braking := !math.IsInf(b.limit, 1)
	switch {
	case wait >= backlogShort && braking && at-b.since > backlogDrain:
		if b.begun-wait < backlogLess { // the way itself has become longer
			b.limit, b.quickest = math.Inf(1), [2]time.Duration{never, never}
		}
		b.since, b.begun = at, wait
	case wait > backlogLong && braking && wait < b.least+backlogLess:
		// It does not grow: what comes back now may be all that was sent, and less than could be. To go by that would take the limit
		// down again and again, and the controllers, which keep to what arrives, with it. More tells of a line that carries more.
		b.least = min(b.least, wait)
		if kbps, ok := b.rate(); ok {
			b.limit = max(b.limit, backlogShare*kbps)
		}
	case wait > backlogLong:
		b.brake(wait, at, braking)
	case wait < backlogShort:
		b.limit = math.Inf(1)
	}
}

func (b *backlog) brake(wait, at time.Duration, already bool) {
	kbps, ok := b.rate()
	if !ok {
		return
	}
	if !already {
		b.since, b.begun = at, wait
	}
	b.limit, b.least = max(backlogShare*kbps, backlogLeast), wait
}

// rate is that at which packets have come back of late, in kbit/s.
func (b *backlog) rate() (kbps float64, ok bool) {
	first, last := b.returns[0], b.returns[len(b.returns)-1]
	if last.at-first.at < backlogRate/4 {
		return 0, false
	}
	bytes := -first.size // it marks the begin
	for _, r := range b.returns {
		bytes += r.size
	}
	return float64(bytes) * 8 / 1000 / (last.at - first.at).Seconds(), true
}

// hold is what is left of a target in kbit/s.
func (b *backlog) hold(kbps float64, at time.Duration) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.returns); n > 0 && at-b.returns[n-1].at > backlogMute {
		b.limit = math.Inf(1)
	}
	return min(kbps, b.limit)
}
