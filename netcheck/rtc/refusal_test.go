package rtc

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/turn/v4"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// A server that still counts the allocations of the path before refuses at first.
func TestQuotaIsAskedAgain(t *testing.T) {
	noLeaks(t)
	for name, tt := range map[string]struct {
		refuse time.Duration
		want   netcheck.ReasonCode
	}{"counted down late": {time.Second, ""}, "really too small": {time.Hour, netcheck.ReasonQuota}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait
			begin := time.Now()
			s := newTestServerOf(t, "127.0.0.1", func(c *turn.ServerConfig) {
				c.QuotaHandler = func(string, string, net.Addr) bool { return time.Since(begin) > tt.refuse }
			})
			c := &Connector{Diagnose: func(context.Context, netcheck.Leg, netcheck.ICEServer, netip.AddrPort) *netcheck.Failure {
				t.Log("asked the server step by step, because gathering stalled") // a busy computer answers late
				return nil
			}}
			if tt.want == "" {
				connect(t, c, s.leg(netcheck.PathRelayTCP), nil)
			} else {
				failure(t, c, s.leg(netcheck.PathRelayTCP), nil, tt.want)
			}
		})
	}
}

// Diagnose's own allocations must not be held against a quota that the link's ends have used up.
func TestOwnQuotaIsNoFinding(t *testing.T) {
	quota := &netcheck.Failure{Code: netcheck.ReasonQuota}
	a := &attempt{near: &peer{net: newNetwork(nil, netip.Addr{})}, far: &peer{net: newNetwork(nil, netip.Addr{})}}
	if a.ownQuota(quota) {
		t.Error("no end holds an allocation")
	}
	a.far.net.watch.mapped = netip.MustParseAddrPort("192.0.2.1:1")
	if !a.ownQuota(quota) || a.ownQuota(&netcheck.Failure{Code: netcheck.ReasonAuth}) {
		t.Error("an end holds an allocation")
	}
}

// What the user did not choose, what stays on this computer and networks that are not the system's are not bound.
func TestControl(t *testing.T) {
	system, err := stdnet.NewNet()
	must(t, err)
	asked := place{addr: netip.MustParseAddr("203.0.113.77"), iface: "x0", asked: true}
	there := target{addr: netip.MustParseAddrPort("198.51.100.1:3478")}
	for _, tt := range []struct {
		name string
		net  transport.Net
		path netcheck.Path
		t    target
		at   place
		want bool
	}{
		{"asked", system, netcheck.PathRelayUDP, there, asked, true},
		{"route's", system, netcheck.PathRelayUDP, there, place{addr: asked.addr}, false},
		{"direct", system, netcheck.PathDirect, target{}, asked, false},
		{"server here", system, netcheck.PathSTUN, target{addr: netip.MustParseAddrPort("127.0.0.1:3478")}, asked, false},
		{"virtual", loopingNet{system}, netcheck.PathRelayUDP, there, asked, false},
		{"loopback", system, netcheck.PathRelayUDP, there, place{addr: netip.MustParseAddr("127.0.0.1"), asked: true}, false},
	} {
		c := &connecting{leg: netcheck.Leg{Path: tt.path}, nets: [2]transport.Net{tt.net, tt.net}}
		if got := c.control(0, tt.t, tt.at) != nil; got != tt.want {
			t.Errorf("%s: bound %v", tt.name, got)
		}
	}
	a := &attempt{connecting: &connecting{leg: netcheck.Leg{Path: netcheck.PathRelayUDP}, nets: [2]transport.Net{system, system}}, target: there}
	a.at[0] = asked // not an address of this computer: the system refuses
	if f := a.tryBinding(0); f == nil || f.Code != netcheck.ReasonLocal || !strings.Contains(f.Text, "chosen interface") {
		t.Errorf("binding refused: %+v", f)
	}
}

// Only a code that was seen is a refusal.
func TestPeerRefusedByCode(t *testing.T) {
	a := &attempt{connecting: &connecting{leg: netcheck.Leg{Path: netcheck.PathRelayUDP}},
		near: &peer{net: newNetwork(nil, netip.Addr{})}, far: &peer{net: newNetwork(nil, netip.Addr{})}}
	m, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodCreatePermission, stun.ClassErrorResponse), stun.ErrorCodeAttribute{Code: 403})
	must(t, err)
	a.far.net.watch.see(m.Raw)
	if f := a.noPair(); f.Code != netcheck.ReasonPeerRefused || !strings.Contains(f.Text, "403") {
		t.Errorf("%+v", f)
	}
}

