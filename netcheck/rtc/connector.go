package rtc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// Connector makes links. The zero value works: it uses the system's network and nobody serves the far end.
type Connector struct {
	// Respond, if set, serves the far end of every link. Its context ends when the link closes, and Close waits for it.
	Respond func(ctx context.Context, far netcheck.Link) error
	// Diagnose, if set, asks a server step by step why it does not serve. It runs while gathering stalls, and its verdict is
	// preferred to the general reason. It may return nil: the server is fine. It must end when ctx does.
	Diagnose func(ctx context.Context, leg netcheck.Leg, srv netcheck.ICEServer, addr netip.AddrPort) *netcheck.Failure
	// Dialer, if set, makes the dialer of turn: and turns: streams from the source address, which is zero if it is free.
	Dialer func(local netip.Addr) *dial.Dialer
	// Net is the network of both ends; nil is the system's. LocalNet and FarNet, if set, come before it.
	Net, LocalNet, FarNet transport.Net
	// Remote orders the other end of a leg whose far end is another computer, and gives what the two ends tell each other by; Connect
	// or the link close it. It is needed for those legs alone, and called once for each server that is tried.
	Remote func(ctx context.Context, leg netcheck.Leg) (Signals, error)
	// Now gives the time for durations; nil is time.Now.
	Now func() time.Time
	// Logger gets what pion has to say, at debug level; nil discards it.
	Logger *slog.Logger

	ice iceTimes // zero means defaultICETimes; tests shorten them
}

// Connecting must tell a failure within the leg's timeout, so what is closed then needs a little of that time.
const (
	defaultTimeout = netcheck.DefaultConnectTimeout
	closingTime    = 200 * time.Millisecond
	resolveTime    = 2 * time.Second
	maxAddresses   = 2 // of one server's name
)

// Connect makes and proves a link over leg's path. The servers are tried in order, each within leg.Timeout (5 s if it is zero)
// of its own: with less of it, none is asked long enough to tell why it does not serve. The first that gives both ends a candidate and a working pair is the one that is used, at both ends. Steps and finally
// PathConnected go to trace, one after another and never after Connect has returned.
//
// The error is the most telling *netcheck.Failure among the servers', or ctx's own error when ctx ended first. A deadline that passes while
// what was opened is closed comes too late to hide why.
func (c *Connector) Connect(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	if leg.Timeout <= 0 {
		leg.Timeout = defaultTimeout
	}
	t := newTracer(leg.Path, trace)
	defer t.end()
	run := &connecting{Connector: c, leg: leg, trace: t, caller: ctx}
	run.until, _ = ctx.Deadline()
	l, err := run.do(ctx)
	if err == nil {
		return l, nil
	}
	switch cause := ctx.Err(); {
	case errors.Is(cause, context.DeadlineExceeded) && run.known != nil:
		return nil, run.known
	case cause != nil:
		return nil, fmt.Errorf("connect %s: %w", leg.Path, cause)
	}
	return nil, err
}

// connecting is one call of Connect.
type connecting struct {
	*Connector
	leg   netcheck.Leg
	trace *tracer
	nets  [2]transport.Net // of the local and the far end
	at    [2]place         // where their sockets are bound; the address is zero if that is free
	worst *netcheck.Failure
	until time.Time               // the caller's own deadline; zero if there is none
	asked map[netip.AddrPort]bool // by the stun path

	caller context.Context   // Connect's own: what is found after its end may be of the end's making
	known  *netcheck.Failure // the most telling one that was found before
}

// learn notes why an attempt makes no link, before its sockets are closed: that may take a while.
func (c *connecting) learn(err error) {
	if c.caller.Err() == nil {
		c.known = netcheck.MoreTelling(c.known, netcheck.AsFailure(err, netcheck.ReasonLocal))
	}
}

// remote tells whether the other end is another computer.
func (c *connecting) remote() bool { return c.leg.Far == netcheck.FarRemote }

func (c *connecting) do(ctx context.Context) (netcheck.Link, error) {
	c.asked = map[netip.AddrPort]bool{}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	if c.leg.Path == netcheck.PathDirect {
		ctx, cancel := c.within(ctx)
		defer cancel()
		return c.try(ctx, target{}, 1)
	}
	for i, srv := range c.leg.Servers {
		l, err := c.tryServer(ctx, srv)
		if err == nil {
			return l, nil
		}
		c.note(err)
		if ctx.Err() != nil {
			break
		}
		if i+1 < len(c.leg.Servers) {
			c.trace.step(netcheck.StepDone{Name: netcheck.StepNextTried, Server: srv.URL.String(), Detail: err.Error()})
		}
	}
	if c.worst != nil {
		return nil, c.worst
	}
	return nil, noServer(c.leg.Path)
}

// within bounds the time of one server, or of a path without.
func (c *connecting) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, max(c.leg.Timeout-closingTime, c.leg.Timeout/2))
}

