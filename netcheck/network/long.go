package network

import (
	"context"
	"slices"

	"echopath/netcheck"
)

// long plans the probes that take minutes, in the order in which they were asked for.
func (p *plan) long() {
	servers := netcheck.PublicLast(p.Servers)
	for _, kind := range p.Plan.Long {
		var jobs []job
		switch {
		case kind == netcheck.ProbeLifetime && p.ask.Lifetime != nil:
			jobs = []job{named(kind, "", p.all(bindingServers(servers), p.ask.Lifetime))}
		case kind == netcheck.ProbeRate && p.ask.Rate != nil:
			jobs = p.rate(relaysOf(servers))
		case kind == netcheck.ProbeIdle && p.ask.Idle != nil:
			jobs = p.idle(relaysOf(servers))
		}
		if len(jobs) > 0 {
			p.later = append(p.later, jobs)
		}
	}
}

func named(kind netcheck.ProbeKind, transport string, run func(context.Context) netcheck.NetResult) job {
	id := string(kind)
	if transport != "" {
		id += ":" + transport
	}
	return job{NetPlanned: netcheck.NetPlanned{ID: id, Kind: kind, Transport: transport}, run: run}
}

// relaysOf are the servers that a user's own packets may go through and back: no others are loaded.
func relaysOf(servers []netcheck.ICEServer) []netcheck.ICEServer {
	var out []netcheck.ICEServer
	for _, s := range servers {
		if s.URL.Scheme != netcheck.SchemeSTUN && !s.Public {
			out = append(out, s)
		}
	}
	return out
}

// rate plans the load: over UDP, and over a stream where only that works.
func (p *plan) rate(servers []netcheck.ICEServer) []job {
	first := append(byTransport(servers, true), byTransport(servers, false)...)
	if len(first) == 0 {
		return []job{named(netcheck.ProbeRate, "", noRelay)}
	}
	return []job{named(netcheck.ProbeRate, "", func(ctx context.Context) (r netcheck.NetResult) {
		for _, s := range first {
			r = p.through(s, p.ask.Rate)(ctx)
			if ctx.Err() != nil || r.State == netcheck.NetOK || r.State == netcheck.NetDegraded || reachedRelay(r) {
				break
			}
		}
		return r
	})}
}

// reachedRelay tells of a probe that had its relays and all the same decided nothing: another transport would not either.
func reachedRelay(r netcheck.NetResult) bool {
	return r.Code == netcheck.ReasonUndecided || r.Code == netcheck.ReasonLocal || r.Code == netcheck.ReasonPeerRefused
}

// idle plans the silences: over UDP and over a stream at the same time, since they do not disturb each other and take minutes.
func (p *plan) idle(servers []netcheck.ICEServer) []job {
	var jobs []job
	for _, udp := range []bool{true, false} {
		if list := byTransport(servers, udp); len(list) > 0 {
			jobs = append(jobs, named(netcheck.ProbeIdle, transportOf(list[0].URL), p.through(list[0], p.ask.Idle)))
		}
	}
	if len(jobs) == 0 {
		jobs = []job{named(netcheck.ProbeIdle, "", noRelay)}
	}
	return jobs
}

// byTransport gives the first server that is asked over UDP, or over a stream, TLS before TCP since calls that need one use it; none if there
// is no such server.
func byTransport(servers []netcheck.ICEServer, udp bool) []netcheck.ICEServer {
	order := []string{"tls", "tcp"}
	if udp {
		order = []string{"udp"}
	}
	for _, transport := range order {
		if i := slices.IndexFunc(servers, func(s netcheck.ICEServer) bool { return transportOf(s.URL) == transport }); i >= 0 {
			return servers[i : i+1 : i+1]
		}
	}
	return nil
}

// through makes a probe of a question to a server by its own transport.
func (p *plan) through(s netcheck.ICEServer, ask func(context.Context, Server, string) netcheck.NetResult) func(context.Context) netcheck.NetResult {
	transport := transportOf(s.URL)
	return func(ctx context.Context) netcheck.NetResult {
		addr, err := p.address(ctx, s)
		if err != nil && (transport == "udp" || !p.proxied(s)) {
			return p.nameless(ctx, err)
		}
		return ask(ctx, Server{ICEServer: s, Addr: addr}, transport)
	}
}

func noRelay(context.Context) netcheck.NetResult {
	return netcheck.NetResult{State: netcheck.NetNotTested, Code: netcheck.ReasonNoServer, Text: "This needs a TURN server of your own, and none is given.",
		Advice: "Give a TURN server with user and password."}
}