func TestVPN(t *testing.T) {
	for name, want := range map[string]netcheck.Tri{"tun0": netcheck.Yes, "utun4": netcheck.Yes, "wg1": netcheck.Yes, "tap12": netcheck.Yes,
		"ppp0": netcheck.Unknown, "tunnel": netcheck.Unknown, "wgx": netcheck.Unknown, "tap": netcheck.Unknown, "eth0": netcheck.Unknown, "": netcheck.Unknown} {
		if got := vpn(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// A gate that comes after the end is shut at once, whoever adds it.
func TestLateGateIsShut(t *testing.T) {
	p := &peer{}
	p.fail(io.EOF)
	r := &deadlines{}
	p.mu.Lock()
	p.addGate(&gate{reader: r})
	p.mu.Unlock()
	if r.n != 1 || len(p.gates) != 1 {
		t.Errorf("%d deadlines, %d gates", r.n, len(p.gates))
	}
}

type deadlines struct{ n int }

func (d *deadlines) SetReadDeadline(time.Time) error { d.n++; return nil }

// Behind a proxy a name is the proxy's to resolve: none is looked up here.
func TestProxyResolves(t *testing.T) {
	noLeaks(t)
	proxied := &Connector{Dialer: func(netip.Addr) *dial.Dialer {
		return &dial.Dialer{Proxy: func(string) (*url.URL, error) {
			return url.Parse(fmt.Sprintf("http://127.0.0.1:%d", closedTCP(t)))
		}}
	}}
	leg := (&testServer{host: "nosuch.invalid", tcp: 3478}).leg(netcheck.PathRelayTCP)
	leg.Family, leg.Target = netcheck.Family4, netcheck.TargetTURN
	var rec recorder
	f := failure(t, proxied, leg, rec.trace, netcheck.ReasonRefused)
	if len(rec.steps(netcheck.StepResolve)) != 0 || !strings.Contains(f.Text+f.Advice, "HTTPS_PROXY") || strings.Contains(f.Advice, "server runs") {
		t.Errorf("%d lookups; %s %s", len(rec.steps(netcheck.StepResolve)), f.Text, f.Advice)
	}
}

// A path that swallows everything does not hold up the closing of TLS.
func TestCloseOfBlackHoledTLS(t *testing.T) {
	noLeaks(t)
	near, far := net.Pipe()
	cert, _ := testCertificate(t)
	server, client := tls.Server(far, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}),
		tls.Client(near, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, MinVersion: tls.VersionTLS12}) //nolint:gosec // a test
	shaken := make(chan error, 1)
	go func() { shaken <- server.Handshake() }()
	must(t, client.Handshake())
	must(t, <-shaken)
	for _, queued := range []bool{false, true} {
		s := newStream(client, newNetwork(nil, netip.Addr{}))
		if queued {
			_, err := s.Write([]byte("x"))
			must(t, err)
		}
		begin := time.Now()
		_ = s.Close()
		if took := time.Since(begin); took > time.Second {
			t.Errorf("queued %v: closed after %v", queued, took)
		}
	}
	_ = far.Close()
}

// Two local addresses meet over the loopback interface, whatever interface the addresses are on.
func TestSTUNWithoutNATStaysHere(t *testing.T) {
	system, err := stdnet.NewNet()
	must(t, err)
	a := &attempt{connecting: &connecting{leg: netcheck.Leg{Path: netcheck.PathSTUN}, nets: [2]transport.Net{system, system}}}
	at := func(s string) netcheck.CandidatePair {
		return netcheck.CandidatePair{Local: netcheck.Candidate{Address: netip.MustParseAddrPort(s)}}
	}
	if !a.staysHere(at("127.0.0.1:1"), at("127.0.0.1:2")) || a.staysHere(at("198.51.100.7:1"), at("127.0.0.1:2")) || a.staysHere(at("127.0.0.1:2"), at("198.51.100.7:1")) {
		t.Error("judged wrong")
	}
}
