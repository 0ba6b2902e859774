package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"echopath/netcheck/signaling"

	"echopath/netcheck/netchecktest"
)

// request asks a handler without a network.
func request(h http.Handler, method, path, hostField string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://x"+path, strings.NewReader(""))
	r.Host = hostField
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// What a web page can cause is refused before anything else is looked at; what passes is refused for want of an upgrade (426).
func TestGuard(t *testing.T) {
	h := NewHandler(HandlerConfig{Hosts: []string{"Host.Example.com", "bücher.example"}})
	defer func() { _ = h.Close() }()
	const own = "host.example.com:8443"
	tests := []struct {
		name, host string
		fields     []string
		want       int
	}{
		{"name", own, nil, http.StatusUpgradeRequired},
		{"name with capitals and dot", "HOST.example.com.", nil, http.StatusUpgradeRequired},
		{"international name", "xn--bcher-kva.example:443", nil, http.StatusUpgradeRequired},
		{"IPv4", "203.0.113.7:443", nil, http.StatusUpgradeRequired},
		{"IPv6", "[2001:db8::1]:443", nil, http.StatusUpgradeRequired},
		{"IPv6 without port", "[2001:db8::1]", nil, http.StatusUpgradeRequired},
		{"localhost", "localhost:1234", nil, http.StatusUpgradeRequired},
		{"own origin", own, []string{"Origin", "https://host.example.com:8443"}, http.StatusUpgradeRequired},
		{"own page", own, []string{"Sec-Fetch-Site", "same-origin"}, http.StatusUpgradeRequired},

		{"rebound name", "evil.example.com:8443", nil, http.StatusForbidden},
		{"name that ends so", "evil-host.example.com", nil, http.StatusForbidden},
		{"localhost of another", "localhost.evil.example.com", nil, http.StatusForbidden},
		{"no host", "", nil, http.StatusForbidden},
		{"odd port", "host.example.com:evil", nil, http.StatusForbidden},
		{"other origin", own, []string{"Origin", "https://evil.example.com"}, http.StatusForbidden},
		{"other port of the origin", own, []string{"Origin", "https://host.example.com"}, http.StatusForbidden},
		{"origin without TLS", own, []string{"Origin", "http://host.example.com:8443"}, http.StatusForbidden},
		{"null origin", own, []string{"Origin", "null"}, http.StatusForbidden},
		{"empty origin", own, []string{"Origin", ""}, http.StatusForbidden},
		{"two origins", own, []string{"Origin", "https://host.example.com:8443", "Origin", "https://evil.example.com"}, http.StatusForbidden},
		{"origin with user", own, []string{"Origin", "https://host.example.com:8443@evil.example.com"}, http.StatusForbidden},
		{"picture on another page", own, []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := request(h, http.MethodGet, pathSocket, tt.host, tt.fields...)
			if w.Code != tt.want || w.Header().Get(headerOwn) == "" {
				t.Errorf("status %d, want %d: %s", w.Code, tt.want, w.Body)
			}
		})
	}
	for _, path := range []string{pathEvents, pathSend, "/"} {
		if w := request(h, http.MethodPost, path, own, "Origin", "https://evil.example.com"); w.Code != http.StatusForbidden {
			t.Errorf("%s gives %d to a page of another origin", path, w.Code)
		}
	}
	if n := h.count(); n != 0 {
		t.Errorf("%d wires are still counted", n)
	}
}

func TestRouting(t *testing.T) {
	h := NewHandler(HandlerConfig{})
	defer func() { _ = h.Close() }()
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/", http.StatusNotFound}, {http.MethodGet, "/echopath/2/ws", http.StatusNotFound}, {http.MethodGet, pathSocket + "/", http.StatusNotFound},
		{http.MethodPost, pathSocket, http.StatusMethodNotAllowed}, {http.MethodPost, pathEvents, http.StatusMethodNotAllowed},
		{http.MethodGet, pathSend, http.StatusMethodNotAllowed}, {http.MethodPost, pathSend, http.StatusGone},
	} {
		if w := request(h, tt.method, tt.path, "127.0.0.1"); w.Code != tt.want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s %s: %d, %s", tt.method, tt.path, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

// A browser's WebSocket always names its page's origin, which is another one.
func TestPageOfAnotherOrigin(t *testing.T) {
	h := newHost(t, nil)
	_, resp, err := websocket.Dial(within(t), "wss://"+h.addr+pathSocket, &websocket.DialOptions{
		HTTPClient: insecure(t), HTTPHeader: http.Header{"Origin": {"https://evil.example.com"}},
	})
	if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("got %v, %v", resp, err)
	}
}

// insecure is a client that trusts whatever answers.
func insecure(t testing.TB) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // loopback
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// A flood from one address is refused with a sentence, and there is room again when a wire has ended.
func TestFlood(t *testing.T) {
	for name, tt := range map[string]struct {
		perAddress, all int
		words           string
	}{"one address": {3, 0, "from this address"}, "all": {0, 3, "as many connections as it allows"}} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, func(c *HandlerConfig, _ *http.Server) { c.MaxPerAddress, c.MaxWires = tt.perAddress, tt.all })
			ways := []signaling.Way{signaling.WayWebSocket, signaling.WaySSE, signaling.WayWebSocket}
			var far *Wire
			for _, way := range ways {
				target := h.target()
				target.Only = way
				_, far = h.connect(t, target)
			}
			for _, only := range []signaling.Way{"", signaling.WaySSE} {
				var got netchecktest.Steps
				target := h.target()
				target.Only, target.Trace = only, got.Trace
				_, err := Dial(within(t), target)
				netchecktest.WantFailure(t, err, "host_refused", tt.words, "try again later")
				if only == "" && got.Names() != "dial tls websocket!" {
					t.Errorf("steps %q: another way was tried after the host's own refusal", got.Names())
				}
			}
			_ = far.Close()
			for limit := within(t); h.count() == len(ways); {
				select {
				case <-h.over:
				case <-limit.Done():
					t.Fatal("the wire is still counted")
				}
			}
			h.connect(t, h.target())
		})
	}
}

