package rtc

import (
	"context"
	"fmt"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// askersWord is how much longer this end waits: the one that asked knows more about why there is no link, and says it.
const askersWord = time.Second

// acceptance is one call of Accept.
type acceptance struct {
	*connecting
	acceptor *Acceptor
	peer     *peer
	signals  Signals
	begin    time.Time

	stop        context.CancelFunc // ends the negotiation; nil before it
	negotiating sync.WaitGroup
	broken      latch[error]
}

// Accept makes this end of a leg and waits until the link is up and proved, for a second longer than the leg's timeout. The link's Pairs give this
// end's pair first. The error is a *netcheck.Failure, and the asking end has been told of it. Signals are closed with the link, or
// when Accept fails.
func (a *Acceptor) Accept(ctx context.Context, leg signaling.Leg, s Signals) (netcheck.Link, error) {
	x := &acceptance{acceptor: a, signals: s}
	l, err := x.do(ctx, leg)
	if err == nil {
		return l, nil
	}
	f := netcheck.AsFailure(err, netcheck.ReasonLocal)
	if broken, _ := x.broken.get(); broken == nil || !sameFailure(broken, f) {
		tell(s, f)
	}
	if x.stop != nil {
		x.stop()
	}
	if x.peer != nil {
		x.peer.abandon()
	}
	x.negotiating.Wait()
	_ = s.Close()
	return nil, f
}

func sameFailure(err error, f *netcheck.Failure) bool {
	return netcheck.AsFailure(err, netcheck.ReasonLocal) == f
}

func (x *acceptance) do(ctx context.Context, order signaling.Leg) (*link, error) {
	if err := checkOrder(order); err != nil {
		return nil, err
	}
	timeout := min(order.Timeout, maxTimeout)
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout+askersWord)
	defer cancel()
	x.connecting = &connecting{Connector: &Connector{Logger: x.acceptor.Logger, ice: x.acceptor.ice}, trace: newTracer(order.Path, nil),
		leg: netcheck.Leg{Target: netcheck.TargetInvite, Path: order.Path, Family: order.Family, Far: netcheck.FarRemote,
			Load: x.acceptor.load(order), Video: order.Video, Timeout: timeout}}
	x.begin = x.now()
	e, err := x.acceptor.endpoint(ctx, order)
	if err != nil {
		return nil, err
	}
	if x.peer, err = x.newEnd(e); err != nil {
		return nil, err
	}
	return x.answer(ctx)
}

// answer negotiates, waits for one stage after the other, and proves.
func (x *acceptance) answer(ctx context.Context) (*link, error) {
	talking, stop := context.WithCancel(context.Background())
	x.stop = stop
	x.peer.dialog = newDialog(x.peer, x.signals, bounds{x.acceptor.Allowed, x.acceptor.AllowedPort})
	x.negotiating.Go(func() {
		if err := x.peer.dialog.run(talking); err != nil {
			x.broken.set(signallingEnded(err))
			x.peer.unheard(err)
		}
	})
	l, err := x.connect(ctx)
	if err != nil {
		return nil, err
	}
	l.talking(x.signals, stop, &x.negotiating)
	l.watch(talking, recovery{prove: func(ctx context.Context) *netcheck.Failure {
		own, near, err := l.Pairs(ctx)
		if err != nil {
			return nil
		}
		return x.doubt(own, near)
	}})
	return l, nil
}

func (x *acceptance) connect(ctx context.Context) (*link, error) {
	d := x.peer.dialog
	if err := x.meet(ctx); err != nil {
		return nil, err
	}
	err := x.await(ctx, d.confirmed.wait(), func() *netcheck.Failure { return x.peer.unconfirmed(noDTLS, x.now().Sub(x.begin)) })
	if f, _ := d.confirmed.get(); f != nil {
		return nil, f
	}
	if err != nil {
		return nil, err
	}
	if err := x.await(ctx, x.peer.opened.wait(), noDTLS); err != nil {
		return nil, err
	}
	l := &link{peer: x.peer}
	own, near, err := l.Pairs(ctx)
	if err != nil {
		return nil, &netcheck.Failure{Code: netcheck.ReasonNoProof, Err: err,
			Text: "The connection came up, but the ends could not compare what they see of it."}
	}
	if f := x.doubt(own, near); f != nil {
		return nil, f
	}
	return l, nil
}

