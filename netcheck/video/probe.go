package video

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/video/record"
)

// Source gives the pictures to send. Next fills dst, and may wait for a picture until ctx ends.
type Source interface {
	Next(ctx context.Context, dst *image.YCbCr) error
}

// Probe is one run of the video probe on one link. Fields must not change while it runs.
type Probe struct {
	Path   netcheck.Path
	Plan   netcheck.VideoPlan
	Start  time.Time      // zero of all times: the session's start, with its monotonic reading
	Clock  netcheck.Clock // nil means the runtime's
	Source Source         // of pictures of the plan's size
	Screen netcheck.Screen
	// Record, if it has a path, keeps the pictures in a file. The probe fills in what tells of it and asks for key frames.
	Record record.Options
	// RecordSent keeps the pictures as they were sent, otherwise as they came back.
	RecordSent bool
	// Began is called once, when the first picture has been captured.
	Began func(at time.Time)
}

// Name is netcheck.ProbeVideo.
func (p *Probe) Name() string { return netcheck.ProbeVideo }

// How long the probe waits.
const (
	grantTimeout  = 3 * time.Second
	finishTimeout = 5 * time.Second
	graceFinish   = 1500 * time.Millisecond
	minDrain      = time.Second
	tailPackets   = 5 // empty ones after the last picture: behind them the loss of its last packet shows
	tailGap       = 10 * time.Millisecond
	stopDrain     = 400 * time.Millisecond // of a run that was stopped
	repairDrain   = 20 * time.Millisecond  // beyond a round trip
	maxDrain      = 4 * time.Second
)

// run is the state of one Run.
type run struct {
	Probe
	*pipe

	heard  time.Time // until then packets were received
	before netcheck.MediaCounters

	out    *sender
	in     *receiver
	record *pictureRecord
	refs   *references
	meter  *meter
	back   *backlog
	keep   *record.Recorder // nil: nothing is recorded
	far    farAccount
}

// Run measures until the plan's end or until ctx ends. Then it drains, asks the far end for its account and gives the summary of
// whatever was sent. It fails with a *netcheck.Failure: far_refused, link_lost or local_error before anything was measured,
// link_lost beside a partial summary when the link died half-way, cancelled beside one when ctx ended.
func (p *Probe) Run(ctx context.Context, l netcheck.Link, emit func(netcheck.Event)) (netcheck.Summary, error) {
	r := &run{Probe: *p, pipe: newPipe(p.Path, p.Plan, p.Start, p.Clock, l.Media())}
	r.source, r.screen, r.first = p.Source, p.Screen, p.Began
	r.emit = func(b netcheck.Body) { emit(netcheck.Event{Path: p.Path, Body: b}) }
	if r.media == nil {
		return nil, noMedia()
	}
	if err := r.prepare(); err != nil {
		return nil, err
	}
	defer r.release()
	if r.Record.Path != "" {
		o := r.Record
		o.NeedKey, o.Note = r.needKey, func(h netcheck.VideoHappened) { r.emit(h) }
		r.keep = record.New(o)
		defer r.keep.Close() //nolint:errcheck // it says by Note what became of it; this is for ways out before that
	}
	if err := r.order(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, cancelled()
		}
		return nil, err
	}
	r.emit(netcheck.ProbeStarted{Probe: netcheck.ProbeVideo, Duration: p.Plan.Idle + p.Plan.Duration,
		Packets: int(p.Plan.Duration.Seconds() * float64(p.Plan.FPS))})
	err := r.measure(ctx)
	return r.conclude(ctx, err, r.finish(ctx))
}

// prepare makes the pipeline's parts.
func (r *run) prepare() error {
	r.record = newPictureRecord(r.Plan)
	r.refs = newReferences(r.Plan.Width, r.Plan.Height)
	r.meter, r.back = newMeter(r), newBacklog()
	var err error
	if r.out, err = newSender(r.pipe, r, uint16(r.id)); err != nil { //nolint:gosec // any number will do
		return noCodec(err)
	}
	if r.in, err = newReceiver(r.pipe, r); err != nil {
		r.out.close()
		return noCodec(err)
	}
	return nil
}

func (r *run) release() {
	r.out.close()
	r.in.close()
}

// needKey asks for a key frame of the stream that is recorded.
func (r *run) needKey() {
	if r.RecordSent {
		r.forced.raise()
		return
	}
	r.in.askKey(r.clock.Now(), true)
}

func noMedia() error {
	return &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The link carries no video.", Advice: sameVersion}
}

const sameVersion = "Use the same version of Echopath at both ends."

func noCodec(err error) error {
	var known *netcheck.Failure
	if errors.As(err, &known) {
		return err
	}
	return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The video could not be encoded: " + err.Error() + ".", Err: err}
}

