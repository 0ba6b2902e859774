package lab

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Proxy is an HTTP proxy that does CONNECT (RFC 9110, section 9.3.6) or refuses it.
type Proxy struct {
	Refuse int               // status to answer with instead: 403, 407; 0: none
	Ports  []string          // that it leads to; any other is answered with 403, as companies have it. nil: all
	Log    func(ProxyRecord) // told of each CONNECT; may be nil
}

// ProxyRecord is what the proxy did for one CONNECT.
type ProxyRecord struct {
	Target string `json:"target"`
	Status int    `json:"status"`
}

const proxyPatience = 10 * time.Second

// Serve serves until the context ends, and waits for its connections.
func (p *Proxy) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var serving sync.WaitGroup
	defer serving.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		serving.Go(func() { p.serve(ctx, conn) })
	}
}

func (p *Proxy) serve(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_ = conn.SetReadDeadline(time.Now().Add(proxyPatience))
	in := bufio.NewReader(conn)
	request, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	if request.Method != http.MethodConnect {
		p.answer(conn, request.Host, http.StatusMethodNotAllowed)
		return
	}
	if p.Refuse != 0 {
		p.answer(conn, request.Host, p.Refuse)
		return
	}
	if _, port, err := net.SplitHostPort(request.Host); err != nil || p.Ports != nil && !slices.Contains(p.Ports, port) {
		p.answer(conn, request.Host, http.StatusForbidden)
		return
	}
	far, err := (&net.Dialer{Timeout: proxyPatience}).DialContext(ctx, "tcp", request.Host)
	if err != nil {
		p.answer(conn, request.Host, http.StatusBadGateway)
		return
	}
	p.answer(conn, request.Host, http.StatusOK)
	join(conn, in, far)
}

func (p *Proxy) answer(conn net.Conn, target string, status int) {
	if p.Log != nil {
		p.Log(ProxyRecord{target, status})
	}
	challenge := ""
	if status == http.StatusProxyAuthRequired {
		challenge = "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n"
	}
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\n%s\r\n", status, http.StatusText(status), challenge)
}

// join carries bytes both ways until one of them ends.
func join(near net.Conn, in io.Reader, far net.Conn) {
	var both sync.WaitGroup
	carry := func(to net.Conn, from io.Reader) {
		_, _ = io.Copy(to, from)
		_, _ = near.Close(), far.Close()
	}
	both.Go(func() { carry(far, in) })
	both.Go(func() { carry(near, far) })
	both.Wait()
}

// proxyLog writes records as JSON lines.
func proxyLog(w io.Writer) func(ProxyRecord) {
	var mu sync.Mutex
	enc := json.NewEncoder(w)
	return func(r ProxyRecord) {
		mu.Lock()
		defer mu.Unlock()
		_ = enc.Encode(r)
	}
}
