package nat

import (
	"context"
	"fmt"
	"sync"

	"echopath/netcheck"
)

// expedited is the code point EF (RFC 3246), with which calls are marked.
const expedited = 46

// DSCP finds out whether the mark of a packet survives: an Echopath host tells with which traffic class a marked question arrived. A
// question without a mark goes beside it, so that the loss of marked packets alone is seen. Of the way back nothing is found out.
func (p *Prober) DSCP(ctx context.Context, c Config) netcheck.NetResult {
	return p.probe(netcheck.ProbeDSCP, c, func(g *ground, r *netcheck.NetResult) *netcheck.Failure {
		r.Facts.DSCPSent, r.Facts.DSCPArrived = expedited, -1
		return g.dscp(ctx, r)
	})
}

// markedPair is what became of a question with a mark and of one without.
type markedPair struct{ marked, bare result }

func (g *ground) dscp(ctx context.Context, r *netcheck.NetResult) *netcheck.Failure {
	pairs, failures := make([]markedPair, len(g.servers)), make([]*netcheck.Failure, len(g.servers))
	var wg sync.WaitGroup
	for i, s := range g.servers {
		wg.Go(func() { pairs[i], failures[i] = g.askMarked(ctx, s) })
	}
	wg.Wait()
	var ends []result
	for i, p := range pairs {
		if failures[i] != nil {
			return failures[i]
		}
		if p.marked.arrived >= 0 && p.marked.letIn() || p.bare.arrived >= 0 && p.bare.letIn() && p.marked.outcome == silent {
			g.servers[i].about(r)
			p.words(r, g.servers[i])
			return nil
		}
		ends = append(ends, p.bare)
	}
	if f := g.none(ctx, ends); f != nil {
		return f
	}
	return &netcheck.Failure{Code: netcheck.ReasonNoServer, Text: "Whether marks of packets arrive was not tested: only an Echopath host tells how a packet arrived.",
		Advice: "Test with an Echopath host as a server."}
}

// askMarked asks one server with and without a mark.
func (g *ground) askMarked(ctx context.Context, s Server) (p markedPair, f *netcheck.Failure) {
	marked, err := g.open(0)
	if err != nil {
		return p, noSocket(err)
	}
	defer marked.close()
	if err := g.mark(marked, expedited<<2); err != nil {
		return p, &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "This system does not let programs mark packets, so what becomes of marks was not tested.", Err: err}
	}
	bare, err := g.connect(s.Addr)
	if err != nil {
		p.bare = result{outcome: unsent, err: err}
		return p, nil
	}
	defer bare.close()
	var wg sync.WaitGroup
	wg.Go(func() { p.marked = marked.askAll(ctx, ask("dscp", s.Addr, raw(attrArrived, nil), filler()))[0] })
	wg.Go(func() { p.bare = bare.askAll(ctx, ask("dscp_bare", s.Addr, raw(attrArrived, nil), filler()))[0] })
	wg.Wait()
	return p, nil
}

func (p markedPair) words(r *netcheck.NetResult, s Server) {
	r.State = netcheck.NetDegraded
	if !p.marked.letIn() {
		r.Text = fmt.Sprintf("Packets with the mark for voice (EF, %d) do not arrive at %s, and those without a mark do.", expedited, s.Addr)
		r.Advice = fmt.Sprintf("Ask for UDP with DSCP %d to %s, port %d, to be allowed.", expedited, s.Addr.Addr(), s.Addr.Port())
		return
	}
	r.Facts.DSCPArrived, r.Facts.Mapped = p.marked.arrived>>2, p.marked.mapped.String()
	if p.marked.sendings == 1 {
		r.Facts.RTT = p.marked.took
	}
	switch arrived := r.Facts.DSCPArrived; arrived {
	case expedited:
		r.State, r.Text = netcheck.NetOK, fmt.Sprintf("The mark of packets for voice (EF, %d) arrives at %s.", expedited, s.Addr)
	case 0:
		r.Text = fmt.Sprintf("The mark of packets for voice (EF, %d) is removed on the way to %s: the network does not prefer them from there on.", expedited, s.Addr)
	default:
		r.Text = fmt.Sprintf("The mark of packets for voice (EF, %d) arrives at %s as %d: the network changes it.", expedited, s.Addr, arrived)
	}
}

func (g *ground) mark(s *socket, class byte) error {
	if g.prober.Mark != nil {
		return g.prober.Mark(s.conn, class)
	}
	return control(s.conn, func(fd uintptr) error { return mark(fd, s.local.Addr().Is6(), class) })
}
