package dial

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"time"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// Limits of the steps. A dead server must be told within 5 s, and a TCP connection that needs more than 2 s carries no call.
const (
	tcpTimeout   = 2 * time.Second
	proxyTimeout = 3 * time.Second
	tlsTimeout   = 3 * time.Second
)

// Dialer opens streams to servers. The zero value uses the system's addresses, proxy settings and certificate authorities. It
// may be used by several goroutines at once.
type Dialer struct {
	Local netip.Addr                                                        // source address, by whose interface packets leave; zero leaves the choice to the system
	Proxy func(hostport string) (*url.URL, error)                           // proxy for a target, nil URL for none; nil = SystemProxy
	Roots *x509.CertPool                                                    // certificate authorities trusted without a Trust; nil = the system's
	Dial  func(ctx context.Context, network, addr string) (net.Conn, error) // opens TCP connections; nil = net.Dialer
}

// Evidence is what the way to a server showed.
type Evidence struct {
	ViaProxy string                // host:port of the HTTP proxy, "" if there was none
	TLS      *netcheck.TLSEvidence // nil without TLS
}

// Stream opens a stream to srv at addr: TCP, HTTP CONNECT if a proxy is set for it, and TLS if its URL is a turns: one. A
// proxy is asked for the server's name, since it filters by name and may be the only one that can resolve it; addr may then
// be zero. What is returned carries no deadline and has a *net.TCPAddr as local address.
//
// trace, which may be nil, gets a step for TCP, proxy and TLS each. The error is a *netcheck.Failure; it has the code
// ReasonCancelled when ctx was cancelled. The end of ctx closes a half-open connection at once, and changes nothing for one
// that was returned.
func (d *Dialer) Stream(ctx context.Context, srv netcheck.ICEServer, addr netip.AddrPort, trace func(netcheck.StepDone)) (net.Conn, Evidence, error) {
	return d.run(ctx, &way{dialer: d, to: streamTo(srv, addr), label: srv.URL.String(), about: aboutServer, trace: trace})
}

func (d *Dialer) run(ctx context.Context, w *way) (net.Conn, Evidence, error) {
	conn, err := w.open(ctx)
	if err != nil {
		return nil, Evidence{}, err
	}
	return conn, w.evidence, nil
}

// way is one attempt to reach the other side.
type way struct {
	dialer   *Dialer
	to       To
	label    string // of the other side, in steps and failures
	about    words
	trace    func(netcheck.StepDone)
	evidence Evidence
}

func (w *way) open(ctx context.Context) (net.Conn, error) {
	proxy, err := w.dialer.ProxyTo(w.to.hostPort())
	if err != nil {
		return nil, w.fail(err)
	}
	raw, err := w.dial(ctx, proxy)
	if err != nil {
		return nil, w.fail(err)
	}
	// A handshake that waits in Read does not see ctx; closing the connection ends it.
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	conn, err := w.handshakes(ctx, raw, proxy)
	if err == nil && !stop() {
		err = ctx.Err() // raw is closed, or about to be
	}
	if err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if err != nil {
		stop()
		_ = raw.Close()
		return nil, w.fail(w.about.contextFailure(ctx, err))
	}
	return conn, nil
}

// handshakes makes of a TCP connection what was asked for.
func (w *way) handshakes(ctx context.Context, conn net.Conn, proxy *url.URL) (net.Conn, error) {
	var err error
	if proxy != nil {
		if conn, err = w.connect(ctx, conn, proxy); err != nil {
			return nil, err
		}
	}
	if !w.to.TLS {
		return conn, nil
	}
	return w.secure(ctx, conn)
}

// dial opens the TCP connection to the other side, or to the proxy.
func (w *way) dial(ctx context.Context, proxy *url.URL) (net.Conn, error) {
	target, what := w.to.Addr.String(), "the "+w.about.thing+" "+w.to.Addr.String()
	if proxy != nil {
		target, what = proxyHostPort(proxy), "the proxy "+proxyHostPort(proxy)
	} else if !w.to.Addr.IsValid() {
		return nil, &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "There is no address to connect to."}
	}
	begin := time.Now()
	conn, err := w.dialer.tcp(ctx, target)
	if err != nil {
		f := w.about.tcpFailure(err, what, target)
		switch {
		case proxy != nil && !errors.Is(err, ifaces.ErrBind):
			f = w.about.deadProxy(netcheck.AsFailure(f, netcheck.ReasonLocal), target)
		case proxy == nil && w.dialer.Proxy == nil:
			f = withScript(netcheck.AsFailure(f, netcheck.ReasonLocal), proxyScript(ctx))
		}
		err = w.about.contextFailure(ctx, f)
		w.done(netcheck.StepDial, begin, target, err)
		return nil, err
	}
	w.done(netcheck.StepDial, begin, conn.RemoteAddr().String(), nil)
	return conn, nil
}

func (d *Dialer) tcp(ctx context.Context, target string) (net.Conn, error) {
	// With little time, some is left for ctx's end not to come first: this limit's failure says more.
	limit := tcpTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)*9/10)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	open, network := d.Dial, "tcp"
	if open == nil {
		nd := &net.Dialer{}
		if d.Local.IsValid() {
			nd.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(d.Local, 0))
			nd.Control = ifaces.Dialing(d.Local)
			// With a source address of one family, a name must not be resolved to the other one.
			network = familyNetwork(d.Local)
		}
		open = nd.DialContext
	}
	conn, err := open(ctx, network, target)
	if err != nil {
		return nil, err
	}
	return withTCPAddr(conn, d.Local), nil
}

func familyNetwork(local netip.Addr) string {
	if local.Unmap().Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// addrConn gives a connection a local address of the type that pion/ice asserts without checking.
type addrConn struct {
	net.Conn
	local *net.TCPAddr
}

func (c addrConn) LocalAddr() net.Addr { return c.local }

func withTCPAddr(conn net.Conn, local netip.Addr) net.Conn {
	if a, ok := conn.LocalAddr().(*net.TCPAddr); ok && a != nil {
		return conn
	}
	if !local.IsValid() {
		local = netip.IPv4Unspecified()
	}
	return addrConn{conn, net.TCPAddrFromAddrPort(netip.AddrPortFrom(local, 0))}
}

// done reports a step.
func (w *way) done(name netcheck.StepName, begin time.Time, detail string, err error) {
	step := netcheck.StepDone{Name: name, OK: err == nil, Took: time.Since(begin), Detail: detail}
	if name == netcheck.StepTLS {
		step.TLS = w.evidence.TLS
	}
	if err != nil {
		step.Detail = netcheck.AsFailure(err, netcheck.ReasonLocal).Text
	}
	w.report(step)
}

func (w *way) report(step netcheck.StepDone) {
	if w.trace == nil {
		return
	}
	step.Server = w.label
	w.trace(step)
}

// fail puts the other side's name on whatever went wrong.
func (w *way) fail(err error) error {
	f := *netcheck.AsFailure(err, netcheck.ReasonLocal)
	f.Server = w.label
	return &f
}
