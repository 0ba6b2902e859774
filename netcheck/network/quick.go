package network

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"echopath/netcheck"
)

// maxNATServers is how many servers the NAT's behaviour is looked at with: more make no verdict surer.
const maxNATServers = 6

// quick plans the probes that are not long, those that decide most first.
func (p *plan) quick() {
	p.local()
	servers := netcheck.PublicLast(p.Servers)
	for _, s := range servers {
		p.server(s)
	}
	p.nat(servers)
	p.web(servers)
	for _, s := range servers {
		p.others(s)
	}
}

// local plans what needs no server.
func (p *plan) local() {
	if p.ask.Interfaces != nil {
		p.add(job{NetPlanned: netcheck.NetPlanned{ID: "interfaces", Kind: netcheck.ProbeInterfaces}, limit: localLimit, run: p.ask.Interfaces})
	}
	for _, s := range p.Servers {
		host := s.URL.Host
		if _, err := netip.ParseAddr(host); err == nil || p.ask.DNS == nil {
			continue
		}
		p.add(job{NetPlanned: netcheck.NetPlanned{ID: "dns:" + host, Kind: netcheck.ProbeDNS, Server: host}, limit: localLimit,
			run: func(ctx context.Context) netcheck.NetResult { return p.ask.DNS(ctx, host) }})
	}
	if p.ask.NAT64 != nil {
		p.add(job{NetPlanned: netcheck.NetPlanned{ID: "nat64", Kind: netcheck.ProbeNAT64}, limit: localLimit, run: p.ask.NAT64})
	}
}

// server plans what a server's own URL promises.
func (p *plan) server(s netcheck.ICEServer) {
	if s.URL.Transport == "udp" {
		p.udp(s, false)
	}
	if s.URL.Scheme != netcheck.SchemeSTUN {
		p.turn(s, transportOf(s.URL), false)
	}
	if s.URL.Scheme == netcheck.SchemeTURNS && p.ask.TLS != nil {
		p.add(job{NetPlanned: at(netcheck.ProbeTLS, "tls", s.URL), limit: webLimit, run: func(ctx context.Context) netcheck.NetResult {
			addr, err := p.address(ctx, s)
			if err != nil && !p.proxied(s) {
				return p.nameless(ctx, err)
			}
			return p.ask.TLS(ctx, Server{ICEServer: s, Addr: addr})
		}})
	}
}

// others plans what a server does not promise, on ports that firewalls treat in ways of their own. Silence there means nothing: the
// server may not listen. Servers that belong to nobody here are left in peace.
func (p *plan) others(s netcheck.ICEServer) {
	if s.Public || s.URL.Scheme == netcheck.SchemeSTUN {
		return
	}
	for _, port := range []int{443, 3478} {
		p.udp(on(s, netcheck.SchemeTURN, "udp", port), true)
	}
	for _, o := range []struct {
		transport string
		port      int
	}{{"tls", 443}, {"tcp", 443}, {"tcp", 3478}, {"tls", 5349}, {"dtls", 5349}} {
		scheme := netcheck.SchemeTURN
		if o.transport == "tls" || o.transport == "dtls" {
			scheme = netcheck.SchemeTURNS
		}
		p.turn(on(s, scheme, transportURL(o.transport), o.port), o.transport, true)
	}
}

// on is the same server at another port, by another transport.
func on(s netcheck.ICEServer, scheme netcheck.Scheme, transport string, port int) netcheck.ICEServer {
	s.URL.Scheme, s.URL.Transport, s.URL.Port = scheme, transport, port
	return s
}

func transportURL(transport string) string {
	if transport == "udp" || transport == "dtls" {
		return "udp"
	}
	return "tcp"
}

// transportOf is how a TURN server's URL has it asked.
func transportOf(u netcheck.ServerURL) string {
	if u.Scheme == netcheck.SchemeTURNS {
		return "tls"
	}
	return u.Transport
}

func (p *plan) udp(s netcheck.ICEServer, extra bool) {
	if p.ask.UDP == nil {
		return
	}
	run := p.resolved(s, p.ask.UDP)
	p.add(job{NetPlanned: at(netcheck.ProbeUDP, "udp", s.URL), limit: udpLimit, run: voluntary(extra, run)})
}

func (p *plan) turn(s netcheck.ICEServer, transport string, extra bool) {
	if p.ask.TURN == nil {
		return
	}
	run := func(ctx context.Context) netcheck.NetResult {
		addr, err := p.address(ctx, s)
		if err != nil && (transportURL(transport) == "udp" || !p.proxied(s)) {
			return p.nameless(ctx, err)
		}
		return p.ask.TURN(ctx, Server{ICEServer: s, Addr: addr, Others: p.elsewhere(s)}, transport)
	}
	p.add(job{NetPlanned: at(netcheck.ProbeTURN, transport, s.URL), limit: turnLimit, run: voluntary(extra, run)})
}

