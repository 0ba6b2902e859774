package web

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // RFC 6455 asks for it
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/signaling"
)

// wantTalk checks that a wire carries frames both ways.
func wantTalk(t *testing.T, guest, far *Wire) {
	t.Helper()
	for _, ends := range [][2]*Wire{{guest, far}, {far, guest}} {
		if err := ends[0].Send(within(t), []byte("hello")); err != nil {
			t.Fatal(err)
		}
		if got, err := ends[1].Receive(within(t)); string(got) != "hello" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

func TestDialPrefersWebSocket(t *testing.T) {
	h := newHost(t, nil)
	var got netchecktest.Steps
	target := h.target()
	target.Trace = got.Trace
	guest, far := h.connect(t, target)
	if guest.Way() != signaling.WayWebSocket || got.Names() != "dial tls websocket" || got[2].Server != h.addr {
		t.Errorf("way %s, steps %+v", guest.Way(), got)
	}
	if guest.Reached() != h.addr || guest.Evidence().TLS == nil || guest.Evidence().TLS.VerifiedBy != "pin" || guest.Evidence().TLS.ALPN != "" {
		t.Errorf("reached %q, evidence %+v", guest.Reached(), guest.Evidence())
	}
	wantTalk(t, guest, far)
}

// Without a dialer of its own, a target is reached with the system's settings: no proxy for loopback.
func TestDialDefaultDialer(t *testing.T) {
	h := newHost(t, nil)
	target := h.target()
	target.Dialer = nil
	guest, far := h.connect(t, target)
	wantTalk(t, guest, far)
}

// Only forces a way.
func TestDialOnly(t *testing.T) {
	h := newHost(t, nil)
	target := h.target()
	target.Only = signaling.WaySSE
	var got netchecktest.Steps
	target.Trace = got.Trace
	guest, far := h.connect(t, target)
	if got.Names() != "dial tls sse" {
		t.Errorf("steps %q", got.Names())
	}
	wantTalk(t, guest, far)
	target.Only = signaling.WayPaste
	_, err := Dial(within(t), target)
	netchecktest.WantFailure(t, err, netcheck.ReasonLocal, "paste")
}

func accept101(w http.ResponseWriter, r *http.Request) (net.Conn, *bufio.ReadWriter) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // RFC 6455 asks for it
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
		base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
	return conn, rw
}

func withStatus(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// brokenUpgrades are what things on the way make of a request for a WebSocket.
var brokenUpgrades = map[string]http.HandlerFunc{
	"400": withStatus(http.StatusBadRequest),
	"403": withStatus(http.StatusForbidden),
	"200": withStatus(http.StatusOK),
	"redirect": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://login.example.com/", http.StatusFound)
	},
	"426 since the upgrade is cut out": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(headerOwn, "1")
		w.WriteHeader(http.StatusUpgradeRequired)
	},
	"101 and swallows": func(w http.ResponseWriter, r *http.Request) {
		conn, rw := accept101(w, r)
		_, _ = io.Copy(io.Discard, rw)
		_ = conn.Close()
	},
	"101 and closes": func(w http.ResponseWriter, r *http.Request) {
		conn, _ := accept101(w, r)
		_ = conn.Close()
	},
	"101 with a wrong key": func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")
		_ = conn.Close()
	},
	"closes": func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		_ = conn.Close()
	},
	"silence": func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, _ := http.NewResponseController(w).Hijack()
		_, _ = io.Copy(io.Discard, rw)
		_ = conn.Close()
	},
	"an endless body": func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write(make([]byte, 100))
			_ = http.NewResponseController(w).Flush()
		}
	},
}

// What breaks WebSockets leads to events, on the same address.
func TestDialFallsBack(t *testing.T) {
	t.Parallel() // it waits for limits
	for name, upgrade := range brokenUpgrades {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, nil)
			front := h.behind(t, func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Upgrade") == "" {
					return false
				}
				upgrade(w, r)
				return true
			})
			var got netchecktest.Steps
			target := h.target(front)
			target.Trace = got.Trace
			guest, far := h.connect(t, target)
			if guest.Way() != signaling.WaySSE || got.Names() != "dial tls websocket! sse" {
				t.Errorf("way %s, steps %q", guest.Way(), got.Names())
			}
			wantTalk(t, guest, far)
			target.Only = signaling.WayWebSocket
			if _, err := Dial(within(t), target); err == nil {
				t.Error("a WebSocket was made where none passes")
			}
		})
	}
}

// A WebSocket passes through a web server that lets it.
func TestDialBehindWebServer(t *testing.T) {
	h := newHost(t, nil)
	guest, far := h.connect(t, h.target(h.behind(t, nil)))
	if guest.Way() != signaling.WayWebSocket {
		t.Errorf("way %s", guest.Way())
	}
	wantTalk(t, guest, far)
}

