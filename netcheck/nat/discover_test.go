package nat

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
)

const (
	none    = netcheck.BehaviorNone
	eim     = netcheck.BehaviorEndpointIndependent
	adm     = netcheck.BehaviorAddressDependent
	apdm    = netcheck.BehaviorAddressAndPortDependent
	either  = netcheck.BehaviorIndependentOrAddress
	depends = netcheck.BehaviorDependent
	steady  = netcheck.BehaviorNotSeenToVary
	unknown = netcheck.BehaviorNotTested
)

var (
	twoAddresses = fakeServer{a1: "198.51.100.1", a2: "198.51.100.2", p1: 3478, p2: 3479}
	twoPorts     = fakeServer{a1: "198.51.100.1", p1: 3478, p2: 3479, noChangeIP: true}
	onePlain     = fakeServer{a1: "198.51.100.7", p1: 3478, noPadding: true, noChange: true}
	otherPlain   = fakeServer{a1: "198.51.100.8", p1: 19302, noPadding: true, noChange: true}
)

// discover runs a discovery in a world, in a bubble, and gives how long it took by the bubble's clock.
func discover(t *testing.T, n fakeNAT, servers []fakeServer, change func(*world, *Config)) (r netcheck.NetResult) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(n)
		w.delay = 20 * time.Millisecond
		var c Config
		for _, s := range servers {
			server := w.serve(s)
			if s.a2 == "" && s.p2 != 0 {
				server.AltPort = s.p2 // as an invite tells it
			}
			c.Servers = append(c.Servers, server)
		}
		if change != nil {
			change(w, &c)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		r = w.prober().Discover(ctx, c)
		for at := range w.sockets {
			t.Errorf("the socket %s was left open", at)
		}
		synctest.Wait()
	})
	return r
}

// The matrix of NATs and servers: what each can decide, and no more.
func TestDiscover(t *testing.T) {
	padded, ported := twoAddresses, twoPorts
	padded.needsPad, ported.needsPad, ported.noChange = true, true, false
	methods := []struct {
		name    string
		servers []fakeServer
		method  netcheck.NATMethod
	}{
		{"two addresses", []fakeServer{twoAddresses}, netcheck.NATByTwoAddresses},
		{"two addresses, wary of amplification", []fakeServer{padded}, netcheck.NATByTwoAddresses},
		{"two addresses and plain ones", []fakeServer{onePlain, otherPlain, twoAddresses}, netcheck.NATByTwoAddresses},
		{"two ports", []fakeServer{twoPorts}, netcheck.NATByTwoPorts},
		{"two ports, wary", []fakeServer{ported}, netcheck.NATByTwoPorts},
		{"two ports and another", []fakeServer{twoPorts, onePlain}, netcheck.NATByTwoPorts},
		{"plain ones", []fakeServer{onePlain, otherPlain}, netcheck.NATBySeveralServers},
		{"one plain", []fakeServer{onePlain}, netcheck.NATByOneServer},
	}
	type verdict struct{ mapping, filtering netcheck.Behavior }
	for _, tt := range []struct {
		name string
		nat  fakeNAT
		want [5]verdict // by two addresses, two ports, two ports and others, several, one
	}{
		{"no NAT", fakeNAT{mapping: none, filtering: eim}, [5]verdict{{none, eim}, {none, either}, {none, either}, {none, unknown}, {none, unknown}}},
		{"firewall", fakeNAT{mapping: none, filtering: apdm}, [5]verdict{{none, apdm}, {none, apdm}, {none, apdm}, {none, unknown}, {none, unknown}}},
		{"full cone", fakeNAT{mapping: eim, filtering: eim}, [5]verdict{{eim, eim}, {either, either}, {eim, either}, {steady, unknown}, {unknown, unknown}}},
		{"restricted cone", fakeNAT{mapping: eim, filtering: adm}, [5]verdict{{eim, adm}, {either, either}, {eim, either}, {steady, unknown}, {unknown, unknown}}},
		{"port-restricted cone", fakeNAT{mapping: eim, filtering: apdm, preserve: true}, [5]verdict{{eim, apdm}, {either, apdm}, {eim, apdm}, {steady, unknown}, {unknown, unknown}}},
		{"address-dependent", fakeNAT{mapping: adm, filtering: apdm}, [5]verdict{{adm, apdm}, {either, apdm}, {adm, apdm}, {depends, unknown}, {unknown, unknown}}},
		{"symmetric", fakeNAT{mapping: apdm, filtering: apdm}, [5]verdict{{apdm, apdm}, {apdm, apdm}, {apdm, apdm}, {depends, unknown}, {unknown, unknown}}},
		{"symmetric, open", fakeNAT{mapping: apdm, filtering: eim}, [5]verdict{{apdm, eim}, {apdm, either}, {apdm, either}, {depends, unknown}, {unknown, unknown}}},
	} {
		for i, m := range methods {
			t.Run(tt.name+"/"+m.name, func(t *testing.T) {
				want := tt.want[[]int{0, 0, 0, 1, 1, 2, 3, 4}[i]]
				r := discover(t, tt.nat, m.servers, nil)
				b := r.Facts.NAT
				if b.Mapping != want.mapping || b.Filtering != want.filtering || b.Method != m.method {
					t.Errorf("mapping %q, filtering %q by %q; want %q, %q by %q\n%+v", b.Mapping, b.Filtering, b.Method, want.mapping, want.filtering, m.method, b)
				}
				if b.NAT != netcheck.TriOf(tt.nat.mapping != none) || len(b.Servers) != len(m.servers) {
					t.Errorf("NAT %q, servers %v", b.NAT, b.Servers)
				}
				checkResult(t, r)
				if r.Took > 2500*time.Millisecond {
					t.Errorf("it took %s", r.Took)
				}
			})
		}
	}
}

// checkResult holds what is true of every result: words wherever something is missing, and a state that fits.
func checkResult(t *testing.T, r netcheck.NetResult) {
	t.Helper()
	b := r.Facts.NAT
	certain := map[netcheck.Behavior]bool{none: true, eim: true, adm: true, apdm: true}
	if (b.MappingNote == "") != certain[b.Mapping] || (b.FilteringNote == "") != certain[b.Filtering] {
		t.Errorf("mapping %q, note %q; filtering %q, note %q", b.Mapping, b.MappingNote, b.Filtering, b.FilteringNote)
	}
	if (r.State == netcheck.NetNotTested) != (b.Mapping == unknown && b.Filtering == unknown) || r.State != netcheck.NetNotTested && r.State != netcheck.NetOK {
		t.Errorf("state %q", r.State)
	}
	if (r.Code == netcheck.ReasonNoServer) != (r.State == netcheck.NetNotTested) {
		t.Errorf("state %q, code %q", r.State, r.Code)
	}
	if r.Kind != netcheck.ProbeNAT || !strings.HasSuffix(r.Text, ".") || r.Facts.Mapped != b.Mapped || r.Facts.RTT != 20*time.Millisecond || r.Remote == "" || len(b.Tests) == 0 {
		t.Errorf("%+v", r)
	}
	if b.Gloss() != "" && !strings.Contains(r.Text, b.Gloss()) {
		t.Errorf("%q does not name it %q", r.Text, b.Gloss())
	}
}
