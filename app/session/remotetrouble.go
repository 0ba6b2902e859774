package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// trouble is why the host no longer takes part in the run, nil if it does.
func (r *remoteRun) trouble() *netcheck.Failure {
	if err := r.Err(); err != nil {
		if gone := (*signaling.Gone)(nil); errors.As(err, &gone) && gone.Code == signaling.CodeLost {
			if f := r.wires.offline(err); f != nil {
				return f
			}
		}
		f := netcheck.AsFailure(err, netcheck.ReasonHostGone)
		return &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: f.Text, Advice: f.Advice, Err: f.Err}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.standing; s.Run == r.order.ID && s.State == signaling.StandingIn {
		return &netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: orElse(netcheck.CleanText(s.Text, signaling.MaxText), "The host has ended this run."),
			Advice: "Ask who runs the host, or run the test again later."}
	}
	return nil
}

// noticeTime is how much later than its effects the end of a session may be known.
const noticeTime = 300 * time.Millisecond

// troubleSoon is trouble, or what becomes of it within moments: a link that breaks and the reason come by different ways.
func (r *remoteRun) troubleSoon(ctx context.Context) *netcheck.Failure {
	if f := r.trouble(); f != nil {
		return f
	}
	wait, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	var f *netcheck.Failure
	_ = r.until(wait, func() bool { return r.standing.Run == r.order.ID && r.standing.State == signaling.StandingIn })
	if ctx.Err() == nil {
		f = r.trouble()
	}
	return f
}

// vanished tells whether the host does not answer any more, though the session is not given up yet: its signalling connection is
// gone, and none could be made within the time that is allowed for a leg. Nothing can be ordered from it then.
func (r *remoteRun) vanished(ctx context.Context, patience time.Duration) *netcheck.Failure {
	if patience <= 0 {
		patience = netcheck.DefaultConnectTimeout
	}
	if r.wires.await(ctx, r.mux.Done(), true, patience) || ctx.Err() != nil {
		return nil
	}
	if f := r.trouble(); f != nil {
		return f
	}
	_, why := r.wires.missing()
	if why == nil {
		return nil
	}
	if f := r.wires.offline(why); f != nil {
		return f
	}
	return &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The host does not answer any more: the connection to it broke, and could not be made again.", Err: why,
		Advice: "Check that the other computer is on, connected and still hosting; then run the test again."}
}

// hostConnector tells of a host that is gone instead of what follows from it.
type hostConnector struct {
	netcheck.Connector
	run *remoteRun
}

// Connect connects.
func (c hostConnector) Connect(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	if f := c.run.trouble(); f != nil {
		return nil, f
	}
	if f := c.run.vanished(ctx, leg.Timeout); f != nil {
		return nil, f
	}
	// A host on this computer's loopback address is reached from there alone.
	if own := c.run.Observed().Addr(); leg.Interface == "" && own.IsLoopback() && own.Is4() == (leg.Family == netcheck.Family4) {
		leg.Interface = own.String()
	}
	l, err := c.Connector.Connect(ctx, leg, trace)
	if err != nil && ctx.Err() == nil {
		// The host's ports refuse a little before the end of its signalling is known here.
		c.run.wires.await(ctx, c.run.mux.Done(), false, noticeTime)
		if f := c.run.trouble(); f != nil {
			return nil, f
		}
		if f := c.run.vanished(ctx, leg.Timeout); f != nil {
			return nil, f
		}
		err = mapped(err, leg.Path, c.run.mapping())
	}
	return l, err
}

// mapped adds what the host has said of the NAT before it to a STUN path that found no way: behind such a one the address that a STUN
// server sees is good for that server alone.
func mapped(err error, path netcheck.Path, mapping signaling.HostMapping) error {
	var f *netcheck.Failure
	if path != netcheck.PathSTUN || mapping != signaling.MappingDependent || !errors.As(err, &f) || f.Code != netcheck.ReasonNoPair {
		return err
	}
	told := *f
	told.Text += " The NAT before the host gives each destination another port, so that the way that its STUN server saw leads nowhere from here."
	told.Advice = "Use a relay: behind such a NAT a straight way needs ports that it passes on to the host (see --public-address and --announce of the host), or a network of the host whose NAT keeps one port for all destinations."
	return &told
}

// probes does the same for links that break. What was measured until then stays.
func (r *remoteRun) probes(stages func(netcheck.Asked) []netcheck.Stage) func(netcheck.Asked) []netcheck.Stage {
	return func(a netcheck.Asked) []netcheck.Stage {
		out := stages(a)
		for _, stage := range out {
			for i, p := range stage {
				stage[i] = hostProbe{p, r}
			}
		}
		return out
	}
}

type hostProbe struct {
	netcheck.Probe
	run *remoteRun
}

// Run runs the probe.
func (p hostProbe) Run(ctx context.Context, l netcheck.Link, emit func(netcheck.Event)) (netcheck.Summary, error) {
	sum, err := p.Probe.Run(ctx, l, emit)
	if ctx.Err() != nil || err == nil && !unheard(sum) {
		return sum, err
	}
	f := p.run.troubleSoon(ctx)
	if f == nil && (err == nil || netcheck.AsFailure(err, netcheck.ReasonLinkLost).Code == netcheck.ReasonLinkLost) {
		// After the last path nothing else would tell a host that is gone from a path that broke.
		f = p.run.vanished(ctx, p.run.patience)
	}
	if f != nil {
		return sum, &netcheck.Failure{Code: f.Code, Text: f.Text, Advice: f.Advice, Err: causes(err, f.Err)}
	}
	return sum, err
}

// unheard tells of packets for which the other end's log did not come.
func unheard(sum netcheck.Summary) bool {
	loss, ok := sum.(*netcheck.LossSummary)
	return ok && loss != nil && !slices.ContainsFunc(loss.Carriers, func(c netcheck.CarrierResult) bool { return c.Stats.Up.Known || c.Self.LogComplete })
}

// causes joins what broke with why, where both are known.
func causes(broke, why error) error {
	switch {
	case broke == nil:
		return why
	case why == nil:
		return broke
	}
	return fmt.Errorf("%w (%w)", broke, why)
}
