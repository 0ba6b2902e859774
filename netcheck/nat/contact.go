package nat

import (
	"context"
	"sync"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// quickest asks all servers at the same time from connected sockets, and gives the one that answers first. If none does, ends holds
// what each brought.
func (g *ground) quickest(ctx context.Context) (server Server, found result, ends []result) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ends = make([]result, len(g.servers))
	var wg sync.WaitGroup
	for i, s := range g.servers {
		wg.Go(func() {
			if ends[i] = g.askConnected(ctx, s, filler()); ends[i].outcome == answered {
				cancel()
			}
		})
	}
	wg.Wait()
	for i, r := range ends {
		if r.outcome == answered {
			return g.servers[i], r, ends
		}
	}
	return Server{}, result{}, ends
}

// askConnected asks from a connected socket, which learns if the network refuses.
func (g *ground) askConnected(ctx context.Context, s Server, attrs ...stun.Setter) result {
	from, err := g.connect(s.Addr)
	if err != nil {
		return result{outcome: unsent, err: err}
	}
	defer from.close()
	return from.askAll(ctx, ask("contact", s.Addr, attrs...))[0]
}

// none says why no server has answered; nil if one has.
func (g *ground) none(ctx context.Context, ends []result) *netcheck.Failure {
	var most *netcheck.Failure
	for i, r := range ends {
		switch r.outcome {
		case answered:
			return nil
		case cut:
			most = netcheck.MoreTelling(most, stopped(ctx))
		default:
			most = netcheck.MoreTelling(most, g.trouble(g.servers[i], result{}, r))
		}
	}
	return most
}

// about puts the server that a probe went on with into its result.
func (s Server) about(r *netcheck.NetResult) {
	r.Server, r.Port, r.Remote = s.name(), int(s.Addr.Port()), s.Addr.String()
}
