package loss

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
	"echopath/netcheck/stats"
)

// Probe is one run of the loss probe on one link. Fields must not change while it runs.
type Probe struct {
	Path  netcheck.Path
	Plan  netcheck.LossPlan
	Start time.Time      // zero of all times: the session's start, with its monotonic reading
	Clock netcheck.Clock // nil means the runtime's
	// Spool opens a file for a carrier's packets when there are more than a million; nil keeps them in memory.
	Spool func() (Spool, error)
	// Loaded, if set, tells since when a video has run beside this probe; false: it has not. The result then compares the
	// round-trip times before and since.
	Loaded func() (since time.Time, ok bool)
}

// How long the probe waits.
const (
	grantTimeout   = 3 * time.Second
	logTimeout     = 5 * time.Second
	graceLog       = 1500 * time.Millisecond
	logPacketsPerS = 200_000 // a slow line still gets this many log entries through
)

// Name is netcheck.ProbeLoss.
func (p *Probe) Name() string { return netcheck.ProbeLoss }

// run is the state of one Run.
type run struct {
	Probe
	plan          netcheck.LossPlan
	link          netcheck.Link
	emit          func(netcheck.Body)
	stamps        stamp.Clock
	id            uint32
	session       uint32
	resolution    time.Duration
	farResolution time.Duration
	farClock      uint64
	begin         time.Duration // of the measured part, since Start
	carriers      []*carrierRun
	before, after netcheck.PairCounters // of the link: when the far end granted, and when it was asked to finish
	pair          netcheck.PairCheck
	loaded        bool          // a video ran beside this probe
	loadedAt      time.Duration // it began, since Start
	undecidedUS   int64         // what was sent after this, and was not answered, was not waited for long enough to be called lost
}

// Run measures until the plan's end or until ctx ends. Then it drains, fetches the reflector's log and gives the summary of
// whatever was sent. It fails with a *netcheck.Failure: far_refused and link_lost before anything was measured, link_lost
// beside a partial summary when the link died half-way, cancelled beside one when ctx ended.
func (p *Probe) Run(ctx context.Context, l netcheck.Link, emit func(netcheck.Event)) (netcheck.Summary, error) {
	r := &run{Probe: *p, plan: p.Plan, link: l, id: rand.Uint32(), session: rand.Uint32()} //nolint:gosec // tells runs apart, guards nothing
	if r.Clock == nil {
		r.Clock = netcheck.RuntimeClock{}
	}
	r.emit = func(b netcheck.Body) { emit(netcheck.Event{Path: p.Path, Body: b}) }
	r.stamps, r.resolution = stamp.NewClock(p.Start), netcheck.Resolution(r.Clock.Now)
	if err := r.order(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, cancelled()
		}
		return nil, err
	}
	defer r.closeSpools()
	if err := r.openCarriers(); err != nil {
		return nil, err
	}
	r.emit(netcheck.ProbeStarted{Probe: "loss", Duration: r.plan.Warmup + r.plan.Duration, Packets: r.plan.Packets()})
	sendErr := r.measure(ctx)
	logErr := r.fetchLog(ctx)
	return r.conclude(ctx, sendErr, logErr)
}

// order asks the far end to reflect and waits for its grant.
func (r *run) order(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, grantTimeout)
	defer cancel()
	o := control.Order{Probe: "loss", Session: r.session, Rate: r.plan.Rate, Size: r.plan.Size,
		Packets: r.plan.Packets(), Warmup: r.plan.WarmupPackets()}
	for _, c := range r.plan.Carriers {
		o.Carriers = append(o.Carriers, string(c))
	}
	if err := r.send(ctx, control.Message{ID: r.id, Order: &o}); err != nil {
		return lost(err)
	}
	for {
		m, err := r.receive(ctx)
		switch {
		case errors.Is(err, control.ErrMessage):
			return &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The other end's answer can not be understood.",
				Advice: sameVersion, Err: err}
		case err != nil:
			return lost(err)
		case m.ID != r.id:
		case m.Refusal != nil:
			return &netcheck.Failure{Code: netcheck.ReasonFarRefused,
				Text:   "The other end did not accept the test: " + m.Refusal.Text + ".",
				Advice: sameVersion}
		case m.Grant != nil:
			r.farClock, r.farResolution = m.Grant.ClockStart, m.Grant.ClockResolution
			r.before = r.link.Counters()
			return nil
		}
	}
}

