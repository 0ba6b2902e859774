package webprobe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

const (
	fetchTimeout = 3 * time.Second // for the whole of a fetch
	maxAnswer    = 64 << 10        // bytes of head and body that are read
)

// fetched is the answer to a GET.
type fetched struct {
	status int
	header http.Header
	body   []byte        // as much as was asked for
	sent   time.Time     // by the wall clock
	rtt    time.Duration // from the request to the first byte of the answer
}

// target reads a URL of http or https.
func target(raw string) (*url.URL, dial.To, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, dial.To{}, fmt.Errorf("%q is no address of the web", netcheck.CleanText(raw, 100))
	}
	port := map[string]int{"http": 80, "https": 443}[u.Scheme]
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || n == 0 {
			return nil, dial.To{}, fmt.Errorf("%q has no port", netcheck.CleanText(raw, 100))
		}
		port = int(n)
	}
	return u, dial.To{Host: u.Hostname(), Port: port, ALPN: []string{"http/1.1"}}, nil
}

// fetch does one GET with a connection of its own, and reads at most most bytes of the body. Nothing is followed, kept or
// decoded. A certificate is not verified: nothing that is secret is sent, and what is read decides nothing that matters.
func (p *Prober) fetch(ctx context.Context, t *trial, d *dial.Dialer, u *url.URL, to dial.To, most int) (fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	conn, err := p.connect(ctx, t, d, to)
	if err != nil {
		return fetched{}, err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	end, _ := ctx.Deadline()
	_ = conn.SetDeadline(end)
	begin := time.Now()
	if u.Scheme == "https" {
		secured := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: to.Host, NextProtos: to.ALPN,
			InsecureSkipVerify: true}) //nolint:gosec // a wrong clock refuses every certificate, and is what is looked for
		err = secured.HandshakeContext(ctx)
		t.trace(netcheck.StepDone{Name: netcheck.StepTLS, OK: err == nil, Took: time.Since(begin), Detail: "not verified"})
		if err != nil {
			return fetched{}, unanswered(ctx, to, err)
		}
		conn, begin = secured, time.Now()
	}
	out, err := p.ask(conn, u, most)
	step := netcheck.StepDone{Name: NetStepHTTP, OK: err == nil, Took: time.Since(begin), Detail: "GET " + shownURL(u)}
	t.trace(step)
	t.status(out.status)
	if err != nil {
		return out, unanswered(ctx, to, err)
	}
	return out, nil
}

// connect opens a stream.
func (p *Prober) connect(ctx context.Context, t *trial, d *dial.Dialer, to dial.To) (conn net.Conn, err error) {
	err = p.reach(ctx, t, d, to, func(to dial.To) error {
		conn, _, err = d.Open(ctx, to, t.trace)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.result.Local, t.result.Remote = conn.LocalAddr().String(), conn.RemoteAddr().String()
	return conn, nil
}

// ask sends the request and reads the answer.
func (p *Prober) ask(conn io.ReadWriter, u *url.URL, most int) (fetched, error) {
	request := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Close: true,
		Header: http.Header{"User-Agent": {"echopath"}, "Accept": {"*/*"}, "Cache-Control": {"no-cache"}}}
	var raw bytes.Buffer
	if err := request.Write(&raw); err != nil {
		return fetched{}, err
	}
	out := fetched{sent: p.now()}
	begin := time.Now()
	if _, err := conn.Write(raw.Bytes()); err != nil {
		return out, err
	}
	in := bufio.NewReader(io.LimitReader(conn, maxAnswer))
	if _, err := in.Peek(1); err != nil {
		return out, err
	}
	out.rtt = time.Since(begin)
	return out, out.read(in, request, most)
}

// read reads an answer. A body that ends early is as good as none that is longer.
func (f *fetched) read(in *bufio.Reader, request *http.Request, most int) error {
	response, err := http.ReadResponse(in, request)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotHTTP, err)
	}
	f.status, f.header = response.StatusCode, response.Header
	f.body, _ = io.ReadAll(io.LimitReader(response.Body, int64(most)))
	_ = response.Body.Close()
	return nil
}
