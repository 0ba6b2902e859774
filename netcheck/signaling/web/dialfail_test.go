package web

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/signaling"
)

// connectProxy answers CONNECT with reply and, if that says 200, is a tunnel to backend.
func connectProxy(t *testing.T, reply, backend string) string {
	return "http://" + tcpServer(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		request, err := http.ReadRequest(in)
		if err != nil || request.Method != http.MethodConnect {
			return
		}
		if reply == "" {
			_, _ = io.Copy(io.Discard, in)
			return
		}
		if _, err := io.WriteString(conn, reply); err != nil || !strings.Contains(reply, " 200 ") {
			return
		}
		onward, err := net.Dial("tcp", backend)
		if err != nil {
			return
		}
		back := make(chan struct{})
		go func() { defer close(back); _, _ = io.Copy(conn, onward); _ = conn.Close() }()
		_, _ = io.Copy(onward, in)
		_ = onward.Close()
		<-back
	})
}

// A proxy is asked for the name, which need not be known here, by both ways.
func TestDialByProxy(t *testing.T) {
	for _, only := range []signaling.Way{signaling.WayWebSocket, signaling.WaySSE} {
		h := newHost(t, func(c *HandlerConfig, _ *http.Server) { c.Hosts = []string{"host.example.com"} })
		target := h.target("host.example.com:443")
		target.Only = only
		proxy := connectProxy(t, established, h.addr)
		target.Dialer = via(proxy)
		var got netchecktest.Steps
		target.Trace = got.Trace
		guest, far := h.connect(t, target)
		if got.Names() != "dial proxy tls "+string(only) || "http://"+guest.Evidence().ViaProxy != proxy || "http://"+guest.Remote().String() != proxy {
			t.Errorf("steps %q, evidence %+v, remote %v", got.Names(), guest.Evidence(), guest.Remote())
		}
		wantTalk(t, guest, far)
	}
}

func TestDialProxyRefusals(t *testing.T) {
	t.Parallel() // it waits for limits
	for name, tt := range map[string]struct {
		reply string
		code  netcheck.ReasonCode
		words []string
	}{
		"403":       {"HTTP/1.1 403 Forbidden\r\n\r\n", netcheck.ReasonProxyRefused, []string{"forbids", "CONNECT to host.example.com port 443"}},
		"407 Basic": {"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", netcheck.ReasonProxyAuth, []string{"it offers Basic", "user:password@"}},
		"407 NTLM":  {"HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n", netcheck.ReasonProxyAuth, []string{"Negotiate, NTLM", "Only Basic"}},
		"502":       {"HTTP/1.1 502 Bad Gateway\r\n\r\n", netcheck.ReasonProxyRefused, []string{"can not reach host.example.com:443", "host runs"}},
		"silent":    {"", netcheck.ReasonNoAnswer, []string{"does not answer CONNECT", "reach the host"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := connectProxy(t, tt.reply, "")
			_, err := Dial(within(t), Target{Addresses: []string{"host.example.com:443"}, Dialer: via(proxy)})
			netchecktest.WantFailure(t, err, tt.code, append(tt.words, strings.TrimPrefix(proxy, "http://"))...)
		})
	}
	down := closedPort(t)
	_, err := Dial(within(t), Target{Addresses: []string{"host.example.com:443"}, Dialer: via("http://" + down)})
	netchecktest.WantFailure(t, err, netcheck.ReasonRefused, "The proxy "+down)
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Who reads TLS on the way shows another key, whatever its certificate says, and gets no request.
func TestDialIntercepted(t *testing.T) {
	h := newHost(t, nil)
	fake := coturntest.NewAuthority(t, "Corp Inspect CA").Issue(t, coturntest.Leaf{Names: []string{"host.example.com"}})
	var asked atomic.Bool
	inspector := serveTLS(t, NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) })), fake)
	target := h.target("host.example.com:443")
	target.Dialer = via(connectProxy(t, established, inspector))
	_, err := Dial(within(t), target)
	netchecktest.WantFailure(t, err, netcheck.ReasonTLSPin, "another key than the one in the invite", "company's inspection", "another computer", "Corp Inspect CA")
	if asked.Load() {
		t.Error("a request was sent to the one in the middle")
	}
}

