package dial_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers every TCP connection on loopback with handle and waits for all of them when the test ends.
func server(t *testing.T, handle func(net.Conn)) netip.AddrPort {
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
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// tlsServer echoes over TLS.
func tlsServer(t *testing.T, config *tls.Config) netip.AddrPort {
	t.Helper()
	return server(t, func(conn net.Conn) { echo(tls.Server(conn, config)) })
}

func echo(conn net.Conn) { _, _ = io.Copy(conn, conn) }

// silent takes what comes and never answers.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// closedPort is a port on which nothing listens.
func closedPort(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// turn is a server entry for an address, known by a name.
func turn(t *testing.T, scheme, host string, addr netip.AddrPort) netcheck.ICEServer {
	t.Helper()
	return netcheck.ICEServer{URL: netcheck.ServerURL{Scheme: netcheck.Scheme(scheme), Host: host, Port: int(addr.Port()), Transport: "tcp"}}
}

func noProxy(string) (*url.URL, error) { return nil, nil }

// within is a context that no passing test comes near the end of.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// wantEcho checks that a stream is usable: its deadlines are off and its local address is one that pion/ice can use.
func wantEcho(t *testing.T, conn net.Conn) {
	t.Helper()
	defer func() { _ = conn.Close() }()
	if _, ok := conn.LocalAddr().(*net.TCPAddr); !ok {
		t.Errorf("local address is a %T", conn.LocalAddr())
	}
	const text = "echo"
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatalf("write: %v", err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != text {
		t.Fatalf("read %q, %v", got, err)
	}
}