func (r *run) send(ctx context.Context, m control.Message) error {
	b, err := control.Encode(m)
	if err != nil {
		return err
	}
	return r.link.Control().Send(ctx, b)
}

// receive gives the next message that is not a block; blocks of an earlier run are of no use to anyone.
func (r *run) receive(ctx context.Context) (control.Message, error) {
	for {
		b, err := r.link.Control().Receive(ctx)
		if err != nil {
			return control.Message{}, err
		}
		if !control.IsBlock(b) {
			return control.Decode(b)
		}
	}
}

const sameVersion = "Use the same version of Echopath at both ends, or ask for a smaller test."

func cancelled() error {
	return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Stopped before the end; what was measured until then is kept."}
}

func lost(err error) error {
	return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "The connection to the other end was lost.",
		Advice: "Run the test again; if it happens again, the network drops connections that it had let through.", Err: err}
}

func (r *run) openCarriers() error {
	step := time.Duration(float64(time.Second) / r.plan.Rate / float64(len(r.plan.Carriers)))
	for i, c := range r.plan.Carriers {
		conn := r.link.Datagrams(c)
		if conn == nil {
			return &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: fmt.Sprintf("The link has no %s carrier.", c.Title()),
				Advice: sameVersion}
		}
		if err := conn.SetReceiveDeadline(time.Time{}); err != nil {
			return lost(err)
		}
		var spool Spool
		if r.Spool != nil && r.plan.Packets() > memoryRows {
			var err error
			if spool, err = r.Spool(); err != nil {
				return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "No file could be opened for the packets of so long a test.",
					Advice: "Look at the free space and the rights of the folder for temporary files, or ask for a shorter test.", Err: err}
			}
		}
		r.carriers = append(r.carriers, newCarrierRun(r, c, conn, time.Duration(i)*step, newRecord(r.plan.Packets(), memoryRows, spool)))
	}
	return nil
}

func (r *run) closeSpools() {
	for _, c := range r.carriers {
		if c.record.spool != nil {
			_ = c.record.spool.Close() // it only held what has been emitted since
		}
	}
}

// measure sends and receives until all is sent and drained. Its error tells that the link failed or ctx ended.
func (r *run) measure(ctx context.Context) error {
	inner, stop := context.WithCancelCause(ctx)
	var receivers, sampler sync.WaitGroup
	for _, c := range r.carriers {
		receivers.Go(func() { r.receiveAll(c, stop) })
	}
	t0 := r.Clock.Now().Add(r.plan.Warmup)
	r.begin = t0.Sub(r.Start)
	sampling, endSampling := context.WithCancel(context.WithoutCancel(ctx))
	sampler.Go(func() { r.sampleLoop(sampling, t0) })
	r.sendAll(inner, t0, stop)
	r.drain(ctx, inner)
	endSampling()
	sampler.Wait()
	for _, c := range r.carriers {
		_ = c.conn.SetReceiveDeadline(time.Unix(1, 0)) // wakes the receiver; a link that is closed has woken it already
	}
	receivers.Wait()
	err := context.Cause(inner)
	stop(nil)
	return err
}

