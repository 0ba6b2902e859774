package localprobe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// maxAsked is how many servers are asked over IPv6: one may be down, and a third would tell no more.
const maxAsked = 2

// IPv6 looks whether this computer has a global IPv6 address with a way out, and asks up to two of the servers that have IPv6
// (stun: and turn: over UDP) under which address they see it. local is the source address of the interface that the user chose, zero
// for none; with one of IPv4, that interface's own IPv6 address is used. Facts.Addresses has the global addresses, Facts.Mapped
// and Facts.RTT the answer.
//
//   - ok: a server answered.
//   - degraded, with netcheck.ReasonNoRoute: an address and no way out with it, which programs find out by waiting.
//   - blocked: no server answered (netcheck.ReasonNoAnswer), or one was refused.
//   - not tested: there is no global IPv6 address (netcheck.ReasonNoFamily: a fact, but nothing that could be tried), no server
//     with IPv6 (netcheck.ReasonNoIPv6Server), or ctx ended.
//
// Silence takes 1.75 s, a lookup before it up to 2 s.
func (p *Prober) IPv6(ctx context.Context, servers []netcheck.ICEServer, local netip.Addr) netcheck.NetResult {
	t := start(netcheck.ProbeIPv6)
	t.result.Family, t.result.Transport = netcheck.Family6, "udp"
	all, err := p.list()
	if err != nil {
		t.cause(err)
		return t.end(netcheck.NetNotTested, netcheck.ReasonLocal, "The system does not tell this computer's network interfaces.", "")
	}
	whose, up := "This computer", usable(all)
	if local.IsValid() {
		whose, up = "The chosen interface", having(up, local)
	}
	global := globalIPv6(up)
	t.result.Facts.Addresses = texts(global)
	switch {
	case len(global) == 0:
		return t.end(netcheck.NetNotTested, netcheck.ReasonNoFamily, whose+" has no global IPv6 address: calls use IPv4 here.", "")
	case !local.IsValid(): // what the routing table says is not for sockets that are bound
		if source, err := p.source(internet6); err != nil || source.IsLinkLocalUnicast() {
			t.cause(err)
			return t.end(netcheck.NetDegraded, netcheck.ReasonNoRoute,
				fmt.Sprintf("This computer has an IPv6 address (%s) and no default route for IPv6: programs that try it lose time.", global[0]),
				"Ask for this network's router to announce itself for IPv6, or for IPv6 addresses not to be given out.")
		}
	case !slices.Contains(global, local):
		local = global[0]
	}
	return p.askSix(ctx, t, withSTUN(servers), local)
}

// having keeps the interface with an address.
func having(up []Interface, a netip.Addr) []Interface {
	return slices.DeleteFunc(up, func(ifc Interface) bool { return !slices.Contains(ifc.Addresses, a.Unmap().WithZone("")) })
}

// globalIPv6 leaves out unique local addresses (RFC 4193).
func globalIPv6(up []Interface) []netip.Addr {
	var out []netip.Addr
	for _, ifc := range up {
		for _, a := range ifc.Addresses {
			if a.Is6() && a.IsGlobalUnicast() && !a.IsPrivate() {
				out = append(out, a)
			}
		}
	}
	return out
}

// withSTUN keeps the servers that answer Binding requests, those that belong to nobody here last.
func withSTUN(servers []netcheck.ICEServer) []netcheck.ICEServer {
	return netcheck.PublicLast(slices.DeleteFunc(slices.Clone(servers), func(s netcheck.ICEServer) bool { return !s.URL.Serves(netcheck.PathSTUN) }))
}

// asked is a server that was asked over IPv6.
type asked struct {
	server netcheck.ICEServer
	at     netip.AddrPort
	local  string // host:port; "" if no socket came about
	mapped netip.AddrPort
	begin  time.Time
	took   time.Duration
	err    error
}

// askSix asks the first of the servers that have IPv6, at the same time.
func (p *Prober) askSix(ctx context.Context, t *trial, servers []netcheck.ICEServer, local netip.Addr) netcheck.NetResult {
	tried := p.withIPv6(ctx, servers)
	var running sync.WaitGroup
	for i := range tried {
		running.Go(func() { p.askOne(ctx, &tried[i], local) })
	}
	running.Wait()
	for _, a := range tried {
		a.trace(t)
	}
	i := slices.IndexFunc(tried, func(a asked) bool { return a.err == nil })
	switch {
	case i >= 0:
		return tried[i].answered(t)
	case ctx.Err() != nil:
		return t.over()
	case len(tried) == 0:
		return t.end(netcheck.NetNotTested, netcheck.ReasonNoIPv6Server,
			fmt.Sprintf("This computer has an IPv6 address (%s). Whether it works was not tried: no server with IPv6 is known.", t.result.Facts.Addresses[0]), "")
	}
	return unanswered(t, tried)
}

