package loss

import (
	"context"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
)

// missAfter is how late a slot of the grid may be served. A computer that stood still for longer does not make up for it with
// a burst, which would fill queues that a steady stream leaves empty; it gives the slots up and says so.
const (
	missMin       = 20 * time.Millisecond
	missIntervals = 2
)

// sendAll serves the grid, warm-up first: slot times are absolute, and the carriers take turns.
func (r *run) sendAll(ctx context.Context, t0 time.Time, stop context.CancelCauseFunc) {
	s := sender{run: r, t0: t0, buf: make([]byte, r.plan.Size), limit: control.QueueLimit(r.plan.Rate, r.plan.Size),
		miss: max(missMin, missIntervals*r.plan.Interval())}
	for seq := -r.plan.WarmupPackets(); seq < r.plan.Packets(); seq++ {
		for _, c := range r.carriers {
			slot := t0.Add(c.slot(seq))
			if r.Clock.SleepUntil(ctx, slot) != nil {
				return
			}
			if err := s.serve(c, seq, slot); err != nil {
				stop(lost(err))
				return
			}
		}
	}
}

type sender struct {
	run   *run
	t0    time.Time
	buf   []byte
	limit int
	miss  time.Duration
}

// sendFailures is how many sendings in a row may fail before the link counts as lost: one failure can be a full buffer.
const sendFailures = 50

// serve sends the packet of one slot, or enters why it is not sent. The error tells that the link is gone.
func (s *sender) serve(c *carrierRun, seq int, slot time.Time) error {
	now := s.run.Clock.Now()
	late := now.Sub(slot)
	queued := c.conn.Queued()
	if seq >= 0 {
		c.timerError.Add(late) // of slots that are given up too: they are the worst
	}
	switch {
	case seq < 0:
		_ = s.transmit(c, seq, now, stamp.FlagWarmUp) // a failure shows on the measured packets
		return nil
	case late > s.miss:
		c.skip(seq, queued, true)
		return nil
	case queued+len(s.buf) > s.limit:
		c.skip(seq, queued, false)
		return nil
	}
	c.begin(seq, c.clock.Micros(c.clock.At(now)), queued)
	err := s.transmit(c, seq, now, 0)
	if err == nil {
		c.sendFails = 0
		return nil
	}
	c.withdraw(seq)
	if c.sendFails++; c.sendFails >= sendFailures {
		return err
	}
	return nil
}

// transmit stamps and sends. The record and the datagram hold the same time.
func (s *sender) transmit(c *carrierRun, seq int, now time.Time, flags stamp.Flags) error {
	d := stamp.Datagram{Kind: stamp.KindTest, Carrier: c.wire, Flags: flags, Session: c.session,
		Seq: uint32(max(seq, 0)), Sent: c.clock.At(now), SenderError: c.estimate} //nolint:gosec // bounded by the plan
	if err := d.Put(s.buf); err != nil {
		return err
	}
	return c.conn.Send(s.buf)
}

var _ netcheck.Probe = (*Probe)(nil)
