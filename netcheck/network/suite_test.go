package network

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
)

// world answers at once, unless a test says otherwise.
type world struct {
	mu       sync.Mutex
	asked    []string
	resolved map[string]int
	slow     func(ctx context.Context, what string) // before each answer
	state    func(what string) netcheck.NetState
	proxy    bool // streams go through one
	events   []netcheck.Body
}

func (w *world) proxied(netcheck.ICEServer) bool { return w.proxy }

func (w *world) answer(ctx context.Context, what string) netcheck.NetResult {
	w.mu.Lock()
	w.asked = append(w.asked, what)
	w.mu.Unlock()
	if w.slow != nil {
		w.slow(ctx, what)
	}
	if ctx.Err() != nil {
		return netcheck.NetResult{}
	}
	r := netcheck.NetResult{State: netcheck.NetOK, Text: "Fine."}
	if w.state != nil {
		r.State = w.state(what)
	}
	return r
}

func (w *world) resolve(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error) {
	w.mu.Lock()
	w.resolved[host+" "+string(f)]++
	w.mu.Unlock()
	if w.slow != nil {
		w.slow(ctx, "resolve "+host)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case strings.HasPrefix(host, "nowhere"):
		return nil, &netcheck.Failure{Code: netcheck.ReasonNameNotFound, Text: "There is no " + host + ".", Advice: "Check it."}
	case f == netcheck.Family6:
		return nil, &netcheck.Failure{Code: netcheck.ReasonNoFamily, Text: "No IPv6."}
	}
	return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
}

func (w *world) questions(netcheck.NetworkAsked) Questions {
	none := func(what string) func(context.Context) netcheck.NetResult {
		return func(ctx context.Context) netcheck.NetResult { return w.answer(ctx, what) }
	}
	one := func(what string) func(context.Context, Server) netcheck.NetResult {
		return func(ctx context.Context, s Server) netcheck.NetResult {
			return w.answer(ctx, fmt.Sprintf("%s %s %s", what, s.URL.Scheme, s.Addr))
		}
	}
	by := func(what string) func(context.Context, Server, string) netcheck.NetResult {
		return func(ctx context.Context, s Server, transport string) netcheck.NetResult {
			return w.answer(ctx, fmt.Sprintf("%s %s %s", what, transport, s.Addr))
		}
	}
	many := func(what string) func(context.Context, []Server) netcheck.NetResult {
		return func(ctx context.Context, list []Server) netcheck.NetResult {
			return w.answer(ctx, fmt.Sprintf("%s of %d", what, len(list)))
		}
	}
	return Questions{
		Interfaces: none("interfaces"), NAT64: none("nat64"), NAT: many("nat"), MTU: many("mtu"), DSCP: many("dscp"), Lifetime: many("lifetime"),
		DNS: func(ctx context.Context, host string) netcheck.NetResult { return w.answer(ctx, "dns "+host) },
		UDP: one("udp"), TLS: one("tls"), Rate: by("rate"), Idle: by("idle"), Proxied: w.proxied,
		TURN: by("turn"),
		IPv6: func(ctx context.Context, list []netcheck.ICEServer) netcheck.NetResult {
			return w.answer(ctx, fmt.Sprintf("ipv6 of %d", len(list)))
		},
		Proxy: func(ctx context.Context, place string) netcheck.NetResult { return w.answer(ctx, "proxy "+place) },
		Portal: func(ctx context.Context, p netcheck.NetworkPlan) netcheck.NetResult {
			return w.answer(ctx, "portal "+p.Portal)
		},
		Clock: func(ctx context.Context, url string) netcheck.NetResult { return w.answer(ctx, "clock "+url) },
	}
}

