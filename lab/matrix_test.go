package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// pace is a load that a small computer carries for several programs at once.
var pace = []string{"--rate", "50", "--duration", "2s"}

// scenarioMatrix finds out which paths connect for each pair of NATs, and who sees whom from where.
func scenarioMatrix(t *testing.T) { matrix(t, Pairs()) }

// scenarioFewPairs is the part of it that shows each kind of cell.
func scenarioFewPairs(t *testing.T) { matrix(t, []Pair{{Cone, Cone}, {Symmetric, None}}) }

func matrix(t *testing.T, pairs []Pair) {
	var mu sync.Mutex
	found := map[Pair]map[string]string{}
	t.Run("pairs", func(t *testing.T) {
		for _, pair := range pairs {
			t.Run(fmt.Sprintf("%s-%s", pair.A, pair.B), func(t *testing.T) {
				t.Parallel()
				r := measurePair(t, pair)
				mu.Lock()
				defer mu.Unlock()
				found[pair] = map[string]string{}
				for _, p := range r.Paths {
					found[pair][p.Path] = p.Outcome()
				}
			})
		}
	})
	t.Logf("which paths connect:\n%s", Markdown(found))
}

func measurePair(t *testing.T, pair Pair) Report {
	t.Helper()
	w := newWorld(t, Layout{A: Side{NAT: pair.A}, B: Side{NAT: pair.B, Ports: []int{5349}}}, 4*time.Minute)
	w.coturn()
	w.host(5349, hostSTUN()...)
	r, code := w.report(w.guest(nil, slices.Concat(w.outside(), []string{"--path", "all"}, pace)...), 3*time.Minute)
	t.Logf("%v: exit %d, %s", pair, code, r.Verdict.Sentence)
	for _, name := range Paths {
		p := r.Path(name)
		if p == nil {
			t.Errorf("%v: no word about %s", pair, name)
			continue
		}
		describe(t, p)
		if pair.Connects(name) {
			checkConnected(t, pair, p)
		} else if p.Outcome() != "blocked no_pair" {
			t.Errorf("%v: %s is %s, want blocked no_pair", pair, name, p.Outcome())
		}
	}
	return r
}

// hostSTUN are a host's flags by which it is found behind a NAT. One there is reached by a relay that is not its own only if it sends there
// first, and it sends to addresses that it knows: those that it has seen, and those of the servers that it was given.
func hostSTUN() []string { return []string{"--stun", fmt.Sprintf("stun:%s:%d", AddrSrv, stunPort)} }

// scenarioUnseenRelay has such a host that was given a server at another address, so that it does not know the relay for harmless. The
// guest must be told why it does not work, and what to do.
func scenarioUnseenRelay(t *testing.T) {
	w := newWorld(t, Layout{A: Side{NAT: Cone}, B: Side{NAT: Cone, Ports: []int{5349}}}, 2*time.Minute)
	w.coturn()
	w.host(5349, "--stun", fmt.Sprintf("stun:%s:%d", AddrSrvAlt, stunPort))
	r, code := w.report(w.guest(nil, slices.Concat(w.outside(), []string{"--path", "relay-udp"}, pace)...), time.Minute)
	p := r.Path("relay-udp")
	if p == nil {
		t.Fatalf("exit %d: no word about relay-udp", code)
	}
	describe(t, p)
	if words := p.Reason + " " + p.Advice; p.Outcome() != "ok" && !strings.Contains(words, "--any-candidate") {
		t.Errorf("relay-udp is %s, and the cause is that the host sends nothing to a relay that it has not seen; the guest is told: %s", p.Outcome(), words)
	}
}

// describe logs what was found.
func describe(t *testing.T, p *PathResult) {
	t.Helper()
	side := func(pair *Pairing) string {
		if pair == nil {
			return "-"
		}
		return fmt.Sprintf("%s %s to %s %s", pair.Local.Type, pair.Local.Address, pair.Remote.Type, pair.Remote.Address)
	}
	nat, connect := "?", "-"
	if p.NATBetween != nil {
		nat = fmt.Sprint(*p.NATBetween)
	}
	if p.ConnectMS != nil {
		connect = fmt.Sprintf("%.0f ms", *p.ConnectMS)
	}
	state := strings.TrimSpace(p.State + " " + p.ReasonCode)
	t.Logf("%-9s %s, %s, %s, NAT %s | guest: %s | host: %s | %s %s %s", p.Path, state, connect, p.Direction, nat, side(p.Pair), side(p.FarPair), p.Server, p.Note, p.Reason)
}

// checkConnected looks at the proof that a path is what it is called, from both ends.
func checkConnected(t *testing.T, pair Pair, p *PathResult) {
	t.Helper()
	if p == nil {
		t.Fatalf("%v: no word about a path that was asked for", pair)
	}
	if p.Outcome() != "ok" {
		t.Errorf("%v: %s is %s, want ok: %s (%s)", pair, p.Path, p.Outcome(), p.Reason, p.Cause)
		return
	}
	if p.Direction != "up_down" {
		t.Errorf("%v: %s: direction %q", pair, p.Path, p.Direction)
	}
	if p.Pair == nil || p.FarPair == nil {
		t.Errorf("%v: %s: the pairs of both ends are %v and %v", pair, p.Path, p.Pair, p.FarPair)
		return
	}
	a, b := Seen(pair.A, AddrA, AddrNATA), Seen(pair.B, AddrB, AddrNATB)
	switch p.Path {
	case "direct", "stun":
		checkSeen(t, pair, p, []netip.Addr{b}, []netip.Addr{a})
		if p.NATBetween == nil || *p.NATBetween != pair.NATBetween() {
			t.Errorf("%v: %s: nat_between is %v", pair, p.Path, p.NATBetween)
		}
	default: // the relay may be the host's own: then both stand beside each other
		checkSeen(t, pair, p, []netip.Addr{b, AddrB}, []netip.Addr{AddrSrv, AddrB})
	}
	if want := map[string]string{"direct": "host", "stun": "srflx"}[p.Path]; want == "" && p.Pair.Local.Type != "relay" || want != "" && p.Pair.Local.Type != want {
		t.Errorf("%v: %s: the local candidate is of type %s", pair, p.Path, p.Pair.Local.Type)
	}
	if want := map[string]string{"relay-udp": "udp", "relay-tcp": "tcp", "relay-tls": "tls"}[p.Path]; p.Pair.Local.RelayProtocol != want {
		t.Errorf("%v: %s: relayed over %q", pair, p.Path, p.Pair.Local.RelayProtocol)
	}
}

// checkSeen wants each end to see the other under the address that the network is known to show.
func checkSeen(t *testing.T, pair Pair, p *PathResult, near, far []netip.Addr) {
	t.Helper()
	if got := p.Pair.Remote.IP(); !slices.Contains(near, got) {
		t.Errorf("%v: %s: the guest sees the host at %s, want %v", pair, p.Path, got, near)
	}
	if got := p.FarPair.Remote.IP(); !slices.Contains(far, got) {
		t.Errorf("%v: %s: the host sees the guest at %s, want %v", pair, p.Path, got, far)
	}
}
