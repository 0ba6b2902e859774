package session_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/app/session"
	"echopath/internal/coturntest"
	"echopath/netcheck"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func shortLoss() netcheck.LossPlan {
	return netcheck.LossPlan{Carriers: netcheck.AllCarriers(), Rate: 100, Size: 200, Duration: time.Second,
		Warmup: 200 * time.Millisecond, LateAfter: 150 * time.Millisecond}
}

func run(ctx context.Context, t *testing.T, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // no test that passes comes near it
	defer cancel()
	return session.Run(ctx, plan, session.Options{Version: "test"}, observe)
}

// wantMeasured checks a path that must have worked: its proof at both ends and that every packet is accounted for. How many
// were lost or late is the machine's affair here; on loopback the network itself loses none.
func wantMeasured(t *testing.T, p netcheck.PathReport) {
	t.Helper()
	wantProof(t, p)
	for _, c := range netcheck.AllCarriers() {
		r, ok := p.Carrier(c)
		if !ok {
			t.Fatalf("%s: no result by %s", p.Path, c)
		}
		s := r.Stats
		if s.Up.Sent+r.Self.MissedSends+r.Self.SkippedSender != 100 || s.Undecided != 0 || s.Up.Received+s.Up.Lost != s.Up.Sent {
			t.Errorf("%s by %s: packets not accounted for: %+v, %+v", p.Path, c, s, r.Self)
		}
		if s.Total.Lost != 0 {
			t.Errorf("%s by %s: %d packets lost on loopback", p.Path, c, s.Total.Lost)
		}
	}
}

// wantProof checks that a path was measured, and that both ends used the candidates that make it this path.
func wantProof(t *testing.T, p netcheck.PathReport) {
	t.Helper()
	if !p.State.Measured() || !p.Connected {
		t.Fatalf("%s: state %s (%s: %s; %s)", p.Path, p.State, p.Code, p.Reason, p.Cause)
	}
	want, protocol := wanted(p.Path)
	for end, pair := range map[string]netcheck.CandidatePair{"local": p.Local, "far": p.Far} {
		if pair.Local.Type != want || pair.Local.RelayProtocol != protocol {
			t.Errorf("%s: %s end's own candidate is %s by %q, want %s by %q", p.Path, end, pair.Local.Type, pair.Local.RelayProtocol, want, protocol)
		}
		if p.Path == netcheck.PathRelayTLS && (pair.Local.TLS == nil || pair.Local.TLS.SPKISHA256 == "") {
			t.Errorf("%s: %s end has no TLS handshake on record", p.Path, end)
		}
	}
}

func wanted(p netcheck.Path) (kind, relayProtocol string) {
	switch p {
	case netcheck.PathDirect:
		return "host", ""
	case netcheck.PathSTUN:
		return "srflx", ""
	}
	return "relay", strings.TrimPrefix(string(p), "relay-")
}

func TestSelfMeasuresAllFivePaths(t *testing.T) {
	r, err := run(t.Context(), t, netcheck.Plan{Loss: shortLoss()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ended != netcheck.EndedComplete || len(r.Paths) != 5 {
		t.Fatalf("ended %s with %d paths", r.Ended, len(r.Paths))
	}
	for _, p := range r.Paths {
		wantMeasured(t, p)
		for _, c := range []netcheck.Candidate{p.Local.Local, p.Local.Remote, p.Far.Local, p.Far.Remote} {
			if !c.Address.Addr().IsLoopback() {
				t.Errorf("%s: %s is not a loopback address", p.Path, c.Address)
			}
		}
		if p.NATBetween != netcheck.No {
			t.Errorf("%s: nat_between %q, want no", p.Path, p.NATBetween)
		}
	}
}

func TestSelfOverIPv6(t *testing.T) {
	if l, err := net.ListenPacket("udp6", "[::1]:0"); err != nil {
		t.Skipf("SKIPPED: this machine has no IPv6 loopback: %v", err)
	} else {
		_ = l.Close()
	}
	r, err := run(t.Context(), t, netcheck.Plan{Loss: shortLoss(), Family: netcheck.Family6}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Paths {
		switch {
		case p.State == netcheck.StateNotApplicable && p.Path.Relay():
		case p.Family != netcheck.Family6:
			t.Errorf("%s: family %s", p.Path, p.Family)
		default:
			wantMeasured(t, p)
		}
	}
}

func coturnPlan(s *coturntest.Server, t *testing.T) netcheck.Plan {
	t.Helper()
	p := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetTURN}, Loss: shortLoss()}
	for _, text := range []string{s.STUN(), s.UDP(), s.TCP(), s.TLS()} {
		u, err := netcheck.ParseServerURL(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u, Username: s.User, Password: netcheck.Secret(s.Password),
			Trust: netcheck.Trust{CAPEM: s.CAPEM}})
	}
	return p
}