// probe runs a plan, and gives the report that follows from the events.
func (w *world) probe(ctx context.Context, p netcheck.NetworkPlan, urls ...string) *netcheck.NetworkReport {
	w.resolved = map[string]int{}
	asked := netcheck.NetworkAsked{Plan: p, Start: time.Now()}
	for _, s := range urls {
		public := strings.HasPrefix(s, "public ")
		u, err := netcheck.ParseServerURL(strings.TrimPrefix(s, "public "))
		if err != nil {
			panic(err)
		}
		asked.Servers = append(asked.Servers, netcheck.ICEServer{URL: u, Public: public})
	}
	s := &Suite{Questions: w.questions, Resolve: w.resolve, Family: func() netcheck.Family { return netcheck.Family4 }}
	var r netcheck.Report
	s.Probe(ctx, asked, func(b netcheck.Body) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.events = append(w.events, b)
		r = netcheck.Fold(r, netcheck.Event{Body: b})
	})
	return r.Network
}

func ids(n *netcheck.NetworkReport) string {
	var out []string
	for _, p := range n.Planned {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}

func TestPlan(t *testing.T) {
	for name, tt := range map[string]struct {
		plan    netcheck.NetworkPlan
		servers []string
		want    string
	}{
		"no server": {netcheck.NetworkPlan{}, nil, "interfaces nat64 ipv6"},
		"a STUN server": {netcheck.NetworkPlan{}, []string{"public stun:s.example.com"},
			"interfaces dns:s.example.com nat64 udp:s.example.com:3478 ipv6 nat:4 mtu dscp"},
		"a TURN server": {netcheck.NetworkPlan{}, []string{"turn:192.0.2.1", "turns:192.0.2.1"},
			"interfaces nat64 udp:192.0.2.1:3478 turn:udp:192.0.2.1:3478 turn:tls:192.0.2.1:5349 tls:192.0.2.1:5349 ipv6 nat:4 mtu dscp proxy:192.0.2.1:5349 " +
				"udp:192.0.2.1:443 turn:tls:192.0.2.1:443 turn:tcp:192.0.2.1:443 turn:tcp:192.0.2.1:3478 turn:dtls:192.0.2.1:5349"},
		"everything": {netcheck.NetworkPlan{Portal: "http://p.example.com/", Long: []netcheck.ProbeKind{netcheck.ProbeIdle, netcheck.ProbeLifetime}},
			[]string{"public stun:192.0.2.9"},
			"interfaces nat64 udp:192.0.2.9:3478 ipv6 nat:4 mtu dscp portal clock idle lifetime"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			n := w.probe(t.Context(), tt.plan, tt.servers...)
			if got := ids(n); got != tt.want {
				t.Errorf("planned %s\nwant    %s", got, tt.want)
			}
			if len(n.Results) != len(n.Planned) {
				t.Errorf("%d results of %d", len(n.Results), len(n.Planned))
			}
			if _, first := w.events[0].(netcheck.NetworkStarted); !first || len(w.events) != len(n.Planned)+1 {
				t.Errorf("%d events, the first %T", len(w.events), w.events[0])
			}
		})
	}
}

// A report holds so many probes, and the long ones are among them.
func TestManyServersAreBounded(t *testing.T) {
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf("turn:192.0.2.%d", i+1))
	}
	n := (&world{}).probe(t.Context(), netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeRate}}, many...)
	if len(n.Planned) != netcheck.MaxNetProbes || n.Planned[len(n.Planned)-1].ID != "rate" || len(n.Results) != netcheck.MaxNetProbes {
		t.Errorf("%d planned, %d results: %s", len(n.Planned), len(n.Results), ids(n))
	}
}

func TestNamesAreLookedUpOnce(t *testing.T) {
	w := &world{}
	n := w.probe(t.Context(), netcheck.NetworkPlan{}, "turn:t.example.com", "turns:t.example.com", "turn:nowhere.example.com")
	if w.resolved["t.example.com 4"] != 1 || w.resolved["nowhere.example.com 4"] != 1 {
		t.Errorf("%v", w.resolved)
	}
	r, _ := n.Result("udp:nowhere.example.com:3478")
	if r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonNameNotFound || !strings.Contains(r.Text, "There is no nowhere") || r.Server != "turn:nowhere.example.com:3478?transport=udp" {
		t.Errorf("%+v", r)
	}
	if !slices.Contains(w.asked, "nat of 1") {
		t.Errorf("asked %q", w.asked)
	}
}

