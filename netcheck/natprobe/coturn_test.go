package natprobe_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the TURN REST form is HMAC-SHA1
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/natprobe"
)

var relayPaths = []netcheck.Path{netcheck.PathRelayUDP, netcheck.PathRelayTCP, netcheck.PathRelayTLS}

// ask diagnoses a coturn over a path with user and password.
func ask(t *testing.T, s *coturntest.Server, path netcheck.Path, change func(*netcheck.ICEServer)) (*netcheck.Failure, netcheck.ICEServer) {
	t.Helper()
	addr := s.Addr
	if path == netcheck.PathRelayTLS {
		addr = s.TLSAddr
	}
	leg, srv := legTo(path, addr)
	srv.Username, srv.Password, srv.RESTSecret = s.User, netcheck.Secret(s.Password), netcheck.Secret(s.RESTSecret)
	srv.Trust.CAPEM = s.CAPEM
	if change != nil {
		change(&srv)
	}
	p := &natprobe.Prober{Dialer: func(local netip.Addr) *dial.Dialer {
		return &dial.Dialer{Local: local, Proxy: func(string) (*url.URL, error) { return nil, nil }}
	}}
	return p.Diagnose(within(t), leg, srv, addr), srv
}

func TestCoturn(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{})
	f, srv := ask(t, s, netcheck.PathSTUN, nil)
	wantFailure(t, f, srv, "")
	for _, path := range relayPaths {
		f, srv := ask(t, s, path, nil)
		wantFailure(t, f, srv, "")
		f, srv = ask(t, s, path, func(srv *netcheck.ICEServer) { srv.Username = "nobody" })
		wantFailure(t, f, srv, netcheck.ReasonAuth)
		f, srv = ask(t, s, path, func(srv *netcheck.ICEServer) { srv.Password = "wrong" })
		wantFailure(t, f, srv, netcheck.ReasonAuth)
		f, srv = ask(t, s, path, func(srv *netcheck.ICEServer) { srv.Username = "" })
		wantFailure(t, f, srv, netcheck.ReasonAuth, "wants user and password")
	}
	f, srv = ask(t, s, netcheck.PathRelayTLS, func(srv *netcheck.ICEServer) { srv.Trust = netcheck.Trust{Pins: []netcheck.SPKIHash{s.SPKI}} })
	wantFailure(t, f, srv, "")
	f, srv = ask(t, s, netcheck.PathRelayTLS, func(srv *netcheck.ICEServer) { srv.Trust = netcheck.Trust{} })
	wantFailure(t, f, srv, netcheck.ReasonTLSUntrusted, "coturntest CA")
}

// A test needs two allocations of one user. Those of a diagnosis are given back: coturn 4.6 counts a session for a
// second after its end, and for ten minutes if it is just left.
func TestCoturnQuota(t *testing.T) {
	one := coturntest.Start(t, coturntest.Options{UserQuota: 1})
	f, srv := ask(t, one, netcheck.PathRelayUDP, nil)
	wantFailure(t, f, srv, netcheck.ReasonQuota, "486")

	two := coturntest.Start(t, coturntest.Options{UserQuota: 2})
	f, srv = ask(t, two, netcheck.PathRelayUDP, nil)
	wantFailure(t, f, srv, "")
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	end := within(t).Done()
	for {
		f, srv = ask(t, two, netcheck.PathRelayUDP, nil)
		if f == nil {
			return
		}
		wantFailure(t, f, srv, netcheck.ReasonQuota)
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("the allocations were not given back")
		}
	}
}

func TestCoturnRESTSecret(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{RESTSecret: "north"})
	expired := func(srv *netcheck.ICEServer) {
		srv.RESTSecret = ""
		srv.Username = fmt.Sprintf("%d:echopath", time.Now().Add(-12*time.Minute-30*time.Second).Unix())
		mac := hmac.New(sha1.New, []byte(s.RESTSecret))
		mac.Write([]byte(srv.Username))
		srv.Password = netcheck.Secret(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	for _, path := range relayPaths {
		f, srv := ask(t, s, path, nil)
		wantFailure(t, f, srv, "")
		f, srv = ask(t, s, path, expired)
		wantFailure(t, f, srv, netcheck.ReasonExpired, "expired 12 min ago")
		f, srv = ask(t, s, path, func(srv *netcheck.ICEServer) { srv.RESTSecret = "south" })
		wantFailure(t, f, srv, netcheck.ReasonAuth, "secret")
	}
}

func TestCoturnPeerRefused(t *testing.T) {
	for name, o := range map[string]coturntest.Options{
		"loopback is refused by default": {NoLoopbackPeers: true},
		"denied peer":                    {DeniedPeers: []string{"127.0.0.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := coturntest.Start(t, o)
			for _, path := range relayPaths {
				f, srv := ask(t, s, path, nil)
				wantFailure(t, f, srv, netcheck.ReasonPeerRefused, "does not relay to its own address 127.0.0.1", "allowed-peer-ip=127.0.0.1")
			}
		})
	}
}
