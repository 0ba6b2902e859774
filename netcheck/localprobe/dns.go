package localprobe

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"echopath/netcheck"
)

// DNS looks a server's name up with the system's name servers: A and AAAA at the same time, or that of family alone. server is
// its place in the result (a URL or host:port), host its name or literal address. Facts.Addresses has what was found, and
// Facts.NameServers who was asked, where the system tells it.
//
//   - ok: addresses were found, or none were needed (a literal address).
//   - degraded, with netcheck.ReasonSplitDNS: a public name has a private address, which is right inside some networks and wrong in
//     others; with netcheck.ReasonNameTimeout: one of the two questions got no answer in 2 s, which slows programs down.
//   - blocked: the name does not exist here (netcheck.ReasonNameNotFound), the name servers are silent or can not answer
//     (netcheck.ReasonNameTimeout), or the address leads nowhere (netcheck.ReasonDNSFilter).
//   - not tested: there is no address of the asked family (netcheck.ReasonNoFamily), or ctx ended.
func (p *Prober) DNS(ctx context.Context, server, host string, family netcheck.Family) netcheck.NetResult {
	t := start(netcheck.ProbeDNS)
	t.result.Server = server
	if a, err := netip.ParseAddr(host); err == nil {
		t.result.Facts.Addresses = []string{a.Unmap().String()}
		return t.end(netcheck.NetOK, "", host+" is an address: no name server is needed for it.", "")
	}
	l := p.lookUp(ctx, t, host, family)
	t.result.Facts.Addresses, t.result.Facts.NameServers = texts(l.addresses()), texts(p.nameServers())
	f := l.judge()
	if ctx.Err() != nil && f.state != netcheck.NetOK && len(l.addresses()) == 0 {
		return t.over()
	}
	if first := l.failure(); first != nil {
		t.cause(first.Err)
	}
	return t.end(f.state, f.code, f.text, f.advice)
}

// lookup is a name's answers.
type lookup struct {
	host     string
	a, aaaa  answer
	took     time.Duration
	oneAsked bool // one version of IP alone
}

// answer is one of them.
type answer struct {
	asked   bool
	addrs   []netip.Addr
	failure *netcheck.Failure
	took    time.Duration
}

func (p *Prober) lookUp(ctx context.Context, t *trial, host string, family netcheck.Family) lookup {
	l := lookup{host: host, oneAsked: family == netcheck.Family4 || family == netcheck.Family6}
	begin := time.Now()
	var both sync.WaitGroup
	ask := func(into *answer, f netcheck.Family) {
		into.asked = true
		both.Go(func() {
			addrs, err := p.resolve(ctx, host, f)
			into.addrs, into.took = addrs, time.Since(begin)
			if err != nil {
				into.failure = asFailure(ctx, host, err)
			}
		})
	}
	if family != netcheck.Family6 {
		ask(&l.a, netcheck.Family4)
	}
	if family != netcheck.Family4 {
		ask(&l.aaaa, netcheck.Family6)
	}
	both.Wait()
	l.took = time.Since(begin)
	l.a.trace(t, NetStepA, begin)
	l.aaaa.trace(t, NetStepAAAA, begin)
	return l
}

func asFailure(ctx context.Context, host string, err error) *netcheck.Failure {
	f := (*netcheck.Failure)(nil)
	switch {
	case errors.As(err, &f):
		return f
	case ctx.Err() != nil:
		return &netcheck.Failure{Code: netcheck.ReasonCancelled, Text: "Looking up " + host + " was stopped.", Err: err}
	}
	return &netcheck.Failure{Code: netcheck.ReasonNameTimeout, Text: "The name servers gave no answer for " + host + ".", Err: err}
}

func (a answer) trace(t *trial, name string, begin time.Time) {
	if !a.asked {
		return
	}
	s := netcheck.NetStep{Name: name, OK: a.failure == nil, At: begin.Sub(t.begin), Took: a.took, Detail: strings.Join(texts(a.addrs), ", ")}
	if a.failure != nil {
		s.Detail = a.failure.Text
	}
	t.step(s)
}

func (a answer) is(code netcheck.ReasonCode) bool { return a.failure != nil && a.failure.Code == code }

func (l lookup) addresses() []netip.Addr { return append(slices.Clone(l.a.addrs), l.aaaa.addrs...) }

// failure is the one that says more, nil if neither question failed.
func (l lookup) failure() *netcheck.Failure { return netcheck.MoreTelling(l.a.failure, l.aaaa.failure) }

func texts(addrs []netip.Addr) []string {
	const most = 16
	var out []string
	for _, a := range addrs[:min(len(addrs), most)] {
		out = append(out, a.String())
	}
	return out
}
