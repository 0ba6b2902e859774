package natprobe_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

// Every code that a TURN server may give, and where it leaves the probe.
func TestTURNCodes(t *testing.T) {
	const allocate, permit, channel, refresh = stun.MethodAllocate, stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodRefresh
	now := time.Unix(1_800_000_000, 0)
	rest := func(left time.Duration) string { return fmt.Sprintf("%d:echopath", now.Add(left).Unix()) }
	fresh := stun.NewNonce("fresh")
	const ok, failed, degraded = netcheck.NetOK, netcheck.NetFailed, netcheck.NetDegraded
	tests := []struct {
		name    string
		instead func(*stun.Message, int) *stun.Message
		user    string
		state   netcheck.NetState
		code    netcheck.ReasonCode
		words   []string
		step    string // that failed first
		stun    int    // its code
	}{
		{name: "all well", state: ok, words: []string{"relays over UDP"}},
		{name: "300", instead: refuseNth(allocate, 1, 300, alternate{}), state: failed, code: netcheck.ReasonServerError, words: []string{"203.0.113.8:3479"}, step: "allocate", stun: 300},
		{name: "300 for a challenge", instead: refuseNth(allocate, 0, 300, alternate{}), state: failed, code: netcheck.ReasonServerError, step: "challenge", stun: 300},
		{name: "400 of a fresh credential", user: rest(3 * time.Hour), instead: refuseNth(allocate, 1, 400), state: failed, code: netcheck.ReasonAuth,
			words: []string{"error 400", "another 3 h", "clock", "secret"}, step: "allocate", stun: 400},
		{name: "400 of an expired credential", user: rest(-12 * time.Minute), instead: refuseNth(allocate, 1, 400), state: failed, code: netcheck.ReasonExpired,
			words: []string{"expired 12 min ago"}, step: "allocate", stun: 400},
		{name: "400", instead: refuseNth(allocate, 1, 400), state: failed, code: netcheck.ReasonAuth, words: []string{"user or password", "error 400"}, step: "allocate", stun: 400},
		{name: "400 before the challenge", instead: refuseNth(allocate, 0, 400), state: failed, code: netcheck.ReasonServerError, words: []string{"error 400"}, step: "challenge", stun: 400},
		{name: "401 again", instead: refuseNth(allocate, 1, 401), state: failed, code: netcheck.ReasonAuth, words: []string{"error 401"}, step: "allocate", stun: 401},
		{name: "403", instead: refuseNth(allocate, 1, 403), state: failed, code: netcheck.ReasonServerError, words: []string{"forbids"}, step: "allocate", stun: 403},
		{name: "405", instead: refuseNth(allocate, 1, 405), state: failed, code: netcheck.ReasonServerError, words: []string{"error 405"}, step: "allocate", stun: 405},
		{name: "420 for every family", instead: refuseAll(allocate, 420), state: failed, code: netcheck.ReasonServerError, words: []string{"attribute"}, step: "allocate", stun: 420},
		{name: "437 for one port", instead: refuseNth(allocate, 1, 437), state: ok, step: "allocate", stun: 437},
		{name: "437 for every port", instead: refuseAll(allocate, 437), state: failed, code: netcheck.ReasonServerError, words: []string{"of two ports"}, step: "allocate", stun: 437},
		{name: "438 once", instead: refuseNth(allocate, 1, 438, fresh), state: ok},
		{name: "438 at the refresh", instead: refuseNth(refresh, 1, 438, fresh), state: ok},
		{name: "438 again and again", instead: refuseAll(allocate, 438, fresh), state: failed, code: netcheck.ReasonServerError, words: []string{"438"}, step: "allocate", stun: 438},
		{name: "440 for IPv4 alone", instead: refuseNth(allocate, 1, 440), state: ok, step: "allocate", stun: 440},
		{name: "440 for every family", instead: refuseAll(allocate, 440), state: failed, code: netcheck.ReasonNoFamily, words: []string{"440"}, step: "allocate", stun: 440},
		{name: "442", instead: refuseNth(allocate, 1, 442), state: failed, code: netcheck.ReasonServerError, words: []string{"does not relay UDP"}, step: "allocate", stun: 442},
		{name: "486 until others have ended", instead: refuseNth(allocate, 1, 486), state: ok, step: "allocate", stun: 486},
		{name: "486", instead: refuseAll(allocate, 486), state: failed, code: netcheck.ReasonQuota, step: "allocate", stun: 486},
		{name: "486 for the second relay", instead: refuseFrom(allocate, 2, 486), state: degraded, code: netcheck.ReasonQuota, words: []string{"grants a relay over UDP", "It has too many sessions of this user"}, step: "allocate", stun: 486},
		{name: "508", instead: refuseNth(allocate, 1, 508), state: failed, code: netcheck.ReasonNoCapacity, words: []string{"range of relay ports"}, step: "allocate", stun: 508},
		{name: "500", instead: refuseNth(allocate, 1, 500), state: failed, code: netcheck.ReasonServerError, words: []string{"error 500", `"Reason[2J xxx`}, step: "allocate", stun: 500},
		{name: "403 to the permission", instead: refuseNth(permit, 1, 403), state: degraded, code: netcheck.ReasonPeerRefused, words: []string{"grants a relay", "own address 198.51.100.9"}, step: "permission", stun: 403},
		{name: "443 to the permission", instead: refuseNth(permit, 1, 443), state: degraded, code: netcheck.ReasonPeerRefused, words: []string{"443"}, step: "permission", stun: 443},
		{name: "441 to the permission", instead: refuseNth(permit, 1, 441), state: degraded, code: netcheck.ReasonAuth, words: []string{"changed or expired", "441"}, step: "permission", stun: 441},
		{name: "437 to the permission", instead: refuseNth(permit, 1, 437), state: degraded, code: netcheck.ReasonServerError, words: []string{"has lost the relay"}, step: "permission", stun: 437},
		{name: "401 to the channel", instead: refuseNth(channel, 1, 401), state: degraded, code: netcheck.ReasonPeerRefused, words: []string{"refuses a channel"}, step: "channel", stun: 401},
		{name: "400 to the channel", instead: refuseNth(channel, 1, 400), state: degraded, code: netcheck.ReasonAuth, step: "channel", stun: 400},
		{name: "437 to the refresh", instead: refuseNth(refresh, 1, 437), state: degraded, code: netcheck.ReasonServerError, words: []string{"has lost the relay"}, step: "refresh", stun: 437},
		{name: "no user", user: "-", state: failed, code: netcheck.ReasonAuth, words: []string{"wants user and password"}},
	}
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, tt := range tests {
		at.run(tt.name, func(t *testing.T) {
			fake := &relayFake{fakeTURN: fakeTURN{instead: tt.instead}}
			ask := askAt(fake.listen(t), natprobe.TransportUDP)
			switch tt.user {
			case "":
			case "-":
				ask.Server.Username = ""
			default:
				ask.Server.Username = tt.user
			}
			p := &natprobe.Prober{Now: func() time.Time { return now }}
			r := p.TURN(within(t), ask)
			wantResult(t, r, ask, tt.state, tt.code, tt.words...)
			i := slices.IndexFunc(r.Steps, func(s netcheck.NetStep) bool { return !s.OK })
			switch {
			case tt.step == "" && i >= 0:
				t.Errorf("a step failed: %+v", r.Steps[i])
			case tt.step != "" && (i < 0 || r.Steps[i].Name != tt.step || r.Steps[i].Code != tt.stun):
				t.Errorf("steps %+v; want %s to fail first, with %d", r.Steps, tt.step, tt.stun)
			}
		})
	}
}

