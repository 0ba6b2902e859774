package localprobe_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/localprobe"
)

// said is what name servers say to one question.
type said struct {
	addrs []string
	code  netcheck.ReasonCode
	after time.Duration
}

// nameServers answer A and AAAA questions, for any name.
func nameServers(a, aaaa said) *localprobe.Prober {
	return &localprobe.Prober{Resolve: func(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error) {
		s := map[netcheck.Family]said{netcheck.Family4: a, netcheck.Family6: aaaa}[f]
		select {
		case <-time.After(s.after):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if s.code != "" {
			return nil, &netcheck.Failure{Code: s.code, Text: "It is " + string(s.code) + " for " + host + ".", Advice: "Do something.", Err: errors.New("cause")}
		}
		var out []netip.Addr
		for _, text := range s.addrs {
			out = append(out, netip.MustParseAddr(text))
		}
		return out, nil
	}}
}

func TestDNS(t *testing.T) {
	const name = "turn.example.com"
	found := func(addrs ...string) said { return said{addrs: addrs} }
	fails := func(code netcheck.ReasonCode) said { return said{code: code} }
	missing, silent, none := fails(netcheck.ReasonNameNotFound), said{code: netcheck.ReasonNameTimeout, after: 2 * time.Second}, fails(netcheck.ReasonNoFamily)
	blocked := func(code netcheck.ReasonCode, words ...string) want {
		return want{netcheck.NetBlocked, code, words, nil}
	}
	tests := []struct {
		name    string
		host    string
		a, aaaa said
		family  netcheck.Family
		want    want
		addrs   []string
	}{
		{name: "both", a: found("203.0.113.7"), aaaa: found("2001:db8::7"), want: want{netcheck.NetOK, "", []string{"203.0.113.7, 2001:db8::7"}, nil}, addrs: []string{"203.0.113.7", "2001:db8::7"}},
		{name: "IPv4 alone", a: found("203.0.113.7"), aaaa: none, want: want{state: netcheck.NetOK}, addrs: []string{"203.0.113.7"}},
		{name: "IPv6 alone", a: none, aaaa: found("2001:db8::7"), want: want{state: netcheck.NetOK}, addrs: []string{"2001:db8::7"}},
		{name: "literal", host: "203.0.113.9", want: want{netcheck.NetOK, "", []string{"no name server"}, nil}, addrs: []string{"203.0.113.9"}},
		{name: "no such name", a: missing, aaaa: missing, want: blocked(netcheck.ReasonNameNotFound, "Check the spelling", "to be allowed", "IP address")},
		{name: "silence", a: silent, aaaa: silent, want: blocked(netcheck.ReasonNameTimeout, "port 53")},
		{name: "one silent, one not found", a: silent, aaaa: missing, want: blocked(netcheck.ReasonNameTimeout)},
		{name: "AAAA silent", a: found("203.0.113.7"), aaaa: silent, want: want{netcheck.NetDegraded, netcheck.ReasonNameTimeout, []string{"IPv6 (AAAA)", "2000 ms", "203.0.113.7"}, nil}, addrs: []string{"203.0.113.7"}},
		{name: "A silent", a: silent, aaaa: found("2001:db8::7"), want: want{netcheck.NetDegraded, netcheck.ReasonNameTimeout, []string{"IPv4 (A)"}, nil}, addrs: []string{"2001:db8::7"}},
		{name: "split", a: found("10.1.2.3"), aaaa: none, want: want{netcheck.NetDegraded, netcheck.ReasonSplitDNS, []string{"public name turn.example.com", "10.1.2.3", "inside this network, nothing"}, nil}, addrs: []string{"10.1.2.3"}},
		{name: "split, IPv6", a: none, aaaa: found("fd00::7"), want: want{netcheck.NetDegraded, netcheck.ReasonSplitDNS, nil, nil}, addrs: []string{"fd00::7"}},
		{name: "taken over", a: found("198.18.0.7"), aaaa: none, want: want{netcheck.NetDegraded, netcheck.ReasonSplitDNS, nil, nil}, addrs: []string{"198.18.0.7"}},
		{name: "private name", host: "turn.corp", a: found("10.1.2.3"), aaaa: none, want: want{state: netcheck.NetOK}, addrs: []string{"10.1.2.3"}},
		{name: "name of one word", host: "turn", a: found("10.1.2.3"), aaaa: none, want: want{state: netcheck.NetOK}, addrs: []string{"10.1.2.3"}},
		{name: "home.arpa", host: "turn.home.arpa.", a: found("192.168.1.2"), aaaa: none, want: want{state: netcheck.NetOK}, addrs: []string{"192.168.1.2"}},
		{name: "filter", a: found("0.0.0.0"), aaaa: found("::"), want: blocked(netcheck.ReasonDNSFilter, "leads nowhere", "taken off the DNS filter"), addrs: []string{"0.0.0.0", "::"}},
		{name: "filter with loopback", a: found("127.0.0.1"), aaaa: none, want: blocked(netcheck.ReasonDNSFilter), addrs: []string{"127.0.0.1"}},
		{name: "localhost", host: "localhost", a: found("127.0.0.1"), aaaa: found("::1"), want: want{state: netcheck.NetOK}, addrs: []string{"127.0.0.1", "::1"}},
		{name: "IPv6 asked for, none", a: found("203.0.113.7"), aaaa: none, family: netcheck.Family6, want: want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}},
		{name: "IPv4 asked for", a: found("203.0.113.7"), aaaa: silent, family: netcheck.Family4, want: want{state: netcheck.NetOK}, addrs: []string{"203.0.113.7"}},
		{name: "nothing at all", want: want{netcheck.NetNotTested, netcheck.ReasonNameTimeout, nil, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.host == "" {
					tt.host = name
				}
				r := nameServers(tt.a, tt.aaaa).DNS(t.Context(), "turn:"+tt.host+":3478", tt.host, tt.family)
				check(t, r, tt.want)
				if r.Kind != netcheck.ProbeDNS || r.Server != "turn:"+tt.host+":3478" || !slices.Equal(r.Facts.Addresses, tt.addrs) {
					t.Errorf("result %+v", r)
				}
				if limit := 2 * time.Second; r.Took > limit { // both questions go out at once
					t.Errorf("it took %v", r.Took)
				}
			})
		})
	}
}

func TestDNSStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := said{after: time.Minute}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := nameServers(slow, slow).DNS(ctx, "x", "turn.example.com", netcheck.FamilyAuto)
		check(t, r, want{netcheck.NetNotTested, netcheck.ReasonCancelled, nil, nil})
		if r.Took != time.Second {
			t.Errorf("it took %v", r.Took)
		}
		// What was known by then is said.
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r = nameServers(said{addrs: []string{"203.0.113.7"}}, slow).DNS(ctx, "x", "turn.example.com", netcheck.FamilyAuto)
		check(t, r, want{state: netcheck.NetOK, words: []string{"203.0.113.7"}})
	})
}

// The system's resolver is asked for a name that needs no name server.
func TestDNSOfThisComputer(t *testing.T) {
	r := new(localprobe.Prober).DNS(within(t), "localhost", "localhost", netcheck.Family4)
	check(t, r, want{netcheck.NetOK, "", []string{"127.0.0.1"}, nil})
}
