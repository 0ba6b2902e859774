package natprobe_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

var paths = []netcheck.Path{netcheck.PathSTUN, netcheck.PathRelayUDP, netcheck.PathRelayTCP}

func TestBinding(t *testing.T) {
	mapped := &stun.XORMappedAddress{IP: net.IPv4(203, 0, 113, 1), Port: 4000}
	tests := []struct {
		name  string
		reply func([]byte) [][]byte
		code  netcheck.ReasonCode
		words []string
	}{
		{"answers", messages(func(m *stun.Message) *stun.Message { return respond(m, stun.ClassSuccessResponse, mapped) }), "", nil},
		{"answers the second sending", secondSending(mapped), "", nil},
		{"strange datagrams first", func(b []byte) [][]byte {
			answer := messages(func(m *stun.Message) *stun.Message { return respond(m, stun.ClassSuccessResponse, mapped) })
			late := append([]byte{}, b...)
			late[0], late[19] = 1, late[19]^1 // a success response to another transaction
			return append([][]byte{{}, {0xff}, b, late}, answer(b)...)
		}, "", nil},
		{"no mapped address", messages(func(m *stun.Message) *stun.Message { return respond(m, stun.ClassSuccessResponse) }), netcheck.ReasonServerError, []string{"XOR-MAPPED-ADDRESS"}},
		{"wants credentials", messages(challenge), netcheck.ReasonServerError, []string{"error 401"}},
		{"echoes", func(b []byte) [][]byte { return [][]byte{b} }, netcheck.ReasonNotSTUN, []string{"does not speak STUN"}},
		{"speaks something else", func([]byte) [][]byte { return [][]byte{[]byte("hello")} }, netcheck.ReasonNotSTUN, nil},
	}
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, tt := range tests {
		at.run(tt.name, func(t *testing.T) {
			addr := serveUDP(t, tt.reply)
			leg, srv := legTo(netcheck.PathSTUN, addr)
			leg.Interface = "127.0.0.1"
			wantFailure(t, new(natprobe.Prober).Diagnose(within(t), leg, srv, addr), srv, tt.code, tt.words...)
		})
	}
}

// secondSending ignores the first request.
func secondSending(mapped *stun.XORMappedAddress) func([]byte) [][]byte {
	var seen atomic.Int32
	return messages(func(m *stun.Message) *stun.Message {
		if seen.Add(1) == 1 {
			return nil
		}
		return respond(m, stun.ClassSuccessResponse, mapped)
	})
}

// A dead server is told by the prober's own limits: the context ends later.
func TestSilence(t *testing.T) {
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, path := range paths {
		at.run(string(path), func(t *testing.T) {
			addr := serve(t, path, func(*stun.Message) *stun.Message { return nil })
			leg, srv := legTo(path, addr)
			words := []string{"Ask for UDP ", "to 127.0.0.1 to be opened"}
			if path.Stream() {
				words = []string{"accepts TCP but does not answer STUN", "ask for TCP "}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			wantFailure(t, new(natprobe.Prober).Diagnose(ctx, leg, srv, addr), srv, netcheck.ReasonNoAnswer, words...)
			if ctx.Err() != nil {
				t.Error("only the context ended it")
			}
		})
	}
}

// A server may fall silent half-way, and one without TURN is silent to Allocate alone.
func TestSilenceHalfWay(t *testing.T) {
	tests := []struct {
		name   string
		silent func(*stun.Message) bool
		code   netcheck.ReasonCode
		word   string
	}{
		{"after the challenge", func(m *stun.Message) bool { return m.Contains(stun.AttrUsername) }, netcheck.ReasonNoAnswer, "silent to the Allocate request"},
		{"at the permission", func(m *stun.Message) bool { return m.Type.Method == stun.MethodCreatePermission }, netcheck.ReasonNoAnswer, "CreatePermission"},
		{"STUN alone", func(m *stun.Message) bool { return m.Type.Method != stun.MethodBinding }, netcheck.ReasonServerError, "a STUN server alone"},
	}
	at := &atOnce{t: t}
	defer at.running.Wait()
	for _, tt := range tests {
		for _, path := range paths[1:] {
			at.run(tt.name+" "+string(path), func(t *testing.T) {
				fake := &fakeTURN{}
				addr := serve(t, path, func(m *stun.Message) *stun.Message {
					if tt.silent(m) {
						return nil
					}
					return fake.answer(m)
				})
				leg, srv := legTo(path, addr)
				wantFailure(t, new(natprobe.Prober).Diagnose(within(t), leg, srv, addr), srv, tt.code, tt.word)
			})
		}
	}
}

// A server that needs longer than the first sending is waited for answers it twice. The second answer is no sign of another protocol.
func TestSilenceAfterLateAnswers(t *testing.T) {
	var first [][]byte
	answer := messages(challenge)
	addr := serveUDP(t, func(b []byte) [][]byte {
		if first == nil {
			first = answer(b)
		}
		return first
	})
	leg, srv := legTo(netcheck.PathRelayUDP, addr)
	wantFailure(t, new(natprobe.Prober).Diagnose(within(t), leg, srv, addr), srv, netcheck.ReasonNoAnswer, "silent to the Allocate request")
}

func TestRefused(t *testing.T) {
	for _, path := range paths {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().(*net.TCPAddr).AddrPort()
		_ = l.Close()
		leg, srv := legTo(path, addr)
		wantFailure(t, new(natprobe.Prober).Diagnose(within(t), leg, srv, addr), srv, netcheck.ReasonRefused, "listens", addr.String())
	}
}

func TestStreamOfAnotherProtocol(t *testing.T) {
	says := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 64))
			_, _ = io.WriteString(conn, text)
		}
	}
	tests := map[string]struct {
		handle func(net.Conn)
		code   netcheck.ReasonCode
		word   string
	}{
		"HTTP":           {says("HTTP/1.1 400 Bad Request\r\n\r\n"), netcheck.ReasonNotSTUN, "does not speak STUN"},
		"zeros":          {says(string(make([]byte, 100))), netcheck.ReasonNotSTUN, "does not speak STUN"},
		"giant message":  {says("\x01\x13\xff\xfc\x21\x12\xa4\x42transactions"), netcheck.ReasonNotSTUN, "does not speak STUN"},
		"closes":         {says(""), netcheck.ReasonNotSTUN, "closes the connection"},
		"ends half-way":  {says("\x01\x13\x00\x08\x21\x12\xa4\x42transactions"), netcheck.ReasonNotSTUN, "closes the connection"},
		"endless stream": {func(conn net.Conn) { flood(conn) }, netcheck.ReasonNotSTUN, "does not speak STUN"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			addr := serveTCP(t, tt.handle)
			leg, srv := legTo(netcheck.PathRelayTCP, addr)
			wantFailure(t, new(natprobe.Prober).Diagnose(within(t), leg, srv, addr), srv, tt.code, tt.word)
		})
	}
}