// Addresses that take all the wires they can, without any invite, do not keep others out.
func TestRoomIsLeftForOthers(t *testing.T) {
	h := NewHandler(HandlerConfig{MaxWires: 544, MaxPerAddress: 96})
	defer func() { _ = h.Close() }()
	enter := func(address string) (func(), *refusal) {
		s, no := h.enter(&http.Request{RemoteAddr: address})
		return func() { h.leave(s) }, no
	}
	taken := 0
	for n := range 16 {
		for {
			leave, no := enter(fmt.Sprintf("198.51.100.%d:1", n))
			if no != nil {
				if no.status != http.StatusTooManyRequests && no.status != http.StatusServiceUnavailable || no.text == "" {
					t.Errorf("%+v", no)
				}
				break
			}
			defer leave()
			taken++
		}
	}
	if taken < 476 {
		t.Errorf("only %d wires for 16 addresses", taken)
	}
	for n := range 3 {
		leave, no := enter(fmt.Sprintf("192.0.2.%d:1", n))
		if no != nil {
			t.Fatalf("%d of them, and another is refused: %s", taken, no.text)
		}
		defer leave()
	}
	if _, no := enter("198.51.100.1:1"); no == nil || !strings.Contains(no.text, "keeps them for other addresses") {
		t.Errorf("one of the 16 takes what is left: %+v", no)
	}
}

// Who sets the clock of the host must not cut wires: only a time with a monotonic reading has such a text.
func TestSilenceIsMeasuredMonotonically(t *testing.T) {
	s := new(hostStream)
	s.hear()
	if got := s.heard.Load().String(); !strings.Contains(got, " m=") {
		t.Errorf("%s is by the clock on the wall", got)
	}
}

func (h *Handler) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seats.Len()
}

func TestAddressKey(t *testing.T) {
	key := func(s string) string { return addressKey(addrPort(s).Addr()).String() }
	if key("[::ffff:203.0.113.7]:1") != "203.0.113.7/32" || key("[2001:db8::1]:1") != key("[2001:db8:0:0:7::2]:9") || key("[2001:db8:0:1::1]:1") == key("[2001:db8::1]:1") {
		t.Error("addresses are not counted as they should be")
	}
	if key("[fe80::1%eth0]:1") != key("[fe80::2%eth1]:1") {
		t.Error("a zone makes another address")
	}
}

// A client that does not get on with its request is cut off.
func TestSlowloris(t *testing.T) {
	t.Parallel() // it waits
	s := NewServer(nil)
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes > 16<<10 {
		t.Errorf("a server without limits: %+v", s)
	}
	h := newHost(t, func(_ *HandlerConfig, s *http.Server) { s.ReadHeaderTimeout = time.Second }) // the handshake has no more
	conn, err := tls.Dial("tcp", h.addr, &tls.Config{InsecureSkipVerify: true})                   //nolint:gosec // loopback
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET "+pathEvents+" HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the server waits for ever")
	}
}

// Streams of events and sockets outlive the server's own limits.
func TestWiresOutliveServerLimits(t *testing.T) {
	t.Parallel() // it waits
	for _, way := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			h := newHost(t, func(_ *HandlerConfig, s *http.Server) {
				s.ReadTimeout, s.WriteTimeout = time.Second, time.Second // the handshake has no more
			})
			target := h.target()
			target.Only = way
			guest, far := h.connect(t, target)
			ctx, cancel := context.WithTimeout(within(t), 1500*time.Millisecond)
			defer cancel()
			if _, err := far.Receive(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("the wire ended with %v", err)
			}
			for _, ends := range [][2]*Wire{{guest, far}, {far, guest}} {
				if err := ends[0].Send(within(t), []byte("x")); err != nil {
					t.Fatal(err)
				}
				if _, err := ends[1].Receive(within(t)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A message above the bound ends the wire, whichever end sends it.
func TestOversizeSocket(t *testing.T) {
	h := newHost(t, nil)
	conn, _, err := websocket.Dial(within(t), "wss://"+h.addr+pathSocket, &websocket.DialOptions{HTTPClient: insecure(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	far := <-h.wires
	if err := conn.Write(within(t), websocket.MessageBinary, make([]byte, signaling.MaxFrame+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := far.Receive(within(t)); !errors.Is(err, errTooLarge) {
		t.Errorf("the host gets %v", err)
	}
}

func TestTextIsNoFrame(t *testing.T) {
	h := newHost(t, nil)
	conn, _, err := websocket.Dial(within(t), "wss://"+h.addr+pathSocket, &websocket.DialOptions{HTTPClient: insecure(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	far := <-h.wires
	if err := conn.Write(within(t), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := far.Receive(within(t)); !errors.Is(err, errProtocol) {
		t.Errorf("the host gets %v", err)
	}
}
