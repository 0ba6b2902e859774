package video

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
)

// Call is one two-way call on a link: this end sends its pictures and the other end its own, at the same time, and each direction is
// measured where its pictures arrive. The other end answers with [Answer]. Fields must not change while it runs.
type Call struct {
	Path   netcheck.Path
	Plan   netcheck.VideoPlan // for both ends, but for the source
	Start  time.Time          // zero of all times: the session's start, with its monotonic reading
	Clock  netcheck.Clock     // nil means the runtime's
	Source Source             // of pictures of the plan's size
	Screen netcheck.Screen    // may be nil
	Began  func(at time.Time) // is called once, when the first picture has been captured; may be nil
}

// Name is netcheck.ProbeCall.
func (c *Call) Name() string { return netcheck.ProbeCall }

// callGrantTimeout is how long the other end may take to grant: it may have to open a camera first.
const callGrantTimeout = 10 * time.Second

// callRun is the state of one Run.
type callRun struct {
	*callEnd
	live   callSamples
	atStop control.CallAccount // the other end's, when this one stopped receiving
	own    control.CallAccount // this end's, then
}

// Run calls until the plan's end or until ctx ends, then drains and asks the other end for its account. It gives the summary of whatever
// was sent, and fails with a *netcheck.Failure as Probe.Run does.
func (c *Call) Run(ctx context.Context, l netcheck.Link, emit func(netcheck.Event)) (netcheck.Summary, error) {
	p := newPipe(c.Path, c.Plan, c.Start, c.Clock, l.Media())
	p.source, p.screen, p.first = c.Source, c.Screen, c.Began
	p.emit = func(b netcheck.Body) { emit(netcheck.Event{Path: c.Path, Body: b}) }
	if p.media == nil {
		return nil, noMedia()
	}
	first := uint16(rand.Uint32()) //nolint:gosec // any number will do
	end, err := newCallEnd(p, first)
	if err != nil {
		return nil, err
	}
	defer end.release()
	r := &callRun{callEnd: end}
	terms, err := r.order(ctx, first)
	if err != nil {
		if ctx.Err() != nil {
			r.giveUp(ctx)
			return nil, cancelled()
		}
		return nil, err
	}
	r.emit(netcheck.ProbeStarted{Probe: netcheck.ProbeCall, Duration: c.Plan.Duration, Packets: pictures(c.Plan)})
	err = r.measure(ctx, terms)
	return r.conclude(ctx, err, r.finish(ctx))
}

// order asks the other end for the call and waits for its terms.
func (r *callRun) order(ctx context.Context, first uint16) (control.CallTerms, error) {
	ctx, cancel := context.WithTimeout(ctx, callGrantTimeout)
	defer cancel()
	p := r.plan
	order := control.Call{MaxKbps: p.MaxKbps, StartKbps: p.StartKbps, Width: p.Width, Height: p.Height, FPS: p.FPS, FixedSize: !p.Adapt,
		Duration: p.Duration, First: first, Source: string(p.Source.Kind)}
	if err := r.send(ctx, control.Message{ID: r.id, Call: &order}); err != nil {
		return control.CallTerms{}, lost(err)
	}
	g, err := r.granted(ctx, "the call")
	if err != nil {
		return control.CallTerms{}, err
	}
	if g.Call == nil || !agreed(p, *g.Call) {
		return control.CallTerms{}, &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The other end's answer to the call can not be used.", Advice: sameVersion}
	}
	return *g.Call, nil
}

// giveUp lets the other end go, which may have opened its camera: a call that was stopped before it began.
func (r *callRun) giveUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceFinish)
	defer cancel()
	_ = r.send(ctx, control.Message{ID: r.id, Finish: &control.Finish{}}) // a link that is gone has let it go already
}

// agreed tells whether terms are within what was asked for.
func agreed(p netcheck.VideoPlan, t control.CallTerms) bool {
	return t.Width <= p.Width && t.FPS <= p.FPS && slices.Contains(netcheck.VideoSizes(), netcheck.VideoSize{Width: t.Width, Height: t.Height})
}