// What nobody has promised tells nothing when it is silent, and something when it answers.
func TestVoluntaryQuestions(t *testing.T) {
	for _, state := range []netcheck.NetState{netcheck.NetBlocked, netcheck.NetFailed, netcheck.NetOK, netcheck.NetDegraded} {
		w := &world{state: func(string) netcheck.NetState { return state }}
		n := w.probe(t.Context(), netcheck.NetworkPlan{}, "turn:192.0.2.1")
		want := state
		if state == netcheck.NetBlocked || state == netcheck.NetFailed {
			want = netcheck.NetNotTested
		}
		if r, _ := n.Result("turn:tls:192.0.2.1:443"); r.State != want {
			t.Errorf("%s became %s", state, r.State)
		}
		if r, _ := n.Result("turn:udp:192.0.2.1:3478"); r.State != state {
			t.Errorf("of the server's own URL %s became %s", state, r.State)
		}
	}
}

// Where nothing answers, all ends with the limit; each result says so.
func TestSilenceEndsWithTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{slow: func(ctx context.Context, _ string) { <-ctx.Done() }}
		began := time.Now()
		n := w.probe(t.Context(), netcheck.NetworkPlan{Limit: 6 * time.Second}, "turn:t.example.com")
		if d := time.Since(began); d != 6*time.Second {
			t.Errorf("after %v", d)
		}
		if len(n.Results) != len(n.Planned) {
			t.Errorf("%d results of %d", len(n.Results), len(n.Planned))
		}
		for _, r := range n.Results {
			if r.State != netcheck.NetNotTested || r.Text == "" || r.Took > 6*time.Second || r.At != 0 {
				t.Errorf("%+v", r)
			}
		}
		if r, _ := n.Result("interfaces"); r.Took != localLimit {
			t.Errorf("a probe took %v, its own limit is %v", r.Took, localLimit)
		}
	})
}

// Long probes run alone, one after another, and have all the time that they need.
func TestLongProbesRunAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{slow: func(_ context.Context, what string) {
			switch strings.Fields(what)[0] {
			case "rate", "idle":
				time.Sleep(2 * time.Minute)
			}
		}}
		n := w.probe(t.Context(), netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeRate, netcheck.ProbeIdle}}, "turn:192.0.2.1")
		rate, _ := n.Result("rate")
		idle, _ := n.Result("idle:udp")
		if rate.At != 0 || idle.At != 2*time.Minute || idle.Took != 2*time.Minute || idle.State != netcheck.NetOK {
			t.Errorf("%+v, %+v", rate, idle)
		}
	})
}

// Silences over UDP and over a stream are waited for at the same time, each with the server that has it.
func TestIdleByUDPAndStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{slow: func(_ context.Context, what string) {
			if strings.HasPrefix(what, "idle") {
				time.Sleep(5 * time.Minute)
			}
		}}
		n := w.probe(t.Context(), netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeIdle, netcheck.ProbeRate}},
			"stun:192.0.2.1", "turn:192.0.2.1?transport=tcp", "turns:192.0.2.1", "turn:192.0.2.1")
		for _, id := range []string{"idle:udp", "idle:tls"} {
			if r, ok := n.Result(id); !ok || r.At != 0 || r.Took != 5*time.Minute || r.Kind != netcheck.ProbeIdle {
				t.Errorf("%s: %+v", id, r)
			}
		}
		if r, _ := n.Result("rate"); r.At != 5*time.Minute {
			t.Errorf("%+v", r)
		}
		for _, what := range []string{"idle udp 192.0.2.1:3478", "idle tls 192.0.2.1:5349", "rate udp 192.0.2.1:3478"} {
			if !slices.Contains(w.asked, what) {
				t.Errorf("%q is not among %q", what, w.asked)
			}
		}
	})
}

