package natprobe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// Prober asks servers. The zero value uses the system's sockets and clock; it may be used by several goroutines at once.
type Prober struct {
	Dialer  func(local netip.Addr) *dial.Dialer                             // makes the dialer for a source address; nil = a plain one
	Now     func() time.Time                                                // wall clock, for the expiry of credentials; nil = time.Now
	DialUDP func(local netip.Addr, remote netip.AddrPort) (net.Conn, error) // opens a connected socket; nil = the system's
	// ListenUDP opens a socket that speaks with anybody, at local or, if that is zero, at every address of its family; nil = the system's.
	ListenUDP func(local netip.Addr, f netcheck.Family) (net.PacketConn, error)
	LocalOf   func(ifaceOrAddr string, f netcheck.Family) (local netip.Addr, err error) // source address of a Leg.Interface; nil = the system's

	few few // of the probes of one server that have allocations
}

// Diagnose asks srv, at its resolved address addr, step by step for what leg needs of it: a Binding answer for stun; for a
// relay path two allocations of which one may send to the other, since both ends of a leg allocate on one server. It returns
// what went wrong first, or nil if the server does all that. A path without a server has nothing to be diagnosed.
//
// A silent server is told after 1.75 s (stun) or 2.25 s (relay-udp), and within 5 s over TCP. The end of ctx ends it at once, with the code
// ReasonCancelled if it was cancelled. What it allocated is given back.
func (p *Prober) Diagnose(ctx context.Context, leg netcheck.Leg, srv netcheck.ICEServer, addr netip.AddrPort) *netcheck.Failure {
	d := &diagnosis{prober: p, srv: srv, addr: netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), transport: transportOf(leg.Path), iface: leg.Interface, family: leg.Family}
	var err error
	switch {
	case leg.Path == netcheck.PathSTUN:
		err = d.binding(ctx)
	case leg.Path.Relay():
		err = d.relay(ctx)
	}
	if err == nil {
		return nil
	}
	f := *netcheck.AsFailure(err, netcheck.ReasonLocal)
	f.Server = srv.URL.String()
	return &f
}

// diagnosis is one server under examination.
type diagnosis struct {
	prober    *Prober
	srv       netcheck.ICEServer
	addr      netip.AddrPort
	transport Transport
	iface     string                          // name or address; "" leaves the choice to the system
	family    netcheck.Family                 // of the relay that is asked for; only Family6 makes a difference
	either    bool                            // a relay of the other family will do too
	enter     func(ctx context.Context) error // waits until there may be one more allocation; nil: there may
	expired   time.Duration                   // for how long the credential has been of no use by this computer's clock; 0: it has no expiry
}

func (d *diagnosis) now() time.Time {
	if d.prober.Now != nil {
		return d.prober.Now()
	}
	return time.Now()
}

// open connects to the server by the transport. log may be nil.
func (d *diagnosis) open(ctx context.Context, log *timeline) (*exchanger, error) {
	local, err := d.local()
	if err != nil {
		return nil, err
	}
	if d.transport.stream() {
		conn, _, err := d.dialer(local).Stream(ctx, d.srv, d.addr, log.dialed)
		if err != nil {
			return nil, err
		}
		return &exchanger{conn: conn, stream: true}, nil
	}
	conn, err := d.datagrams(ctx, local)
	if err != nil {
		return nil, err
	}
	if d.transport == TransportDTLS {
		if conn, err = d.secure(ctx, conn, d.dialer(local).Roots, log); err != nil {
			return nil, err
		}
	}
	return &exchanger{conn: conn, count: log.tally()}, nil
}

// datagrams opens a UDP socket that is connected to the server.
func (d *diagnosis) datagrams(ctx context.Context, local netip.Addr) (net.Conn, error) {
	if !d.addr.IsValid() { // package net would take it for this computer
		return nil, &netcheck.Failure{
			Code: netcheck.ReasonNameNotFound, Text: d.place() + " has no address that is known here.", Advice: "Check the server's name, or give its IP address.",
		}
	}
	open := d.prober.DialUDP
	if open == nil {
		open = dialUDP
	}
	conn, err := open(local, d.addr)
	if err != nil {
		return nil, d.socketFailure(ctx, err)
	}
	return conn, nil
}

func (d *diagnosis) dialer(local netip.Addr) *dial.Dialer {
	if d.prober.Dialer == nil {
		return &dial.Dialer{Local: local}
	}
	return d.prober.Dialer(local)
}

// dialUDP opens a connected socket. Only those are told of ICMP errors, and they let nothing in but what the server sends
// from the very address that was asked.
func dialUDP(local netip.Addr, remote netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{Control: ifaces.Dialing(local)}
	if local.IsValid() {
		d.LocalAddr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0))
	}
	return d.Dial("udp", remote.String())
}

func (d *diagnosis) local() (netip.Addr, error) {
	if d.iface == "" {
		return netip.Addr{}, nil
	}
	family := netcheck.Family6
	if d.addr.Addr().Is4() {
		family = netcheck.Family4
	}
	find := d.prober.LocalOf
	if find == nil {
		find = func(name string, f netcheck.Family) (netip.Addr, error) {
			return ifaces.Source(name, f == netcheck.Family4)
		}
	}
	local, err := find(d.iface, family)
	if err != nil {
		return local, &netcheck.Failure{
			Code: netcheck.ReasonLocal, Text: fmt.Sprintf("The interface %s can not be used: it has no IPv%s address or does not exist.", d.iface, family),
			Advice: "Choose another interface, or leave the choice to the system.", Err: err,
		}
	}
	return local, nil
}