func TestCoturnAsTarget(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{})
	r, err := run(t.Context(), t, coturnPlan(s, t), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Paths {
		if p.Path == netcheck.PathDirect {
			if p.State != netcheck.StateNotApplicable || p.Code != netcheck.ReasonSameMachine {
				t.Errorf("direct: %s, %s", p.State, p.Code)
			}
			continue
		}
		wantMeasured(t, p)
	}
}

func TestCoturnByRESTSecret(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{RESTSecret: "0123456789abcdef"})
	p := coturnPlan(s, t)
	p.Paths = []netcheck.Path{netcheck.PathRelayUDP}
	for i := range p.Target.Servers {
		p.Target.Servers[i].Username, p.Target.Servers[i].Password = "", ""
		p.Target.Servers[i].RESTSecret = "0123456789abcdef"
	}
	r, err := run(t.Context(), t, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantMeasured(t, r.Paths[0])
}

// TestFailuresHaveTheirOwnReason goes through what a user can get wrong, and what servers and networks do wrong.
func TestFailuresHaveTheirOwnReason(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{DeniedPeers: []string{"127.0.0.1"}})
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() }) // after the parallel subtests
	dead := silent.LocalAddr().(*net.UDPAddr).AddrPort()
	server := func(url string, change func(*netcheck.ICEServer)) netcheck.ICEServer {
		u, err := netcheck.ParseServerURL(url)
		if err != nil {
			t.Fatal(err)
		}
		srv := netcheck.ICEServer{URL: u, Username: s.User, Password: netcheck.Secret(s.Password), Trust: netcheck.Trust{CAPEM: s.CAPEM}}
		if change != nil {
			change(&srv)
		}
		return srv
	}
	udp, tls := "turn:"+s.Addr.String(), "turns:"+s.TLSAddr.String()
	for name, c := range map[string]struct {
		path   netcheck.Path
		server netcheck.ICEServer
		want   netcheck.ReasonCode
	}{
		"wrong password": {netcheck.PathRelayUDP, server(udp, func(s *netcheck.ICEServer) { s.Password = "wrong" }), netcheck.ReasonAuth},
		"wrong user":     {netcheck.PathRelayTCP, server(udp+"?transport=tcp", func(s *netcheck.ICEServer) { s.Username = "nobody" }), netcheck.ReasonAuth},
		"expired": {netcheck.PathRelayUDP, server(udp, func(s *netcheck.ICEServer) { s.Username, s.Password = "1600000000:me", "x" }),
			netcheck.ReasonExpired},
		"refuses the peer": {netcheck.PathRelayUDP, server(udp, nil), netcheck.ReasonPeerRefused},
		"untrusted":        {netcheck.PathRelayTLS, server(tls, func(s *netcheck.ICEServer) { s.Trust = netcheck.Trust{} }), netcheck.ReasonTLSUntrusted},
		"other pin":        {netcheck.PathRelayTLS, server(tls, func(s *netcheck.ICEServer) { s.Trust = netcheck.Trust{Pins: make([]netcheck.SPKIHash, 1)} }), netcheck.ReasonTLSPin},
		"name not found":   {netcheck.PathRelayUDP, server("turn:no-such-host.invalid", nil), netcheck.ReasonNameNotFound},
		"silent":           {netcheck.PathRelayUDP, server("turn:"+dead.String(), nil), netcheck.ReasonNoAnswer},
		"silent stun":      {netcheck.PathSTUN, server("stun:"+dead.String(), nil), netcheck.ReasonNoAnswer},
		"refused":          {netcheck.PathRelayTCP, server("turn:"+netip.AddrPortFrom(dead.Addr(), 1).String()+"?transport=tcp", nil), netcheck.ReasonRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			r, err := run(t.Context(), t, netcheck.Plan{Paths: []netcheck.Path{c.path}, Loss: shortLoss(),
				Target: netcheck.Target{Kind: netcheck.TargetTURN, Servers: []netcheck.ICEServer{c.server}}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			p := r.Paths[0]
			if p.Code != c.want || p.Reason == "" || p.Advice == "" {
				t.Errorf("code %s, want %s: %q, advice %q (%s)", p.Code, c.want, p.Reason, p.Advice, p.Cause)
			}
			if v := netcheck.Judge(r); v.Grade != netcheck.GradeFailed {
				t.Errorf("grade %s, want failed", v.Grade)
			}
			t.Logf("after %v: %s %s [%s]", time.Since(begin).Round(time.Millisecond), p.Reason, p.Advice, p.Cause)
		})
	}
}

func TestCancelKeepsWhatWasMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	plan := netcheck.Plan{Loss: shortLoss()}
	plan.Loss.Duration = time.Hour
	var samples atomic.Int32
	r, err := run(ctx, t, plan, func(e netcheck.Event) {
		if _, ok := e.Body.(netcheck.SampleTaken); ok && samples.Add(1) == 6 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || r.Ended != netcheck.EndedCancelled {
		t.Errorf("error %v, ended %s", err, r.Ended)
	}
	if p := r.Paths[0]; p.State != netcheck.StateInterrupted || !p.Partial {
		t.Errorf("first path: %s, partial %v", p.State, p.Partial)
	} else if c, ok := p.NetworkLoss(); !ok || c.Stats.Up.Sent == 0 {
		t.Error("nothing was kept of the first path")
	}
	for _, p := range r.Paths[1:] {
		if p.State != netcheck.StateNotRun {
			t.Errorf("%s: %s, want not_run", p.Path, p.State)
		}
	}
}

func TestInterfaceIsCheckedFirst(t *testing.T) {
	for iface, want := range map[string]string{"no-such0": "no interface or address", "203.0.113.77": "no interface or address"} {
		_, err := run(t.Context(), t, netcheck.Plan{Loss: shortLoss(), Interface: iface}, func(netcheck.Event) { t.Error("an event was emitted") })
		var plan *netcheck.PlanError
		if !errors.As(err, &plan) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", iface, err)
		}
	}
}

// TestFastStreamLosesNothingOfItsOwn sends 2000 packets a second for half a minute. A machine that is too slow for it, as one
// with the race detector may be, must say so: what it could not send or read is never reported as the network's loss.
func TestFastStreamLosesNothingOfItsOwn(t *testing.T) {
	plan := netcheck.Plan{Paths: []netcheck.Path{netcheck.PathDirect}, Loss: shortLoss()}
	plan.Loss.Carriers, plan.Loss.Rate, plan.Loss.Duration = []netcheck.Carrier{netcheck.CarrierSRTP}, 2000, 30*time.Second
	r, err := run(t.Context(), t, plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := r.Paths[0]
	c, ok := p.NetworkLoss()
	if !ok {
		t.Fatalf("%s: %s", p.State, p.Reason)
	}
	t.Logf("%s: %d sent, %d lost, %d missed, %d skipped, %d dropped here", p.State, c.Stats.Up.Sent, c.Stats.Total.Lost,
		c.Self.MissedSends, c.Self.SkippedSender+c.Self.SkippedReflector, p.Pair.Drops+p.Pair.FarDrops)
	if c.Stats.Total.Lost > 0 && p.State == netcheck.StateOK {
		t.Errorf("%d packets lost on loopback, and the state is ok", c.Stats.Total.Lost)
	}
	if c.Stats.Up.Sent+c.Self.MissedSends+c.Self.SkippedSender != 60_000 {
		t.Errorf("%d sent, %d missed, %d skipped: they do not add up to 60000", c.Stats.Up.Sent, c.Self.MissedSends, c.Self.SkippedSender)
	}
}

// TestBundlingIsFlagged sends more messages than a data channel sends one by one.
func TestBundlingIsFlagged(t *testing.T) {
	plan := netcheck.Plan{Paths: []netcheck.Path{netcheck.PathDirect}, Loss: shortLoss()}
	plan.Loss.Carriers, plan.Loss.Rate, plan.Loss.Size = []netcheck.Carrier{netcheck.CarrierDataChannel}, 5000, 100
	plan.Loss.Duration = 2 * time.Second
	r, err := run(t.Context(), t, plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := r.Paths[0].Carrier(netcheck.CarrierDataChannel)
	if !ok || !c.Self.BundledKnown {
		t.Fatalf("bundling was not looked at: %+v", c.Self)
	}
	flagged := slices.ContainsFunc(netcheck.Judge(r).Findings, func(f netcheck.Finding) bool { return f.ID == "datachannel_bundled" })
	// A computer that does not get 5000 a second out bundles few of them, and there is nothing to tell.
	if worth := c.Self.Bundled >= 0.02; flagged != worth {
		t.Errorf("5000 messages a second, %.1f %% bundled, and a finding that says so: %t", c.Self.Bundled*100, flagged)
	}
}
