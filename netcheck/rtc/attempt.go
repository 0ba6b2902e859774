package rtc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// Times of an attempt. They are bounds for what happens once nothing answers; what answers is never waited for longer.
const (
	gatherTime   = 3 * time.Second
	diagnoseWait = 700 * time.Millisecond // gathering without result for so long starts Diagnose
	checkTime    = 3 * time.Second
	dialMargin   = 100 * time.Millisecond // a dialer gives up so much earlier than the attempt, and says why
)

// attempt is one try to make a link by one address of one server.
type attempt struct {
	*connecting
	target
	near, far *peer    // far is nil if the other end is another computer
	signals   Signals  // to that computer
	at        [2]place // where this attempt's sockets are bound
	begin     time.Time

	negotiating sync.WaitGroup
	broken      latch[error] // why negotiating failed
}

func (a *attempt) run(ctx context.Context) (*link, error) {
	a.begin = a.now()
	if err := a.settle(); err != nil {
		return nil, err
	}
	if a.remote() {
		return a.reach(ctx)
	}
	var err error
	if a.near, err = a.newPeer(0, a.target, a.at[0]); err != nil {
		return nil, err
	}
	if a.far, err = a.newPeer(1, a.target, a.at[1]); err != nil {
		a.near.abandon()
		return nil, err
	}
	a.boundDials(ctx)
	stop := a.negotiate()
	l, err := a.connect(ctx)
	stop()
	if err != nil {
		a.learn(err)
		both(a.near.abandon, a.far.abandon)
		a.negotiating.Wait()
		return nil, err
	}
	a.negotiating.Wait()
	return l, nil
}

// peers are the ends that are in this process.
func (a *attempt) peers() []*peer {
	if a.far == nil {
		return []*peer{a.near}
	}
	return []*peer{a.near, a.far}
}

// boundDials has the streams to a TURN server end in time to say why they did not come up.
func (a *attempt) boundDials(ctx context.Context) {
	deadline, ok := ctx.Deadline()
	if !ok || !a.until.IsZero() && !deadline.Before(a.until) {
		return
	}
	for _, p := range a.peers() {
		if p.dial != nil {
			p.dial.end = deadline.Add(-dialMargin)
		}
	}
}

// settle finds the source address of the attempt's sockets, and refuses what can not work.
func (a *attempt) settle() error {
	a.at = a.connecting.at
	addr := a.target.addr
	switch {
	case a.leg.Path == netcheck.PathDirect:
		if a.remote() && a.at[0].asked {
			if err := a.tryBinding(0); err != nil {
				return err
			}
		}
		return nil
	case a.leg.Target == netcheck.TargetSelf && addr.IsValid() && !addr.Addr().IsLoopback():
		return withServer(&netcheck.Failure{Code: netcheck.ReasonLocal,
			Text: fmt.Sprintf("The target self stays on this computer, but the server is at %s.", addr.Addr())}, a.srv)
	case a.leg.Path.Relay():
		if user, password := a.srv.Credential(a.now()); user == "" || password == "" {
			return withServer(&netcheck.Failure{Code: netcheck.ReasonAuth,
				Text:   "A TURN server needs a user name and a password, and there is none for this one.",
				Advice: "Give its user name and password, or the shared secret that they are made from."}, a.srv)
		}
	}
	if a.leg.Path.Stream() {
		return nil
	}
	for i, n := range a.nets {
		if a.at[i].addr.IsValid() {
			if err := a.tryBinding(i); err != nil {
				return withServer(err, a.srv)
			}
			continue
		}
		source, err := sourceFor(n, addr)
		if err != nil {
			return noRoute(a.target, err)
		}
		a.at[i] = place{addr: source, iface: interfaceOf(n, source)}
	}
	return nil
}

// control holds the sockets of an end to the interface that the user chose. The direct path stays on this computer, as does
// one to a server on it, and no interface carries that.
func (c *connecting) control(i int, t target, at place) ifaces.Control {
	if _, system := c.nets[i].(*stdnet.Net); !system || !at.asked || c.leg.Path == netcheck.PathDirect && !c.remote() ||
		t.addr.IsValid() && isLocal(c.nets[i], t.addr.Addr()) {
		return nil
	}
	return ifaces.Listening(at.addr)
}

// tryBinding finds out whether the system allows that: pion only logs that it could not open a socket.
func (a *attempt) tryBinding(i int) *netcheck.Failure {
	control := a.control(i, a.target, a.at[i])
	if control == nil {
		return nil
	}
	conn, err := (&net.ListenConfig{Control: control}).ListenPacket(context.Background(), "udp", net.JoinHostPort(a.at[i].addr.String(), "0"))
	switch {
	case err == nil:
		_ = conn.Close()
	case errors.Is(err, ifaces.ErrBind):
		return dial.NotBound(err)
	default:
		return localError("This computer could not open a socket on the chosen interface.", err)
	}
	return nil
}

