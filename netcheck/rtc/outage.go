package rtc

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
)

// How long an outage lasts before a restart is offered, and how often things are looked at meanwhile, for the usual ICE times: in
// parts of the time after which a pair is disconnected, which is 3 s.
func (t iceTimes) withoutAddress() time.Duration { return t.disconnected }         // 3 s, where the pair's address is no longer this computer's
func (t iceTimes) silent() time.Duration         { return 7 * t.disconnected / 3 } // 7 s, where the pair may come back
func (t iceTimes) ask() time.Duration            { return 2 * t.disconnected / 3 } // 2 s, the other end for a sign of life
func (t iceTimes) look() time.Duration           { return t.disconnected / 6 }     // 0.5 s

// outage is the time from a pair's disconnection until a pair is selected again.
type outage struct {
	*recovery
	began   time.Time
	signals atomic.Bool // the other end heard, when it was asked last
	given   bool        // the old pair is given up
	waiting bool        // for the answer to an offer
	next    time.Time   // not before that a restart is offered
}

// sit waits until a pair is selected again, and tells whether that happened in time. The end that offers restarts ICE until it helps; it
// waits for the answer to one offer before it makes the next: without, nothing would replace what is given up.
func (o *outage) sit(ctx context.Context) bool {
	o.peer.dialog.forgetRestart()
	inner, stop := context.WithCancel(ctx)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer stop()
	asking.Go(func() { o.askOn(inner) })
	look := time.NewTicker(max(o.times.look(), 10*time.Millisecond))
	defer look.Stop()
	for !o.peer.checked() {
		if o.due(time.Now()) {
			o.try(ctx)
		}
		select {
		case <-o.peer.moved:
		case <-look.C:
		case <-o.peer.dialog.restarted:
			o.waiting, o.next = false, time.Now().Add(min(tryTime, max(o.times.failed/3, 10*time.Millisecond)))
		case <-o.peer.dead.wait():
			return false
		case <-ctx.Done():
			return o.peer.checked()
		}
	}
	return true
}

// askOn asks the other end for signs of life until ctx ends. Where its silence was the wire's fault there is a new one soon.
func (o *outage) askOn(ctx context.Context) {
	if o.check == nil {
		o.signals.Store(true)
		return
	}
	tick := time.NewTicker(max(o.times.ask(), 10*time.Millisecond))
	defer tick.Stop()
	for {
		o.signals.Store(o.check(ctx) == nil)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// due tells whether this end is to offer a restart now.
func (o *outage) due(now time.Time) bool {
	switch lasted := now.Sub(o.began); {
	case o.settle == nil, o.waiting, o.peer.dialog.over.up(), !o.signals.Load(), now.Before(o.next):
		return false
	case o.given, lasted >= o.times.silent():
		return true
	default:
		return lasted >= o.times.withoutAddress() && o.peer.displaced()
	}
}

// try offers a restart. What fails before the offer can be tried again: the old pair is still there.
func (o *outage) try(ctx context.Context) {
	offered, err := o.restart(ctx)
	if err != nil && ctx.Err() == nil {
		o.peer.log.debug("no ICE restart", err) // what is left of the time may do
	}
	o.given, o.waiting = o.given || offered, offered
	o.next = time.Now().Add(o.times.look())
}

// displaced tells whether what the selected pair sends from is no address of this computer any more.
func (p *peer) displaced() bool {
	p.net.refresh()
	pair, err := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return false
	}
	bases := p.net.bases()
	if pair.Local.Typ == webrtc.ICECandidateTypeHost {
		a, err := netip.ParseAddr(pair.Local.Address)
		if err != nil {
			return false
		}
		bases = []netip.Addr{a.Unmap()}
	}
	for _, a := range bases {
		if isLocal(p.net, a) {
			return false
		}
	}
	return len(bases) > 0
}
