package loss

import (
	"fmt"
	"math"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
	"echopath/netcheck/stats"
)

// bundleGap is the time between two arrivals at the reflector below which they count as having come in one packet: reading
// the second message of a packet takes a few microseconds, while packets of their own are an interval apart.
const bundleGap = 20 * time.Microsecond

// takeBlock merges one block of the reflector's log.
func (c *carrierRun) takeBlock(h stamp.BlockHeader, entries []stamp.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h.First != c.up.next {
		c.up.broken = true
		return
	}
	c.up.next += uint32(len(entries)) //nolint:gosec // at most stamp.MaxEntries
	for _, e := range entries {
		c.takeEntry(e)
	}
	c.up.complete = h.Last && !c.up.broken
}

func (c *carrierRun) takeEntry(e stamp.Entry) {
	if int(e.Seq) >= c.record.Len() {
		c.foreign++
		return
	}
	p, flags := c.record.row(int(e.Seq))
	if e.Duplicate {
		if p.DupUp < 255 {
			p.DupUp++
		}
		return
	}
	if c.up.order > 0 && e.RecvUS-c.up.previous <= bundleGap.Microseconds() {
		c.up.bundled++
	}
	c.up.previous = e.RecvUS
	c.up.order++
	*flags |= flagLogged
	p.UpOrder, p.UpRecvUS = c.up.order, e.RecvUS
	switch {
	case e.Replied:
		*flags |= flagReplied
		p.ReflSendUS = e.SendUS
	case e.Skipped:
		*flags |= flagReflSkip
	}
}

// takeCounters enters the reflector's own account.
func (c *carrierRun) takeCounters(k control.CarrierCounters) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.farCheck = farCheck{known: true, skipped: k.Skipped, queuedMax: k.QueuedMax, dwellP95: k.DwellP95, logLost: k.LogLost}
	if k.LogLost > 0 {
		c.up.complete = false
	}
}

// settle decides the fate of every packet and emits them in blocks. Silence about what was sent after undecidedUS decides
// nothing: it was not waited for long enough.
func (c *carrierRun) settle(undecidedUS int64, emit func([]stats.Packet)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	block := make([]stats.Packet, 0, min(netcheck.MaxBlock, c.record.Len()))
	for seq := range c.record.Len() {
		p, flags := c.record.row(seq)
		was := fate(p, *flags)
		c.decide(p, flags, undecidedUS)
		if p.Status != was {
			c.dirty[c.window(seq)] = true
		}
		if block = append(block, *p); len(block) == netcheck.MaxBlock {
			emit(block)
			block = make([]stats.Packet, 0, netcheck.MaxBlock)
		}
	}
	if len(block) > 0 {
		emit(block)
	}
}

func (c *carrierRun) decide(p *stats.Packet, flags *uint8, undecidedUS int64) {
	switch {
	case *flags&flagFinal != 0 || *flags&flagAnswered != 0:
	case *flags&flagReflSkip != 0, *flags&flagLogged != 0 && *flags&flagReplied == 0:
		p.Status, p.SkippedBy = stats.StatusSkipped, stats.SkipperReflector
	case p.SentUS > undecidedUS:
	case *flags&flagLogged != 0:
		p.Status = stats.StatusLostDown
	case c.up.complete:
		p.Status = stats.StatusLostUp
	default:
		p.Status = unansweredFate(*flags)
	}
	*flags |= flagFinal
}

// result summarises the settled rows.
func (c *carrierRun) result(p *run, partial bool) netcheck.CarrierResult {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := netcheck.CarrierResult{
		Carrier: c.carrier, Partial: partial, Begin: p.begin, Span: c.slot(c.record.Len()) - c.offset,
		Stats: stats.Summarize(c.record, stats.Options{LateAfterUS: c.plan.LateAfter.Microseconds()}),
		Self: netcheck.SelfCheck{
			ClockResolution: p.resolution, FarClockResolution: p.farResolution,
			SendErrorMean: c.timerError.Mean(), SendErrorP95: c.timerError.Percentile(0.95), SendErrorMax: c.timerError.Max(),
			MissedSends: c.missed, SkippedSender: c.skipped, SendFailed: c.refused, SkippedReflector: c.farCheck.skipped,
			QueuedMax: c.queuedMax, FarQueuedMax: c.farCheck.queuedMax, DwellP95: c.farCheck.dwellP95, LogComplete: c.up.complete,
		},
	}
	r.Load = c.loadEffect(p)
	if c.carrier == netcheck.CarrierDataChannel && c.up.order > 1 {
		r.Self.BundledKnown = true
		r.Self.Bundled = float64(c.up.bundled) / float64(c.up.order-1)
	}
	return r
}

// settleLoad is left out of the comparison after the video has begun: its first picture is the largest, and its bitrate has yet
// to find its level.
const settleLoad = time.Second

// noteLoad asks once whether a video ran, so that the carriers are all compared at the same moment.
func (r *run) noteLoad() {
	if r.Loaded == nil {
		return
	}
	if since, ok := r.Loaded(); ok {
		r.loaded, r.loadedAt = true, since.Sub(r.Start)
	}
}

// loadEffect compares the round-trip times before a video began and while it ran; nil if none did.
func (c *carrierRun) loadEffect(p *run) *netcheck.LoadEffect {
	if !p.loaded {
		return nil
	}
	return netcheck.EffectOfLoad(
		stats.RTTBetween(c.record, math.MinInt64, p.loadedAt.Microseconds()),
		stats.RTTBetween(c.record, (p.loadedAt+settleLoad).Microseconds(), math.MaxInt64))
}

// failed tells of the disk that did not keep up: in a remark if the packets stayed in memory, as an error if some are gone.
func (c *carrierRun) failed(emit func(netcheck.Body)) error {
	if err := c.record.writeErr; err != nil {
		emit(netcheck.Noted{Text: fmt.Sprintf("The packets of the %s carrier were kept in memory, because the disk did not take them: %v.",
			c.carrier.Title(), err)})
	}
	if err := c.record.readErr; err != nil {
		return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "Some of the packets that were kept on disk could not be read back, so they are missing from the figures.",
			Advice: "Look at the disk that holds the temporary files, or ask for a shorter test.", Err: err}
	}
	return nil
}
