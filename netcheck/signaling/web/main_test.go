package web

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/internal/coturntest"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within is a context that no passing test comes near the end of.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// host is a handler behind a server with TLS on loopback.
type host struct {
	*Handler
	cert  *coturntest.Certificate
	addr  string
	wires chan signaling.Wire // as Serve got them
	over  chan struct{}       // an answer has ended: one slot
}

// newHost starts a host. Its Serve hands the wires to the test and waits until it closes them. change may be nil.
func newHost(t testing.TB, change func(*HandlerConfig, *http.Server)) *host {
	t.Helper()
	h := &host{wires: make(chan signaling.Wire, 64), over: make(chan struct{}, 1), cert: coturntest.NewAuthority(t, "Our CA").Issue(t, coturntest.Leaf{Names: []string{"host.example.com"}})}
	config := HandlerConfig{Serve: h.hold}
	server := NewServer(nil)
	if change != nil {
		change(&config, server)
	}
	h.Handler = NewHandler(config)
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		select {
		case h.over <- struct{}{}:
		default:
		}
	})
	h.addr = serveTLS(t, server, h.cert)
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func (h *host) hold(ctx context.Context, w signaling.Wire) error {
	h.wires <- w
	wire := w.(*Wire) //nolint:errcheck // it is one
	select {
	case <-wire.closing:
	case <-ctx.Done():
	}
	return nil
}

// serveTLS serves on loopback until the test ends.
func serveTLS(t testing.TB, server *http.Server, cert *coturntest.Certificate) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert.TLS}})) })
	t.Cleanup(func() { _ = server.Close(); serving.Wait() })
	return l.Addr().String()
}

// target is the host as an invite would name it.
func (h *host) target(addrs ...string) Target {
	if len(addrs) == 0 {
		addrs = []string{h.addr}
	}
	return Target{Addresses: addrs, Pin: h.cert.SPKI(), Dialer: direct}
}

func direct(local netip.Addr) *dial.Dialer {
	return &dial.Dialer{Local: local, Proxy: func(string) (*url.URL, error) { return nil, nil }}
}

func via(proxy string) func(netip.Addr) *dial.Dialer {
	return func(netip.Addr) *dial.Dialer {
		return &dial.Dialer{Proxy: func(string) (*url.URL, error) { return url.Parse(proxy) }}
	}
}

// connect makes a wire and gives both its ends. They have all the time that a busy computer takes to close it in order.
func (h *host) connect(t testing.TB, target Target) (guest, far *Wire) {
	t.Helper()
	w, err := Dial(within(t), target)
	if err != nil {
		t.Fatal(err)
	}
	guest = w.(*Wire) //nolint:errcheck // it is one
	t.Cleanup(func() { _ = guest.Close() })
	// A WebSocket that was swallowed on the way may have come first.
	for {
		select {
		case w := <-h.wires:
			if far = w.(*Wire); far.Way() == guest.Way() { //nolint:errcheck // it is one
				guest.timing.grace, far.timing.grace = time.Minute, time.Minute
				return guest, far
			}
		case <-within(t).Done():
			t.Fatal("the host got no wire")
		}
	}
}

// tcpServer answers every TCP connection on loopback with handle and waits for all of them when the test ends.
func tcpServer(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			wg.Go(func() { handle(conn); _ = conn.Close() })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

// behind puts a web server before a host, with the host's key. handle may answer a request itself, and says so.
func (h *host) behind(t testing.TB, handle func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	plain := httptest.NewServer(h.Handler)
	t.Cleanup(func() { _ = h.Close(); plain.Close() })
	to, err := url.Parse(plain.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	pass := &httputil.ReverseProxy{
		Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }, ErrorLog: NewServer(nil).ErrorLog,
	}
	return serveTLS(t, NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handle == nil || !handle(w, r) {
			pass.ServeHTTP(w, r)
		}
	})), h.cert)
}
