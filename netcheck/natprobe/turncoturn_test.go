package natprobe_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the TURN REST form is HMAC-SHA1
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"testing"
	"time"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/natprobe"
)

// direct is a prober that goes through no proxy, whatever this computer has set.
func direct() *natprobe.Prober {
	return &natprobe.Prober{Dialer: func(local netip.Addr) *dial.Dialer {
		return &dial.Dialer{Local: local, Proxy: func(string) (*url.URL, error) { return nil, nil }}
	}}
}

// askCoturn is a question to a coturn over a transport, with the right credentials.
func askCoturn(s *coturntest.Server, over natprobe.Transport) natprobe.Ask {
	addr := s.Addr
	if over == natprobe.TransportTLS || over == natprobe.TransportDTLS {
		addr = s.TLSAddr
	}
	ask := askAt(addr, over)
	ask.Server.Username, ask.Server.Password, ask.Server.RESTSecret = s.User, netcheck.Secret(s.Password), netcheck.Secret(s.RESTSecret)
	ask.Server.Trust.CAPEM = s.CAPEM
	return ask
}

// askAt is a question to what listens at addr.
func askAt(addr netip.AddrPort, over natprobe.Transport) natprobe.Ask {
	_, srv := legTo(netcheck.PathRelayUDP, addr)
	return natprobe.Ask{Server: srv, Addr: addr, Transport: over}
}

// steps are the names of those of a result, with "!" behind those that failed.
func steps(r netcheck.NetResult) []string {
	var out []string
	for _, s := range r.Steps {
		name := s.Name
		if !s.OK {
			name += "!"
		}
		out = append(out, name)
	}
	return out
}

// wholeTimeline is that of a server in order.
func wholeTimeline(over natprobe.Transport) []string {
	relaying := []string{"challenge", "allocate", "permission", "channel", "echo", "refresh", "refresh"}
	switch over {
	case natprobe.TransportTCP:
		return append([]string{"dial"}, relaying...)
	case natprobe.TransportTLS:
		return append([]string{"dial", "tls"}, relaying...)
	case natprobe.TransportDTLS:
		return append([]string{"dtls"}, relaying...)
	}
	return relaying
}

// wantSteps checks the last steps of a result. The very last one, by which a relay is given back, is not waited for long: on a busy machine
// it may go without an answer.
func wantSteps(t *testing.T, r netcheck.NetResult, want ...string) {
	t.Helper()
	got := steps(r)
	if n := len(got); n > 0 && got[n-1] == "refresh!" {
		got[n-1] = "refresh"
	}
	if len(got) < len(want) || !slices.Equal(got[len(got)-len(want):], want) {
		t.Errorf("steps %q, want %q", got, want)
	}
}

// wantWorking checks everything that is known of a server in order.
func wantWorking(t *testing.T, r netcheck.NetResult, ask natprobe.Ask, over natprobe.Transport) {
	t.Helper()
	wantResult(t, r, ask, netcheck.NetOK, "")
	wantSteps(t, r, wholeTimeline(over)...)
	if r.Facts.RTT <= 0 || r.Facts.Mapped != r.Local || r.Facts.Relayed == "" || r.Took <= 0 || r.Family != netcheck.Family4 {
		t.Errorf("facts %+v of a result %+v", r.Facts, r)
	}
	encrypted := over == natprobe.TransportTLS || over == natprobe.TransportDTLS
	if (r.Facts.TLS != nil) != encrypted || encrypted && (r.Facts.TLS.VerifiedBy == "" || r.Facts.TLS.SPKISHA256 == "") {
		t.Errorf("TLS evidence %+v", r.Facts.TLS)
	}
	end := time.Duration(0)
	for _, s := range r.Steps {
		if s.At < end || s.Took < 0 || s.At+s.Took > r.Took || s.Detail == "" {
			t.Errorf("a step %+v of %v, after %v", s, r.Took, end)
		}
		end = s.At
	}
}

func TestCoturnRelays(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{DTLS: true})
	for _, over := range natprobe.AllTransports() {
		t.Run(string(over), func(t *testing.T) {
			ask := askCoturn(s, over)
			r := direct().TURN(within(t), ask)
			wantWorking(t, r, ask, over)
			if c := r.Steps[len(r.Steps)-7]; c.Name != "challenge" || c.Code != 401 || c.Detail != `realm "echopath.test"` {
				t.Errorf("challenge %+v", c)
			}
			ask.Server.Trust = netcheck.Trust{Pins: []netcheck.SPKIHash{s.SPKI}}
			wantWorking(t, direct().TURN(within(t), ask), ask, over)
		})
	}
	ask := askCoturn(s, natprobe.TransportUDP)
	wantResult(t, direct().UDP(within(t), ask), ask, netcheck.NetOK, "")
}

