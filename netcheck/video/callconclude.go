package video

import (
	"context"
	"errors"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
)

// finish asks for the other end's last account.
func (r *callRun) finish(ctx context.Context) error {
	return r.lastAccount(ctx, func(m control.Message) (last bool, err error) {
		switch {
		case m.Account != nil:
			r.hear(*m.Account)
			return m.Account.Last, nil
		case m.Refusal != nil:
			return false, errors.New(m.Refusal.Text)
		}
		return false, nil
	})
}

// conclude makes the summary, with the samples of what was heard last.
func (r *callRun) conclude(ctx context.Context, sendErr, finishErr error) (netcheck.Summary, error) {
	if !r.sent.any {
		return nil, errors.Join(sendErr, finishErr)
	}
	for _, s := range r.live.settle(r.heard()) {
		r.emit(netcheck.CallSampleTaken{Sample: s})
	}
	r.sample(r.live.next, r.clock.Now(), r.own)
	partial := sendErr != nil && !r.out.finished
	sum, believed := r.summary(partial)
	switch {
	case sendErr != nil:
		return sum, cutOff(ctx, partial, sendErr)
	case finishErr != nil:
		r.emit(netcheck.Noted{Text: "The other end's account of the call did not arrive, so it is not known how this computer's picture arrived there."})
	case !believed:
		r.emit(netcheck.Noted{Text: "The other end's account of the call can not be: it does not agree with what this computer sent and received. It is left out."})
	}
	return sum, nil
}

// summary joins both ends' accounts. The other end's is left out if it can not be believed.
func (r *callRun) summary(partial bool) (sum *netcheck.CallSummary, believed bool) {
	far, atStop := r.heard(), r.atStop
	known := far.Last
	sent := r.own
	sent.PacketsSent = r.account().PacketsSent // some may have been sent again since
	believed = !known || possible(sent, far, r.plan, r.clock.Now().Sub(r.begin))
	if !believed {
		far, atStop, known = control.CallAccount{}, control.CallAccount{}, false
	}
	if atStop.Ended || far.FramesSent == atStop.FramesSent {
		atStop = far
	}
	sum = &netcheck.CallSummary{
		Plan: r.plan, Partial: partial, Begin: time.Duration(r.sent.firstUS) * time.Microsecond, Span: r.own.Span, RTT: r.rtts.distribution(),
		Up: direction(r.own, r.own, far, termsOf(r.plan), known), Down: direction(atStop, far, r.own, r.theirs, known),
		Self: selfOf(r.own), Far: selfOf(far), FarSource: r.theirs.Source,
	}
	return sum, believed
}
