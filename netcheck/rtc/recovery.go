package rtc

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
)

// recovery brings a link to another computer back after a network has changed: the end that made the offer offers an ICE restart
// (RFC 8445, section 9) on sockets that are opened anew, the other one answers. The DTLS association, and with it everything
// above, stays as it is.
//
// A restart gives up the pair that there is, at once. So it is not offered while that may come to life again by itself, as it does
// when a cable is plugged in again, nor while nobody would hear of it.
type recovery struct {
	peer   *peer
	times  iceTimes
	settle func() (netip.Addr, []webrtc.ICEServer, error) // the source address and servers, determined anew; nil at the end that answers
	prove  func(ctx context.Context) *netcheck.Failure    // whether the pairs still are of the path
	check  func(ctx context.Context) error                // whether the other end hears signals; nil if that can not be told
}

const (
	proveTime = 5 * time.Second
	// tryTime is how long one generation of candidates has: pion gives up a pair after 5 s.
	tryTime = 4 * time.Second
)

// run watches over the link until ctx ends or the link is lost.
func (r *recovery) run(ctx context.Context) {
	for {
		select {
		case <-r.peer.moved:
		case <-ctx.Done():
			return
		case <-r.peer.dead.wait():
			return
		}
		if r.peer.checked() {
			continue
		}
		limit, cancel := context.WithTimeout(ctx, r.times.failed)
		again := (&outage{recovery: r, began: time.Now()}).sit(limit)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case !again:
			r.peer.fail(errFailed)
			return
		}
		if f := r.proveAgain(ctx); f != nil {
			r.peer.fail(f)
			return
		}
	}
}

// restart offers a new generation of candidates. Offered tells that the old pair may be given up, whether or not the offer got through.
func (r *recovery) restart(ctx context.Context) (offered bool, err error) {
	p := r.peer
	source, servers, err := r.settle()
	if err != nil {
		return false, err
	}
	if source.IsValid() {
		p.net.bindTo(source)
	}
	conf := p.pc.GetConfiguration()
	conf.ICEServers = servers
	if err := p.pc.SetConfiguration(conf); err != nil {
		return false, fmt.Errorf("servers: %w", err)
	}
	p.renew()
	p.dialog.forgetRemotes()
	return true, p.dialog.offer(ctx, &webrtc.OfferOptions{ICERestart: true})
}

func (r *recovery) proveAgain(ctx context.Context) *netcheck.Failure {
	ctx, cancel := context.WithTimeout(ctx, proveTime)
	defer cancel()
	f := r.prove(ctx)
	if f == nil || ctx.Err() != nil || !r.peer.checked() {
		return nil // or it is lost again, which the next round is about
	}
	return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Err: f,
		Text:   "A network changed during the test, and the two computers do not meet by the measured path any more: " + f.Text,
		Advice: "Repeat the test on the network as it is now."}
}

// renew prepares an end for another generation of candidates.
func (p *peer) renew() {
	p.keepCounters()
	p.net.refresh()
	if p.dial != nil {
		p.dial.anew()
	}
}

// keepCounters adds what the pair carried that is about to be given up.
func (p *peer) keepCounters() {
	s, ok := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats()
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past.PacketsSent += uint64(s.PacketsSent)
	p.past.PacketsReceived += uint64(s.PacketsReceived)
	p.past.BytesSent += s.BytesSent
	p.past.BytesReceived += s.BytesReceived
}

// refresh reads the system's interfaces anew: the list that pion is given is otherwise that of the beginning.
func (n *network) refresh() {
	if _, system := n.Net.(*stdnet.Net); !system {
		return
	}
	now, err := stdnet.NewNet()
	if err != nil {
		return // the old list is better than none
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.current = now
}

// from has streams be opened by another dialer, as that of another source address.
func (d *turnDialer) from(dialer *dial.Dialer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dial = dialer
}

// anew lets streams be opened for a new allocation, whose evidence counts from then on.
func (d *turnDialer) anew() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.streams, d.end = 0, time.Time{}
}

// nearSettle determines the source address and the servers' credentials anew.
func (a *attempt) nearSettle() (netip.Addr, []webrtc.ICEServer, error) {
	servers := iceServers(a.target, a.leg, a.now())
	a.near.net.refresh()
	switch {
	case a.at[0].asked:
		source, err := a.chosenAnew()
		return source, servers, err
	case a.leg.Path == netcheck.PathDirect || a.leg.Path.Stream():
		return netip.Addr{}, servers, nil
	}
	source, err := sourceFor(a.near.net, a.target.addr)
	return source, servers, err
}

// chosenAnew finds the address that the interface of the user's choice has now, and has new sockets and streams leave by it. The error tells
// that it has none: a DHCP server may be about to give it one.
func (a *attempt) chosenAnew() (netip.Addr, error) {
	at, err := choosePlace(a.near.net, a.leg)
	if err != nil {
		return netip.Addr{}, err
	}
	a.near.net.holdTo(a.control(0, a.target, at))
	if a.near.dial != nil {
		a.near.dial.from(a.dialer(at.addr))
	}
	return at.addr, nil
}

// watch keeps a link to another computer up, on a goroutine that the link waits for.
func (l *link) watch(ctx context.Context, r recovery) {
	r.peer, r.times = l.peer, remoteICETimes
	if c, ok := l.signals.(signaling.Checker); ok {
		r.check = c.Check
	}
	if l.peer.times != (iceTimes{}) {
		r.times = l.peer.times
	}
	l.talks.Go(func() { r.run(ctx) })
}
