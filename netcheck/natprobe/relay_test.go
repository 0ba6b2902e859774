package natprobe_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

// Every answer that a TURN server may give, over UDP and TCP.
func TestRelayAnswers(t *testing.T) {
	const allocate, permit = stun.MethodAllocate, stun.MethodCreatePermission
	now := time.Unix(1_800_000_000, 0)
	rest := func(left time.Duration) string { return fmt.Sprintf("%d:echopath", now.Add(left).Unix()) }
	fresh := stun.NewNonce("fresh")
	tests := []struct {
		name    string
		instead func(*stun.Message, int) *stun.Message
		user    string
		code    netcheck.ReasonCode // "" = nothing is wrong
		words   []string
		freed   int
	}{
		{name: "all well", freed: 2},
		{name: "wants no credentials", instead: func(request *stun.Message, n int) *stun.Message {
			return respond(request, stun.ClassSuccessResponse, relayed{})
		}},
		{name: "400 after the challenge", instead: refuseNth(allocate, 1, 400), code: netcheck.ReasonAuth, words: []string{"user or password"}},
		{name: "401 again", instead: refuseNth(allocate, 1, 401), code: netcheck.ReasonAuth},
		{name: "441", instead: refuseNth(permit, 1, 441), code: netcheck.ReasonAuth, freed: 2},
		{name: "expired", user: rest(-12 * time.Minute), instead: refuseNth(allocate, 1, 400), code: netcheck.ReasonExpired, words: []string{"expired 12 min ago"}},
		{name: "not yet expired", user: rest(3 * time.Hour), instead: refuseNth(allocate, 1, 401), code: netcheck.ReasonAuth, words: []string{"another 3 h", "clock"}},
		{name: "no user", user: "-", code: netcheck.ReasonAuth, words: []string{"wants user and password"}},
		{name: "user too long", user: string(make([]byte, 600)), code: netcheck.ReasonAuth, words: []string{"longer"}},
		{name: "stale nonce once", instead: refuseNth(allocate, 1, 438, fresh), freed: 2},
		{name: "stale nonce at the permission", instead: refuseNth(permit, 1, 438, fresh), freed: 2},
		{name: "stale nonce twice", code: netcheck.ReasonServerError, words: []string{"438"}, instead: func(request *stun.Message, n int) *stun.Message {
			if n == 0 {
				return nil
			}
			return refuse(request, stun.CodeStaleNonce, "", fresh)
		}},
		{name: "stale nonce without another", instead: refuseNth(allocate, 1, 438), code: netcheck.ReasonServerError},
		{name: "300", instead: refuseNth(allocate, 1, 300, alternate{}), code: netcheck.ReasonServerError, words: []string{"203.0.113.8:3479"}},
		{name: "403 to Allocate", instead: refuseNth(allocate, 1, 403), code: netcheck.ReasonServerError, words: []string{"forbids"}},
		{name: "437 for one port", instead: refuseNth(allocate, 1, 437), freed: 2},
		{name: "437 for every port", instead: refuseFrom(allocate, 1, 437), code: netcheck.ReasonServerError, words: []string{"of two ports"}},
		{name: "440", instead: refuseNth(allocate, 1, 440), code: netcheck.ReasonNoFamily, words: []string{"no IPv4 relay"}},
		{name: "442", instead: refuseNth(allocate, 1, 442), code: netcheck.ReasonServerError, words: []string{"does not relay UDP"}},
		{name: "486", instead: refuseNth(allocate, 1, 486), code: netcheck.ReasonQuota},
		{name: "486 for the second end", instead: refuseNth(allocate, 2, 486), code: netcheck.ReasonQuota, words: []string{"a test needs two"}, freed: 1},
		{name: "508", instead: refuseNth(allocate, 1, 508), code: netcheck.ReasonNoCapacity, words: []string{"range of relay ports"}},
		{name: "500 with words", instead: refuseNth(allocate, 1, 500), code: netcheck.ReasonServerError, words: []string{"error 500", `"Reason[2J xxx`, "…"}},
		{name: "403 to the permission", instead: refuseNth(permit, 1, 403), code: netcheck.ReasonPeerRefused,
			words: []string{"does not relay to its own address 198.51.100.9", "allowed-peer-ip=198.51.100.9"}, freed: 2},
		{name: "challenge without nonce", code: netcheck.ReasonServerError, words: []string{"names no realm or nonce"}, instead: func(request *stun.Message, n int) *stun.Message {
			return refuse(request, stun.CodeUnauthorized, "", stun.NewRealm("realm"))
		}},
		{name: "error without code", code: netcheck.ReasonServerError, words: []string{"error 0"}, instead: func(request *stun.Message, n int) *stun.Message {
			return respond(request, stun.ClassErrorResponse)
		}},
		{name: "allocation without address", code: netcheck.ReasonServerError, words: []string{"no relay address"}, instead: func(request *stun.Message, n int) *stun.Message {
			return respond(request, stun.ClassSuccessResponse)
		}},
		{name: "answer signed by another", code: netcheck.ReasonServerError, words: []string{"signs"}, instead: func(request *stun.Message, n int) *stun.Message {
			if n == 0 {
				return nil
			}
			return respond(request, stun.ClassSuccessResponse, relayed{}, stun.NewShortTermIntegrity("other"))
		}},
	}
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, tt := range tests {
		for _, path := range []netcheck.Path{netcheck.PathRelayUDP, netcheck.PathRelayTCP} {
			at.run(tt.name+" "+string(path), func(t *testing.T) {
				fake := &fakeTURN{instead: tt.instead}
				addr := serve(t, path, fake.answer)
				leg, srv := legTo(path, addr)
				if tt.user == "-" {
					srv.Username = ""
				} else if tt.user != "" {
					srv.Username = tt.user
				}
				p := &natprobe.Prober{Now: func() time.Time { return now }}
				wantFailure(t, p.Diagnose(within(t), leg, srv, addr), srv, tt.code, tt.words...)
				fake.waitFreed(t, tt.freed)
			})
		}
	}
}

type alternate struct{}

func (alternate) AddTo(m *stun.Message) error {
	a := stun.MappedAddress{IP: net.IPv4(203, 0, 113, 8), Port: 3479}
	return a.AddToAs(m, stun.AttrAlternateServer)
}

// IPv6 is asked for on a leg of that family.
func TestRelayRequests(t *testing.T) {
	var family []byte
	fake := &fakeTURN{instead: func(request *stun.Message, n int) *stun.Message {
		if request.Type.Method == stun.MethodAllocate {
			family, _ = request.Get(stun.AttrRequestedAddressFamily)
		}
		return nil
	}}
	addr := serveUDP(t, messages(fake.answer))
	leg, srv := legTo(netcheck.PathRelayUDP, addr)
	leg.Family = netcheck.Family6
	p := &natprobe.Prober{}
	wantFailure(t, p.Diagnose(within(t), leg, srv, addr), srv, "")
	fake.mu.Lock()
	defer fake.mu.Unlock()
	if string(family) != "\x02\x00\x00\x00" {
		t.Errorf("requested family % x", family)
	}
}
