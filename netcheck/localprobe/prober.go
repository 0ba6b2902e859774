package localprobe

import (
	"context"
	"net"
	"net/netip"
	"time"

	"echopath/internal/ifaces"
	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// Prober makes the probes. The zero value asks the system. It may be used by several goroutines at once.
type Prober struct {
	// List gives the network interfaces; nil = the system's.
	List func() ([]Interface, error)
	// Source tells by which of this computer's addresses packets to an address leave, by the routing table; nil = the system's.
	Source func(to netip.AddrPort) (netip.Addr, error)
	// Routers gives the default routes' next hops where the system tells them, an empty list elsewhere; nil = the system's.
	Routers func() []Router
	// NameServers gives the addresses of this computer's name servers where the system tells them; nil = the system's.
	NameServers func() []netip.Addr
	// Resolve gives the addresses of a name, never none without an error; nil = dial.Resolve, with its codes and words.
	Resolve func(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error)
	// Open opens a connected UDP socket; a zero local address leaves the choice to the system; nil = the system's.
	Open func(local netip.Addr, to netip.AddrPort) (net.Conn, error)
}

// Interface is a network interface as the system tells of it.
type Interface struct {
	Name         string
	Addresses    []netip.Addr // without zones
	MTU          int          // bytes
	Up           bool
	Loopback     bool
	PointToPoint bool
}

// Router is the next hop of a default route.
type Router struct {
	Interface string
	Address   netip.Addr // zero where there is none, as on a tunnel
}

func (p *Prober) list() ([]Interface, error) {
	if p.List != nil {
		return p.List()
	}
	return systemInterfaces()
}

func (p *Prober) source(to netip.AddrPort) (netip.Addr, error) {
	if p.Source != nil {
		return p.Source(to)
	}
	return systemSource(to)
}

func (p *Prober) routers() []Router {
	if p.Routers != nil {
		return p.Routers()
	}
	return systemRouters()
}

func (p *Prober) nameServers() []netip.Addr {
	if p.NameServers != nil {
		return p.NameServers()
	}
	return systemNameServers()
}

func (p *Prober) resolve(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error) {
	if p.Resolve != nil {
		return p.Resolve(ctx, host, f)
	}
	return dial.Resolve(ctx, host, f)
}

func (p *Prober) open(local netip.Addr, to netip.AddrPort) (net.Conn, error) {
	if p.Open != nil {
		return p.Open(local, to)
	}
	d := net.Dialer{Control: ifaces.Dialing(local)}
	if local.IsValid() {
		d.LocalAddr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0))
	}
	return d.Dial("udp", to.String())
}

// trial is one probe under way.
type trial struct {
	begin  time.Time
	result netcheck.NetResult
}

func start(kind netcheck.ProbeKind) *trial {
	return &trial{begin: time.Now(), result: netcheck.NetResult{Kind: kind}}
}

func (t *trial) step(s netcheck.NetStep) { t.result.Steps = append(t.result.Steps, s) }

// end makes the result.
func (t *trial) end(state netcheck.NetState, code netcheck.ReasonCode, text, advice string) netcheck.NetResult {
	r := t.result
	r.State, r.Code, r.Text, r.Advice, r.Took = state, code, text, advice, time.Since(t.begin)
	return r
}

// over is the result of a probe whose time was over.
func (t *trial) over() netcheck.NetResult {
	return t.end(netcheck.NetNotTested, netcheck.ReasonCancelled, "The time for this probe was over before an answer had come.", "")
}

func (t *trial) cause(err error) {
	const most = 300 // characters
	if err != nil {
		t.result.Cause = netcheck.CleanText(err.Error(), most)
	}
}