// POSTs whose connections or answers get lost are repeated, and nothing is taken twice.
func TestPostsAreRepeated(t *testing.T) {
	h := newHost(t, nil)
	var posts atomic.Int64
	front := h.behind(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		switch posts.Add(1) % 4 {
		case 1: // is not passed on
			w.WriteHeader(http.StatusBadGateway)
			return true
		case 2: // is passed on, and the answer gets lost
			body := httptestRecorder{}
			h.ServeHTTP(&body, r)
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
			return true
		}
		return false
	})
	target := h.target(front)
	target.Only = signaling.WaySSE
	guest, far := h.connect(t, target)
	for i := range 4 {
		want := strconv.Itoa(i)
		if err := guest.Send(within(t), []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := far.Receive(within(t)); string(got) != want {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
	if err := guest.Close(); err != nil {
		t.Error(err)
	}
	if _, err := far.Receive(within(t)); err != io.EOF { //nolint:errorlint // that value is promised
		t.Errorf("the wire ends with %v", err)
	}
}

// httptestRecorder takes an answer that is thrown away.
type httptestRecorder struct{ header http.Header }

func (r *httptestRecorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}
func (r *httptestRecorder) Write(p []byte) (int, error) { return len(p), nil }
func (r *httptestRecorder) WriteHeader(int)             {}

const established = "HTTP/1.1 200 Connection established\r\n\r\n"

// A source address of one family is not used for a host of the other.
func TestDialSourceOfAnotherFamily(t *testing.T) {
	_, err := Dial(within(t), Target{Addresses: []string{"[2001:db8::1]:443"}, Local: netip.MustParseAddr("127.0.0.1"), Dialer: direct})
	netchecktest.WantFailure(t, err, netcheck.ReasonNoFamily, "another IP version than the chosen interface")
}

func TestDialIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("SKIPPED: no IPv6 on loopback: %v", err)
	}
	h := newHost(t, nil)
	server := NewServer(h.Handler)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{h.cert.TLS}}))
	}()
	t.Cleanup(func() { _ = h.Close(); _ = server.Close(); <-done })
	for _, only := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		target := h.target(l.Addr().String())
		target.Only = only
		guest, far := h.connect(t, target)
		wantTalk(t, guest, far)
	}
}

// The zone of a literal address is not the host's business.
func TestOrigin(t *testing.T) {
	for host, want := range map[string]string{
		"fe80::1%eth0": "https://[fe80::1]:443/x", "Bücher.example": "https://xn--bcher-kva.example:443/x", "203.0.113.7": "https://203.0.113.7:443/x",
	} {
		if got := newOrigin(host, "443").url("/x"); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}

func TestDialCancelled(t *testing.T) {
	t.Parallel()
	h := newHost(t, nil)
	for name, addr := range map[string]string{
		"TCP": "203.0.113.7:1",
		"TLS": tcpServer(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }),
		"upgrade": serveTLS(t, NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		})), h.cert),
		"events": serveTLS(t, NewServer(http.HandlerFunc(heldEvents)), h.cert),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(within(t))
			target := h.target(addr)
			if name == "events" {
				target.Only = signaling.WaySSE
			}
			target.Dialer = hanging(func(addr string) bool {
				if name == "TCP" {
					cancel()
				}
				return name == "TCP"
			})
			target.Trace = func(netcheck.StepDone) { cancel() } // after TCP
			_, err := Dial(ctx, target)
			netchecktest.WantFailure(t, err, netcheck.ReasonCancelled)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v is not context.Canceled", err)
			}
		})
	}
}

// What Dial returned outlives its context.
func TestWireOutlivesContext(t *testing.T) {
	for _, only := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		h := newHost(t, nil)
		target := h.target()
		target.Only = only
		ctx, cancel := context.WithCancel(within(t))
		w, err := Dial(ctx, target)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		guest := w.(*Wire) //nolint:errcheck // it is one
		wantTalk(t, guest, (<-h.wires).(*Wire))
		_ = guest.Close()
	}
}

func TestPhrase(t *testing.T) {
	for body, want := range map[string]string{
		"The host stops.\n": "The host stops.", "": "HTTP status 1.", "<html><body>": "HTTP status 1.", "a\x1b[2Jb\nc": "a[2Jb", "\xff\xfe": "HTTP status 1.",
	} {
		if got := phrase([]byte(body), "HTTP status 1"); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

// BenchmarkDial is the time from an address to a wire that carries frames, on loopback.
func BenchmarkDial(b *testing.B) {
	for _, way := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		b.Run(string(way), func(b *testing.B) {
			h := newHost(b, nil)
			target := h.target()
			target.Only = way
			for b.Loop() {
				w, err := Dial(b.Context(), target)
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				_ = w.Close()
				_ = (<-h.wires).Close()
				b.StartTimer()
			}
		})
	}
}
