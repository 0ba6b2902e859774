package network

import (
	"context"
	"net"
	"net/netip"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/localprobe"
	"echopath/netcheck/nat"
	"echopath/netcheck/natprobe"
	"echopath/netcheck/webprobe"
)

// New gives a Suite that asks with the system's sockets, names and settings. dialer makes what opens streams from a source address.
func New(dialer func(local netip.Addr) *dial.Dialer) *Suite {
	return &Suite{
		Questions: func(asked netcheck.NetworkAsked) Questions { return real(asked, dialer) },
		Resolve:   dial.Resolve, Family: familyInUse,
	}
}

// familyInUse is the family by which this computer reaches the Internet: IPv4 where it has both, as calls do in most networks that a
// company runs. The routing table is asked with addresses of a root name server, which are everywhere the Internet's; no packet is sent.
func familyInUse() netcheck.Family {
	if routed("udp4", "198.41.0.4:53") || !routed("udp6", "[2001:503:ba3e::2:30]:53") {
		return netcheck.Family4
	}
	return netcheck.Family6
}

func routed(network, address string) bool {
	conn, err := net.Dial(network, address)
	if err != nil {
		return false
	}
	_ = conn.Close() // nothing was sent over it
	return true
}

// real asks for one session.
func real(asked netcheck.NetworkAsked, dialer func(netip.Addr) *dial.Dialer) Questions {
	local, _ := sourceOf(asked) // where it is unknown, the probes themselves say so
	near := &localprobe.Prober{}
	web := &webprobe.Prober{Dialer: dialer(local), Family: asked.Family}
	servers := &natprobe.Prober{Dialer: dialer}
	nats := &nat.Prober{}
	config := func(list []Server) nat.Config {
		c := nat.Config{Family: asked.Family, Interface: asked.Interface}
		for _, s := range list {
			c.Servers = append(c.Servers, nat.Server{URL: s.URL.String(), Addr: s.Addr, AltPort: uint16(s.AltPort)}) //nolint:gosec // a port
		}
		return c
	}
	ask := func(s Server, t natprobe.Transport) natprobe.Ask {
		a := natprobe.Ask{Server: s.ICEServer, Addr: s.Addr, Transport: t, Interface: asked.Interface}
		if s.Others != nil {
			a.Others = func(ctx context.Context) (out []natprobe.Ask) {
				for _, o := range s.Others(ctx) {
					out = append(out, natprobe.Ask{Server: o.ICEServer, Addr: o.Addr, Transport: natprobe.Transport(transportOf(o.URL)), Interface: asked.Interface})
				}
				return out
			}
		}
		return a
	}
	return Questions{
		Interfaces: func(context.Context) netcheck.NetResult { return near.Interfaces(asked.Interface, asked.Family) },
		DNS: func(ctx context.Context, host string) netcheck.NetResult {
			return near.DNS(ctx, host, host, netcheck.FamilyAuto)
		},
		NAT64: near.NAT64,
		IPv6: func(ctx context.Context, list []netcheck.ICEServer) netcheck.NetResult {
			return near.IPv6(ctx, list, local)
		},
		UDP: func(ctx context.Context, s Server) netcheck.NetResult {
			return servers.UDP(ctx, ask(s, natprobe.TransportUDP))
		},
		TURN: func(ctx context.Context, s Server, transport string) netcheck.NetResult {
			return servers.TURN(ctx, ask(s, natprobe.Transport(transport)))
		},
		Proxied: func(s netcheck.ICEServer) bool {
			proxy, err := dialer(local).ProxyFor(s)
			return proxy != nil || err != nil // a setting that can not be read is told by what asks
		},
		NAT: func(ctx context.Context, list []Server) netcheck.NetResult { return nats.Discover(ctx, config(list)) },
		MTU: func(ctx context.Context, list []Server) netcheck.NetResult { return nats.MTU(ctx, config(list)) },
		DSCP: func(ctx context.Context, list []Server) netcheck.NetResult {
			return nats.DSCP(ctx, config(list))
		},
		Lifetime: func(ctx context.Context, list []Server) netcheck.NetResult {
			return nats.Lifetime(ctx, config(list), 0)
		},
		Rate: func(ctx context.Context, s Server, transport string) netcheck.NetResult {
			return servers.Rate(ctx, ask(s, natprobe.Transport(transport)), 0)
		},
		Idle: func(ctx context.Context, s Server, transport string) netcheck.NetResult {
			return servers.Idle(ctx, ask(s, natprobe.Transport(transport)), 0)
		},
		TLS: func(ctx context.Context, s Server) netcheck.NetResult {
			target, _ := webprobe.TLSOf(s.ICEServer)
			target.Addr = s.Addr
			return web.TLS(ctx, target)
		},
		Proxy: web.Proxy, Portal: web.Portal, Clock: web.Clock,
	}
}

// sourceOf is the address that packets leave from where the user chose one; zero leaves the choice to the system.
func sourceOf(asked netcheck.NetworkAsked) (netip.Addr, error) {
	if asked.Interface == "" {
		return netip.Addr{}, nil
	}
	return ifaces.Source(asked.Interface, asked.Family == netcheck.Family4)
}