// flood sends well-formed messages that answer nothing.
func flood(conn net.Conn) {
	for {
		if _, err := conn.Write(stun.MustBuild(stun.TransactionID, stun.BindingSuccess).Raw); err != nil {
			return
		}
	}
}

// Cancelling ends a diagnosis at once, wherever it waits.
func TestCancelled(t *testing.T) {
	for _, path := range paths {
		t.Run(string(path), func(t *testing.T) {
			asked := make(chan struct{}, 16)
			addr := serve(t, path, func(*stun.Message) *stun.Message { asked <- struct{}{}; return nil })
			leg, srv := legTo(path, addr)
			ctx, cancel := context.WithCancel(within(t))
			go func() { <-asked; cancel() }()
			begin := time.Now()
			wantFailure(t, new(natprobe.Prober).Diagnose(ctx, leg, srv, addr), srv, netcheck.ReasonCancelled)
			if took := time.Since(begin); took > 1500*time.Millisecond { // the shortest limit of a silent server is 1.75 s
				t.Errorf("cancelling took %v", took)
			}
		})
	}
}

// An allocation is given back when the diagnosis is cancelled after it.
func TestCancelledGivesBack(t *testing.T) {
	ctx, cancel := context.WithCancel(within(t))
	freed := make(chan struct{}, 2)
	fake := &fakeTURN{instead: func(m *stun.Message, _ int) *stun.Message {
		switch m.Type.Method {
		case stun.MethodCreatePermission:
			cancel()
		case stun.MethodRefresh:
			freed <- struct{}{}
		}
		return nil
	}}
	addr := serveUDP(t, messages(fake.answer))
	leg, srv := legTo(netcheck.PathRelayUDP, addr)
	f := new(natprobe.Prober).Diagnose(ctx, leg, srv, addr)
	if f != nil && f.Code != netcheck.ReasonCancelled { // the answer may have won
		t.Errorf("got %v", f)
	}
	for range 2 {
		select {
		case <-freed:
		case <-within(t).Done():
			t.Fatal("the allocations were not given back")
		}
	}
}

func TestDiagnoseWithoutServerOrInterface(t *testing.T) {
	leg, srv := legTo(netcheck.PathDirect, netip.AddrPort{})
	wantFailure(t, new(natprobe.Prober).Diagnose(t.Context(), leg, srv, netip.AddrPort{}), srv, "")
	leg, srv = legTo(netcheck.PathSTUN, netip.MustParseAddrPort("203.0.113.7:3478"))
	wantFailure(t, new(natprobe.Prober).Diagnose(t.Context(), leg, srv, netip.AddrPort{}), srv, netcheck.ReasonNameNotFound)
	addr := netip.MustParseAddrPort("203.0.113.7:3478")
	leg, srv = legTo(netcheck.PathSTUN, addr)
	for _, iface := range []string{"none0", "192.0.2.1"} {
		leg.Interface = iface
		wantFailure(t, new(natprobe.Prober).Diagnose(within(t), leg, srv, addr), srv, netcheck.ReasonLocal, "interface")
	}
}
