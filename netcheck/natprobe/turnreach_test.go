package natprobe_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"testing"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/natprobe"
)

// deadPort is one of loopback at which nobody listens.
func deadPort(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// Every kind of silence and refusal of a port.
func TestTURNUnreached(t *testing.T) {
	silent := func(t *testing.T) netip.AddrPort { return serveUDP(t, func([]byte) [][]byte { return nil }) }
	mute := func(t *testing.T) netip.AddrPort {
		return serveTCP(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); <-t.Context().Done() })
	}
	cutting := func(t *testing.T) netip.AddrPort {
		return serveTCP(t, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1))
			_ = c.(*net.TCPConn).SetLinger(0) // so that closing resets
		})
	}
	plain := func(t *testing.T) netip.AddrPort {
		return serveUDP(t, messages(func(m *stun.Message) *stun.Message { return respond(m, stun.ClassSuccessResponse) }))
	}
	stunOnly := func(t *testing.T) netip.AddrPort {
		return serveUDP(t, messages(func(m *stun.Message) *stun.Message {
			if m.Type.Method != stun.MethodBinding {
				return nil
			}
			return respond(m, stun.ClassSuccessResponse)
		}))
	}
	const udp, tcp, tls, dtls = natprobe.TransportUDP, natprobe.TransportTCP, natprobe.TransportTLS, natprobe.TransportDTLS
	tests := []struct {
		name  string
		over  natprobe.Transport
		serve func(*testing.T) netip.AddrPort
		state netcheck.NetState
		code  netcheck.ReasonCode
		step  string
		words []string
	}{
		{"silence", udp, silent, netcheck.NetBlocked, netcheck.ReasonNoAnswer, "challenge!", []string{"Ask for UDP ", "does not answer over UDP"}},
		{"nobody listens", udp, deadPort, netcheck.NetBlocked, netcheck.ReasonRefused, "challenge!", []string{"ICMP port unreachable"}},
		{"STUN alone", udp, stunOnly, netcheck.NetFailed, netcheck.ReasonServerError, "challenge!", []string{"a STUN server alone"}},
		{"nobody listens", tcp, deadPort, netcheck.NetBlocked, netcheck.ReasonRefused, "dial!", []string{"refused"}},
		{"silence", tcp, mute, netcheck.NetBlocked, netcheck.ReasonNoAnswer, "challenge!", []string{"accepts TCP but does not answer STUN"}},
		{"reset", tcp, cutting, netcheck.NetFailed, netcheck.ReasonNotSTUN, "challenge!", []string{"accepts TCP and closes", "inspection"}},
		{"nobody listens", tls, deadPort, netcheck.NetBlocked, netcheck.ReasonRefused, "dial!", []string{"refused"}},
		{"reset", tls, cutting, netcheck.NetFailed, netcheck.ReasonTLSFailed, "tls!", []string{"closed during the TLS handshake", "exempted from inspection"}},
		{"silence", tls, mute, netcheck.NetBlocked, netcheck.ReasonNoAnswer, "tls!", []string{"does not answer TLS"}},
		{"silence", dtls, silent, netcheck.NetBlocked, netcheck.ReasonNoAnswer, "dtls!", []string{"Ask for UDP ", "does not answer over UDP"}},
		{"nobody listens", dtls, deadPort, netcheck.NetBlocked, netcheck.ReasonRefused, "dtls!", []string{"ICMP port unreachable"}},
		{"plain STUN", dtls, plain, netcheck.NetFailed, netcheck.ReasonDTLS, "dtls!", []string{"answers STUN over plain UDP and is silent to DTLS"}},
	}
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, tt := range tests {
		at.run(tt.name+" over "+string(tt.over), func(t *testing.T) {
			ask := askAt(tt.serve(t), tt.over)
			r := direct().TURN(within(t), ask)
			wantResult(t, r, ask, tt.state, tt.code, tt.words...)
			if got := steps(r); len(got) == 0 || got[len(got)-1] != tt.step {
				t.Errorf("steps %q, want %s last", got, tt.step)
			}
		})
	}
}

// Through a proxy, the server's name need not be known here.
func TestTURNThroughProxy(t *testing.T) {
	target := serveTCP(t, frames((&fakeTURN{}).answer))
	proxy := serveTCP(t, tunnelTo(target))
	p := &natprobe.Prober{Dialer: func(netip.Addr) *dial.Dialer {
		return &dial.Dialer{Proxy: func(string) (*url.URL, error) { return &url.URL{Scheme: "http", Host: proxy.String()}, nil }}
	}}
	ask := askAt(target, natprobe.TransportTCP)
	ask.Server.URL.Host, ask.Addr = "turn.example.com", netip.AddrPort{}
	r := p.TURN(within(t), ask)
	// The fake relays nothing.
	wantResult(t, r, ask, netcheck.NetDegraded, netcheck.ReasonNoData, "The server turn.example.com:")
	if !slices.Equal(steps(r)[:4], []string{"dial", "proxy", "challenge", "allocate"}) || r.Facts.Proxy == nil || r.Facts.Proxy.Address != proxy.String() {
		t.Errorf("steps %q, proxy %+v", steps(r), r.Facts.Proxy)
	}
}

// When the time is over, the result is what is known until then: nothing, for a server that has been silent.
func TestTURNOutOfTime(t *testing.T) {
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, over := range natprobe.AllTransports() {
		at.run(string(over), func(t *testing.T) {
			asked := make(chan struct{}, 64)
			var addr netip.AddrPort
			if over == natprobe.TransportTCP || over == natprobe.TransportTLS {
				addr = serveTCP(t, func(c net.Conn) {
					_, _ = c.Read(make([]byte, 1))
					asked <- struct{}{}
					<-t.Context().Done()
				})
			} else {
				addr = serveUDP(t, func([]byte) [][]byte { asked <- struct{}{}; return nil })
			}
			for name, end := range map[string]error{"was stopped": context.Canceled, "ran out of time": context.DeadlineExceeded} {
				ctx, cancel := endable(within(t), end)
				go func() { <-asked; cancel() }()
				ask := askAt(addr, over)
				r := direct().TURN(ctx, ask)
				wantResult(t, r, ask, netcheck.NetNotTested, netcheck.ReasonCancelled, name)
			}
		})
	}
}

// endable is a context that ends with the given error when it is told to.
func endable(parent context.Context, err error) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	return endingWith{ctx, err}, cancel
}

type endingWith struct {
	context.Context
	err error
}

func (e endingWith) Err() error {
	if e.Context.Err() == nil {
		return nil
	}
	return e.err
}

func TestEndingWith(t *testing.T) {
	ctx, cancel := endable(t.Context(), context.DeadlineExceeded)
	if ctx.Err() != nil {
		t.Error("it has ended")
	}
	cancel()
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Error("it has ended otherwise")
	}
}

// A question that makes no sense says nothing about the network.
func TestTURNNotTested(t *testing.T) {
	good := netip.MustParseAddrPort("203.0.113.7:3478")
	tests := map[string]func(*natprobe.Ask){
		"no such interface": func(a *natprobe.Ask) { a.Interface = "none0" },
		"no port":           func(a *natprobe.Ask) { a.Addr = netip.AddrPortFrom(good.Addr(), 0) },
		"no transport":      func(a *natprobe.Ask) { a.Transport = "sctp" },
	}
	for name, spoil := range tests {
		ask := askAt(good, natprobe.TransportUDP)
		spoil(&ask)
		r := new(natprobe.Prober).TURN(within(t), ask)
		t.Run(name, func(t *testing.T) { wantResult(t, r, ask, netcheck.NetNotTested, netcheck.ReasonLocal) })
	}
}
