package rtc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

func asCandidate(s webrtc.Stats) (string, bool) {
	c, ok := s.(webrtc.ICECandidateStats)
	return c.CandidateType.String(), ok
}

// deadUDP is a bound socket that never answers.
func deadUDP(tb testing.TB) int {
	tb.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	must(tb, err)
	tb.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().(*net.UDPAddr).Port
}

// deadTCP is a listener that takes connections and never answers.
func deadTCP(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(tb, err)
	tb.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

// legTo is the path to another port of 127.0.0.1.
func legTo(s *testServer, p netcheck.Path, port int) netcheck.Leg {
	leg := s.leg(p)
	leg.Servers[0].URL.Port = port
	return leg
}

func TestDeadServers(t *testing.T) {
	noLeaks(t)
	s := &testServer{host: "127.0.0.1"}
	for _, tt := range []struct {
		path netcheck.Path
		port int
		want netcheck.ReasonCode
	}{
		{netcheck.PathSTUN, deadUDP(t), netcheck.ReasonNoAnswer},
		{netcheck.PathRelayUDP, deadUDP(t), netcheck.ReasonNoAnswer},
		{netcheck.PathRelayTCP, deadTCP(t), netcheck.ReasonNoAnswer},
		{netcheck.PathRelayTLS, deadTCP(t), netcheck.ReasonNoAnswer},
		{netcheck.PathRelayTCP, closedTCP(t), netcheck.ReasonRefused},
	} {
		t.Run(string(tt.path)+" "+string(tt.want), func(t *testing.T) {
			t.Parallel() // they wait
			f := failure(t, &Connector{}, legTo(s, tt.path, tt.port), nil, tt.want)
			if f.Server == "" || f.Text == "" {
				t.Errorf("failure %+v", f)
			}
		})
	}
}

func closedTCP(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(tb, err)
	must(tb, l.Close())
	return l.Addr().(*net.TCPAddr).Port
}

func TestWrongPassword(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range []netcheck.Path{netcheck.PathRelayUDP, netcheck.PathRelayTCP, netcheck.PathRelayTLS} {
		t.Run(string(p), func(t *testing.T) {
			leg := s.leg(p)
			leg.Servers[0].Password = "wrong"
			failure(t, &Connector{}, leg, nil, netcheck.ReasonAuth)
			leg.Servers[0].Username = "1000000000:expired"
			failure(t, &Connector{}, leg, nil, netcheck.ReasonExpired)
			leg.Servers[0].Username = ""
			failure(t, &Connector{}, leg, nil, netcheck.ReasonAuth)
		})
	}
}

// pion would connect to a plain TURN server on the port of a turns: URL and call it tls.
func TestPlainOnTLSPort(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	failure(t, &Connector{}, legTo(s, netcheck.PathRelayTLS, s.tcp), nil, netcheck.ReasonTLSFailed)
}

func TestUntrustedTLS(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	leg := s.leg(netcheck.PathRelayTLS)
	leg.Servers[0].Trust.Pins[0][0] ^= 1
	failure(t, &Connector{}, leg, nil, netcheck.ReasonTLSPin)
}

// A relay that refuses the other end's relay address as a peer without a word: that may be loss too.
func TestPeerIgnored(t *testing.T) {
	noLeaks(t)
	s := newTestServerWith(t, "127.0.0.1", func(net.Addr, net.IP) bool { return false })
	for _, p := range []netcheck.Path{netcheck.PathRelayUDP, netcheck.PathRelayTCP} {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			if f := failure(t, &Connector{}, s.leg(p), nil, netcheck.ReasonNoPair); !strings.Contains(f.Text, "did not answer the request") {
				t.Errorf("text %q", f.Text)
			}
		})
	}
}

func TestNextServerIsTried(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range []netcheck.Path{netcheck.PathRelayUDP, netcheck.PathRelayTCP} {
		t.Run(string(p), func(t *testing.T) {
			leg := s.leg(p)
			dead := leg.Servers[0]
			dead.URL.Port = closedTCP(t)
			if p == netcheck.PathRelayUDP {
				dead.URL.Port = deadUDP(t)
			}
			leg.Servers = []netcheck.ICEServer{dead, leg.Servers[0]}
			var rec recorder
			connect(t, &Connector{}, leg, rec.trace)
			if next := rec.steps(netcheck.StepNextTried); len(next) != 1 || next[0].Server != dead.URL.String() || next[0].OK {
				t.Errorf("next tried: %+v", next)
			}
		})
	}
}

// Of several failures the one that says most is returned.
func TestMostTellingFailure(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	leg := s.leg(netcheck.PathRelayTCP)
	wrong, closed := leg.Servers[0], leg.Servers[0]
	wrong.Password, closed.URL.Port = "wrong", closedTCP(t)
	leg.Servers = []netcheck.ICEServer{wrong, closed}
	if f := failure(t, &Connector{}, leg, nil, netcheck.ReasonAuth); f.Server != wrong.URL.String() {
		t.Errorf("server %q", f.Server)
	}
}