// A load goes over a stream where no relay is reached over UDP, and only there.
func TestRateByStream(t *testing.T) {
	for state, want := range map[netcheck.NetState]string{netcheck.NetNotTested: "rate tls 192.0.2.1:5349", netcheck.NetDegraded: "rate udp 192.0.2.1:3478", netcheck.NetOK: "rate udp 192.0.2.1:3478"} {
		w := &world{state: func(what string) netcheck.NetState {
			if what == "rate udp 192.0.2.1:3478" {
				return state
			}
			return netcheck.NetOK
		}}
		w.probe(t.Context(), netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeRate}}, "turn:192.0.2.1", "turns:192.0.2.1")
		if last := w.asked[len(w.asked)-1]; last != want {
			t.Errorf("after %s over UDP: %q", state, last)
		}
	}
}

// A name that is not found is nobody's to be asked, unless a proxy may know it.
func TestStreamsOfAnUnknownName(t *testing.T) {
	ids := []string{"turn:tcp:nowhere.example.com:3478", "turn:tls:nowhere.example.com:5349", "tls:nowhere.example.com:5349", "idle:tls"}
	urls := []string{"turn:nowhere.example.com?transport=tcp", "turns:nowhere.example.com"}
	plan := netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeIdle}}
	without := (&world{}).probe(t.Context(), plan, urls...)
	through := (&world{proxy: true}).probe(t.Context(), plan, urls...)
	for _, id := range ids {
		if r, _ := without.Result(id); r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonNameNotFound || !strings.HasPrefix(r.Text, "Not asked: There is no nowhere") {
			t.Errorf("%s without a proxy: %+v", id, r)
		}
		if r, _ := through.Result(id); r.State != netcheck.NetOK {
			t.Errorf("%s through a proxy: %+v", id, r)
		}
	}
}

func TestLongProbesNeedAServer(t *testing.T) {
	n := (&world{}).probe(t.Context(), netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeRate}}, "public stun:192.0.2.1")
	if r, _ := n.Result("rate"); r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonNoServer || r.Advice == "" {
		t.Errorf("%+v", r)
	}
}

// Who stops a session gets what has ended.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &world{slow: func(ctx context.Context, what string) {
			if what != "interfaces" {
				<-ctx.Done()
			}
		}}
		time.AfterFunc(time.Second, cancel)
		n := w.probe(ctx, netcheck.NetworkPlan{Long: []netcheck.ProbeKind{netcheck.ProbeRate}}, "turn:192.0.2.1")
		if len(n.Results) != len(n.Planned) || slices.Contains(w.asked, "rate turn 192.0.2.1:3478") {
			t.Errorf("%d results of %d; asked %q", len(n.Results), len(n.Planned), w.asked)
		}
		if r, _ := n.Result("interfaces"); r.State != netcheck.NetOK {
			t.Errorf("%+v", r)
		}
		if r, _ := n.Result("rate"); r.State != netcheck.NetNotTested || r.Code != netcheck.ReasonCancelled {
			t.Errorf("%+v", r)
		}
	})
}

// A lookup that was stopped with the one who asked says nothing to those who wait.
func TestNamesOutliveTheFirstAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		n := &names{resolve: func(ctx context.Context, _ string, _ netcheck.Family) ([]netip.Addr, error) {
			if calls++; calls == 1 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
		}}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var first error
		var asking sync.WaitGroup
		asking.Go(func() { _, first = n.of(short, "a", netcheck.Family4) })
		synctest.Wait()
		addrs, err := n.of(t.Context(), "a", netcheck.Family4)
		asking.Wait()
		if err != nil || len(addrs) != 1 || !errors.Is(first, context.DeadlineExceeded) || calls != 2 {
			t.Errorf("%v, %v; the first: %v; %d lookups", addrs, err, first, calls)
		}
	})
}