// negotiate starts the signalling between the two ends. What it returns ends it.
func (a *attempt) negotiate() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	nearSignals, farSignals := newMemory()
	if a.leg.Path.Relay() {
		nearSignals = heldBack{nearSignals, a.far.net.watch.granted.wait()}
	}
	a.near.dialog, a.far.dialog = newDialog(a.near, nearSignals, bounds{}), newDialog(a.far, farSignals, bounds{})
	for _, p := range a.peers() {
		a.negotiating.Go(func() {
			if err := p.dialog.run(ctx); err != nil {
				a.broken.set(err)
			}
		})
	}
	return cancel
}

// connect waits for one stage after the other.
func (a *attempt) connect(ctx context.Context) (*link, error) {
	if err := a.gather(ctx); err != nil {
		return nil, err
	}
	begin := a.now()
	if err := a.await(ctx, checkTime, func(p *peer) <-chan struct{} { return p.connected.wait() }); err != nil {
		f := a.explain(err, a.noPair)
		a.step(netcheck.StepCheck, "", begin, f, "")
		return nil, f
	}
	a.step(netcheck.StepCheck, "", begin, nil, "")
	begin = a.now()
	f := a.open(ctx)
	took := a.now().Sub(a.begin)
	a.step(netcheck.StepOpen, "", begin, f, "")
	if f != nil {
		return nil, f
	}
	return a.proved(ctx, took)
}

// open waits until both ends have found that nobody is between them, and everything is open.
func (a *attempt) open(ctx context.Context) *netcheck.Failure {
	err := a.await(ctx, a.leg.Timeout, func(p *peer) <-chan struct{} { return p.dialog.confirmed.wait() }) // within what is left of ctx
	for _, p := range a.peers() {
		if f, _ := p.dialog.confirmed.get(); f != nil {
			return f
		}
	}
	if err != nil {
		return a.explain(err, func() *netcheck.Failure { return a.near.unconfirmed(a.noDTLS, a.now().Sub(a.begin)) })
	}
	if err := a.await(ctx, a.leg.Timeout, func(p *peer) <-chan struct{} { return p.opened.wait() }); err != nil {
		return a.explain(err, a.noDTLS)
	}
	return nil
}

func (a *attempt) noDTLS() *netcheck.Failure { return withServer(noDTLS(), a.srv) }

// proved compares both ends' pairs with the path and makes the link.
func (a *attempt) proved(ctx context.Context, took time.Duration) (*link, error) {
	begin := a.now()
	l := a.newLink()
	local, far, err := l.Pairs(ctx)
	if err != nil {
		f := withServer(&netcheck.Failure{Code: netcheck.ReasonNoProof, Err: err,
			Text: "The connection came up, but the ends could not compare what they see of it."}, a.srv)
		a.step(netcheck.StepProve, "", begin, f, "")
		return nil, f
	}
	f := a.doubt(local, far)
	if f != nil {
		f = withServer(f, a.srv)
		a.step(netcheck.StepProve, "", begin, f, "")
		return nil, f
	}
	a.step(netcheck.StepProve, "", begin, nil, fmt.Sprintf("%s %s to %s %s",
		local.Local.Type, local.Local.Address, local.Remote.Type, local.Remote.Address))
	nat, direction := a.natBetween(local, far), netcheck.DirectionLoop
	if a.remote() {
		direction = netcheck.DirectionUpDown
	}
	iface := a.interfaceName()
	if !a.remote() && a.staysHere(local, far) {
		iface = interfaceOf(a.nets[0], loopback(a.leg.Family))
	}
	if !a.remote() {
		l.serve(a.Respond, a.Logger)
	}
	a.trace.body(netcheck.PathConnected{Connect: took, Local: local, Far: far, NATBetween: nat, Interface: iface,
		VPN: vpn(iface), Direction: direction, Note: a.proofNote(nat, local.Local.ViaProxy)})
	return l, nil
}

// staysHere tells of a stun path without a NAT: the packets between two addresses of one computer use no interface of it.
func (a *attempt) staysHere(local, far netcheck.CandidatePair) bool {
	return a.leg.Path == netcheck.PathSTUN && isLocal(a.nets[0], local.Local.Address.Addr()) && isLocal(a.nets[0], far.Local.Address.Addr())
}

func (a *attempt) interfaceName() string {
	if a.near.dial != nil {
		return interfaceOf(a.nets[0], a.near.dial.source().Addr())
	}
	if a.at[0].iface != "" {
		return a.at[0].iface
	}
	pair, err := a.near.pair()
	if err != nil {
		return ""
	}
	return interfaceOf(a.nets[0], pair.Local.Address.Addr())
}

func (a *attempt) step(name netcheck.StepName, end string, begin time.Time, f *netcheck.Failure, detail string) {
	s := netcheck.StepDone{Name: name, End: end, OK: f == nil, Took: a.now().Sub(begin), Detail: detail}
	if a.srv.URL.Scheme != "" {
		s.Server = a.srv.URL.String()
	}
	if f != nil {
		s.Detail = f.Text
	}
	a.trace.step(s)
}

func describe(c webrtc.ICECandidate) string {
	addr, _ := netip.ParseAddr(c.Address)
	return fmt.Sprintf("%s %s", c.Typ, netip.AddrPortFrom(addr.Unmap(), c.Port))
}

// both runs two functions at once and waits for them.
func both(f, g func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	g()
	wg.Wait()
}