// What is no Echopath says so, though the key is right.
func TestDialNoEchopath(t *testing.T) {
	t.Parallel() // it waits for limits
	h := newHost(t, nil)
	other := func(answer http.HandlerFunc) string { return serveTLS(t, NewServer(answer), h.cert) }
	raw := func(says string) string {
		return tcpServer(t, func(conn net.Conn) {
			secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{h.cert.TLS}})
			_, _ = secured.Read(make([]byte, 16))
			_, _ = io.WriteString(secured, says)
			_, _ = io.Copy(io.Discard, secured)
		})
	}
	for name, tt := range map[string]struct {
		addr  string
		code  netcheck.ReasonCode
		words []string
	}{
		"404":           {other(http.NotFound), netcheck.ReasonOtherVersion, []string{"no Echopath", "HTTP status 404", "/echopath/1/"}},
		"502":           {other(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }), netcheck.ReasonHostGone, []string{"status 502"}},
		"page":          {other(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }), netcheck.ReasonOtherVersion, []string{"HTTP status 200"}},
		"other events":  {other(otherEvents), netcheck.ReasonOtherVersion, []string{"no stream of this program"}},
		"held back":     {other(heldEvents), netcheck.ReasonNoAnswer, []string{"holds answers back"}},
		"no HTTP":       {raw("220 mail.example.com ESMTP\r\n"), netcheck.ReasonOtherVersion, []string{"does not speak HTTP"}},
		"silent":        {raw(""), netcheck.ReasonNoAnswer, []string{"not to the request"}},
		"endless head":  {raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxHead)), netcheck.ReasonLinkLost, nil},
		"endless 1xx":   {raw(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 4000)), netcheck.ReasonOtherVersion, nil},
		"plain HTTP":    {plainHTTP(t), netcheck.ReasonTLSFailed, []string{"plain HTTP", "new invite"}},
		"nothing there": {closedPort(t), netcheck.ReasonRefused, []string{"the host", "is refused"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Dial(within(t), h.target(tt.addr))
			netchecktest.WantFailure(t, err, tt.code, tt.words...)
			if f := netcheck.AsFailure(err, ""); f.Server != tt.addr {
				t.Errorf("server %q, want %q", f.Server, tt.addr)
			}
		})
	}
}

func otherEvents(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	_, _ = io.WriteString(w, "data: price 7\n\n")
}

func heldEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func plainHTTP(t *testing.T) string {
	return tcpServer(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 16))
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
}

// hanging opens no connection to some addresses.
func hanging(hangs func(addr string) bool) func(netip.Addr) *dial.Dialer {
	return func(local netip.Addr) *dial.Dialer {
		d := direct(local)
		d.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if hangs(addr) {
				<-ctx.Done()
				return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
		return d
	}
}

// The first address that answers with the right key wins; dead, wrong and silent ones before it do no harm.
func TestDialManyAddresses(t *testing.T) {
	t.Parallel() // it waits a little
	h := newHost(t, nil)
	wrong := serveTLS(t, NewServer(http.NotFoundHandler()), coturntest.NewAuthority(t, "x").Issue(t, coturntest.Leaf{}))
	gone := serveTLS(t, NewServer(http.NotFoundHandler()), h.cert)
	target := h.target("203.0.113.7:8443", closedPort(t), "not an address", wrong, gone, "localhost:"+port(h.addr))
	target.Dialer = hanging(func(addr string) bool { return strings.HasPrefix(addr, "203.") })
	var got netchecktest.Steps
	target.Trace = got.Trace
	guest, far := h.connect(t, target)
	for _, step := range got {
		if strings.HasPrefix(step.Server, "203.") {
			t.Errorf("an attempt that was given up is traced as %+v", step)
		}
	}
	if guest.Reached() != "localhost:"+port(h.addr) {
		t.Errorf("reached %q", guest.Reached())
	}
	wantTalk(t, guest, far)
}

func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

// Without any that works, the most telling reason is given.
func TestDialMostTelling(t *testing.T) {
	t.Parallel() // it waits for limits
	h := newHost(t, nil)
	wrong := serveTLS(t, NewServer(http.NotFoundHandler()), coturntest.NewAuthority(t, "x").Issue(t, coturntest.Leaf{}))
	const silent = "203.0.113.7:8443"
	for name, tt := range map[string]struct {
		addrs []string
		code  netcheck.ReasonCode
		words []string
	}{
		"silent":               {[]string{silent}, netcheck.ReasonNoAnswer, []string{"gets no answer", "TCP 8443 to 203.0.113.7"}},
		"refused after silent": {[]string{silent, closedPort(t)}, netcheck.ReasonRefused, []string{"The other address of the host"}},
		"key after refused":    {[]string{closedPort(t), silent, wrong}, netcheck.ReasonTLSPin, []string{"The other 2 addresses of the host"}},
		"nonsense":             {[]string{"nonsense", "1.2.3.4:0", ":1"}, netcheck.ReasonInvite, []string{"new invite"}},
		"none":                 {nil, netcheck.ReasonInvite, nil},
		"unknown name":         {[]string{"no such name.invalid:1"}, netcheck.ReasonNameNotFound, []string{"no such name.invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := h.target()
			target.Addresses = tt.addrs
			target.Dialer = hanging(func(addr string) bool { return addr == silent })
			_, err := Dial(within(t), target)
			netchecktest.WantFailure(t, err, tt.code, tt.words...)
		})
	}
}
