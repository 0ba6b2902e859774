package session

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/natprobe"
)

// Answer is what came of asking one server.
type Answer struct {
	Server  string            // its URL
	Failure *netcheck.Failure // nil: it does what a call needs of it
	Took    time.Duration
}

// tryTime bounds the question to one server, its name included.
const tryTime = 10 * time.Second

// Try asks every server of the plan for what a call would need of it (a Binding answer, or two allocations that reach each
// other), all at once, without measuring. The answers come in the order of the servers. The error tells that the plan can not be
// run at all, or that ctx ended.
func Try(ctx context.Context, plan netcheck.Plan) ([]Answer, error) {
	granted, err := plan.Grant()
	if err != nil {
		return nil, err
	}
	prober := &natprobe.Prober{Dialer: dialerFrom}
	answers := make([]Answer, len(granted.Target.Servers))
	var all sync.WaitGroup
	for i, srv := range granted.Target.Servers {
		all.Go(func() {
			begin := time.Now()
			answers[i] = Answer{Server: srv.URL.String(), Failure: tryServer(ctx, prober, granted, srv)}
			answers[i].Took = time.Since(begin)
		})
	}
	all.Wait()
	return answers, ctx.Err()
}

func tryServer(ctx context.Context, prober *natprobe.Prober, plan netcheck.Plan, srv netcheck.ICEServer) *netcheck.Failure {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	addr, family, failure := addressOf(ctx, prober, plan, srv)
	if failure != nil {
		return failure
	}
	leg := netcheck.Leg{Target: netcheck.TargetTURN, Path: ownPath(srv.URL), Family: family, Interface: plan.Interface,
		Servers: []netcheck.ICEServer{srv}, Far: netcheck.FarInProcess, Timeout: tryTime}
	return prober.Diagnose(ctx, leg, srv, addr)
}

// addressOf looks the server up. Behind a proxy its name need not be known here.
func addressOf(ctx context.Context, prober *natprobe.Prober, plan netcheck.Plan, srv netcheck.ICEServer) (netip.AddrPort, netcheck.Family, *netcheck.Failure) {
	family := plan.Family
	if family == netcheck.FamilyAuto {
		family = netcheck.Family4
		if a, err := netip.ParseAddr(srv.URL.Host); err == nil && !a.Unmap().Is4() {
			family = netcheck.Family6
		}
	}
	if srv.URL.Transport == "tcp" {
		if proxy, err := prober.Dialer(netip.Addr{}).ProxyFor(srv); err == nil && proxy != nil {
			return netip.AddrPort{}, family, nil
		}
	}
	addrs, err := dial.Resolve(ctx, srv.URL.Host, family)
	if err != nil {
		f := netcheck.AsFailure(err, netcheck.ReasonNameNotFound)
		f.Server = srv.URL.String()
		return netip.AddrPort{}, family, f
	}
	return netip.AddrPortFrom(addrs[0], uint16(srv.URL.Port)), family, nil //nolint:gosec // parsed as 16 bits
}

// ownPath is the path that a server is there for.
func ownPath(u netcheck.ServerURL) netcheck.Path {
	for _, p := range []netcheck.Path{netcheck.PathRelayUDP, netcheck.PathRelayTCP, netcheck.PathRelayTLS} {
		if u.Serves(p) {
			return p
		}
	}
	return netcheck.PathSTUN
}
