package natprobe_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

func TestUDP(t *testing.T) {
	mapped := &stun.XORMappedAddress{IP: net.IPv4(203, 0, 113, 1), Port: 4000}
	answer := messages(func(m *stun.Message) *stun.Message { return respond(m, stun.ClassSuccessResponse, mapped) })
	tests := []struct {
		name  string
		reply func([]byte) [][]byte
		state netcheck.NetState
		code  netcheck.ReasonCode
		words []string
	}{
		{"answers", answer, netcheck.NetOK, "", []string{"answers over UDP", "sees this computer as 203.0.113.1:4000."}},
		{"answers the second sending", secondSending(mapped), netcheck.NetOK, "", []string{"had to be sent "}},
		{"answers once", once(answer), netcheck.NetOK, "", nil},
		{"silence", func([]byte) [][]byte { return nil }, netcheck.NetBlocked, netcheck.ReasonNoAnswer, []string{"packets are dropped on the way, or it is down", "Ask for UDP ", "127.0.0.1"}},
		{"another protocol", func([]byte) [][]byte { return [][]byte{[]byte("hello")} }, netcheck.NetFailed, netcheck.ReasonNotSTUN, []string{"does not speak STUN"}},
		{"wants credentials", messages(challenge), netcheck.NetFailed, netcheck.ReasonServerError, []string{"error 401"}},
		{"an answer to another question", func(b []byte) [][]byte {
			late := answer(b)[0]
			late[19] ^= 1
			return [][]byte{late}
		}, netcheck.NetFailed, netcheck.ReasonNotSTUN, nil},
		{"no mapped address", messages(func(m *stun.Message) *stun.Message { return respond(m, stun.ClassSuccessResponse) }), netcheck.NetFailed, netcheck.ReasonServerError, nil},
	}
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, tt := range tests {
		at.run(tt.name, func(t *testing.T) {
			ask := askAt(serveUDP(t, tt.reply), "")
			ask.Server.URL.Port = 3478 // the port that is asked decides
			r := new(natprobe.Prober).UDP(within(t), ask)
			wantResult(t, r, ask, tt.state, tt.code, tt.words...)
			if r.Kind != netcheck.ProbeUDP || r.Transport != "udp" || r.Port != int(ask.Addr.Port()) || r.Remote != ask.Addr.String() || r.Family != netcheck.Family4 {
				t.Errorf("result %+v", r)
			}
			if len(r.Steps) != 1 || r.Steps[0].Name != netcheck.NetStepBinding || r.Steps[0].OK != (tt.state == netcheck.NetOK) {
				t.Errorf("steps %+v", r.Steps)
			}
			if tt.state == netcheck.NetOK && (r.Facts.Mapped != "203.0.113.1:4000" || !strings.HasPrefix(r.Local, "127.0.0.1:")) {
				t.Errorf("facts %+v, local %q", r.Facts, r.Local)
			}
		})
	}
}

// once lets one request through.
func once(reply func([]byte) [][]byte) func([]byte) [][]byte {
	var seen atomic.Int32
	return func(b []byte) [][]byte {
		if seen.Add(1) > 1 {
			return nil
		}
		return reply(b)
	}
}

// What a firewall says by ICMP is no silence.
func TestUDPRefused(t *testing.T) {
	ask := askAt(deadPort(t), "")
	r := new(natprobe.Prober).UDP(within(t), ask)
	wantResult(t, r, ask, netcheck.NetBlocked, netcheck.ReasonRefused, "refuses UDP (ICMP port unreachable)", "Check that the server runs")
	for errno, code := range map[syscall.Errno]netcheck.ReasonCode{
		syscall.EHOSTUNREACH: netcheck.ReasonUnreachable, syscall.ENETUNREACH: netcheck.ReasonUnreachable, syscall.EACCES: netcheck.ReasonUnreachable,
	} {
		p := &natprobe.Prober{DialUDP: func(netip.Addr, netip.AddrPort) (net.Conn, error) {
			return nil, &net.OpError{Op: "write", Net: "udp", Err: os.NewSyscallError("write", errno)}
		}}
		r := p.UDP(within(t), ask)
		wantResult(t, r, ask, netcheck.NetBlocked, code)
	}
	p := &natprobe.Prober{DialUDP: func(netip.Addr, netip.AddrPort) (net.Conn, error) { return nil, errors.New("no sockets left") }}
	wantResult(t, p.UDP(within(t), ask), ask, netcheck.NetNotTested, netcheck.ReasonLocal)
}

// The round trip is that of the quickest answer, also where the first sending was in vain.
func TestUDPRoundTrip(t *testing.T) {
	var seen atomic.Int32
	mapped := &stun.XORMappedAddress{IP: net.IPv4(203, 0, 113, 1), Port: 4000}
	addr := serveUDP(t, messages(func(m *stun.Message) *stun.Message {
		if seen.Add(1) == 1 {
			return nil
		}
		return respond(m, stun.ClassSuccessResponse, mapped)
	}))
	ask := askAt(addr, "")
	r := new(natprobe.Prober).UDP(within(t), ask)
	wantResult(t, r, ask, netcheck.NetOK, "")
	// Where the machine stood still for a second, no answer was in time to tell.
	if unknown := r.Facts.RTT == 0; unknown && r.Took < 1250*time.Millisecond || r.Facts.RTT > r.Took-250*time.Millisecond {
		t.Errorf("round trip %v of %v", r.Facts.RTT, r.Took)
	}
	if seen.Load() < 3 {
		t.Errorf("asked %d times", seen.Load())
	}
}

func TestUDPOutOfTime(t *testing.T) {
	for name, end := range map[string]error{"was stopped": context.Canceled, "ran out of time": context.DeadlineExceeded} {
		asked := make(chan struct{}, 8)
		ask := askAt(serveUDP(t, func([]byte) [][]byte { asked <- struct{}{}; return nil }), "")
		ctx, cancel := endable(within(t), end)
		go func() { <-asked; cancel() }()
		r := new(natprobe.Prober).UDP(ctx, ask)
		wantResult(t, r, ask, netcheck.NetNotTested, netcheck.ReasonCancelled, name, "before the server had answered")
	}
}
