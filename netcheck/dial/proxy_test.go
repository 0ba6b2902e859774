package dial_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/netchecktest"
)

func via(proxy string) func(string) (*url.URL, error) {
	return func(string) (*url.URL, error) { return url.Parse(proxy) }
}

// connectProxy is an HTTP proxy that answers the first request of each connection with reply and, if that says 200, is a
// tunnel to backend. It hands the requests to seen.
func connectProxy(reply string, backend netip.AddrPort, seen chan<- *http.Request) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if seen != nil {
			seen <- request
		}
		if _, err := io.WriteString(conn, reply); err != nil || !strings.Contains(reply, " 200 ") {
			return
		}
		onward, err := net.Dial("tcp", backend.String())
		if err != nil {
			return
		}
		back := make(chan struct{})
		go func() { defer close(back); _, _ = io.Copy(conn, onward); _ = conn.Close() }()
		_, _ = io.Copy(onward, in)
		_ = onward.Close()
		<-back
	}
}

const established = "HTTP/1.1 200 Connection established\r\nVia: 1.1 corp\r\n\r\n"

func TestProxyTunnel(t *testing.T) {
	backend, seen := server(t, echo), make(chan *http.Request, 1)
	proxy := server(t, connectProxy(established, backend, seen))
	var got netchecktest.Steps
	d := &dial.Dialer{Proxy: via("http://user:p%40ss@" + proxy.String())}
	// The name can not be resolved here and there is no address: the proxy does all that.
	srv := netcheck.ICEServer{URL: netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: "turn.example.com", Port: 443, Transport: "tcp"}}
	conn, evidence, err := d.Stream(within(t), srv, netip.AddrPort{}, got.Trace)
	if err != nil {
		t.Fatal(err)
	}
	wantEcho(t, conn)
	if evidence.ViaProxy != proxy.String() || got.Names() != "dial proxy" {
		t.Errorf("evidence %+v, steps %q", evidence, got.Names())
	}
	request := <-seen
	if request.Method != http.MethodConnect || request.Host != "turn.example.com:443" {
		t.Errorf("asked %s %s", request.Method, request.Host)
	}
	if auth := request.Header.Get("Proxy-Authorization"); auth != "Basic dXNlcjpwQHNz" { // user:p@ss
		t.Errorf("authorization %q", auth)
	}
}

// A proxy that is itself reached over TLS, to a server that is reached over TLS.
func TestProxyOverTLS(t *testing.T) {
	ca := coturntest.NewAuthority(t, "dial test CA")
	config := &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, coturntest.Leaf{Names: []string{"127.0.0.1"}}).TLS}}
	backend := tlsServer(t, config)
	tunnel := connectProxy(established, backend, nil)
	proxy := server(t, func(conn net.Conn) { tunnel(tls.Server(conn, config)) })
	d := &dial.Dialer{Proxy: via("https://" + proxy.String()), Roots: pool(ca)}
	conn, evidence, err := d.Stream(within(t), turn(t, "turns", "127.0.0.1", backend), backend, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEcho(t, conn)
	if evidence.ViaProxy == "" || evidence.TLS == nil || evidence.TLS.VerifiedBy != "system" {
		t.Errorf("evidence %+v", evidence)
	}

	d.Roots = x509.NewCertPool()
	_, _, err = d.Stream(within(t), turn(t, "turns", "127.0.0.1", backend), backend, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonProxyRefused, "TLS with the proxy")
}