// refuseAll refuses every request of a method that carries credentials.
func refuseAll(method stun.Method, code stun.ErrorCode, attrs ...stun.Setter) func(*stun.Message, int) *stun.Message {
	return refuseFrom(method, 1, code, attrs...)
}

// refuseFrom refuses the nth such request and those after it.
func refuseFrom(method stun.Method, nth int, code stun.ErrorCode, attrs ...stun.Setter) func(*stun.Message, int) *stun.Message {
	return func(request *stun.Message, n int) *stun.Message {
		if request.Type.Method != method || n < nth {
			return nil
		}
		return refuse(request, code, "", attrs...)
	}
}

// However many probes run at the same time, a user has few allocations on a server.
func TestTURNTogether(t *testing.T) {
	var now, most int
	fake := &relayFake{fakeTURN: fakeTURN{instead: func(request *stun.Message, n int) *stun.Message {
		lifetime, err := request.Get(stun.AttrLifetime)
		switch {
		case n > 0 && request.Type.Method == stun.MethodAllocate:
			now++
			most = max(most, now)
		case n > 0 && err == nil && string(lifetime) == "\x00\x00\x00\x00":
			now--
		}
		return nil
	}}}
	ask := askAt(fake.listen(t), natprobe.TransportUDP)
	p := direct()
	var probes sync.WaitGroup
	for range 6 {
		probes.Go(func() {
			wantResult(t, p.TURN(within(t), ask), ask, netcheck.NetOK, "")
		})
	}
	probes.Wait()
	fake.fakeTURN.mu.Lock()
	defer fake.fakeTURN.mu.Unlock()
	if most < 2 || most > 4 {
		t.Errorf("%d allocations at most", most)
	}
}

