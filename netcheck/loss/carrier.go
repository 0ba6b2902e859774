package loss

import (
	"math"
	"math/bits"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
	"echopath/netcheck/stats"
)

// carrierRun is one carrier of a running probe. The sender, the receiver and the sampler share it under its lock.
type carrierRun struct {
	carrier  netcheck.Carrier
	wire     stamp.Carrier
	conn     netcheck.DatagramConn
	plan     netcheck.LossPlan
	clock    stamp.Clock
	session  uint32
	estimate uint16
	offset   time.Duration // of its slots against the grid

	sendFails int // in a row; the sender's own

	mu         sync.Mutex
	record     *record
	answered   stamp.Bitmap
	arrived    uint32 // replies, first copies
	unanswered int    // sent and neither answered nor skipped
	maxRTT     time.Duration
	foreign    int
	farClock   uint64 // NTP zero of the reflector's microseconds

	dirty      map[int]bool // windows whose sample has changed
	queued     map[int]int  // most bytes waiting, by window; only where there were any
	scanned    int          // packets below this are answered or given up
	timerError stats.Sketch
	missed     int
	skipped    int
	refused    int // by the system, when they were sent
	queuedMax  int

	up       upLog
	farCheck farCheck
}

// upLog is what the reflector's log has told so far.
type upLog struct {
	next     uint32 // index of the next entry
	order    uint32 // first copies
	previous int64  // receive time of the entry before
	bundled  int
	complete bool
	broken   bool // a block was missing
}

// farCheck is the reflector's own account of the carrier.
type farCheck struct {
	known     bool
	skipped   int
	queuedMax int
	dwellP95  time.Duration
	logLost   int
}

func newCarrierRun(p *run, c netcheck.Carrier, conn netcheck.DatagramConn, offset time.Duration, rec *record) *carrierRun {
	return &carrierRun{
		carrier: c, wire: control.WireCarrier(string(c)), conn: conn, plan: p.plan, clock: p.stamps, session: p.session,
		estimate: stamp.ErrorEstimate(p.resolution, false), offset: offset, farClock: p.farClock,
		record: rec, dirty: map[int]bool{}, queued: map[int]int{},
	}
}

// slot is the time of a packet on the grid since the grid's zero. It is computed from the number alone, so that errors of
// the timer do not add up.
func (c *carrierRun) slot(seq int) time.Duration {
	return c.offset + time.Duration(math.Round(float64(seq)*float64(time.Second)/c.plan.Rate))
}

// window is the index of the sample that a packet belongs to; firstOf is its inverse.
func (c *carrierRun) window(seq int) int {
	return int((c.slot(seq) - c.offset) / netcheck.SampleWidth)
}

func (c *carrierRun) firstOf(window int) int {
	seq := int(float64(window)*netcheck.SampleWidth.Seconds()*c.plan.Rate) - 1
	for seq = max(seq, 0); c.window(seq) < window; seq++ {
	}
	return seq
}

// begin enters a packet that is about to be sent, before it is sent: the reply may come before Send returns.
func (c *carrierRun) begin(seq int, sentUS int64, queued int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, _ := c.enter(seq)
	p.SentUS = sentUS
	c.unanswered++
	c.noteQueue(seq, queued)
}

// skip enters a packet that is not sent.
func (c *carrierRun) skip(seq, queued int, missed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, flags := c.enter(seq)
	p.Status, p.SkippedBy = stats.StatusSkipped, stats.SkipperSender
	*flags |= flagFinal
	if missed {
		c.missed++
	} else {
		c.skipped++
	}
	c.noteQueue(seq, queued)
}

// withdraw turns a packet whose sending failed into a skipped one.
func (c *carrierRun) withdraw(seq int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, flags := c.record.row(seq)
	p.SentUS = stats.NotMeasured
	p.Status, p.SkippedBy = stats.StatusSkipped, stats.SkipperSender
	*flags |= flagFinal
	c.refused++
	c.unanswered--
	c.dirty[c.window(seq)] = true
}

func (c *carrierRun) enter(seq int) (*stats.Packet, *uint8) {
	c.record.n = seq + 1
	c.dirty[c.window(seq)] = true
	p, flags := c.record.row(seq)
	*p = unsent(seq)
	*flags = 0
	return p, flags
}

func (c *carrierRun) noteQueue(seq, queued int) {
	c.queuedMax = max(c.queuedMax, queued)
	if w := c.window(seq); queued > c.queued[w] {
		c.queued[w] = queued
	}
}

// take enters a datagram that came back at the given time.
func (c *carrierRun) take(b []byte, at time.Time) {
	d, err := stamp.Parse(b)
	received := c.clock.At(at)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || d.Kind != stamp.KindReply || d.Session != c.session || d.Carrier != c.wire {
		c.foreign++
		return
	}
	rtt := stamp.Between(d.Sent, received) - stamp.Between(d.Reply.Received, d.Reply.Sent)
	c.maxRTT = max(c.maxRTT, rtt)
	if d.Flags&stamp.FlagWarmUp != 0 {
		return
	}
	if int(d.Seq) >= c.record.n {
		c.foreign++
		return
	}
	c.answer(int(d.Seq), d.Reply, c.clock.Micros(received))
}

func (c *carrierRun) answer(seq int, reply stamp.Reply, recvUS int64) {
	p, flags := c.record.row(seq)
	if *flags&flagAnswered != 0 {
		if p.DupDown < math.MaxUint8 {
			p.DupDown++
		}
		return
	}
	if p.Status == stats.StatusSkipped { // a reply to what was never sent: a peer's mistake
		c.foreign++
		return
	}
	*flags |= flagAnswered
	c.unanswered--
	c.arrived++
	p.DownRecvUS, p.DownOrder = recvUS, c.arrived
	p.UpRecvUS, p.ReflSendUS = c.farMicros(reply.Received), c.farMicros(reply.Sent)
	p.Status = stats.StatusOK
	c.answered.Mark(uint32(seq)) //nolint:gosec // bounded by the plan
	c.dirty[c.window(seq)] = true
	c.readWindow(seq, reply.Window)
}

// readWindow notes what a receipt bitmap tells of unanswered packets. Nearly always there are none, so this costs nothing.
func (c *carrierRun) readWindow(seq int, window uint64) {
	open := ^c.answered.Window(uint32(seq)) //nolint:gosec // bounded by the plan
	if seq < 63 {
		open &= 1<<(seq+1) - 1 // there is nothing before packet 0
	}
	for open != 0 {
		i := bits.TrailingZeros64(open)
		open &^= 1 << i
		_, flags := c.record.row(seq - i)
		switch {
		case window>>i&1 == 1:
			*flags |= flagUpSeen
		default:
			*flags |= flagUpMissing
		}
	}
}

// farMicros turns a reflector's timestamp into microseconds since the reflector's own start, as its log has them.
func (c *carrierRun) farMicros(ntp uint64) int64 {
	d := stamp.Between(c.farClock, ntp)
	us := int64(d / time.Microsecond)
	if d < 0 && d%time.Microsecond != 0 {
		us--
	}
	return us
}

// giveUp marks what has been waiting for longer than the limit, for the live view only: a reply that still comes, and the
// reflector's log, have the last word.
func (c *carrierRun) giveUp(nowUS int64, limit time.Duration) {
	for ; c.scanned < c.record.n; c.scanned++ {
		p, flags := c.record.row(c.scanned)
		if *flags&(flagAnswered|flagFinal) != 0 {
			continue
		}
		if nowUS-p.SentUS < limit.Microseconds() {
			return
		}
		*flags |= flagGivenUp
		c.dirty[c.window(c.scanned)] = true
	}
}
