package netcheck

import (
	"strconv"
	"strings"
	"testing"
)

func TestPlaceOfAResult(t *testing.T) {
	for _, tt := range []struct {
		result NetResult
		host   string
		port   int
	}{
		{NetResult{Server: "turn:turn.example.com?transport=udp"}, "turn.example.com", 3478},
		{NetResult{Server: "turns:turn.example.com:5349?transport=udp", Port: 5349}, "turn.example.com", 5349}, // DTLS
		{NetResult{Server: "turn:[2001:db8::1]:3478"}, "2001:db8::1", 3478},
		{NetResult{Server: "proxy.example.com:443"}, "proxy.example.com", 443},
		{NetResult{Server: "[2001:db8::1]:443"}, "2001:db8::1", 443},
		{NetResult{Server: "turn.example.com"}, "turn.example.com", 0},
		{NetResult{Server: "turn.example.com", Port: 53}, "turn.example.com", 53},
		{NetResult{Server: "http://example.com:8080/path"}, "example.com", 8080},
		{NetResult{Server: "http://example.com/path"}, "example.com", 0},
		{NetResult{Remote: "203.0.113.7:3478"}, "203.0.113.7", 3478},
		{NetResult{Remote: "nonsense"}, "", 0},
		{NetResult{}, "", 0},
	} {
		if host, port := tt.result.place(); host != tt.host || port != tt.port {
			t.Errorf("%+v: %q %d", tt.result, host, port)
		}
	}
}

func FuzzCutPort(f *testing.F) {
	for _, s := range []string{"a:1", "[::1]:2", "::1:3", "[::1", "a:", ":1", "[a]b]:4", "1.2.3.4:99999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port, ok := cutPort(s)
		if !ok {
			return
		}
		if port < 0 || port > 65535 || len(host) > len(s) {
			t.Errorf("%q %d", host, port)
		}
		end := strings.TrimLeft(s[strings.LastIndexByte(s, ':')+1:], "0")
		if n := strconv.Itoa(port); end != n && port != 0 {
			t.Errorf("%q became %d", s, port)
		}
	})
}

// The sentence that a firewall team gets for a server with an address.
func TestAskFor(t *testing.T) {
	r := networkReport(udp(ownIP, 3478, mute), turn("udp", ownIP, 3478, mute), turn("tls", ownIP, 443, mute))
	legs := viewNetwork(r).legs
	for n, want := range map[int]string{
		1: "Ask for UDP to 203.0.113.7, port 3478, to be allowed.",
		2: "Ask for UDP to 203.0.113.7, port 3478, to be allowed.",
		3: "Ask for these to be allowed: UDP to 203.0.113.7, port 3478; TCP to 203.0.113.7, port 443.",
	} {
		if got := askFor(legs[:n]); got != want {
			t.Errorf("%s", got)
		}
	}
	if got := askFor(nil); got != "" {
		t.Errorf("for nothing: %s", got)
	}
}
