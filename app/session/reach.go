package session

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
	"echopath/netcheck/signaling/web"
)

// StepPaste is the step of reaching the host by copy and paste: from the answer's being handed out until both have found each other.
const StepPaste netcheck.StepName = "paste"

// reach makes wires to the host of an invite, for the first time and whenever one has broken. It is for one goroutine at a time.
type reach struct {
	invite  invite.Invite
	options JoinOptions
	telling *sync.Mutex                            // held while a callback of options is called
	source  func(iface string) (netip.Addr, error) // the address to send from, which may change between two wires
	tcp     bool                                   // a wire over TCP was made: that way exists
	pasted  bool                                   // an answer was handed out: there is no second one for the invite's offer
}

func newReach(i invite.Invite, o JoinOptions, telling *sync.Mutex) *reach {
	return &reach{invite: i, options: o, telling: telling, source: source}
}

// dial makes a wire: over TCP, or by copy and paste where that is possible at both ends and no TCP connection came about. Silence at all
// addresses takes at most 4 s: they are tried at once, a little apart, and TCP has 2 s.
func (r *reach) dial(ctx context.Context) (signaling.Wire, error) {
	local, err := r.source(r.options.Interface)
	if err != nil {
		return nil, err
	}
	forced := r.options.Only == signaling.WayPaste
	if !forced {
		w, tcpErr := r.overTCP(ctx, local)
		if tcpErr == nil {
			r.tcp = true
			return w, nil
		}
		err = tcpErr
	}
	switch {
	case r.pasted:
		return nil, brokenPaste(err)
	case !forced && (ctx.Err() != nil || r.tcp || r.invite.Offer == nil || !noWay(err)):
		return nil, err
	case !forced && r.options.Paste == nil:
		return nil, pasteInstead(err)
	case r.invite.Offer == nil:
		return nil, noOffer()
	case r.options.Paste == nil:
		return nil, noPaste()
	}
	return r.byPaste(ctx, local)
}

func (r *reach) overTCP(ctx context.Context, local netip.Addr) (signaling.Wire, error) {
	target := web.Target{Addresses: r.invite.Addresses, Pin: r.invite.Pin, Local: local, Only: r.options.Only, Dialer: dialerFrom}
	if r.options.Trace != nil {
		target.Trace = r.trace
	}
	return web.Dial(ctx, target)
}

func (r *reach) trace(s netcheck.StepDone) {
	if r.options.Trace == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.options.Trace(s)
}

// noWay tells of a failure by which nothing of this end came through to the host over TCP. An answer of the host's own, or of another in
// its place, is none.
func noWay(err error) bool {
	var f *netcheck.Failure
	if !errors.As(err, &f) {
		return false
	}
	switch f.Code {
	case netcheck.ReasonNoAnswer, netcheck.ReasonRefused, netcheck.ReasonUnreachable, netcheck.ReasonNameNotFound, netcheck.ReasonNameTimeout,
		netcheck.ReasonNoFamily, netcheck.ReasonProxyRefused, netcheck.ReasonProxyAuth, netcheck.ReasonTLSFailed, netcheck.ReasonLinkLost:
		return true
	}
	return false
}

// leastPaste is how long an answer may be under way in any case: the invite's expiry is by the host's clock, which may differ.
const leastPaste = 2 * time.Minute

// byPaste hands out the answer to the invite's offer, and waits until the two ends have found each other.
func (r *reach) byPaste(ctx context.Context, local netip.Addr) (signaling.Wire, error) {
	r.pasted = true
	ctx, cancel := context.WithTimeout(ctx, max(time.Until(r.invite.Expiry), leastPaste))
	defer cancel()
	w, text, err := r.answer(ctx, r.meetingAt(local))
	if err != nil {
		return nil, err
	}
	r.telling.Lock()
	r.options.Paste(text)
	r.telling.Unlock()
	begin := time.Now()
	err = w.Connected(ctx)
	r.trace(netcheck.StepDone{Name: StepPaste, OK: err == nil, Took: time.Since(begin)})
	if err != nil {
		return nil, errors.Join(neverMet(ctx, err), w.Close())
	}
	return w, nil
}

// meetingAt is the address that an answer is made for: the chosen one. Without one the sockets are on all networks, and not on the loopback
// interface, where alone a host at a loopback address can be met; it is on this computer then.
func (r *reach) meetingAt(chosen netip.Addr) netip.Addr {
	if chosen.IsValid() {
		return chosen
	}
	for _, text := range r.invite.Addresses {
		if a, err := netip.ParseAddrPort(text); err == nil && a.Addr().IsLoopback() {
			return a.Addr()
		}
	}
	return chosen
}

// answer makes this end, and its text for the host.
func (r *reach) answer(ctx context.Context, local netip.Addr) (*rtc.Pasted, string, error) {
	w, description, err := rtc.Paster{Address: local, Servers: r.options.Servers, Logger: r.options.Logger}.Answer(ctx, r.invite.Offer)
	if err != nil {
		return nil, "", err
	}
	text, err := invite.Answer{Room: r.invite.Room, Description: description}.Text()
	if err != nil {
		return nil, "", errors.Join(err, w.Close())
	}
	return w, text, nil
}
