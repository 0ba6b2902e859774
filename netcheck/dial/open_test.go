package dial_test

import (
	"crypto/tls"
	"net"
	"net/netip"
	"testing"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/netchecktest"
)

// A host proves itself by its pin alone, and only names are sent as SNI.
func TestOpen(t *testing.T) {
	cert := coturntest.NewAuthority(t, "Somebody").Issue(t, coturntest.Leaf{Names: []string{"other.example.com"}})
	sni, alpn := make(chan string, 1), make(chan []string, 1)
	addr := tlsServer(t, &tls.Config{NextProtos: []string{"http/1.1"}, GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		sni <- h.ServerName
		alpn <- h.SupportedProtos
		return &cert.TLS, nil
	}})
	pinned := netcheck.Trust{Pins: []netcheck.SPKIHash{cert.SPKI()}}
	for host, want := range map[string]string{"host.example.com": "host.example.com", "127.0.0.1": ""} {
		to := dial.To{Host: host, Port: int(addr.Port()), TLS: true, Trust: pinned, ALPN: []string{"http/1.1"}}
		if want != "" {
			to.Addr = addr
		}
		var got netchecktest.Steps
		conn, evidence, err := (&dial.Dialer{Proxy: noProxy}).Open(within(t), to, got.Trace)
		if err != nil {
			t.Fatal(err)
		}
		wantEcho(t, conn)
		if name, protocols := <-sni, <-alpn; name != want || len(protocols) != 1 || protocols[0] != "http/1.1" {
			t.Errorf("%s: SNI %q, ALPN %q", host, name, protocols)
		}
		if evidence.TLS.ALPN != "http/1.1" || evidence.TLS.VerifiedBy != "pin" || got.Names() != "dial tls" || got[0].Server != net.JoinHostPort(host, portOf(addr)) {
			t.Errorf("evidence %+v, steps %+v", evidence.TLS, got)
		}
	}
}

func portOf(a netip.AddrPort) string {
	_, port, _ := net.SplitHostPort(a.String())
	return port
}

func TestOpenPlain(t *testing.T) {
	addr := server(t, echo)
	conn, evidence, err := (&dial.Dialer{Proxy: noProxy}).Open(within(t), dial.To{Host: "127.0.0.1", Port: int(addr.Port())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEcho(t, conn)
	if evidence.TLS != nil {
		t.Errorf("evidence %+v", evidence)
	}
}

// Failures speak of a host, and of what an invite's reader can do.
func TestOpenFailures(t *testing.T) {
	addr := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{coturntest.NewAuthority(t, "Corp Inspect CA").Issue(t, coturntest.Leaf{}).TLS}})
	open := func(to dial.To) error {
		var got netchecktest.Steps
		_, _, err := (&dial.Dialer{Proxy: noProxy}).Open(within(t), to, got.Trace)
		return err
	}
	pin := netcheck.Trust{Pins: []netcheck.SPKIHash{{1}}}
	netchecktest.WantFailure(t, open(dial.To{Host: "127.0.0.1", Port: int(addr.Port()), TLS: true, Trust: pin}), netcheck.ReasonTLSPin,
		"company's inspection", "another computer", `"Corp Inspect CA"`, "new invite")
	closed := closedPort(t)
	netchecktest.WantFailure(t, open(dial.To{Host: "127.0.0.1", Port: int(closed.Port())}), netcheck.ReasonRefused, "the host "+closed.String(), "host runs")
	netchecktest.WantFailure(t, open(dial.To{Host: "host.example.com", Port: 443, Addr: closed}), netcheck.ReasonRefused, "the host")
}

// A proxy is asked for a literal IPv6 address in brackets.
func TestOpenByProxy(t *testing.T) {
	proxy := server(t, connectProxy("HTTP/1.1 403 No\r\n\r\n", netip.AddrPort{}, nil))
	_, _, err := (&dial.Dialer{Proxy: via("http://" + proxy.String())}).Open(within(t), dial.To{Host: "2001:db8::7", Port: 8443}, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonProxyRefused, "forbids connections to [2001:db8::7]:8443", "a host that listens on port 443")
}
