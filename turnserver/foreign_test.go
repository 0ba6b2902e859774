package turnserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// handed is a listener of the connections that the server hands over.
type handed struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	addr  net.Addr
}

func newHanded() *handed { return &handed{conns: make(chan net.Conn), done: make(chan struct{})} }

func (h *handed) take(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.done:
		_ = c.Close()
	}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *handed) Close() error   { h.once.Do(func() { close(h.done) }); return nil }
func (h *handed) Addr() net.Addr { return h.addr }

// startForeign serves TURN and HTTP on the TLS port.
func startForeign(t *testing.T, cfg Config) (*Server, *handed) {
	t.Helper()
	h := newHanded()
	cfg.Foreign = h.take
	s := start(t, cfg)
	h.addr = net.TCPAddrFromAddrPort(s.TLSAddr())
	t.Cleanup(func() { _ = h.Close() }) // before the server closes, which waits for take
	return s, h
}

func tlsClient(t *testing.T, s *Server, protocols ...string) *tls.Conn {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CertificatePEM())
	conn, err := tls.Dial("tcp", s.TLSAddr().String(), &tls.Config{RootCAs: roots, NextProtos: protocols})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestHTTPBesideTURN(t *testing.T) {
	s, h := startForeign(t, Config{})
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }), ReadHeaderTimeout: patience}
	served := make(chan struct{})
	go func() { _ = web.Serve(h); close(served) }()
	t.Cleanup(func() { _ = web.Close(); <-served })

	session := newSession(t, s)
	user, pass := session.Credentials()
	newRaw(t, s, TransportTLS, user, pass).mustAllocate()
	conn := tlsClient(t, s, "http/1.1")
	if got := conn.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("ALPN chose %q", got)
	}
	in := bufio.NewReader(conn)
	for _, body := range []string{"one", "two"} { // the connection stays
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://echopath/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := request.Write(conn); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(in, request)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || string(got) != body {
			t.Errorf("answer %q, %v", got, err)
		}
	}
	if got := s.Totals(); got.Connections != 2 || got.Malformed != 0 {
		t.Errorf("totals %+v, want two connections", got)
	}
	_ = conn.Close()
	waitFor(t, func() bool { return s.Totals().Connections == 1 })
}

func TestForeignCountsUntilItIsClosed(t *testing.T) {
	s, h := startForeign(t, Config{MaxConnsPerIP: 1})
	conn := tlsClient(t, s)
	if _, err := conn.Write([]byte("GET")); err != nil {
		t.Fatal(err)
	}
	owned := <-h.conns
	wantClosed(t, dial(t, s, TransportTCP))
	got := make([]byte, 3)
	if _, err := io.ReadFull(owned, got); err != nil || string(got) != "GET" {
		t.Errorf("the first bytes are %q, %v", got, err)
	}
	for range 2 {
		if err := owned.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := s.Totals().Connections; got != 0 {
		t.Errorf("%d connections after Close", got)
	}
	wantClosed(t, conn)
	user, pass := newSession(t, s).Credentials()
	newRaw(t, s, TransportTCP, user, pass).mustAllocate()
}

// The server's deadlines end with the handover; the owner's hold.
func TestForeignOwnsTheDeadlines(t *testing.T) {
	s, h := startForeign(t, Config{IdleTimeout: time.Millisecond})
	conn := tlsClient(t, s)
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	owned := <-h.conns
	defer owned.Close()
	p := make([]byte, 1)
	if _, err := owned.Read(p); err != nil {
		t.Fatal(err)
	}
	_ = owned.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) // many times the idle timeout
	_, err := owned.Read(p)
	if timeout, ok := err.(net.Error); !ok || !timeout.Timeout() {
		t.Fatalf("Read: %v, want the owner's deadline", err)
	}
	_ = owned.SetReadDeadline(time.Time{})
	if _, err := conn.Write([]byte("y")); err != nil {
		t.Fatal(err)
	}
	if _, err := owned.Read(p); err != nil || p[0] != 'y' {
		t.Errorf("after a deadline that passed: %q, %v", p, err)
	}
}

func TestNoForeignByteInTime(t *testing.T) {
	s, _ := startForeign(t, Config{HandshakeTimeout: 50 * time.Millisecond})
	silent, err := net.Dial("tcp", s.TLSAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	wantClosed(t, silent)
	waitFor(t, func() bool { return s.Totals().Connections == 0 })
}

func TestCloseEndsForeign(t *testing.T) {
	s, h := startForeign(t, Config{})
	conn := tlsClient(t, s)
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	owned := <-h.conns
	waiting := tlsClient(t, s) // says nothing
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Fatal("Close waits for the owner of a foreign connection")
	}
	if _, err := owned.Read(make([]byte, 2)); err == nil {
		if _, err = owned.Read(make([]byte, 2)); err == nil {
			t.Error("a foreign connection is open after Close")
		}
	}
	wantClosed(t, waiting)
	_ = owned.Close() // an error: it is closed
}