// A relay is asked for in the family of the server's address, and then in the other one.
func TestTURNFamilies(t *testing.T) {
	var families []string
	fake := &relayFake{fakeTURN: fakeTURN{instead: func(request *stun.Message, n int) *stun.Message {
		if request.Type.Method != stun.MethodAllocate || n == 0 {
			return nil
		}
		f, _ := request.Get(stun.AttrRequestedAddressFamily)
		families = append(families, fmt.Sprintf("%x", f))
		if len(f) == 0 {
			return refuse(request, stun.CodeAddrFamilyNotSupported, "")
		}
		return nil
	}}}
	ask := askAt(fake.listen(t), natprobe.TransportUDP)
	wantResult(t, new(natprobe.Prober).TURN(within(t), ask), ask, netcheck.NetOK, "")
	fake.fakeTURN.mu.Lock()
	defer fake.fakeTURN.mu.Unlock()
	if want := []string{"", "02000000", "", "02000000"}; !slices.Equal(families, want) {
		t.Errorf("asked for %q, want %q", families, want)
	}
}

// Packets that get lost on the way are sent again, three times in all.
func TestTURNEcho(t *testing.T) {
	tests := []struct {
		name  string
		lose  func(n int) bool
		no    stun.Method // refused with 500
		state netcheck.NetState
		code  netcheck.ReasonCode
	}{
		{name: "the first is lost", lose: func(n int) bool { return n == 1 }, state: netcheck.NetOK},
		{name: "the first comes and its echo is lost", lose: func(n int) bool { return n == 2 }, state: netcheck.NetOK},
		{name: "two are lost", lose: func(n int) bool { return n <= 2 }, state: netcheck.NetOK},
		{name: "all are lost", lose: func(int) bool { return true }, state: netcheck.NetDegraded, code: netcheck.ReasonNoData},
		{name: "without a channel", no: stun.MethodChannelBind, state: netcheck.NetDegraded, code: netcheck.ReasonServerError},
	}
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, tt := range tests {
		at.run(tt.name, func(t *testing.T) {
			fake := &relayFake{lose: tt.lose}
			if tt.no != 0 {
				fake.instead = refuseAll(tt.no, 500)
			}
			ask := askAt(fake.listen(t), natprobe.TransportUDP)
			r := new(natprobe.Prober).TURN(within(t), ask)
			wantResult(t, r, ask, tt.state, tt.code)
			echo := slices.IndexFunc(r.Steps, func(s netcheck.NetStep) bool { return s.Name == netcheck.NetStepEcho })
			if lost := tt.code == netcheck.ReasonNoData; echo < 0 || r.Steps[echo].OK == lost {
				t.Errorf("steps %+v", r.Steps)
			}
		})
	}
}

// A server that wants no credentials gets none.
func TestTURNWithoutCredentials(t *testing.T) {
	fake := &relayFake{fakeTURN: fakeTURN{instead: func(request *stun.Message, n int) *stun.Message {
		if request.Contains(stun.AttrUsername) {
			return refuse(request, 500, "")
		}
		return respond(request, stun.ClassSuccessResponse, relayed{})
	}}}
	ask := askAt(fake.listen(t), natprobe.TransportUDP)
	r := new(natprobe.Prober).TURN(within(t), ask)
	wantResult(t, r, ask, netcheck.NetOK, "")
	wantSteps(t, r, "allocate", "permission", "channel", "echo", "refresh", "refresh")
}

// A credential that has expired by this computer's clock may be good by the server's.
func TestTURNExpiredAndAccepted(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	name := fmt.Sprintf("%d:echopath", now.Add(-90*time.Minute).Unix())
	key := stun.NewLongTermIntegrity(name, "realm", password)
	fake := &relayFake{fakeTURN: fakeTURN{instead: func(request *stun.Message, n int) *stun.Message {
		switch {
		case n == 0:
			return nil
		case key.Check(request) != nil:
			return refuse(request, 401, "")
		}
		return respond(request, stun.ClassSuccessResponse, relayed{}, key)
	}}}
	ask := askAt(fake.listen(t), natprobe.TransportUDP)
	ask.Server.Username = name
	p := &natprobe.Prober{Now: func() time.Time { return now }}
	r := p.TURN(within(t), ask)
	wantResult(t, r, ask, netcheck.NetOK, "", "expired 90 min ago by this computer's clock")
	if r.Facts.Expired != 90*time.Minute {
		t.Errorf("expired %v", r.Facts.Expired)
	}
}
