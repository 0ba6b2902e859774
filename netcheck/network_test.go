package netcheck_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

// prober emits what it is given.
type prober struct {
	asked   netcheck.NetworkAsked
	planned []netcheck.NetPlanned
	results []netcheck.NetResult
}

func (p *prober) Probe(_ context.Context, asked netcheck.NetworkAsked, emit func(netcheck.Body)) {
	p.asked = asked
	emit(netcheck.NetworkStarted{Probes: p.planned})
	for _, r := range p.results {
		emit(netcheck.NetProbed{Result: r})
	}
}

func planned(ids ...string) []netcheck.NetPlanned {
	var out []netcheck.NetPlanned
	for _, id := range ids {
		out = append(out, netcheck.NetPlanned{ID: id, Kind: netcheck.ProbeUDP})
	}
	return out
}

func result(id string) netcheck.NetResult {
	return netcheck.NetResult{ID: id, Kind: netcheck.ProbeUDP, State: netcheck.NetOK}
}

func resultIDs(n *netcheck.NetworkReport) string {
	var out []string
	for _, r := range n.Results {
		out = append(out, r.ID)
	}
	return strings.Join(out, " ")
}

// The probes of the network run before the first path, and know the servers of the target and the plan's own, each once.
func TestRunProbesTheNetworkFirst(t *testing.T) {
	pr := &prober{planned: planned("a", "b", "c"), results: []netcheck.NetResult{result("c"), result("a"), result("c"), result("stray"), result("b")}}
	w := &world{connect: func(context.Context, netcheck.Leg, func(netcheck.Event)) (netcheck.Link, error) {
		return nil, &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Text: "Silence."}
	}}
	deps := w.deps()
	deps.Network = pr
	p := plan()
	server := func(s string) netcheck.ICEServer {
		u, err := netcheck.ParseServerURL(s)
		if err != nil {
			t.Fatal(err)
		}
		return netcheck.ICEServer{URL: u}
	}
	p.Target = netcheck.Target{Kind: netcheck.TargetTURN, Servers: []netcheck.ICEServer{server("turn:192.0.2.1")}}
	p.Network = netcheck.NetworkPlan{On: true, Servers: []netcheck.ICEServer{server("stun:192.0.2.2"), server("turn:192.0.2.1")}}
	var order []string
	r, err := netcheck.Run(t.Context(), p, deps, func(e netcheck.Event) {
		switch e.Body.(type) {
		case netcheck.NetworkStarted:
			order = append(order, "network")
		case netcheck.NetworkEnded:
			order = append(order, "ended")
		case netcheck.PathStarted, netcheck.PathEnded:
			order = append(order, "path")
		}
	})
	if err != nil || len(order) < 3 || strings.Join(order[:3], " ") != "network ended path" || slices.Contains(order[2:], "network") {
		t.Errorf("%v, %v", order, err)
	}
	if n := r.Network; n == nil || !n.Ended || resultIDs(n) != "a b c" {
		t.Errorf("%+v", n)
	}
	if s := pr.asked.Servers; len(s) != 2 || s[0].URL.Host != "192.0.2.1" || s[1].URL.Host != "192.0.2.2" || pr.asked.Plan.Limit != netcheck.DefaultNetworkLimit {
		t.Errorf("asked %+v", pr.asked)
	}
}

func TestNetworkOnlyMeasuresNoPath(t *testing.T) {
	deps := (&world{connect: func(context.Context, netcheck.Leg, func(netcheck.Event)) (netcheck.Link, error) {
		t.Error("a path was connected")
		return nil, &netcheck.Failure{Code: netcheck.ReasonNoAnswer}
	}}).deps()
	deps.Network = &prober{planned: planned("a"), results: []netcheck.NetResult{result("a")}}
	r, err := netcheck.Run(t.Context(), netcheck.Plan{Network: netcheck.NetworkPlan{Only: true}}, deps, nil)
	if err != nil || len(r.Paths) != 0 || r.Network == nil || resultIDs(r.Network) != "a" || r.Ended != netcheck.EndedComplete {
		t.Errorf("%+v, %v", r, err)
	}
	netcheck.Judge(r)
}

func TestNetworkPlanIsChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		plan netcheck.NetworkPlan
		want string
	}{
		"limit":      {netcheck.NetworkPlan{Limit: time.Hour}, "limit of the network probes"},
		"short":      {netcheck.NetworkPlan{Limit: time.Millisecond}, "from 1s"},
		"not long":   {netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeDNS}}, `"dns" is not a long probe`},
		"twice":      {netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeIdle, netcheck.ProbeIdle}}, "idle is given twice"},
		"tls":        {netcheck.NetworkPlan{Portal: "https://example.com/"}, "http:// address"},
		"user":       {netcheck.NetworkPlan{Portal: "http://a:b@example.com/"}, "http:// address"},
		"no address": {netcheck.NetworkPlan{Portal: "example.com"}, "http:// address"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, only := range []bool{false, true} {
				p := plan()
				p.Network = tt.plan
				p.Network.On, p.Network.Only = true, only
				if _, err := p.Grant(); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("only %v: %v", only, err)
				}
			}
		})
	}
}

// A report that was given keeps what it had.
func TestFoldOfTheNetworkIsPure(t *testing.T) {
	r := netcheck.Fold(netcheck.Report{}, netcheck.Event{Body: netcheck.NetworkStarted{Probes: planned("a", "b")}})
	one := netcheck.Fold(r, netcheck.Event{Body: netcheck.NetProbed{Result: result("b")}})
	two := netcheck.Fold(one, netcheck.Event{Body: netcheck.NetProbed{Result: result("a")}})
	if resultIDs(r.Network) != "" || resultIDs(one.Network) != "b" || resultIDs(two.Network) != "a b" {
		t.Errorf("%q, %q, %q", resultIDs(r.Network), resultIDs(one.Network), resultIDs(two.Network))
	}
}

// Events may come from another computer.
func TestNetworkReportIsBounded(t *testing.T) {
	var many []netcheck.NetPlanned
	for range 10_000 {
		many = append(many, netcheck.NetPlanned{ID: "x"})
	}
	r := netcheck.Fold(netcheck.Report{}, netcheck.Event{Body: netcheck.NetworkStarted{Probes: many}})
	long := result("x")
	long.Text, long.Server, long.Steps = strings.Repeat("\x1b[31mred", 10_000), strings.Repeat("s", 10_000), make([]netcheck.NetStep, 10_000)
	long.Facts.NAT = &netcheck.NATBehavior{Tests: make([]netcheck.NATTest, 10_000), MappingNote: strings.Repeat("n", 10_000)}
	r = netcheck.Fold(r, netcheck.Event{Body: netcheck.NetProbed{Result: long}})
	r = netcheck.Fold(r, netcheck.Event{Body: netcheck.NetworkStarted{Probes: planned("another")}}) // they are named once
	got, ok := r.Network.Result("x")
	if !ok || len(r.Network.Planned) != netcheck.MaxNetProbes || len(got.Text) > 5000 || strings.Contains(got.Text, "\x1b") || len(got.Server) > 500 || len(got.Steps) > 100 ||
		len(got.Facts.NAT.Tests) > 100 || len(got.Facts.NAT.MappingNote) > 5000 {
		t.Errorf("%d planned, %d characters, %d steps", len(r.Network.Planned), len(got.Text), len(got.Steps))
	}
}