// elsewhere gives the TURN servers of other hosts that have an address, each host once, by its first URL.
func (p *plan) elsewhere(s netcheck.ICEServer) func(context.Context) []Server {
	return func(ctx context.Context) []Server {
		var list []netcheck.ICEServer
		for _, o := range relaysOf(netcheck.PublicLast(p.Servers)) {
			if o.URL.Host != s.URL.Host && !slices.ContainsFunc(list, func(k netcheck.ICEServer) bool { return k.URL.Host == o.URL.Host }) {
				list = append(list, o)
			}
		}
		known, _ := p.addresses(ctx, list)
		return known
	}
}

// proxied tells of a server that streams reach through a proxy, which may know a name that is not found here.
func (p *plan) proxied(s netcheck.ICEServer) bool { return p.ask.Proxied != nil && p.ask.Proxied(s) }

// voluntary makes nothing of a question that was not answered at a place that nobody has promised.
func voluntary(extra bool, run func(context.Context) netcheck.NetResult) func(context.Context) netcheck.NetResult {
	if !extra {
		return run
	}
	return func(ctx context.Context) netcheck.NetResult {
		r := run(ctx)
		if r.State == netcheck.NetBlocked || r.State == netcheck.NetFailed {
			r.State, r.Advice = netcheck.NetNotTested, ""
			r.Text = "The server was not said to listen here, so this tells nothing about the network. " + r.Text
		}
		return r
	}
}

func at(kind netcheck.ProbeKind, transport string, u netcheck.ServerURL) netcheck.NetPlanned {
	place := net.JoinHostPort(u.Host, strconv.Itoa(u.Port))
	id := fmt.Sprintf("%s:%s:%s", kind, transport, place)
	if string(kind) == transport {
		id = fmt.Sprintf("%s:%s", kind, place)
	}
	return netcheck.NetPlanned{ID: id, Kind: kind, Server: u.String(), Transport: transport, Port: u.Port}
}

// nat plans what asks servers about the way to them: those that answer Binding requests over UDP.
func (p *plan) nat(servers []netcheck.ICEServer) {
	list := bindingServers(servers)
	if p.ask.IPv6 != nil {
		p.add(job{NetPlanned: netcheck.NetPlanned{ID: "ipv6", Kind: netcheck.ProbeIPv6}, limit: udpLimit, run: func(ctx context.Context) netcheck.NetResult {
			return p.ask.IPv6(ctx, list) // whether the servers have an address of IPv6 is part of what is found
		}})
	}
	if len(list) == 0 {
		return
	}
	for _, q := range []struct {
		kind netcheck.ProbeKind
		ask  func(context.Context, []Server) netcheck.NetResult
	}{{netcheck.ProbeNAT, p.ask.NAT}, {netcheck.ProbeMTU, p.ask.MTU}, {netcheck.ProbeDSCP, p.ask.DSCP}} {
		if q.ask == nil {
			continue
		}
		id := string(q.kind)
		if q.kind == netcheck.ProbeNAT {
			id += ":" + string(p.Family)
		}
		p.add(job{NetPlanned: netcheck.NetPlanned{ID: id, Kind: q.kind}, limit: natLimit, run: p.all(list, q.ask)})
	}
}

// bindingServers are those that can be asked over UDP, each host once.
func bindingServers(servers []netcheck.ICEServer) []netcheck.ICEServer {
	var out []netcheck.ICEServer
	for _, s := range servers {
		known := slices.ContainsFunc(out, func(o netcheck.ICEServer) bool { return o.URL.Host == s.URL.Host })
		if s.URL.Transport == "udp" && !known && len(out) < maxNATServers {
			out = append(out, s)
		}
	}
	return out
}

// streamPlaces are the host:port that streams go to, each once.
func streamPlaces(servers []netcheck.ICEServer) []string {
	var out []string
	for _, s := range servers {
		place := net.JoinHostPort(s.URL.Host, strconv.Itoa(s.URL.Port))
		if s.URL.Transport == "tcp" && !slices.Contains(out, place) {
			out = append(out, place)
		}
	}
	return out
}

// web plans what goes over TCP and is no TURN.
func (p *plan) web(servers []netcheck.ICEServer) {
	for _, place := range streamPlaces(servers) {
		if p.ask.Proxy != nil {
			p.add(job{NetPlanned: netcheck.NetPlanned{ID: "proxy:" + place, Kind: netcheck.ProbeProxy, Server: place}, limit: webLimit,
				run: func(ctx context.Context) netcheck.NetResult { return p.ask.Proxy(ctx, place) }})
		}
	}
	if p.Plan.Portal == "" {
		return
	}
	if p.ask.Portal != nil {
		p.add(job{NetPlanned: netcheck.NetPlanned{ID: "portal", Kind: netcheck.ProbePortal, Server: p.Plan.Portal}, limit: webLimit,
			run: func(ctx context.Context) netcheck.NetResult {
				return p.ask.Portal(ctx, p.Plan)
			}})
	}
	if p.ask.Clock != nil {
		p.add(job{NetPlanned: netcheck.NetPlanned{ID: "clock", Kind: netcheck.ProbeClock, Server: p.Plan.Portal}, limit: webLimit,
			run: func(ctx context.Context) netcheck.NetResult { return p.ask.Clock(ctx, p.Plan.Portal) }})
	}
}
