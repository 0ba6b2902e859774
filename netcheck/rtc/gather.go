package rtc

import (
	"context"
	"fmt"
	"slices"
	"time"

	"echopath/netcheck"
)

// gather waits until both ends have a candidate of the wanted type. When one of them can get none, the failure tells why.
func (a *attempt) gather(ctx context.Context) error {
	limit := time.NewTimer(a.gatherLimit())
	defer limit.Stop()
	stalled := time.NewTimer(diagnoseWait)
	defer stalled.Stop()
	var verdict diagnosis
	defer verdict.stop()
	ends := a.peers()
	for len(ends) > 0 {
		var next, over <-chan struct{} = ends[0].gathered.wait(), ends[0].gatherEnded.wait()
		if _, ok := ends[0].gathered.get(); ok {
			over = nil
		}
		select {
		case <-next:
			c, _ := ends[0].gathered.get()
			a.step(netcheck.StepGather, ends[0].end, a.begin, nil, describe(c))
			ends = ends[1:]
		case <-over:
			if _, ok := ends[0].gathered.get(); !ok {
				return a.ungathered(ctx, ends[0], &verdict)
			}
		case <-ends[0].net.watch.refused.wait():
			return a.ungathered(ctx, ends[0], &verdict)
		case <-stalled.C:
			verdict.start(ctx, a)
		case <-verdict.done():
			if f := verdict.failure(); f != nil && !a.ownQuota(f) {
				a.step(netcheck.StepGather, ends[0].end, a.begin, f, "")
				return f
			}
			verdict.settled = true // the server is fine: wait on
		case <-a.broken.wait():
			return a.explain(stageError{a.brokenBy()}, nil)
		case <-limit.C:
			return a.ungathered(ctx, ends[0], &verdict)
		case <-ctx.Done():
			return a.ungathered(ctx, ends[0], &verdict)
		}
	}
	if a.remote() {
		return a.hear(ctx)
	}
	return nil
}

// gatherLimit leaves a TLS handshake the time in which its dialer gives up by itself and says why.
func (a *attempt) gatherLimit() time.Duration {
	if a.leg.Path == netcheck.PathRelayTLS {
		return gatherTime + time.Second
	}
	return gatherTime
}

// ungathered explains why an end has no candidate. The dialer's own failure is the best evidence, then what Diagnose finds,
// then the code with which the server refused.
func (a *attempt) ungathered(ctx context.Context, p *peer, verdict *diagnosis) error {
	f := a.dialFailure(p)
	code, _ := p.net.watch.refusal()
	if f == nil && ctx.Err() == nil && code != quotaReached { // Diagnose would only add to the allocations
		verdict.start(ctx, a)
		select {
		case <-verdict.finished:
			f = verdict.failure()
		case <-ctx.Done():
		}
	}
	if f != nil && a.ownQuota(f) {
		f = nil
	}
	switch {
	case f != nil:
	case code == 0 && verdict.fine():
		f = a.tooSlow()
	default:
		f = a.silence(p)
	}
	f = withServer(f, a.srv)
	a.step(netcheck.StepGather, p.end, a.begin, f, "")
	return f
}

// quotaReached is the code of a server that refuses a user more allocations.
const quotaReached = 486

// ownQuota tells of a quota that Diagnose met while an end of this link held an allocation, which counts too.
func (a *attempt) ownQuota(f *netcheck.Failure) bool {
	return f.Code == netcheck.ReasonQuota &&
		slices.ContainsFunc(a.peers(), func(p *peer) bool { return p.net.watch.mappedAddress().IsValid() })
}

// tooSlow is the failure where Diagnose got every answer. The code is not no_answer, which says that nothing gets through.
func (a *attempt) tooSlow() *netcheck.Failure {
	what := "a relay address"
	if a.leg.Path == netcheck.PathSTUN {
		what = "the address under which it sees this computer"
	}
	return &netcheck.Failure{Code: netcheck.ReasonLinkLost,
		Text: fmt.Sprintf("The server answers, but getting %s took longer than %.1f s: packets are lost or held up on the way.",
			what, a.now().Sub(a.begin).Seconds()),
		Advice: "Repeat the test; if it happens again, look for loss and for overloaded links between this computer and the server."}
}

func (a *attempt) dialFailure(p *peer) *netcheck.Failure {
	if p.dial == nil {
		return nil
	}
	return p.dial.failed()
}

// silence is the reason as far as this end's own sockets tell it.
func (a *attempt) silence(p *peer) *netcheck.Failure {
	if code, reason := p.net.watch.refusal(); code != 0 {
		user, _ := a.srv.Credential(a.now())
		return refused(code, reason, a.srv, user, a.now())
	}
	switch a.leg.Path {
	case netcheck.PathDirect:
		return p.noHostCandidate()
	case netcheck.PathSTUN:
		return noAnswer(a.target, "answer STUN requests over UDP")
	}
	if p.net.watch.mappedAddress().IsValid() { // it allocated, and pion did not take what it gave
		return &netcheck.Failure{Code: netcheck.ReasonNoFamily,
			Text: fmt.Sprintf("The TURN server gave no relay address of IP version %s.", a.leg.Family)}
	}
	return noAnswer(a.target, "answer the request for a relay address over "+a.srv.URL.Transport)
}

// diagnosis is one run of Diagnose beside the gathering. Its zero value has not started.
type diagnosis struct {
	cancel   context.CancelFunc
	finished chan struct{} // nil until it runs, closed when it has ended
	verdict  *netcheck.Failure
	settled  bool // its verdict was looked at
	whole    bool // it ended by itself
}

func (d *diagnosis) start(ctx context.Context, a *attempt) {
	if d.finished != nil {
		return
	}
	d.finished = make(chan struct{})
	if a.Diagnose == nil || a.srv.URL.Scheme == "" {
		d.settled = true
		close(d.finished)
		return
	}
	ctx, d.cancel = context.WithCancel(ctx)
	go func() {
		defer close(d.finished)
		begin := a.now()
		d.verdict = a.Diagnose(ctx, a.leg, a.srv, a.target.addr)
		if d.whole = ctx.Err() == nil; d.whole {
			a.step(netcheck.StepDiagnose, "", begin, d.verdict, "the server answers every step")
		}
	}()
}

func (d *diagnosis) done() <-chan struct{} {
	if d.settled {
		return nil
	}
	return d.finished
}

func (d *diagnosis) failure() *netcheck.Failure { return d.verdict }

// fine tells whether Diagnose asked the server everything and found nothing wrong.
func (d *diagnosis) fine() bool {
	if d.cancel == nil {
		return false
	}
	select {
	case <-d.finished:
		return d.whole && d.verdict == nil
	default:
		return false
	}
}

// stop waits until Diagnose has ended.
func (d *diagnosis) stop() {
	if d.cancel != nil {
		d.cancel()
		<-d.finished
	}
}