func TestDiagnoseDecides(t *testing.T) {
	noLeaks(t)
	s := &testServer{host: "127.0.0.1"}
	for name, tt := range map[string]struct {
		diagnose func(context.Context) *netcheck.Failure
		want     netcheck.ReasonCode
		within   time.Duration
	}{
		"verdict": {func(context.Context) *netcheck.Failure {
			return &netcheck.Failure{Code: netcheck.ReasonRefused, Text: "Refused."}
		}, netcheck.ReasonRefused, 2 * time.Second},
		"fine": {func(context.Context) *netcheck.Failure { return nil }, netcheck.ReasonLinkLost, 4 * time.Second},
		"hangs": {func(ctx context.Context) *netcheck.Failure {
			<-ctx.Done()
			return nil
		}, netcheck.ReasonNoAnswer, 5 * time.Second},
	} {
		port := deadUDP(t)
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait
			c := &Connector{Diagnose: func(ctx context.Context, _ netcheck.Leg, _ netcheck.ICEServer, addr netip.AddrPort) *netcheck.Failure {
				if addr != netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)) {
					t.Errorf("asked about %v", addr)
				}
				return tt.diagnose(ctx)
			}}
			begin := time.Now()
			f := failure(t, c, legTo(s, netcheck.PathRelayUDP, port), nil, tt.want)
			if tt.want == netcheck.ReasonLinkLost && (!strings.Contains(f.Text, "The server answers, but") || strings.Contains(f.Advice, "443")) {
				t.Errorf("a server in order is blamed: %s %s", f.Text, f.Advice)
			}
			if took := time.Since(begin); took > tt.within {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestUnknownInterface(t *testing.T) {
	noLeaks(t)
	s := &testServer{host: "127.0.0.1", udp: 3478}
	leg := s.leg(netcheck.PathRelayUDP)
	leg.Target, leg.Interface = netcheck.TargetTURN, "nosuch0"
	f := failure(t, &Connector{}, leg, nil, netcheck.ReasonLocal)
	ifaces, err := net.Interfaces()
	must(t, err)
	if !strings.Contains(f.Advice, ifaces[0].Name) {
		t.Errorf("advice %q does not name %s", f.Advice, ifaces[0].Name)
	}
}

// Loopback by name works as an interface.
func TestInterfaceByNameAndAddress(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, name := range []string{"lo", "127.0.0.1"} {
		if _, err := net.InterfaceByName("lo"); err != nil {
			t.Skip("no interface lo")
		}
		leg := s.leg(netcheck.PathRelayTCP)
		leg.Target, leg.Interface = netcheck.TargetTURN, name
		var rec recorder
		connect(t, &Connector{}, leg, rec.trace)
		if c, _ := rec.connected(); c.Interface != "lo" {
			t.Errorf("interface %q", c.Interface)
		}
	}
}

func TestNameNotFound(t *testing.T) {
	noLeaks(t)
	s := &testServer{host: "nosuch.invalid", udp: 3478, tcp: 3478}
	for _, p := range []netcheck.Path{netcheck.PathRelayUDP, netcheck.PathRelayTCP} {
		leg := s.leg(p)
		leg.Family = netcheck.Family4
		_, err := (&Connector{}).Connect(bounded(t, 20*time.Second), leg, func(netcheck.Event) {})
		var f *netcheck.Failure
		if !errors.As(err, &f) || f.Code != netcheck.ReasonNameNotFound && f.Code != netcheck.ReasonNameTimeout {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// Each server has the leg's time for itself: the first is asked as long as if it were the only one.
func TestEachServerHasItsTime(t *testing.T) {
	noLeaks(t)
	s := &testServer{host: "127.0.0.1"}
	leg := legTo(s, netcheck.PathRelayUDP, deadUDP(t))
	second := leg.Servers[0]
	second.URL.Port = deadUDP(t)
	third := second
	third.URL.Port = deadUDP(t)
	leg.Servers = append(leg.Servers, second, third)
	var asked []netcheck.ICEServer
	c := &Connector{Diagnose: func(ctx context.Context, _ netcheck.Leg, srv netcheck.ICEServer, _ netip.AddrPort) *netcheck.Failure {
		select {
		case <-time.After(1800 * time.Millisecond):
			asked = append(asked, srv)
			return &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Text: "Diagnosed."}
		case <-ctx.Done():
			return nil
		}
	}}
	if f := failure(t, c, leg, nil, netcheck.ReasonNoAnswer); f.Text != "Diagnosed." || len(asked) != 3 {
		t.Errorf("%d of 3 servers were asked to the end; %s", len(asked), f.Text)
	}
}

// The advice about a silent server names its own port.
func TestNoAnswerNamesTheServersPort(t *testing.T) {
	noLeaks(t)
	port := deadUDP(t)
	f := failure(t, &Connector{}, legTo(&testServer{host: "127.0.0.1"}, netcheck.PathRelayUDP, port), nil, netcheck.ReasonNoAnswer)
	if !strings.Contains(f.Advice, fmt.Sprintf("UDP %d to 127.0.0.1", port)) || strings.Contains(f.Advice, "443") {
		t.Errorf("advice %q", f.Advice)
	}
}

// soundless is a network on which no socket can be opened.
type soundless struct{ transport.Net }

func (soundless) ListenUDP(string, *net.UDPAddr) (transport.UDPConn, error) {
	return nil, net.ErrClosed
}

// A direct path for which this computer has no address of the IP version does not exist, which is no trouble of this computer's; one whose
// sockets can not be opened is.
func TestDirectWithoutCandidates(t *testing.T) {
	noLeaks(t)
	lab, err := vlab.New(vlab.Config{Seed: 1})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	leg := netcheck.Leg{Target: netcheck.TargetTURN, Path: netcheck.PathDirect, Family: netcheck.Family6, Timeout: 4 * time.Second}
	f := failure(t, &Connector{Net: lab.Local()}, leg, nil, netcheck.ReasonNoFamily)
	if f.Code.State() != netcheck.StateNotApplicable || !strings.Contains(f.Text, "IP version 6") || f.Advice == "" {
		t.Errorf("%s: %s %s", f.Code, f.Text, f.Advice)
	}
	leg.Family = netcheck.Family4
	if f := failure(t, &Connector{Net: soundless{lab.Local()}}, leg, nil, netcheck.ReasonLocal); !strings.Contains(f.Text, "could not open a socket") {
		t.Errorf("%s", f.Text)
	}
}
