package network

import (
	"context"

	"echopath/netcheck"
)

// long plans the probes that take minutes, in the order in which they were asked for.
func (p *plan) long() {
	servers := netcheck.PublicLast(p.Servers)
	for _, kind := range p.Plan.Long {
		if run := p.longOne(kind, servers); run != nil {
			p.later = append(p.later, job{NetPlanned: netcheck.NetPlanned{ID: string(kind), Kind: kind}, run: run})
		}
	}
}

func (p *plan) longOne(kind netcheck.ProbeKind, servers []netcheck.ICEServer) func(context.Context) netcheck.NetResult {
	if kind == netcheck.ProbeLifetime && p.ask.Lifetime != nil {
		return p.all(bindingServers(servers), p.ask.Lifetime)
	}
	ask := map[netcheck.ProbeKind]func(context.Context, Server) netcheck.NetResult{netcheck.ProbeRate: p.ask.Rate, netcheck.ProbeIdle: p.ask.Idle}[kind]
	if ask == nil {
		return nil
	}
	for _, s := range servers {
		if s.URL.Scheme != netcheck.SchemeSTUN && !s.Public { // packets go through a relay and back
			return p.resolved(s, ask)
		}
	}
	return func(context.Context) netcheck.NetResult {
		return netcheck.NetResult{State: netcheck.NetNotTested, Code: netcheck.ReasonNoServer, Text: "This needs a TURN server of your own, and none is given.",
			Advice: "Give a TURN server with user and password."}
	}
}
