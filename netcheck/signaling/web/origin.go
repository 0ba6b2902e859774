package web

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// origin is a host's address as requests name it.
type origin struct{ hostPort string }

func newOrigin(host, port string) origin {
	if addr, err := netip.ParseAddr(host); err == nil {
		host = addr.Unmap().WithZone("").String() // a zone means something on this computer alone (RFC 6874)
	}
	return origin{net.JoinHostPort(asciiName(host), port)}
}

// asciiName writes a name as it stands in requests and certificates.
func asciiName(host string) string {
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return strings.ToLower(host)
	}
	return ascii
}

func (o origin) url(path string) string {
	return (&url.URL{Scheme: "https", Host: o.hostPort, Path: path}).String()
}

func (o origin) request(ctx context.Context, method, path string, body *bytes.Reader) *http.Request {
	req := (&http.Request{
		Method: method, URL: &url.URL{Scheme: "https", Host: o.hostPort, Path: path}, Host: o.hostPort,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"User-Agent": {"echopath"}},
	}).WithContext(ctx)
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(body), int64(body.Len())
		if body.Len() == 0 {
			req.Body = http.NoBody
		}
	}
	return req
}

func isEvents(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "text/event-stream"
}