// withIPv6 looks all servers up and keeps the first that have IPv6.
func (p *Prober) withIPv6(ctx context.Context, servers []netcheck.ICEServer) []asked {
	servers = servers[:min(len(servers), maxShown)]
	found := make([]asked, len(servers))
	var running sync.WaitGroup
	for i, s := range servers {
		running.Go(func() {
			found[i].server = s
			a, err := netip.ParseAddr(s.URL.Host)
			if err != nil {
				addrs, err := p.resolve(ctx, s.URL.Host, netcheck.Family6)
				if err != nil || len(addrs) == 0 {
					return
				}
				a = addrs[0]
			}
			if a = a.Unmap(); a.Is6() {
				found[i].at = netip.AddrPortFrom(a, uint16(s.URL.Port)) //nolint:gosec // a port
			}
		})
	}
	running.Wait()
	found = slices.DeleteFunc(found, func(a asked) bool { return !a.at.IsValid() })
	return found[:min(len(found), maxAsked)]
}

func (p *Prober) askOne(ctx context.Context, a *asked, local netip.Addr) {
	a.begin = time.Now()
	defer func() { a.took = time.Since(a.begin) }()
	conn, err := p.open(local, a.at)
	if err != nil {
		a.err = err
		return
	}
	defer func() { _ = conn.Close() }()
	a.local = conn.LocalAddr().String()
	a.mapped, a.err = binding(ctx, conn)
}

func (a asked) trace(t *trial) {
	s := netcheck.NetStep{Name: netcheck.NetStepBinding, OK: a.err == nil, At: a.begin.Sub(t.begin), Took: a.took, Detail: a.at.String()}
	if a.err != nil {
		s.Detail += ": " + netcheck.CleanText(a.err.Error(), 150)
	}
	t.step(s)
}

// place puts the server into the result.
func (a asked) place(t *trial) {
	t.result.Server, t.result.Port, t.result.Local, t.result.Remote = a.server.URL.String(), a.server.URL.Port, a.local, a.at.String()
}

func (a asked) answered(t *trial) netcheck.NetResult {
	a.place(t)
	t.result.Facts.Mapped, t.result.Facts.RTT = a.mapped.String(), a.took
	text := fmt.Sprintf("IPv6 works: %s answers STUN over it in %s, and sees this computer as %s.", a.at, millis(a.took), a.mapped.Addr())
	if a.mapped.Addr().Is6() && !slices.Contains(t.result.Facts.Addresses, a.mapped.Addr().String()) {
		text += " That is none of its own addresses: something translates IPv6 on the way."
	}
	return t.end(netcheck.NetOK, "", text, "")
}

// unanswered tells refusal, which says more, from silence.
func unanswered(t *trial, tried []asked) netcheck.NetResult {
	var places []string
	worst := tried[0]
	for _, a := range tried {
		places = append(places, a.at.String())
		if dial.KindOf(worst.err) == dial.KindTimeout {
			worst = a
		}
	}
	worst.place(t)
	t.cause(worst.err)
	list := strings.Join(places, " and ")
	own := t.result.Facts.Addresses[0]
	ask := fmt.Sprintf("Ask for UDP over IPv6 to %s, port %d, to be allowed; calls use IPv4 until then.", worst.at.Addr(), worst.at.Port())
	switch kind := dial.KindOf(worst.err); kind {
	case dial.KindTimeout:
		return t.end(netcheck.NetBlocked, netcheck.ReasonNoAnswer, fmt.Sprintf("This computer has an IPv6 address (%s), and UDP over IPv6 to %s gets no answer: packets are dropped on the way, or the server is down.", own, list), ask)
	case dial.KindRefused, dial.KindClosed:
		return t.end(netcheck.NetBlocked, netcheck.ReasonRefused, fmt.Sprintf("UDP over IPv6 to %s is refused (ICMPv6 port unreachable): nothing listens there, or a firewall rejects it.", worst.at), ask)
	case dial.KindUnreachable, dial.KindForbidden:
		return t.end(netcheck.NetBlocked, netcheck.ReasonUnreachable, fmt.Sprintf("There is no way to %s over IPv6: a router, a firewall or this computer reports it unreachable.", worst.at), ask)
	}
	if errors.Is(worst.err, ifaces.ErrBind) {
		f := dial.NotBound(worst.err)
		return t.end(netcheck.NetNotTested, f.Code, f.Text, f.Advice)
	}
	return t.end(netcheck.NetNotTested, netcheck.ReasonLocal, fmt.Sprintf("This computer could not send to %s over IPv6.", worst.at), "")
}
