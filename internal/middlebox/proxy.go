package middlebox

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Manner is how a proxy treats a request.
type Manner int

// The manners.
const (
	Serve Manner = iota // it answers
	Hang                // it takes the request and never answers
	Cut                 // it closes the connection
)

// Proxy is an HTTP proxy that knows CONNECT (RFC 9110, section 9.3.6) and nothing else. Its fields are set before Start.
type Proxy struct {
	server

	Manner  Manner
	Status  int                                                               // answered to every CONNECT; 0: it does what is asked
	Allow   func(hostport string) bool                                        // 403 to the others; nil: all
	Schemes []string                                                          // wanted with 407, such as Negotiate, NTLM, Basic realm="x"; nil: no authentication
	User    string                                                            // whom Basic lets through; "": nobody
	Secret  string                                                            // password of User
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error) // to the servers; nil = net.Dialer
	// Interceptor, if set, gets the tunnels instead of the servers, and reads along. It need not be started.
	Interceptor *Interceptor
}

// Start listens on addr, host:port; port 0 takes a free one.
func (p *Proxy) Start(addr string) error { return p.start(addr, p.serve) }

func (p *Proxy) serve(ctx context.Context, conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	in := bufio.NewReader(conn)
	request, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	p.note(request.Method + " " + request.Host)
	switch p.Manner {
	case Hang:
		_, _ = io.Copy(io.Discard, in)
		return
	case Cut:
		return
	}
	if status := p.judge(request); status != http.StatusOK {
		p.refuse(conn, status)
		return
	}
	p.tunnel(ctx, conn, in, request.Host)
}

// judge gives the status of the answer, before any server is asked.
func (p *Proxy) judge(request *http.Request) int {
	switch {
	case request.Method != http.MethodConnect:
		return http.StatusMethodNotAllowed
	case len(p.Schemes) > 0 && !p.knows(request.Header.Get("Proxy-Authorization")):
		return http.StatusProxyAuthRequired
	case p.Status != 0:
		return p.Status
	case p.Allow != nil && !p.Allow(request.Host):
		return http.StatusForbidden
	}
	return http.StatusOK
}

func (p *Proxy) knows(authorization string) bool {
	basic := base64.StdEncoding.EncodeToString([]byte(p.User + ":" + p.Secret))
	return p.User != "" && authorization == "Basic "+basic
}

func (p *Proxy) refuse(conn net.Conn, status int) {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n", status, http.StatusText(status))
	if status == http.StatusProxyAuthRequired {
		for _, scheme := range p.Schemes {
			fmt.Fprintf(&b, "Proxy-Authenticate: %s\r\n", scheme)
		}
	}
	_, _ = io.WriteString(conn, b.String()+"\r\n")
}

func (p *Proxy) tunnel(ctx context.Context, conn net.Conn, in io.Reader, target string) {
	const established = "HTTP/1.1 200 Connection established\r\n\r\n"
	if p.Interceptor != nil {
		if _, err := io.WriteString(conn, established); err == nil {
			p.Interceptor.readAlong(ctx, unread{conn, in}, target)
		}
		return
	}
	far, err := dialing(p.Dial)(ctx, "tcp", target)
	if err != nil {
		status := http.StatusBadGateway
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
			status = http.StatusGatewayTimeout
		}
		p.refuse(conn, status)
		return
	}
	defer closing(ctx, far)()
	if _, err := io.WriteString(conn, established); err == nil {
		join(conn, in, far)
	}
}

// unread is a connection of which a reader holds the next bytes.
type unread struct {
	net.Conn
	in io.Reader
}

func (u unread) Read(p []byte) (int, error) { return u.in.Read(p) }

func dialing(open func(ctx context.Context, network, addr string) (net.Conn, error)) func(ctx context.Context, network, addr string) (net.Conn, error) {
	if open == nil {
		return (&net.Dialer{Timeout: patience}).DialContext
	}
	return open
}

// closing ends a connection with ctx; what it gives ends it at once.
func closing(ctx context.Context, conn net.Conn) func() {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return func() { stop(); _ = conn.Close() }
}