func TestCoturnRefuses(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{DTLS: true})
	for _, over := range natprobe.AllTransports() {
		t.Run(string(over), func(t *testing.T) {
			ask := askCoturn(s, over)
			ask.Server.Password = "wrong"
			r := direct().TURN(within(t), ask)
			wantResult(t, r, ask, netcheck.NetFailed, netcheck.ReasonAuth, "error 401", "user or password")
			if last := r.Steps[len(r.Steps)-1]; last.Name != "allocate" || last.OK || last.Code != 401 {
				t.Errorf("last step %+v", last)
			}
			if over == natprobe.TransportUDP || over == natprobe.TransportTCP {
				return
			}
			ask = askCoturn(s, over)
			ask.Server.Trust = netcheck.Trust{}
			wantResult(t, direct().TURN(within(t), ask), ask, netcheck.NetFailed, netcheck.ReasonTLSUntrusted, "coturntest CA")
			ask.Server.Trust = netcheck.Trust{Pins: []netcheck.SPKIHash{{1}}}
			r = direct().TURN(within(t), ask)
			wantResult(t, r, ask, netcheck.NetFailed, netcheck.ReasonTLSPin, "coturntest CA")
			if r.Facts.TLS == nil || r.Facts.TLS.SPKISHA256 != netcheck.SPKIHash(s.SPKI).String() || r.Facts.TLS.VerifiedBy != "" {
				t.Errorf("evidence %+v", r.Facts.TLS)
			}
			ask = askCoturn(s, over)
			ask.Server.URL.Host = "turn.example.com"
			wantResult(t, direct().TURN(within(t), ask), ask, netcheck.NetFailed, netcheck.ReasonTLSName, "turn.example.com")
		})
	}
}

func TestCoturnCredentialsInTime(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{RESTSecret: "north", DTLS: true})
	made := func(left time.Duration) (string, netcheck.Secret) {
		name := fmt.Sprintf("%d:echopath", time.Now().Add(left).Unix())
		mac := hmac.New(sha1.New, []byte(s.RESTSecret))
		mac.Write([]byte(name))
		return name, netcheck.Secret(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	for _, over := range natprobe.AllTransports() {
		t.Run(string(over), func(t *testing.T) {
			ask := askCoturn(s, over)
			ask.Server.RESTSecret = ""
			ask.Server.Username, ask.Server.Password = made(time.Hour)
			r := direct().TURN(within(t), ask)
			wantWorking(t, r, ask, over)
			if r.Facts.Expired > -50*time.Minute || r.Facts.Expired < -time.Hour {
				t.Errorf("expired %v", r.Facts.Expired)
			}
			ask.Server.Username, ask.Server.Password = made(-12*time.Minute - 30*time.Second)
			r = direct().TURN(within(t), ask)
			wantResult(t, r, ask, netcheck.NetFailed, netcheck.ReasonExpired, "expired 12 min ago")
			if r.Facts.Expired < 12*time.Minute || r.Facts.Expired > time.Hour {
				t.Errorf("expired %v", r.Facts.Expired)
			}
			ask.Server.Username, _ = made(3*time.Hour + 10*time.Minute)
			ask.Server.Password = "made from another secret"
			r = direct().TURN(within(t), ask)
			wantResult(t, r, ask, netcheck.NetFailed, netcheck.ReasonAuth, "another 3 h", "clock", "secret")
		})
	}
}

// A user with one allocation has a relay, and no second one to send a packet to.
func TestCoturnOneRelay(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{UserQuota: 1})
	ask := askCoturn(s, natprobe.TransportTCP)
	r := direct().TURN(within(t), ask)
	wantResult(t, r, ask, netcheck.NetDegraded, netcheck.ReasonQuota, "grants a relay over TCP", "486")
	if last := r.Steps[len(r.Steps)-2]; last.Code != 486 || last.OK {
		t.Errorf("steps %+v", r.Steps)
	}
}

func TestCoturnRefusesItself(t *testing.T) {
	s := coturntest.Start(t, coturntest.Options{DeniedPeers: []string{"127.0.0.1"}, DTLS: true})
	for _, over := range natprobe.AllTransports() {
		ask := askCoturn(s, over)
		r := direct().TURN(within(t), ask)
		wantResult(t, r, ask, netcheck.NetDegraded, netcheck.ReasonPeerRefused, "grants a relay", "allowed-peer-ip=127.0.0.1")
		wantSteps(t, r, "allocate", "permission!", "permission!", "refresh", "refresh") // the second: of a socket, which is at that address too
	}
}
