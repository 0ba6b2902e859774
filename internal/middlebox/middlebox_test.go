package middlebox_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/internal/middlebox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type box interface {
	Start(addr string) error
	Close() error
	Addr() string
	Asked() []string
}

func started(t *testing.T, b box) string {
	t.Helper()
	if b.Addr() != "" {
		t.Errorf("it listens on %s before it was started", b.Addr())
	}
	if err := b.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b.Addr()
}

func connected(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// connect asks a proxy for a tunnel.
func connect(t *testing.T, proxy, target, fields string) (net.Conn, *http.Response) {
	t.Helper()
	conn := connected(t, proxy)
	_, _ = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", target, target, fields)
	response, err := http.ReadResponse(bufio.NewReaderSize(oneByOne{conn}, 16), &http.Request{Method: http.MethodConnect})
	if err != nil {
		t.Fatal(err)
	}
	return conn, response
}

// oneByOne lets no reader take more than it is asked for.
type oneByOne struct{ io.Reader }

func (o oneByOne) Read(p []byte) (int, error) { return o.Reader.Read(p[:1]) }

func get(t *testing.T, addr string) (*http.Response, string) {
	t.Helper()
	conn := connected(t, addr)
	_, _ = io.WriteString(conn, "GET /page HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response, string(body)
}

func TestLife(t *testing.T) {
	for _, b := range []box{&middlebox.Proxy{Manner: middlebox.Hang}, &middlebox.Interceptor{Server: "127.0.0.1:1"}, &middlebox.Portal{Silent: true}} {
		addr := started(t, b)
		if err := b.Start("127.0.0.1:0"); err == nil {
			t.Errorf("%T was started twice", b)
		}
		conn := connected(t, addr)
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		for range 2 {
			if err := b.Close(); err != nil {
				t.Errorf("close %T: %v", b, err)
			}
		}
		if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%T: %v", b, err)
		}
		if err := b.Start("127.0.0.1:0"); err == nil {
			t.Errorf("%T was started again", b)
		}
		if _, err := net.Dial("tcp", addr); err == nil {
			t.Errorf("%T still listens", b)
		}
	}
	if err := new(middlebox.Proxy).Close(); err != nil {
		t.Errorf("close what was never started: %v", err)
	}
	if err := new(middlebox.Proxy).Start("no address"); err == nil {
		t.Error("it listens on no address")
	}
}

func TestProxy(t *testing.T) {
	page := &middlebox.Portal{Body: "hello"}
	there := started(t, page)
	timeout := func(context.Context, string, string) (net.Conn, error) { return nil, os.ErrDeadlineExceeded }
	dead := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no") }
	tests := []struct {
		name    string
		proxy   *middlebox.Proxy
		fields  string
		status  int
		schemes []string
	}{
		{"all", &middlebox.Proxy{}, "", 200, nil},
		{"a status", &middlebox.Proxy{Status: 503}, "", 503, nil},
		{"not allowed", &middlebox.Proxy{Allow: func(string) bool { return false }}, "", 403, nil},
		{"allowed", &middlebox.Proxy{Allow: func(to string) bool { return to == there }}, "", 200, nil},
		{"log-in", &middlebox.Proxy{Schemes: []string{"Negotiate", "NTLM"}}, "", 407, []string{"Negotiate", "NTLM"}},
		{"log-in, nobody known", &middlebox.Proxy{Schemes: []string{"Basic"}}, "Proxy-Authorization: Basic Og==\r\n", 407, []string{"Basic"}},
		{"logged in", &middlebox.Proxy{Schemes: []string{"Basic"}, User: "jane", Secret: "pass"}, "Proxy-Authorization: Basic amFuZTpwYXNz\r\n", 200, nil},
		{"no way", &middlebox.Proxy{Dial: dead}, "", 502, nil},
		{"silence behind it", &middlebox.Proxy{Dial: timeout}, "", 504, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn, response := connect(t, started(t, tt.proxy), there, tt.fields)
			if got := response.Header.Values("Proxy-Authenticate"); response.StatusCode != tt.status || !slices.Equal(got, tt.schemes) {
				t.Fatalf("status %d, schemes %q", response.StatusCode, got)
			}
			if got := tt.proxy.Asked(); !slices.Equal(got, []string{"CONNECT " + there}) {
				t.Errorf("asked %q", got)
			}
			if tt.status != 200 {
				return
			}
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			if all, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(all), "\r\n\r\nhello") {
				t.Errorf("through the tunnel came %q, %v", all, err)
			}
		})
	}
	response, _ := get(t, started(t, &middlebox.Proxy{}))
	if response.StatusCode != 405 {
		t.Errorf("status %d to GET", response.StatusCode)
	}
	if b, err := io.ReadAll(connectRaw(t, started(t, &middlebox.Proxy{Manner: middlebox.Cut}))); len(b) > 0 || err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("a proxy that closes said %q, %v", b, err)
	}
}