// measure sends and receives until all is sent and drained. Its error tells that the link failed, the source gave out or ctx ended.
func (r *callRun) measure(ctx context.Context, terms control.CallTerms) error {
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.stop = stop
	if err := r.expect(terms); err != nil {
		return lost(err)
	}
	r.begin = r.clock.Now()
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var running sync.WaitGroup
	running.Go(r.in.receiveAll)
	running.Go(r.in.decodeAll)
	running.Go(func() { r.listen(background) })
	running.Go(func() { r.passKeyFrameRequests(background) })
	running.Go(func() {
		r.everyWindow(background, r.watch, func(index int, due time.Time) { r.sample(index, due, r.account()) })
	})
	err := r.call(inner)
	if gone := sourceGone(err); gone != "" {
		r.emit(netcheck.VideoHappened{What: netcheck.SourceEnded, Text: gone})
	}
	r.hangUp()
	r.drain(ctx, inner)
	end()
	_ = r.media.SetReceiveDeadline(time.Unix(1, 0)) // wakes the receiver; a link that is closed has woken it already
	running.Wait()
	r.own, r.atStop = r.account(), r.heard()
	if cause := context.Cause(inner); err == nil && cause != nil && !r.out.finished {
		err = cause
	}
	return err
}

// call lets the other end begin and sends this end's pictures.
func (r *callRun) call(ctx context.Context) error {
	if err := r.tell(ctx, 0, false); err != nil {
		if ctx.Err() != nil {
			return ended(ctx)
		}
		return lost(err)
	}
	if err := r.out.loop(ctx); err != nil {
		return err
	}
	_ = r.clock.SleepUntil(ctx, r.begin.Add(r.plan.Duration)) // the other end began later, and is to have the whole time too
	return nil
}

// drain tells the other end that no more pictures come, so that it ends too, and waits until each end has shown what the other sent,
// or nothing more can be hoped for.
func (r *callRun) drain(ctx, inner context.Context) {
	rtt := r.media.Counters().RTT
	limit, alive := min(max(minDrain, 4*rtt+giveUp), maxDrain)+control.CallInterval, inner
	if ctx.Err() != nil {
		limit, alive = min(4*rtt+stopDrain+control.CallInterval, graceFinish), context.WithoutCancel(ctx)
	}
	until := r.clock.Now().Add(limit)
	telling, told := context.WithTimeout(context.WithoutCancel(ctx), graceFinish)
	defer told()
	if r.tell(telling, 0, false) != nil {
		return
	}
	r.out.tails(alive)
	for !r.settled() && r.clock.Now().Before(until) {
		if r.clock.SleepUntil(alive, r.clock.Now().Add(10*time.Millisecond)) == nil {
			continue
		}
		if ctx.Err() == nil || alive != inner {
			return // the link is gone
		}
		alive, until = context.WithoutCancel(ctx), earlier(until, r.clock.Now().Add(graceFinish))
	}
	_ = r.clock.SleepUntil(alive, r.clock.Now().Add(min(rtt+repairDrain, stopDrain))) // what repair may have under way
}

// settled tells that nothing is open in either direction.
func (r *callRun) settled() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.far.Ended && r.got.shown >= r.far.FramesSent && r.far.FramesShown >= r.sent.n
}

// listen takes the other end's accounts.
func (r *callRun) listen(ctx context.Context) {
	r.takeEach(ctx, func(m control.Message) error {
		switch {
		case m.Account != nil:
			r.hear(*m.Account)
		case m.Refusal != nil && m.Refusal.Code != control.Malformed: // a message that it could not read does not end a call
			return &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The other end ended the call: " + m.Refusal.Text + ".", Advice: "Call again when the other end is ready."}
		}
		return nil
	})
}

// watch polls, and enters what the other end has counted into windows that are over.
func (r *callRun) watch() {
	r.poll()
	r.mu.Lock()
	news := r.news
	r.news = nil
	r.mu.Unlock()
	for _, a := range news {
		if s, told := r.live.far(a); told {
			r.emit(netcheck.CallSampleTaken{Sample: s})
		}
	}
}

// sample emits the sample of a window that ends now, with what this end has counted until then.
func (r *callRun) sample(index int, now time.Time, own control.CallAccount) {
	frozen, froze := r.window(now)
	r.mu.Lock()
	rtt, n := r.rtts.window()
	r.mu.Unlock()
	at := r.begin.Add(time.Duration(index) * netcheck.VideoSampleWidth).Sub(r.start)
	r.emit(netcheck.CallSampleTaken{Sample: r.live.near(index, at, own, frozen, rtt, n)})
	if froze > 0 {
		r.emit(netcheck.VideoHappened{What: netcheck.Froze, Took: froze})
	}
}
