package rtc

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// A relay is told of this end's own addresses: what a server of the guest's says is this end's address is none, what one of its own says is.
func TestMappedAddressIsNotTold(t *testing.T) {
	noLeaks(t)
	says := netip.MustParseAddrPort("203.0.113.66:5353")
	for name, own := range map[string]bool{"the guest's server": false, "its own server": true} {
		t.Run(name, func(t *testing.T) {
			server := loopbackSTUN(t, func(netip.AddrPort) netip.AddrPort { return says })
			var mu sync.Mutex
			var opened []netip.AddrPort
			a := &Acceptor{NamedServers: true, Opened: func(at netip.AddrPort) {
				mu.Lock()
				defer mu.Unlock()
				opened = append(opened, at)
			}}
			order := strangersLeg(time.Second)
			order.Path = netcheck.PathRelayUDP
			if own {
				a.STUNAddresses = func(netcheck.Family) []netip.AddrPort { return []netip.AddrPort{server} }
			} else {
				order.Servers = []string{"stun:" + server.String()}
			}
			g := newStranger(t, a, order)
			g.datagrams(labelData, false)
			g.send(g.offer())
			offered := false
			for !offered {
				s, err := g.near.Receive(t.Context())
				must(t, err)
				offered = strings.Contains(s.Candidate, says.Addr().String())
			}
			<-g.done
			mu.Lock()
			defer mu.Unlock()
			if slices.Contains(opened, says) != own || len(opened) == 0 {
				t.Errorf("told of %v", opened)
			}
		})
	}
}

// What an order claims does not decide how much memory its link may take.
func TestOrderIsClamped(t *testing.T) {
	huge := signaling.Leg{Rate: netcheck.MaxRate, Size: netcheck.MaxSize}
	for _, tt := range []struct {
		a     Acceptor
		order signaling.Leg
		want  netcheck.Load
	}{
		{Acceptor{}, huge, netcheck.Load{PacketsPerSecond: acceptedRate, PacketSize: netcheck.MaxSize}},
		{Acceptor{MaxRate: 50, MaxSize: 300}, huge, netcheck.Load{PacketsPerSecond: 50, PacketSize: 300}},
		{Acceptor{MaxRate: 50_000}, huge, netcheck.Load{PacketsPerSecond: netcheck.MaxRate, PacketSize: netcheck.MaxSize}},
		{Acceptor{MaxRate: 50, MaxSize: 300}, signaling.Leg{Rate: 10, Size: 100}, netcheck.Load{PacketsPerSecond: 10, PacketSize: 100}},
	} {
		if got := tt.a.load(tt.order); got != tt.want {
			t.Errorf("%+v: %+v, want %+v", tt.order, got, tt.want)
		}
	}
	if w := window((&Acceptor{}).load(huge)); w > 5<<20 {
		t.Errorf("a window of %d bytes for whoever asks", w)
	}
}

// Names are waited for as long as they are of use: not at all where there are addresses, a moment where one is known, and else for as long
// as the path can do without.
func TestNamesAreNotWaitedFor(t *testing.T) {
	url := func(host string) netcheck.ServerURL {
		return netcheck.ServerURL{Scheme: netcheck.SchemeSTUN, Host: host, Port: 3478, Transport: "udp"}
	}
	one := netip.MustParseAddr("192.0.2.1")
	dead := func(ctx context.Context, host string, _ netcheck.Family) ([]netip.Addr, error) {
		if host == "known.test" {
			return []netip.Addr{one}, nil
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for _, tt := range []struct {
		hosts []string
		took  time.Duration
		want  int
	}{
		{nil, 0, 0}, {[]string{"192.0.2.1", "192.0.2.2"}, 0, 2}, {[]string{"2001:db8::1"}, 0, 0}, {[]string{"known.test"}, 0, 1},
		{[]string{"dead.test", "192.0.2.1"}, spareNamesTime, 1}, {[]string{"dead.test", "known.test", "worse.test"}, spareNamesTime, 1},
		{[]string{"dead.test", "worse.test"}, relayNamesTime, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			var urls []netcheck.ServerURL
			for _, h := range tt.hosts {
				urls = append(urls, url(h))
			}
			begin, n := time.Now(), 0
			for _, a := range lookUpBy(t.Context(), dead, urls, netcheck.Family4, relayNamesTime) {
				if a.IsValid() {
					n++
				}
			}
			if took := time.Since(begin); took != tt.took || n != tt.want {
				t.Errorf("%q: %d addresses after %v", tt.hosts, n, took)
			}
		})
	}
	a := &Acceptor{Servers: []netcheck.ICEServer{{URL: url("nobody.invalid")}}, STUNAddresses: func(netcheck.Family) []netip.AddrPort {
		return []netip.AddrPort{netip.AddrPortFrom(one, 3478), netip.AddrPortFrom(one, 3478), netip.MustParseAddrPort("[2001:db8::1]:3478")}
	}}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got, foreign := a.stunServers(gone, signaling.Leg{Path: netcheck.PathSTUN, Family: netcheck.Family4}); foreign || len(got) != 1 || got[0].URLs[0] != "stun:192.0.2.1:3478" {
		t.Errorf("%+v", got)
	}
}