func cancelled() error {
	return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Stopped before the end; what was measured until then is kept."}
}

func lost(err error) error {
	return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "The connection to the other end was lost.",
		Advice: "Run the test again; if it happens again, the network drops connections that it had let through.", Err: err}
}

// order asks the far end to return the video and waits for its grant.
func (r *run) order(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, grantTimeout)
	defer cancel()
	first := r.out.packets.sequence
	r.media.Expect(first)
	r.in.assembler.expect(first)
	if err := r.send(ctx, control.Message{ID: r.id, Video: &control.Video{MaxKbps: r.Plan.MaxKbps, First: first}}); err != nil {
		return lost(err)
	}
	if _, err := r.granted(ctx, "the video"); err != nil {
		return err
	}
	r.before = r.media.Counters()
	return nil
}

// measure runs the pipeline until all is sent and drained. Its error tells that the link failed, the source gave out or ctx ended.
func (r *run) measure(ctx context.Context) error {
	if err := r.media.SetReceiveDeadline(time.Time{}); err != nil {
		return lost(err)
	}
	if r.Plan.Idle > 0 { // under load: the packets run alone first
		if err := r.clock.SleepUntil(ctx, r.clock.Now().Add(r.Plan.Idle)); err != nil {
			return cancelled()
		}
	}
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.stop, r.begin = stop, r.clock.Now()
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { r.in.receiveAll() })
	running.Go(func() { r.in.decodeAll() })
	running.Go(func() { r.meter.loop(background) })
	running.Go(func() { r.listen(background) })
	err := r.out.loop(inner)
	if gone := sourceGone(err); gone != "" {
		r.emit(netcheck.VideoHappened{What: netcheck.SourceEnded, Text: gone})
	}
	r.meter.sentAll()
	r.drain(ctx, inner)
	end()
	_ = r.media.SetReceiveDeadline(time.Unix(1, 0)) // wakes the receiver; a link that is closed has woken it already
	r.heard = r.clock.Now()
	running.Wait()
	if cause := context.Cause(inner); err == nil && cause != nil && r.unfinished() {
		err = cause
	}
	return err
}

// sourceGone says why there are no more pictures, if it is for the source; else "".
func sourceGone(err error) string {
	var f *netcheck.Failure
	if errors.As(err, &f) && f.Code != netcheck.ReasonCancelled && f.Code != netcheck.ReasonLinkLost {
		return f.Text
	}
	return ""
}

// unfinished tells that the plan was not sent to its end. A run that is stopped while it drains is whole.
func (r *run) unfinished() bool { return !r.out.finished }

// pictures is the number of pictures in the plan.
func pictures(p netcheck.VideoPlan) int { return int(p.Duration.Seconds()*float64(p.FPS) + 0.5) }

// drain waits until every picture that was sent is shown or nothing more can be hoped for, and then for what repair may still have
// under way. A run that was stopped waits a moment too: else it would count as lost what is on its way.
func (r *run) drain(ctx, inner context.Context) {
	rtt := r.media.Counters().RTT
	limit := min(max(minDrain, 4*rtt+giveUp), maxDrain)
	alive := inner
	if ctx.Err() != nil {
		limit, alive = min(4*rtt+stopDrain, graceFinish), context.WithoutCancel(ctx)
	}
	until := r.clock.Now().Add(limit)
	for i := 0; r.record.open() > 0 && r.clock.Now().Before(until); i++ {
		if i < tailPackets && r.out.tail() != nil {
			return
		}
		if r.clock.SleepUntil(alive, r.clock.Now().Add(10*time.Millisecond)) == nil {
			continue
		}
		if ctx.Err() == nil || alive != inner {
			return // the link is gone
		}
		alive, until = context.WithoutCancel(ctx), earlier(until, r.clock.Now().Add(graceFinish))
	}
	rest := min(max(rtt, r.record.newestDelay())+repairDrain, stopDrain)
	_ = r.clock.SleepUntil(alive, r.clock.Now().Add(rest)) // a link that is gone has nothing under way
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// listen takes the far end's accounts, and passes its requests for key frames to the encoder.
func (r *run) listen(ctx context.Context) {
	var asked sync.WaitGroup
	defer asked.Wait()
	asked.Go(func() { r.passKeyFrameRequests(ctx) })
	r.takeEach(ctx, func(m control.Message) error {
		if m.Returned != nil {
			r.far.set(*m.Returned)
		}
		return nil
	})
}

// finish asks for the far end's last account.
func (r *run) finish(ctx context.Context) error {
	return r.lastAccount(ctx, func(m control.Message) (last bool, err error) {
		if m.Returned == nil {
			return false, nil
		}
		r.far.set(*m.Returned)
		return m.Returned.Last, nil
	})
}
