package nat

import (
	"context"
	"time"

	"echopath/netcheck"
)

// Discover finds how the NATs between this computer and the servers behave (RFC 4787, by the tests of RFC 5780), with whatever the servers
// allow: one with two addresses decides everything, one with two ports or several plain ones less; see [netcheck.NATMethod].
//
// It takes about 2 s if something is silent, 3.5 s at most if answers are lost besides, and some round trips if not. When ctx ends, it
// returns with what is known by then; a question that was cut off counts as not asked.
func (p *Prober) Discover(ctx context.Context, c Config) netcheck.NetResult {
	return p.probe(netcheck.ProbeNAT, c, func(g *ground, r *netcheck.NetResult) *netcheck.Failure { return g.discover(ctx, r) })
}

// probe makes a result of what run finds out, or of why it does not.
func (p *Prober) probe(kind netcheck.ProbeKind, c Config, run func(*ground, *netcheck.NetResult) *netcheck.Failure) netcheck.NetResult {
	begun := time.Now()
	result := netcheck.NetResult{Kind: kind, Transport: "udp"}
	g, failure := p.prepare(c)
	if failure == nil {
		result = g.begin(kind)
		failure = run(g, &result)
	}
	if failure != nil {
		fill(&result, failure)
	}
	result.Took = time.Since(begun)
	return result
}

// begin fills in what is known before anything is asked.
func (g *ground) begin(kind netcheck.ProbeKind) netcheck.NetResult {
	s := g.servers[0]
	return netcheck.NetResult{
		Kind: kind, Transport: "udp", Server: s.name(), Port: int(s.Addr.Port()), Family: g.family, Remote: s.Addr.String(),
	}
}

func (s Server) name() string {
	if s.URL == "" {
		return s.Addr.String()
	}
	return s.URL
}

func (g *ground) discover(ctx context.Context, result *netcheck.NetResult) *netcheck.Failure {
	mapping, err := g.open(0)
	if err != nil {
		return noSocket(err)
	}
	s := newSurvey(g, mapping)
	s.run(ctx)
	mapping.close()
	behavior := decide(s.seen)
	behavior.Tests = s.evidence()
	result.Local, result.Facts.NAT, result.Facts.Mapped = mapping.local.String(), &behavior, behavior.Mapped
	s.steps(result)
	if len(behavior.Servers) == 0 {
		return s.unanswered(ctx)
	}
	result.State = netcheck.NetOK
	if behavior.Mapping == netcheck.BehaviorNotTested && behavior.Filtering == netcheck.BehaviorNotTested {
		result.State, result.Code = netcheck.NetNotTested, netcheck.ReasonNoServer // none that could decide it
		if ctx.Err() != nil {
			result.Code = netcheck.ReasonCancelled
		}
	}
	result.Text, result.Advice = describe(behavior), advise(behavior)
	return nil
}

// steps tells of each server's first answer, and of the quickest one's round trip.
func (s *survey) steps(result *netcheck.NetResult) {
	for _, seen := range s.seen.servers {
		step := netcheck.NetStep{Name: netcheck.NetStepBinding, OK: seen.first.outcome == answered, Took: seen.first.took, Code: seen.first.code}
		switch {
		case step.OK:
			step.Detail = seen.server.Addr.String() + " sees this computer as " + seen.first.mapped.String() + "."
			if rtt := seen.first.took; seen.first.sendings == 1 && (result.Facts.RTT == 0 || rtt < result.Facts.RTT) {
				result.Facts.RTT = rtt
			}
		case seen.first.outcome == cut:
			step.Detail = seen.server.Addr.String() + " has not answered in the time that there was."
		case seen.first.outcome == refused:
			step.Detail = seen.server.Addr.String() + " answers with an error."
		default:
			step.Detail = seen.server.Addr.String() + " does not answer."
		}
		result.Steps = append(result.Steps, step)
	}
	for _, server := range s.away {
		result.Steps = append(result.Steps, netcheck.NetStep{
			Name: netcheck.NetStepBinding, Detail: server.Addr.String() + " is reached from another address of this computer, and was not asked.",
		})
	}
}
