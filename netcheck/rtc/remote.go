package rtc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// reach makes a link whose far end is another computer: it orders that end, and offers at once.
func (a *attempt) reach(ctx context.Context) (*link, error) {
	err := a.order(ctx)
	if err != nil {
		return nil, err
	}
	if a.near, err = a.newPeer(0, a.target, a.at[0]); err != nil {
		a.giveUp(err)
		return nil, err
	}
	a.boundDials(ctx)
	talking, stop := context.WithCancel(context.Background())
	a.near.dialog = newDialog(a.near, a.signals, bounds{})
	a.negotiating.Go(func() { a.talkRemote(talking) })
	hastening, answered := context.WithCancel(talking)
	a.negotiating.Go(func() { a.hasten(hastening) })
	l, err := a.connect(ctx)
	answered()
	if err != nil {
		a.learn(err)
		a.giveUp(err)
		stop()
		a.near.abandon()
		a.negotiating.Wait()
		return nil, err
	}
	l.talking(a.signals, stop, &a.negotiating)
	l.watch(talking, recovery{settle: a.nearSettle, prove: func(ctx context.Context) *netcheck.Failure {
		local, far, err := l.Pairs(ctx)
		if err != nil {
			return nil
		}
		return a.doubt(local, far)
	}})
	return l, nil
}

// order asks the other end for its part of the leg, within what is left of the time.
func (a *attempt) order(ctx context.Context) error {
	if a.Remote == nil {
		return localError("This leg needs another computer, and there is no session with one.", nil)
	}
	leg := a.leg
	if left, ok := ctx.Deadline(); ok {
		leg.Timeout = max(min(leg.Timeout, time.Until(left)), time.Second)
	}
	var err error
	if a.signals, err = a.Remote(ctx, leg); err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return unanswered(a.now().Sub(a.begin))
	}
	return signallingEnded(err)
}

// hastenAfter is how long the other end may take to answer an order before the way to it is doubted, and hastenEvery how often then.
const hastenAfter, hastenEvery = 1500 * time.Millisecond, 2 * time.Second

// hasten sees to it that an order does not wait in a wire that is dead, for as long as there is no answer to it: what carries the
// session makes a new one when the other end gives no sign of life. The order goes over that one.
func (a *attempt) hasten(ctx context.Context) {
	c, ok := a.signals.(signaling.Checker)
	if !ok {
		return
	}
	wait := time.NewTimer(hastenAfter)
	defer wait.Stop()
	for {
		select {
		case <-wait.C:
		case <-a.near.dialog.answered.wait():
			return
		case <-ctx.Done():
			return
		}
		_ = c.Check(ctx) // who waits for the answer learns more
		wait.Reset(hastenEvery)
	}
}

// talkRemote carries the dialog, for as long as the link lives.
func (a *attempt) talkRemote(ctx context.Context) {
	if err := a.near.dialog.run(ctx); err != nil {
		a.broken.set(err)
		a.near.unheard(err)
	}
}

// giveUp tells the other end why there will be no link, unless it was the one who said so.
func (a *attempt) giveUp(err error) {
	if broken := a.brokenBy(); broken == nil || !errors.Is(err, broken) {
		tell(a.signals, err)
	}
	_ = a.signals.Close()
}

// hear waits until the other end has given an address to send to.
func (a *attempt) hear(ctx context.Context) error {
	d, begin := a.near.dialog, a.now()
	exhausted := d.exhausted.wait()
	for {
		select {
		case <-d.heard.wait():
			a.step(netcheck.StepGather, ends[1], a.begin, nil, addressList(d.remotes()))
			return nil
		case <-a.near.connected.wait(): // its check came before its candidate
			a.step(netcheck.StepGather, ends[1], a.begin, nil, "known by its checks")
			return nil
		case <-exhausted:
			if !d.heard.up() {
				return a.unheardOf(begin, addressless(a.leg.Path))
			}
			exhausted = nil
		case <-a.near.dead.wait():
			return a.unheardOf(begin, a.explain(a.failed(), a.noPair))
		case <-a.broken.wait():
			return a.unheardOf(begin, signallingEnded(a.brokenBy()))
		case <-ctx.Done():
			if d.answered.up() {
				return a.unheardOf(begin, addressless(a.leg.Path))
			}
			return a.unheardOf(begin, unanswered(a.now().Sub(a.begin)))
		}
	}
}

func (a *attempt) unheardOf(begin time.Time, f *netcheck.Failure) error {
	a.step(netcheck.StepGather, ends[1], begin, f, "")
	return f
}

// noRemotePair tells that both ends had addresses and no packet passed between them, and what a firewall would have to let through.
func (a *attempt) noRemotePair() *netcheck.Failure {
	there := addressList(a.near.dialog.remotes())
	if there == "" {
		there = "the other end"
	}
	if a.leg.Path.Relay() {
		return withServer(a.relayToNobody(there), a.srv)
	}
	here := "here"
	if c, ok := a.near.gathered.get(); ok {
		if addr, err := netip.ParseAddr(c.Address); err == nil {
			here = fmt.Sprintf("here (%s)", addr)
		}
	}
	f := &netcheck.Failure{Code: netcheck.ReasonNoPair,
		Text: fmt.Sprintf("Both ends got their addresses, but no packet passed between %s and the other computer at %s.", here, there),
		// The port is another one at the next test: it is not what a firewall should be opened for.
		Advice: "A firewall or an address translator at one of the two places blocks it: ask for UDP between the two to be let through, both ways, or use a relay."}
	return withServer(f, a.srv)
}

func (a *attempt) relayToNobody(there string) *netcheck.Failure {
	switch code, silent := a.near.net.watch.peerRefusal(); {
	case code != 0:
		return &netcheck.Failure{Code: netcheck.ReasonPeerRefused,
			Text:   fmt.Sprintf("The TURN server gave a relay address, but refused to send to the other computer at %s (error %d).", there, code),
			Advice: "Ask whoever runs the server to let it relay to that address."}
	case silent:
		return &netcheck.Failure{Code: netcheck.ReasonNoPair,
			Text:   fmt.Sprintf("The TURN server gave a relay address, but did not answer the request to let packets through to the other computer at %s.", there),
			Advice: "Repeat the test: packets may have been lost. If it happens again, ask whether the server's rules forbid that address."}
	}
	from := "the relay"
	if c, ok := a.near.gathered.get(); ok {
		from = fmt.Sprintf("the relay at %s port %d", c.Address, c.Port)
	}
	return &netcheck.Failure{Code: netcheck.ReasonNoPair,
		Text:   fmt.Sprintf("This computer got a relay address, but no packet passed between %s and the other computer at %s.", from, there),
		Advice: fmt.Sprintf("A firewall between the relay and the other computer blocks it: ask for UDP between %s and %s, both ways.", from, there)}
}

// unheard is told when there is nobody any more to exchange signals with. A link outlives a signalling connection that broke; it does
// not outlive the other end's word that the leg is over.
func (p *peer) unheard(err error) {
	if !p.opened.up() {
		return
	}
	var told *netcheck.Failure
	var gone *signaling.Gone
	switch {
	case errors.As(err, &told):
		p.fail(told)
	case errors.As(err, &gone) && gone.Code != signaling.CodeLost, errors.Is(err, io.EOF):
		p.fail(io.EOF)
	}
}
