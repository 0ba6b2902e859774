package network

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"time"

	"echopath/netcheck"
)

// Server is a server under its resolved address.
type Server struct {
	netcheck.ICEServer
	Addr netip.AddrPort
	// Others gives TURN servers of other hosts, whose relays may be the far end of an echo; nil: none. TURN alone has it.
	Others func(ctx context.Context) []Server
}

// Questions are what a Suite asks with. Each keeps to its context, fills in what it found, and leaves ID and At to the Suite. One that
// is nil is left out of the plan.
type Questions struct {
	Interfaces func(ctx context.Context) netcheck.NetResult
	DNS        func(ctx context.Context, host string) netcheck.NetResult
	IPv6       func(ctx context.Context, servers []netcheck.ICEServer) netcheck.NetResult
	NAT64      func(ctx context.Context) netcheck.NetResult
	UDP        func(ctx context.Context, s Server) netcheck.NetResult
	NAT        func(ctx context.Context, servers []Server) netcheck.NetResult
	// Proxied tells whether streams to a server go through a proxy; nil: none do.
	Proxied func(s netcheck.ICEServer) bool
	// TURN asks over udp, tcp, tls or dtls. For streams that are Proxied, Addr may be zero: a proxy may know the name. So it is with TLS.
	TURN   func(ctx context.Context, s Server, transport string) netcheck.NetResult
	Proxy  func(ctx context.Context, hostport string) netcheck.NetResult
	TLS    func(ctx context.Context, s Server) netcheck.NetResult
	Portal func(ctx context.Context, plan netcheck.NetworkPlan) netcheck.NetResult
	Clock  func(ctx context.Context, url string) netcheck.NetResult
	MTU    func(ctx context.Context, servers []Server) netcheck.NetResult
	DSCP   func(ctx context.Context, servers []Server) netcheck.NetResult
	// The long ones.
	Lifetime func(ctx context.Context, servers []Server) netcheck.NetResult
	Rate     func(ctx context.Context, s Server, transport string) netcheck.NetResult
	Idle     func(ctx context.Context, s Server, transport string) netcheck.NetResult
}

// Suite implements netcheck.NetworkProber.
type Suite struct {
	// Questions makes what is asked with, for one session.
	Questions func(asked netcheck.NetworkAsked) Questions
	// Resolve looks names up; see dial.Resolve.
	Resolve func(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error)
	// Family is that of the probes where the plan leaves it open: the one by which this computer reaches others.
	Family func() netcheck.Family
}

// Probe implements netcheck.NetworkProber.
func (s *Suite) Probe(ctx context.Context, asked netcheck.NetworkAsked, emit func(netcheck.Body)) {
	if asked.Family == netcheck.FamilyAuto || asked.Family == "" {
		asked.Family = s.Family()
	}
	p := &plan{NetworkAsked: asked, ask: s.Questions(asked), names: &names{resolve: s.Resolve}}
	p.long() // first: their places are kept
	p.quick()
	emit(netcheck.NetworkStarted{Probes: p.planned()})
	r := runner{start: asked.Start, emit: emit}
	limited, cancel := context.WithTimeout(ctx, cmp.Or(asked.Plan.Limit, netcheck.DefaultNetworkLimit))
	defer cancel()
	r.together(limited, p.now)
	for _, jobs := range p.later { // each would spoil the figures of the others
		r.together(ctx, jobs)
	}
}

// plan gathers the jobs of a session.
type plan struct {
	netcheck.NetworkAsked
	ask   Questions
	names *names
	now   []job
	later [][]job // one after another, but for those that belong together
}

func (p *plan) planned() []netcheck.NetPlanned {
	var out []netcheck.NetPlanned
	for _, j := range slices.Concat(p.now, slices.Concat(p.later...)) {
		out = append(out, j.NetPlanned)
	}
	return out
}

// add plans a quick probe, unless it is planned already or there are as many as a report holds. Those that matter most come first.
func (p *plan) add(j job) {
	same := func(o job) bool { return o.ID == j.ID }
	if len(p.now) < netcheck.MaxNetProbes-len(slices.Concat(p.later...)) && !slices.ContainsFunc(p.now, same) {
		p.now = append(p.now, j)
	}
}

// resolved makes a probe of a server out of a question to one of its addresses. It is the failure's words where there is none.
func (p *plan) resolved(s netcheck.ICEServer, ask func(context.Context, Server) netcheck.NetResult) func(context.Context) netcheck.NetResult {
	return func(ctx context.Context) netcheck.NetResult {
		addr, err := p.address(ctx, s)
		if err != nil {
			return p.nameless(ctx, err)
		}
		return ask(ctx, Server{ICEServer: s, Addr: addr})
	}
}

func (p *plan) address(ctx context.Context, s netcheck.ICEServer) (netip.AddrPort, error) {
	addrs, err := p.names.of(ctx, s.URL.Host, p.Family)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addrs[0], uint16(s.URL.Port)), nil //nolint:gosec // a URL's port is at most 65535
}

// nameless is the result of a server without an address: nothing was learned about the way to it.
func (p *plan) nameless(ctx context.Context, err error) netcheck.NetResult {
	if ctx.Err() != nil {
		return netcheck.NetResult{}
	}
	f := netcheck.AsFailure(err, netcheck.ReasonNameNotFound)
	return netcheck.NetResult{State: netcheck.NetNotTested, Code: f.Code, Text: "Not asked: " + f.Text, Advice: f.Advice, Family: p.Family}
}

// all makes a probe of a question to all of some servers that have an address in time.
func (p *plan) all(list []netcheck.ICEServer, ask func(context.Context, []Server) netcheck.NetResult) func(context.Context) netcheck.NetResult {
	return func(ctx context.Context) netcheck.NetResult {
		known, err := p.addresses(ctx, list)
		if len(known) == 0 && err != nil {
			return p.nameless(ctx, err)
		}
		return ask(ctx, known)
	}
}

// addresses gives those of the servers that have one, and the first reason why one has none.
func (p *plan) addresses(ctx context.Context, list []netcheck.ICEServer) (known []Server, first error) {
	for _, s := range list {
		addr, err := p.address(ctx, s)
		if err == nil {
			known = append(known, Server{ICEServer: s, Addr: addr})
		} else if first == nil {
			first = err
		}
	}
	return known, first
}

const (
	localLimit = 3 * time.Second
	udpLimit   = 5 * time.Second // a name, and three sendings
	natLimit   = 8 * time.Second
	turnLimit  = 10 * time.Second // a name, a connection, TLS, and six questions
	webLimit   = 6 * time.Second
)
