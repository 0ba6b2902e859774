package natprobe_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/stun/v3"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

// A server that does not relay to itself is tried with another far end, and the words say with which.
func TestCoturnRelaysElsewhere(t *testing.T) {
	start := func(relay string, denied ...string) *coturntest.Server {
		return coturntest.Start(t, coturntest.Options{Relay: relay, DeniedPeers: denied})
	}
	self := start("127.0.0.2", "127.0.0.2")
	all := start("127.0.0.3", "127.0.0.0-127.255.255.255")
	open := start("127.0.0.4")
	for _, tt := range []struct {
		name   string
		server *coturntest.Server
		others []*coturntest.Server
		code   netcheck.ReasonCode
		words  string
	}{
		{"by another server", self, []*coturntest.Server{open}, "", "It does not relay to its own address, so the packet went by a relay of the server " + open.Addr.String()},
		{"by a socket", self, nil, "", "went to a socket of this computer, by its outside address 127.0.0.1:"},
		{"another server that refuses too", self, []*coturntest.Server{all}, "", "went to a socket of this computer"},
		{"no way", all, []*coturntest.Server{open}, netcheck.ReasonPeerRefused, "does not relay to its own address 127.0.0.3"},
	} {
		for _, over := range []natprobe.Transport{natprobe.TransportUDP, natprobe.TransportTCP} {
			t.Run(tt.name+" over "+string(over), func(t *testing.T) {
				ask := askCoturn(tt.server, over)
				ask.Others = func(context.Context) (out []natprobe.Ask) {
					for _, o := range tt.others {
						out = append(out, askCoturn(o, natprobe.TransportUDP))
					}
					return out
				}
				r := direct().TURN(within(t), ask)
				state := netcheck.NetOK
				if tt.code != "" {
					state = netcheck.NetDegraded
				}
				wantResult(t, r, ask, state, tt.code, tt.words)
				i := slices.IndexFunc(r.Steps, func(s netcheck.NetStep) bool { return s.Name == netcheck.NetStepEcho && s.OK })
				if (i >= 0) != (state == netcheck.NetOK) || !slices.Contains(steps(r), "permission!") {
					t.Errorf("steps %q", steps(r))
				}
			})
		}
	}
}

// A server that refuses every end is told to do so, and asked no longer than that takes.
func TestRelayRefusesEverybody(t *testing.T) {
	w := &world{refuses: map[stun.Method]stun.ErrorCode{stun.MethodCreatePermission: stun.CodeForbidden}}
	w.live(t, func(t *testing.T, p *natprobe.Prober, ask natprobe.Ask) {
		p.ListenUDP = nil
		ask.Others = func(context.Context) []natprobe.Ask { return []natprobe.Ask{ask} }
		ask.Interface = "none"
		asked := 0
		p.LocalOf = func(string, netcheck.Family) (netip.Addr, error) {
			asked++
			return netip.MustParseAddr("192.0.2.200"), nil // of nobody here: no real socket comes about
		}
		r := p.TURN(t.Context(), ask)
		if r.State != netcheck.NetDegraded || r.Code != netcheck.ReasonPeerRefused || strings.Contains(r.Text, "socket") || asked == 0 {
			t.Errorf("%+v", r)
		}
	})
}