func TestProxyRefusals(t *testing.T) {
	t.Parallel() // it waits for limits
	challenge := func(schemes string) string {
		return "HTTP/1.1 407 Proxy Authentication Required\r\n" + schemes + "\r\n"
	}
	tests := []struct {
		name, reply, user string
		code              netcheck.ReasonCode
		words             []string
	}{
		{"403", "HTTP/1.1 403 Forbidden\r\n\r\n", "", netcheck.ReasonProxyRefused, []string{"forbids", "CONNECT to 203.0.113.7 port 3478"}},
		{"407 foreign", challenge("Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n"), "", netcheck.ReasonProxyAuth, []string{"Negotiate, NTLM", "Only Basic"}},
		{"407 basic", challenge("Proxy-Authenticate: Basic realm=\"a, Bogus b\", Digest nonce=\"x\", qop=auth\r\n"), "", netcheck.ReasonProxyAuth,
			[]string{"(it offers Basic, Digest)", "HTTPS_PROXY", "user:password@"}},
		{"407 again", challenge("Proxy-Authenticate: basic\r\n"), "u:p@", netcheck.ReasonProxyAuth, []string{"does not accept", "%40"}},
		{"407 bare", challenge(""), "", netcheck.ReasonProxyAuth, []string{"no scheme"}},
		{"502", "HTTP/1.0 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad", "", netcheck.ReasonProxyRefused, []string{"can not reach 203.0.113.7:3478"}},
		{"504", "HTTP/1.1 504 Gateway Timeout\n\n", "", netcheck.ReasonProxyRefused, []string{"can not reach"}},
		{"418", "HTTP/1.1 418 Teapot\r\n\r\n", "", netcheck.ReasonProxyRefused, []string{"status 418"}},
		{"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "", netcheck.ReasonProxyRefused, []string{"no HTTP proxy"}},
		{"endless header", "HTTP/1.1 403 No\r\nX: " + strings.Repeat("x", 20<<10), "", netcheck.ReasonProxyRefused, []string{"no HTTP proxy"}},
		{"closes", "", "", netcheck.ReasonProxyRefused, []string{"closed the connection"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy := server(t, connectProxy(tt.reply, netip.AddrPort{}, nil))
			addr := netip.MustParseAddrPort("203.0.113.7:3478")
			var got netchecktest.Steps
			d := &dial.Dialer{Proxy: via("http://" + tt.user + proxy.String())}
			_, _, err := d.Stream(within(t), turn(t, "turns", "203.0.113.7", addr), addr, got.Trace)
			netchecktest.WantFailure(t, err, tt.code, append(tt.words, proxy.String())...)
			if got.Names() != "dial proxy!" {
				t.Errorf("steps %q", got.Names())
			}
		})
	}
}

func TestProxySilent(t *testing.T) {
	t.Parallel() // it waits for limits
	proxy := server(t, silent)
	addr := netip.MustParseAddrPort("203.0.113.7:3478")
	_, _, err := (&dial.Dialer{Proxy: via("http://" + proxy.String())}).Stream(within(t), turn(t, "turn", "203.0.113.7", addr), addr, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonNoAnswer, "does not answer CONNECT", proxy.String())
}

func TestProxyDown(t *testing.T) {
	proxy, addr := closedPort(t), netip.MustParseAddrPort("203.0.113.7:3478")
	_, _, err := (&dial.Dialer{Proxy: via("http://" + proxy.String())}).Stream(within(t), turn(t, "turn", "203.0.113.7", addr), addr, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonRefused, "the proxy "+proxy.String(), "could not be reached", "Check the proxy setting")
}

func TestProxySetting(t *testing.T) {
	for _, setting := range []string{"socks5://127.0.0.1:1080", "http://"} {
		_, err := (&dial.Dialer{Proxy: via(setting)}).ProxyFor(netcheck.ICEServer{})
		netchecktest.WantFailure(t, err, netcheck.ReasonProxyRefused, "HTTPS_PROXY")
	}
}

// Without a function of its own, the dialer asks the environment at each use.
func TestProxyFromEnvironment(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
	t.Setenv("NO_PROXY", "inside.example.com")
	d := &dial.Dialer{}
	for host, want := range map[string]string{"turn.example.com": "proxy.example.com:3128", "inside.example.com": "", "127.0.0.1": ""} {
		proxy, err := d.ProxyFor(netcheck.ICEServer{URL: netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: host, Port: 3478, Transport: "tcp"}})
		if err != nil || want == "" && proxy != nil || want != "" && (proxy == nil || proxy.Host != want) {
			t.Errorf("%s: proxy %v, %v, want %q", host, proxy, err, want)
		}
	}
	t.Setenv("HTTPS_PROXY", "http://%zz")
	_, err := d.ProxyFor(netcheck.ICEServer{URL: netcheck.ServerURL{Host: "turn.example.com", Port: 1}})
	netchecktest.WantFailure(t, err, netcheck.ReasonProxyRefused, "HTTPS_PROXY")
}
