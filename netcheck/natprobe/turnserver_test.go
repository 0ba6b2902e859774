package natprobe_test

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
	"echopath/turnserver"
)

// startOwn starts the program's own server with a session, whose credentials the questions carry.
func startOwn(t *testing.T, cfg turnserver.Config) (*turnserver.Server, func(natprobe.Transport) natprobe.Ask, *turnserver.Session) {
	t.Helper()
	s, err := turnserver.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	session, err := s.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	return s, func(over natprobe.Transport) natprobe.Ask {
		addr := map[natprobe.Transport]netip.AddrPort{
			natprobe.TransportUDP: s.UDPAddr(), natprobe.TransportTCP: s.TCPAddr(), natprobe.TransportTLS: s.TLSAddr(),
		}[over]
		ask := askAt(addr, over)
		user, pass := session.Credentials()
		ask.Server.Username, ask.Server.Password = user, netcheck.Secret(pass)
		ask.Server.Trust.Pins = []netcheck.SPKIHash{s.SPKISHA256()}
		return ask
	}, session
}

// ownTransports are those of the program's own server: it has no DTLS.
var ownTransports = []natprobe.Transport{natprobe.TransportUDP, natprobe.TransportTCP, natprobe.TransportTLS}

func TestOwnServer(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1"} {
		s, ask, session := startOwn(t, turnserver.Config{Address: netip.MustParseAddr(address)})
		for _, over := range ownTransports {
			t.Run(address+" "+string(over), func(t *testing.T) {
				a := ask(over)
				r := direct().TURN(within(t), a)
				wantResult(t, r, a, netcheck.NetOK, "")
				wantSteps(t, r, wholeTimeline(over)...)
				if relay, err := netip.ParseAddrPort(r.Facts.Relayed); err != nil || relay.Addr().String() != address || r.Facts.Mapped != r.Local {
					t.Errorf("facts %+v", r.Facts)
				}
				if c := session.Counters(); c.AllocationsMade < 2 || c.Denied != 0 {
					t.Errorf("after the probe: %+v", c)
				}
				wantResult(t, direct().UDP(within(t), ask(natprobe.TransportUDP)), ask(natprobe.TransportUDP), netcheck.NetOK, "")
				a.Server.Password = "wrong one"
				r = direct().TURN(within(t), a)
				wantResult(t, r, a, netcheck.NetFailed, netcheck.ReasonAuth, "user or password")
			})
		}
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for end := within(t).Done(); s.Totals().Allocations > 0; {
			select {
			case <-tick.C:
			case <-end:
				t.Fatalf("%d allocations are left", s.Totals().Allocations)
			}
		}
	}
}

// The server's clock and this computer's decide together what is said of a credential.
func TestOwnServerExpiry(t *testing.T) {
	var ahead atomic.Int64
	server := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	_, ask, _ := startOwn(t, turnserver.Config{Now: server, CredentialTTL: 10 * time.Minute})
	for _, over := range ownTransports {
		a := ask(over)
		ahead.Store(int64(30 * time.Minute))
		r := direct().TURN(within(t), a)
		wantResult(t, r, a, netcheck.NetFailed, netcheck.ReasonAuth, "another 9 min by this computer's clock")
		p := direct()
		p.Now = server
		r = p.TURN(within(t), a)
		wantResult(t, r, a, netcheck.NetFailed, netcheck.ReasonExpired, "expired 20 min ago")
		ahead.Store(0)
	}
}

func TestOwnServerQuota(t *testing.T) {
	_, ask, session := startOwn(t, turnserver.Config{})
	session.SetMaxAllocations(1)
	a := ask(natprobe.TransportTCP)
	wantResult(t, direct().TURN(within(t), a), a, netcheck.NetDegraded, netcheck.ReasonQuota, "grants a relay over TCP", "486")
}
