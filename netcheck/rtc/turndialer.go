package rtc

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// turnDialer opens a peer's stream to its TURN server. pion takes what it gets for the stream that the URL asks for and adds
// no TLS of its own: a plain connection to a turns: server passes there for relay protocol tls. So the dialer does all of it,
// and what it saw is the only evidence of TLS that counts.
type turnDialer struct {
	net    *network
	target target
	family netcheck.Family
	trace  func(netcheck.StepDone)
	ctx    context.Context // pion's interface passes none; it ends when the peer closes
	cancel context.CancelFunc
	end    time.Time // zero, or when the first connection must be there

	mu       sync.Mutex // guards what follows
	dial     *dial.Dialer
	evidence dial.Evidence
	streams  int               // that were opened
	stream   *stream           // the last one
	failure  *netcheck.Failure // of the last attempt
}

func (c *connecting) newTurnDialer(end string, t target, source netip.Addr, n *network) *turnDialer {
	d := &turnDialer{dial: c.dialer(source), net: n, target: t, family: c.leg.Family}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.trace = func(s netcheck.StepDone) {
		s.End = end
		c.trace.step(s)
	}
	return d
}

var errOtherFamily = errors.New("not the address family of this path")

// Dial implements proxy.Dialer. pion calls it once a family, in parallel.
func (d *turnDialer) Dial(network, _ string) (net.Conn, error) {
	if strings.HasSuffix(network, "6") != (d.family == netcheck.Family6) {
		return nil, errOtherFamily
	}
	ctx, cancel := d.ctx, context.CancelFunc(func() {})
	d.mu.Lock()
	end, dialer := d.end, d.dial
	d.mu.Unlock()
	if !end.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, end)
	}
	defer cancel()
	conn, evidence, err := dialer.Stream(ctx, d.target.srv, d.target.addr, d.trace)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		if d.failure = netcheck.AsFailure(err, netcheck.ReasonLocal); d.target.resolved != nil && d.failure.Code == netcheck.ReasonLocal {
			d.failure = d.target.resolved // no proxy that could know the name
		}
		return nil, err
	}
	d.evidence = evidence
	d.streams++
	s := newStream(conn, d.net)
	if !d.net.keep(s, nil) {
		_ = s.Close()
		return nil, net.ErrClosed
	}
	d.stream = s
	return s, nil
}

func (d *turnDialer) stop() { d.cancel() }

func (d *turnDialer) failed() *netcheck.Failure {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failure
}

func (d *turnDialer) source() netip.AddrPort {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stream == nil {
		return netip.AddrPort{}
	}
	return addrOf(d.stream.LocalAddr())
}

// queued is the number of bytes that wait for the stream to take them.
func (d *turnDialer) queued() int {
	d.mu.Lock()
	s := d.stream
	d.mu.Unlock()
	if s == nil {
		return 0
	}
	return s.queued()
}

// witness adds to a relay candidate what the way to its server showed. With more than one stream it would not be known whose
// evidence it is.
func (d *turnDialer) witness(c *netcheck.Candidate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.streams == 1 && c.Type == "relay" {
		c.TLS, c.ViaProxy = d.evidence.TLS, d.evidence.ViaProxy
	}
}

// proxied tells whether a proxy is on the way to the server.
func (d *turnDialer) proxied() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.evidence.ViaProxy != ""
}
