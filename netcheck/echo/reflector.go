package echo

import (
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
	"echopath/netcheck/stats"
)

// reflector answers the datagrams of one carrier.
type reflector struct {
	now        func() time.Time
	clock      stamp.Clock
	conn       netcheck.DatagramConn
	carrier    netcheck.Carrier
	wire       stamp.Carrier
	session    uint32
	estimate   uint16
	queueLimit int
	size       int // of a datagram as ordered, bytes
	allowed    budget
	limits     *share

	seen  stamp.Bitmap
	log   *stamp.Log
	dwell stats.Sketch
	count control.CarrierCounters
}

// logSlack is the room in the log for copies beyond the packets that were ordered.
const logSlack = 1024

func newReflector(s *session, conn netcheck.DatagramConn, c netcheck.Carrier, o control.Order) *reflector {
	r := &reflector{now: s.now, clock: s.clock, conn: conn, carrier: c, wire: control.WireCarrier(string(c)), session: o.Session, limits: s.limits,
		estimate: stamp.ErrorEstimate(s.resolution, false), queueLimit: control.QueueLimit(o.Rate, o.Size),
		log: stamp.NewLog(o.Packets + o.Packets/10 + logSlack), size: o.Size,
		allowed: budget{kbps: budgetShare * o.Rate * float64(o.Size) * 8 / 1000, least: leastBurst * float64(o.Size)}}
	r.count.Carrier = string(c)
	return r
}

// run reflects until the receive deadline passes or the link closes.
func (r *reflector) run() {
	buf := make([]byte, 2048)
	for {
		n, err := r.conn.Receive(buf)
		if err != nil {
			return // the order has ended, or the link has closed, which its owner learns from the control channel
		}
		r.reflect(buf[:n], r.now())
	}
}

func (r *reflector) reflect(b []byte, at time.Time) {
	d, err := stamp.Parse(b)
	if err != nil || d.Kind != stamp.KindTest || d.Session != r.session || d.Carrier != r.wire {
		r.count.Foreign++
		return
	}
	received := r.clock.At(at)
	if d.Flags&stamp.FlagWarmUp != 0 {
		if !r.may(len(b), at) {
			return
		}
		r.answer(b, stamp.Reply{Received: received, Window: 1})
		return
	}
	r.count.Received++
	entry := stamp.Entry{Seq: d.Seq, RecvUS: r.clock.Micros(received)}
	switch {
	case !r.seen.Mark(d.Seq): // a copy is logged and not answered: answering would hide on which way it arose
		entry.Duplicate = true
	case r.conn.Queued()+len(b) > r.queueLimit || !r.may(len(b), at):
		r.count.Distinct++
		r.count.Skipped++
		entry.Skipped = true
	default:
		r.count.Distinct++
		r.reply(b, d.Seq, received, &entry)
	}
	r.count.QueuedMax = max(r.count.QueuedMax, r.conn.Queued())
	if !r.log.Append(entry) {
		r.count.LogLost++
	}
}

// may tells whether a datagram of so many bytes may be returned.
func (r *reflector) may(bytes int, at time.Time) bool {
	bytes = max(bytes, r.size)
	return r.allowed.take(bytes, at) && r.limits.take(bytes, at)
}

func (r *reflector) reply(b []byte, seq uint32, received uint64, entry *stamp.Entry) {
	sent, err := r.answer(b, stamp.Reply{Seq: uint32(r.count.Replies), Received: received, Window: r.seen.Window(seq), //nolint:gosec // bounded by control.MaxPackets
		Skipped: uint32(r.count.Skipped), Distinct: uint32(r.count.Distinct)}) //nolint:gosec // as above
	if err != nil {
		r.count.Skipped++
		entry.Skipped = true
		return
	}
	r.count.Replies++
	entry.Replied = true
	entry.SendUS = r.clock.Micros(sent)
	r.dwell.Add(stamp.Between(received, sent))
}

// answer turns the test in b into its reply and sends it. The send timestamp is taken last.
func (r *reflector) answer(b []byte, reply stamp.Reply) (sent uint64, err error) {
	reply.ReflectorError = r.estimate
	reply.Sent = r.clock.At(r.now())
	if err := stamp.Reflect(b, reply); err != nil {
		return 0, err
	}
	return reply.Sent, r.conn.Send(b)
}

func (r *reflector) counters() control.CarrierCounters {
	c := r.count
	c.DwellP95 = r.dwell.Percentile(0.95)
	return c
}
