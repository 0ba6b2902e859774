package dial_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/netchecktest"
)

func TestConnect(t *testing.T) {
	ca := coturntest.NewAuthority(t, "Proxy CA")
	cert := ca.Issue(t, coturntest.Leaf{Names: []string{"127.0.0.1"}}).TLS
	there := server(t, echo)
	const wants = "HTTP/1.1 407 no\r\nProxy-Authenticate: Negotiate, NTLM\r\n\r\n"
	plain, refusing := server(t, connectProxy(established, there, nil)), server(t, connectProxy(wants, there, nil))
	secure := server(t, func(conn net.Conn) {
		connectProxy(established, there, nil)(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}}))
	})
	to := dial.To{Host: "turn.example.com", Port: 443}
	tests := []struct {
		name, proxy string
		trusted     bool
		status      int
		schemes     string
		steps       string
		code        netcheck.ReasonCode
	}{
		{name: "tunnel", proxy: "http://" + plain.String(), status: 200, steps: "dial proxy"},
		{name: "tunnel by TLS", proxy: "https://" + secure.String(), trusted: true, status: 200, steps: "dial proxy"},
		{name: "TLS that is not trusted", proxy: "https://" + secure.String(), steps: "dial proxy!", code: netcheck.ReasonProxyRefused},
		{name: "refusal", proxy: "http://" + refusing.String(), status: 407, schemes: "Negotiate NTLM", steps: "dial proxy!", code: netcheck.ReasonProxyAuth},
		{name: "nobody", proxy: "http://" + closedPort(t).String(), steps: "dial!", code: netcheck.ReasonRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy, err := url.Parse(tt.proxy)
			if err != nil {
				t.Fatal(err)
			}
			d := &dial.Dialer{Proxy: noProxy} // what is set does not matter
			if d.Roots = pool(coturntest.NewAuthority(t, "Another")); tt.trusted {
				d.Roots = pool(ca)
			}
			var got netchecktest.Steps
			reply, err := d.Connect(within(t), proxy, to, got.Trace)
			if reply.Status != tt.status || strings.Join(reply.Schemes, " ") != tt.schemes || got.Names() != tt.steps || (reply.Local == "") != (tt.name == "nobody") {
				t.Errorf("reply %+v, steps %q", reply, got.Names())
			}
			if tt.code != "" {
				netchecktest.WantFailure(t, err, tt.code)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	ctx, cancel := context.WithCancel(within(t))
	cancel()
	proxy, _ := url.Parse("http://" + plain.String())
	_, err := (&dial.Dialer{}).Connect(ctx, proxy, to, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonCancelled)
}

func TestInspect(t *testing.T) {
	ours := coturntest.NewAuthority(t, "Our CA")
	cert := ours.Issue(t, coturntest.Leaf{Names: []string{"turn.example.com"}})
	plain := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{cert.TLS}, NextProtos: []string{"stun.turn"}})
	withReceipt := cert.TLS
	withReceipt.SignedCertificateTimestamps = [][]byte{{1}}
	logged := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{withReceipt}})
	strange := coturntest.NewAuthority(t, "Another")
	to := func(addr netip.AddrPort) dial.To {
		return dial.To{Host: "turn.example.com", Port: int(addr.Port()), Addr: addr, ALPN: []string{"stun.turn"}}
	}

	var steps netchecktest.Steps
	got, err := (&dial.Dialer{Proxy: noProxy, Roots: pool(ours)}).Inspect(within(t), to(plain), steps.Trace)
	if err != nil || got.Distrust != nil || got.Root != "Our CA" || got.Logged || got.TLS.VerifiedBy != "system" || got.TLS.ALPN != "stun.turn" || len(got.Chain) != 1 ||
		got.Remote != plain.String() || got.Local == "" || steps.Names() != "dial tls" || steps[1].TLS != got.TLS {
		t.Errorf("%+v, %v, steps %q", got, err, steps.Names())
	}
	got, err = (&dial.Dialer{Proxy: noProxy, Roots: pool(strange)}).Inspect(within(t), to(logged), nil)
	if err != nil || got.Root != "" || !got.Logged || got.TLS.Issuer != "Our CA" || got.TLS.SPKISHA256 != netcheck.SPKIHash(cert.SPKI()).String() || got.TLS.ALPN != "" {
		t.Errorf("%+v, %v", got, err)
	}
	netchecktest.WantFailure(t, got.Distrust, netcheck.ReasonTLSUntrusted, "Our CA")
	pinned := to(plain)
	pinned.Trust.Pins = []netcheck.SPKIHash{{1}}
	if got, err = (&dial.Dialer{Proxy: noProxy}).Inspect(within(t), pinned, nil); err != nil {
		t.Fatal(err)
	}
	netchecktest.WantFailure(t, got.Distrust, netcheck.ReasonTLSPin)
	if names := dial.CertificateNames(got.Chain[0]); names != "turn.example.com" {
		t.Errorf("names %q", names)
	}

	_, err = (&dial.Dialer{Proxy: noProxy}).Inspect(within(t), to(closedPort(t)), nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonRefused)
	_, err = (&dial.Dialer{Proxy: noProxy}).Inspect(within(t), to(server(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })), nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonTLSFailed)
}
