package rtc

import (
	"context"
	"fmt"
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
	ends := []*peer{a.near, a.far}
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
			if f := verdict.failure(); f != nil {
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
	if f == nil && ctx.Err() == nil {
		verdict.start(ctx, a)
		select {
		case <-verdict.finished:
			f = verdict.failure()
		case <-ctx.Done():
		}
	}
	if f == nil {
		f = a.silence(p)
	}
	f = withServer(f, a.srv)
	a.step(netcheck.StepGather, p.end, a.begin, f, "")
	return f
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
		return localError("This computer has no usable network address of the asked IP version.", nil)
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
		if ctx.Err() == nil {
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

// stop waits until Diagnose has ended.
func (d *diagnosis) stop() {
	if d.cancel != nil {
		d.cancel()
		<-d.finished
	}
}