// prepare checks what does not depend on a server.
func (c *connecting) prepare() error {
	var err error
	for i, n := range []transport.Net{c.LocalNet, c.FarNet} {
		if n == nil {
			n = c.Net
		}
		if n == nil && i == 1 && c.LocalNet == nil {
			n = c.nets[0]
		}
		if n == nil {
			if n, err = stdnet.NewNet(); err != nil {
				return localError("The network interfaces of this computer can not be listed.", err)
			}
		}
		c.nets[i] = n
		if c.at[i], err = choosePlace(n, c.leg); err != nil {
			return err
		}
	}
	return nil
}

// target is the server of one attempt; it is zero for the direct path.
type target struct {
	srv      netcheck.ICEServer
	addr     netip.AddrPort    // zero if only a proxy can resolve the name
	resolved *netcheck.Failure // why addr is zero
}

// tryServer resolves a server's name and tries its addresses.
func (c *connecting) tryServer(ctx context.Context, srv netcheck.ICEServer) (netcheck.Link, error) {
	ctx, cancel := c.within(ctx)
	defer cancel()
	targets, err := c.resolve(ctx, srv)
	if err != nil {
		return nil, err
	}
	// A plan names one server by several URLs; a Binding request is the same for all of them.
	if c.leg.Path == netcheck.PathSTUN && c.worst != nil {
		if targets = slices.DeleteFunc(targets, func(t target) bool { return c.asked[t.addr] }); len(targets) == 0 {
			return nil, c.worst
		}
	}
	var failure *netcheck.Failure
	for i, t := range targets {
		c.asked[t.addr] = true
		l, err := c.try(ctx, t, len(targets)-i)
		if err == nil {
			return l, nil
		}
		if failure = netcheck.MoreTelling(failure, netcheck.AsFailure(err, netcheck.ReasonLocal)); ctx.Err() != nil {
			break
		}
	}
	return nil, failure
}

func (c *connecting) resolve(ctx context.Context, srv netcheck.ICEServer) ([]target, error) {
	if c.leg.Path.Stream() {
		if proxy, err := c.dialer(c.at[0].addr).ProxyFor(srv); err == nil && proxy != nil {
			if _, literal := netip.ParseAddr(srv.URL.Host); literal != nil {
				return []target{{srv: srv}}, nil // the name is the proxy's to resolve
			}
		}
	}
	begin := c.now()
	port := uint16(srv.URL.Port) //nolint:gosec // ParseServerURL bounds it
	step := netcheck.StepDone{Name: netcheck.StepResolve, Server: srv.URL.String()}
	rctx, cancel := context.WithTimeout(ctx, resolveTime)
	defer cancel()
	addrs, err := dial.Resolve(rctx, srv.URL.Host, c.leg.Family)
	step.Took = c.now().Sub(begin)
	if err == nil && len(addrs) == 0 {
		err = &netcheck.Failure{Code: netcheck.ReasonNameNotFound, Text: "The server's name has no address."}
	}
	if err != nil {
		f := withServer(netcheck.AsFailure(err, netcheck.ReasonNameNotFound), srv)
		step.Detail = f.Text
		c.trace.step(step)
		if c.leg.Path.Stream() && ctx.Err() == nil {
			return []target{{srv: srv, resolved: f}}, nil
		}
		return nil, f
	}
	step.OK, step.Detail = true, fmt.Sprint(addrs)
	c.trace.step(step)
	var targets []target
	for _, a := range addrs[:min(len(addrs), maxAddresses)] {
		targets = append(targets, target{srv: srv, addr: netip.AddrPortFrom(a.Unmap(), port)})
	}
	return targets, nil
}

// try makes one attempt. left is the number of attempts among which the remaining time is divided.
func (c *connecting) try(ctx context.Context, t target, left int) (netcheck.Link, error) {
	if deadline, ok := ctx.Deadline(); ok && left > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
	}
	l, err := (&attempt{connecting: c, target: t}).run(ctx)
	if err != nil && netcheck.AsFailure(err, netcheck.ReasonLocal).Code == netcheck.ReasonQuota && pause(ctx, quotaPause) {
		l, err = (&attempt{connecting: c, target: t}).run(ctx)
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// quotaPause is how long a server that counts a user's allocations may take to see that the path before has ended: coturn
// looks about once a second.
const quotaPause = 1300 * time.Millisecond

// pause waits, if ctx leaves as much time again for what comes after.
func pause(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < 2*d {
		return false
	}
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (c *connecting) note(err error) {
	c.worst = netcheck.MoreTelling(c.worst, netcheck.AsFailure(err, netcheck.ReasonLocal))
}

func (c *Connector) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Connector) dialer(local netip.Addr) *dial.Dialer {
	if c.Dialer != nil {
		if d := c.Dialer(local); d != nil {
			return d
		}
	}
	return &dial.Dialer{Local: local}
}
