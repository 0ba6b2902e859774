package web

import (
	"bufio"
	"context"
	"io"
	"math"
	"net"
	"net/http"
)

// httpConn speaks HTTP/1.1 over one connection, one request at a time. net/http's own client would open and keep connections as
// it likes; here each belongs to one wire and is closed with it.
type httpConn struct {
	net.Conn
	limit *io.LimitedReader
	in    *bufio.Reader
}

func newHTTPConn(conn net.Conn) *httpConn {
	limit := &io.LimitedReader{R: conn, N: math.MaxInt64}
	return &httpConn{Conn: conn, limit: limit, in: bufio.NewReader(limit)}
}

// RoundTrip implements http.RoundTripper. The end of the request's context until the head of the answer is there closes the
// connection. After an upgrade the body can be written to.
func (c *httpConn) RoundTrip(req *http.Request) (*http.Response, error) {
	stop := context.AfterFunc(req.Context(), func() { hardClose(c.Conn) })
	resp, err := c.exchange(req)
	if !stop() && err == nil {
		err = req.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func (c *httpConn) exchange(req *http.Request) (*http.Response, error) {
	if err := req.Write(c.Conn); err != nil {
		return nil, err
	}
	c.limit.N = maxHead
	resp, err := http.ReadResponse(c.in, req)
	for err == nil && resp.StatusCode/100 == 1 && resp.StatusCode != http.StatusSwitchingProtocols {
		resp, err = http.ReadResponse(c.in, req)
	}
	if err != nil {
		return nil, err
	}
	c.limit.N = math.MaxInt64
	if resp.StatusCode == http.StatusSwitchingProtocols {
		resp.Body = upgraded{c}
	} else {
		resp.Body = cutBody{resp.Body, c.Conn}
	}
	return resp, nil
}

// upgraded is the connection after an answer 101.
type upgraded struct{ *httpConn }

func (u upgraded) Read(p []byte) (int, error) { return u.in.Read(p) }

// cutBody is the body of an answer. To close it closes the connection: net/http's would read what may never end.
type cutBody struct {
	io.Reader
	conn net.Conn
}

func (b cutBody) Close() error {
	hardClose(b.conn)
	return nil
}
