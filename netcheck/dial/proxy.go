package dial

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
)

// maxProxyHeader bounds what a proxy may say before the tunnel begins, in bytes.
const maxProxyHeader = 16 << 10

// ProxyFor gives the proxy that Stream would go through to srv, or nil. With a proxy, the server's name need not be
// resolved here. The error is a *netcheck.Failure for a setting that can not be used.
func (d *Dialer) ProxyFor(srv netcheck.ICEServer) (*url.URL, error) {
	return d.ProxyTo(srv.URL.HostPort())
}

// ProxyTo is ProxyFor for what Open opens.
func (d *Dialer) ProxyTo(hostport string) (*url.URL, error) {
	ask := d.Proxy
	if ask == nil {
		ask = SystemProxy()
	}
	proxy, err := ask(hostport)
	switch {
	case err != nil:
		return nil, proxyFailure(netcheck.ReasonProxyRefused, "The proxy setting ("+proxySetting+") can not be read.",
			"Correct it, for example to http://proxy.example.com:8080, or clear it.", err)
	case proxy == nil:
		return nil, nil
	case proxy.Scheme != "http" && proxy.Scheme != "https" || proxy.Hostname() == "":
		return nil, proxyFailure(netcheck.ReasonProxyRefused, fmt.Sprintf("The proxy setting asks for a %q proxy, and only HTTP proxies are supported.", proxy.Scheme),
			"Set HTTPS_PROXY to an http:// or https:// proxy, or list the address in NO_PROXY.", nil)
	}
	return proxy, nil
}

func proxyFailure(code netcheck.ReasonCode, text, advice string, err error) *netcheck.Failure {
	return &netcheck.Failure{Code: code, Text: text, Advice: advice, Err: err}
}

func proxyHostPort(proxy *url.URL) string {
	port := proxy.Port()
	if port == "" {
		port = "80"
		if proxy.Scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(proxy.Hostname(), port)
}

// connect turns a connection to a proxy into a tunnel to the other side.
func (w *way) connect(ctx context.Context, conn net.Conn, proxy *url.URL) (net.Conn, error) {
	begin, name := time.Now(), proxyHostPort(proxy)
	w.evidence.ViaProxy = name
	tunnel, _, err := w.ask(ctx, conn, proxy)
	err = w.about.contextFailure(ctx, err)
	w.done(netcheck.StepProxy, begin, name, err)
	if err != nil {
		return nil, err
	}
	return tunnel, nil
}

// connectTarget is the other side as the proxy should know it: by name where it has one.
func (w *way) connectTarget() string {
	if _, err := netip.ParseAddr(w.to.Host); err == nil && w.to.Addr.IsValid() {
		return w.to.Addr.String()
	}
	return net.JoinHostPort(asciiHost(w.to.Host), strconv.Itoa(w.to.Port))
}

func connectRequest(target string, user *url.Userinfo) string {
	request := "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\nUser-Agent: echopath\r\n"
	if user != nil {
		password, _ := user.Password()
		basic := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		request += "Proxy-Authorization: Basic " + basic + "\r\n"
	}
	return request + "\r\n"
}

// roundTrip sends a request and reads the head of the answer. It reads byte by byte, so that nothing that belongs to the
// tunnel is taken with it; a head has a few hundred bytes, once a connection.
func roundTrip(conn net.Conn, request string) ([]byte, error) {
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, err
	}
	var head []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) && !bytes.HasSuffix(head, []byte("\n\n")) {
		if len(head) == maxProxyHeader {
			return head, nil // the parser will find no end of the header
		}
		if _, err := io.ReadFull(conn, one); err != nil {
			return nil, err
		}
		head = append(head, one[0])
	}
	return head, nil
}

// connectReply is a proxy's answer to CONNECT.
type connectReply struct {
	status  int
	schemes []string // of authentication, as offered
}

func parseConnectReply(head []byte) (connectReply, error) {
	if len(head) > maxProxyHeader {
		return connectReply{}, errors.New("the header is too long")
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return connectReply{}, err
	}
	_ = resp.Body.Close() // it reads from memory
	return connectReply{status: resp.StatusCode, schemes: authSchemes(resp.Header.Values("Proxy-Authenticate"))}, nil
}

var (
	quotedString = regexp.MustCompile(`"(\\.|[^"\\])*"`)
	schemeToken  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,31}$`)
)

// authSchemes names the schemes in Proxy-Authenticate fields. One field may hold several challenges, parted by the same
// commas as a challenge's parameters (RFC 9110, section 11.6.1): a part that begins with a token and no "=" is a challenge.
func authSchemes(fields []string) []string {
	const most = 8
	var schemes []string
	for _, field := range fields {
		for part := range strings.SplitSeq(quotedString.ReplaceAllString(field, ""), ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(part), " ")
			if schemeToken.MatchString(name) && !slices.Contains(schemes, name) && len(schemes) < most {
				schemes = append(schemes, name)
			}
		}
	}
	return schemes
}