func connectRaw(t *testing.T, proxy string) net.Conn {
	t.Helper()
	conn := connected(t, proxy)
	_, _ = io.WriteString(conn, "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n")
	return conn
}

func TestPortal(t *testing.T) {
	at := time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)
	tests := []struct {
		name         string
		portal       *middlebox.Portal
		status       int
		location     string
		date, answer string
	}{
		{"empty", &middlebox.Portal{Now: func() time.Time { return at }}, 204, "", "Mon, 03 Feb 2020 04:05:06 GMT", ""},
		{"a page", &middlebox.Portal{Body: "hello", NoDate: true}, 200, "", "", "hello"},
		{"a redirect", &middlebox.Portal{Location: "http://login/", NoDate: true}, 302, "http://login/", "", ""},
		{"a status", &middlebox.Portal{Status: 511, Body: "log in", NoDate: true}, 511, "", "", "log in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := get(t, started(t, tt.portal))
			if response.StatusCode != tt.status || response.Header.Get("Location") != tt.location || response.Header.Get("Date") != tt.date || body != tt.answer {
				t.Errorf("%d %v %q", response.StatusCode, response.Header, body)
			}
			if got := tt.portal.Asked(); !slices.Equal(got, []string{"GET example.com/page"}) {
				t.Errorf("asked %q", got)
			}
		})
	}
}

func TestInterceptor(t *testing.T) {
	ours, corp := authority(t, "Ours"), authority(t, "Corp")
	cert, err := ours.For("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*cert}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		b := make([]byte, 5)
		if _, err := io.ReadFull(conn, b); err == nil {
			_, _ = conn.Write([]byte(strings.ToUpper(string(b))))
		}
	}()
	defer func() { _ = l.Close(); <-done }()

	read := make(chan string, 16)
	box := &middlebox.Interceptor{Authority: corp, Server: l.Addr().String(), ALPN: []string{"http/1.1"}, Read: func(b []byte) { read <- string(b) }}
	conn, err := tls.Dial("tcp", started(t, box), &tls.Config{RootCAs: corp.Pool(), ServerName: "turn.example.com", NextProtos: []string{"http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	state := conn.ConnectionState()
	if issuer := state.PeerCertificates[0].Issuer.CommonName; issuer != "Corp" || state.NegotiatedProtocol != "http/1.1" {
		t.Errorf("issuer %q, protocol %q", issuer, state.NegotiatedProtocol)
	}
	_, _ = io.WriteString(conn, "hello")
	if b, err := io.ReadAll(conn); err != nil || string(b) != "HELLO" {
		t.Errorf("got %q, %v", b, err)
	}
	_ = conn.Close()
	if got := <-read; got != "hello" {
		t.Errorf("it read %q", got)
	}
	if got := box.Asked(); !slices.Equal(got, []string{"turn.example.com"}) {
		t.Errorf("asked for %q", got)
	}
}

func authority(t *testing.T, name string) *middlebox.Authority {
	t.Helper()
	a, err := middlebox.NewAuthority(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAuthority(t *testing.T) {
	a := authority(t, "Ours")
	one, err := a.For("turn.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := a.For("turn.example.com"); again != one {
		t.Error("another certificate for the same name")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(a.PEM()) {
		t.Fatal("no PEM")
	}
	for _, roots := range []*x509.CertPool{pool, a.Pool()} {
		if _, err := one.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "turn.example.com"}); err != nil {
			t.Error(err)
		}
	}
	other, err := a.Issue(func(c *x509.Certificate) { c.DNSNames = []string{"changed"} }, "192.0.2.1")
	if err != nil || !slices.Equal(other.Leaf.DNSNames, []string{"changed"}) || len(other.Leaf.IPAddresses) != 1 {
		t.Errorf("%+v, %v", other, err)
	}
}

// What never answers takes all that comes, until it is closed.
func TestMute(t *testing.T) {
	box := &middlebox.Mute{}
	conn := connected(t, started(t, box))
	for _, text := range []string{"\n\n\x16\x03\x01\n", "GET / HTTP/1.1\r\n\r\n"} {
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error, 1)
	go func() {
		n, err := conn.Read(make([]byte, 1))
		if n != 0 || err == nil {
			err = errors.New("it answered")
		} else {
			err = nil
		}
		ended <- err
	}()
	for len(box.Asked()) == 0 { // until it has the connection
		runtime.Gosched()
	}
	select {
	case err := <-ended:
		t.Errorf("the connection ended by itself: %v", err)
	default:
	}
	if err := box.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
