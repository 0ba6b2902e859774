package dial

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"time"

	"echopath/netcheck"
)

// ProxyAddress is a proxy's host:port, without credentials.
func ProxyAddress(proxy *url.URL) string { return proxyHostPort(proxy) }

// ConnectReply is what a proxy answered to CONNECT.
type ConnectReply struct {
	Status  int      // of HTTP; 0 if nothing came that is an answer of HTTP
	Schemes []string // of authentication, as its Proxy-Authenticate fields offer them (RFC 9110, section 11.7.1)
	Local   string   // address of this end, host:port; "" if the proxy was not reached
}

// Connect asks a proxy for a tunnel to to and gives it up again. It has the steps, limits and errors of Stream, but goes through
// this proxy whatever the settings are, and never begins TLS with to. A tunnel is no error.
func (d *Dialer) Connect(ctx context.Context, proxy *url.URL, to To, trace func(netcheck.StepDone)) (ConnectReply, error) {
	w := &way{dialer: d, to: to, label: to.hostPort(), about: aboutServer, trace: trace}
	raw, err := w.dial(ctx, proxy)
	if err != nil {
		return ConnectReply{}, w.fail(err)
	}
	defer func() { _ = raw.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	begin, out := time.Now(), ConnectReply{Local: raw.LocalAddr().String()}
	_, reply, err := w.ask(ctx, raw, proxy)
	out.Status, out.Schemes = reply.status, reply.schemes
	err = w.about.contextFailure(ctx, err)
	w.done(netcheck.StepProxy, begin, proxyHostPort(proxy), err)
	if err != nil {
		return out, w.fail(err)
	}
	return out, nil
}

// ask sends CONNECT and reads the answer's head. over is what a tunnel, if there is one, goes through: conn, or TLS with the proxy.
func (w *way) ask(ctx context.Context, conn net.Conn, proxy *url.URL) (over net.Conn, reply connectReply, err error) {
	name := proxyHostPort(proxy)
	if err := conn.SetDeadline(deadline(ctx, proxyTimeout)); err != nil {
		return nil, connectReply{}, err
	}
	if proxy.Scheme == "https" {
		secured := tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: proxy.Hostname(), RootCAs: w.dialer.Roots})
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, connectReply{}, proxyFailure(netcheck.ReasonProxyRefused, fmt.Sprintf("TLS with the proxy %s failed.", name),
				"Check that HTTPS_PROXY should begin with https:// and not http://, and that this computer trusts the proxy's certificate.", err)
		}
		conn = secured
	}
	head, err := roundTrip(conn, connectRequest(w.connectTarget(), proxy.User))
	if err != nil {
		return nil, connectReply{}, w.about.silentProxy(kindIn(ctx, err), name, err)
	}
	reply, err = parseConnectReply(head)
	if err != nil {
		return nil, connectReply{}, proxyFailure(netcheck.ReasonProxyRefused, fmt.Sprintf("What answers as the proxy %s is no HTTP proxy.", name),
			"Check the address and port in "+proxySetting+".", err)
	}
	if reply.status/100 != 2 {
		err = reply.failure(w.about, name, w.connectTarget(), proxy.User != nil)
	}
	return conn, reply, err
}