func (r *run) receiveAll(c *carrierRun, stop context.CancelCauseFunc) {
	buf := make([]byte, 2048)
	for {
		n, err := c.conn.Receive(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if err != nil {
			stop(lost(err))
			return
		}
		c.take(buf[:n], r.Clock.Now())
	}
}

func (r *run) sampleLoop(ctx context.Context, t0 time.Time) {
	for next := t0.Add(netcheck.SampleWidth); r.Clock.SleepUntil(ctx, next) == nil; next = next.Add(netcheck.SampleWidth) {
		r.emitSamples()
	}
}

func (r *run) emitSamples() {
	now := r.Clock.Now()
	for _, c := range r.carriers {
		for _, s := range c.samples(now, r.begin) {
			r.emit(netcheck.SampleTaken{Sample: s})
		}
	}
}

// fetchLog asks for the reflector's log and merges it. It goes on for a moment after ctx has ended, because the log is what
// makes a stopped run as exact as a whole one.
func (r *run) fetchLog(ctx context.Context) error {
	limit := logTimeout + time.Duration(r.plan.Packets()*len(r.carriers)/logPacketsPerS)*time.Second
	if ctx.Err() != nil {
		limit = graceLog
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	// The far end takes its own account when it reads this, so both are of the same moment, give or take this message.
	r.after = r.link.Counters()
	if err := r.send(ctx, control.Message{ID: r.id, Finish: &control.Finish{}}); err != nil {
		return err
	}
	var entries []stamp.Entry
	for {
		b, err := r.link.Control().Receive(ctx)
		if err != nil {
			return err
		}
		if !control.IsBlock(b) {
			m, err := control.Decode(b)
			if err == nil && m.ID == r.id && m.Counters != nil {
				r.takeCounters(*m.Counters)
				return nil
			}
			continue
		}
		var h stamp.BlockHeader
		if h, entries, err = stamp.ParseBlock(b, entries[:0]); err != nil || h.Session != r.session {
			continue // what is missing then leaves the log incomplete, and the result says so
		}
		for _, c := range r.carriers {
			if c.wire == h.Carrier {
				c.takeBlock(h, entries)
			}
		}
	}
}

func (r *run) takeCounters(k control.Counters) {
	r.pair = netcheck.PairCheck{Known: true,
		SentUp: r.after.PacketsSent - r.before.PacketsSent, RecvDown: r.after.PacketsReceived - r.before.PacketsReceived,
		SentDown: k.Pair.PacketsSent, ReceivedUp: k.Pair.PacketsReceived,
		Drops: r.after.Drops - r.before.Drops, FarDrops: k.Pair.Drops, DropsKnown: r.after.DropsKnown && k.Pair.DropsKnown}
	for _, k := range k.Carriers {
		for _, c := range r.carriers {
			if string(c.carrier) == k.Carrier {
				c.takeCounters(k)
			}
		}
	}
}

// unfinished tells that the plan was not sent to its end. A run that is stopped while it drains is whole.
func (r *run) unfinished() bool {
	for _, c := range r.carriers {
		if c.record.Len() < r.plan.Packets() {
			return true
		}
	}
	return false
}

func (r *run) conclude(ctx context.Context, sendErr, logErr error) (netcheck.Summary, error) {
	partial := sendErr != nil && r.unfinished()
	sum := &netcheck.LossSummary{Pair: r.pair}
	var errs []error
	r.noteLoad()
	var cuts []cut
	for _, c := range r.carriers {
		c.settle(r.undecidedUS, func(rows []stats.Packet) { r.emit(netcheck.PacketsDecided{Carrier: c.carrier, Packets: rows}) })
		cuts = append(cuts, c.cuts()...)
	}
	for _, c := range r.carriers {
		result := c.result(r, partial)
		result.Self.SendErrorBeside = c.lateBeside(cuts, r.begin)
		sum.Carriers = append(sum.Carriers, result)
		errs = append(errs, c.failed(r.emit))
	}
	r.emitSamples()
	switch {
	case ctx.Err() != nil && (partial || logErr != nil):
		errs = append(errs, cancelled())
	case sendErr != nil:
		errs = append(errs, sendErr)
	case logErr != nil && errors.Is(logErr, context.DeadlineExceeded):
		r.emit(netcheck.Noted{Text: "The other end's log did not arrive, so the direction of some losses is not known."})
	case logErr != nil:
		errs = append(errs, lost(logErr))
	}
	return sum, errors.Join(errs...)
}