// meet waits until packets pass. Where Allowed stands against that and Explain can tell so, it gives up in time for the asking end to
// hear it, which would take it for a firewall otherwise. Until then the other end's checks may come in, without this end having sent any.
func (x *acceptance) meet(ctx context.Context) error {
	if x.acceptor.Explain == nil {
		return x.await(ctx, x.peer.connected.wait(), x.noPair)
	}
	trying, giveUp := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer giveUp(nil)
	watching.Go(func() { x.watchRefusals(trying, giveUp) })
	err := x.await(trying, x.peer.connected.wait(), x.noPair)
	if f, ok := context.Cause(trying).(*netcheck.Failure); ok && err != nil { //nolint:errorlint // as it was given
		return f
	}
	return err
}

// How long candidates may stay refused while nothing comes in, and how long before the asking end's time is over this end speaks.
const (
	refusedTime = 2 * time.Second
	lastMoment  = 500 * time.Millisecond
)

func (x *acceptance) watchRefusals(ctx context.Context, giveUp context.CancelCauseFunc) {
	tick := time.NewTicker(retryAllowed)
	defer tick.Stop()
	var since time.Time
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now, f := x.now(), x.refusal()
		switch {
		case f == nil || x.peer.connected.up():
			since = time.Time{}
			continue
		case since.IsZero():
			since = now
		}
		if now.Sub(since) >= min(refusedTime, x.leg.Timeout/3) || now.Sub(x.begin) >= x.leg.Timeout-lastMoment {
			giveUp(f)
			return
		}
	}
}

// refusal is why no address of the other end is in use, if that is because none is allowed and Explain knows about it.
func (x *acceptance) refusal() *netcheck.Failure {
	if x.acceptor.Explain == nil || len(x.peer.dialog.remotes()) > 0 {
		return nil
	}
	return x.acceptor.Explain()
}

// doubt tells why the pairs do not prove the path, or nil.
func (x *acceptance) doubt(own, near netcheck.CandidatePair) *netcheck.Failure {
	mine := x.peer.view(own)
	if f := proveRemote(x.leg.Path, x.peer.otherView(near), mine); f != nil {
		return f
	}
	return x.peer.stayedInside(x.leg.Path, mine, near)
}

func (x *acceptance) await(ctx context.Context, flag <-chan struct{}, without func() *netcheck.Failure) error {
	select {
	case <-flag:
		return nil
	case <-x.broken.wait():
	case <-x.peer.dead.wait():
		if f := x.peer.fault(); f != nil {
			return f
		}
		x.peer.dialog.hearOut(x.broken.wait())
		if _, known := x.broken.get(); !known {
			return without()
		}
	case <-ctx.Done():
		if ctx.Err() == context.Canceled { //nolint:errorlint // what a context gives
			return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "The other end has ended its part."}
		}
		return without()
	}
	err, _ := x.broken.get()
	return err
}

// noPair tells why no packets passed, as far as this end can know.
func (x *acceptance) noPair() *netcheck.Failure {
	d := x.peer.dialog
	there := addressList(d.remotes())
	_, gathered := x.peer.gathered.get()
	switch {
	case !d.answered.up():
		return unanswered(x.now().Sub(x.begin))
	case !gathered && x.leg.Path == netcheck.PathSTUN && !x.peer.role.hosts():
		return &netcheck.Failure{Code: netcheck.ReasonNoAnswer,
			Text:   "No STUN server told it under which address it is seen from outside.",
			Advice: "A firewall at the other end's place may block UDP to STUN servers."}
	case !gathered:
		return &netcheck.Failure{Code: netcheck.ReasonNoFamily,
			Text: fmt.Sprintf("It has no usable network address of IP version %s.", x.leg.Family)}
	case there == "" && d.refused():
		if f := x.refusal(); f != nil {
			return f
		}
		return &netcheck.Failure{Code: netcheck.ReasonFarRefused,
			Text:   "It may not send to any of the addresses that this computer offers: it has not seen any packet from them.",
			Advice: "A firewall may keep this computer's packets from the other end's server."}
	case there == "":
		return &netcheck.Failure{Code: netcheck.ReasonNoPair, Text: "It was given no address that it could send to."}
	}
	return &netcheck.Failure{Code: netcheck.ReasonNoPair,
		Text: fmt.Sprintf("No packet passed between it and %s.", there)}
}
