package dial_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"echopath/internal/coturntest"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/netchecktest"
)

func pool(ca *coturntest.Authority) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.PEM())
	return roots
}

func TestTLSTrust(t *testing.T) {
	ours, other := coturntest.NewAuthority(t, "Our CA"), coturntest.NewAuthority(t, "Corp Inspect CA")
	good := ours.Issue(t, coturntest.Leaf{Names: []string{"turn.example.com", "127.0.0.1"}})
	expired := ours.Issue(t, coturntest.Leaf{Names: []string{"turn.example.com"}, NotBefore: time.Now().Add(-72 * time.Hour), NotAfter: time.Now().Add(-47 * time.Hour)})
	early := ours.Issue(t, coturntest.Leaf{Names: []string{"turn.example.com"}, NotBefore: time.Now().Add(24 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour)})
	nameless := ours.Issue(t, coturntest.Leaf{})
	pin, foreign := []netcheck.SPKIHash{good.SPKI()}, []netcheck.SPKIHash{{1}, other.Issue(t, coturntest.Leaf{}).SPKI()}

	tests := []struct {
		name       string
		cert       *coturntest.Certificate
		host       string
		trust      netcheck.Trust
		roots      *x509.CertPool
		verifiedBy string
		code       netcheck.ReasonCode
		words      []string
	}{
		{name: "system", cert: good, roots: pool(ours), verifiedBy: "system"},
		{name: "system, literal", cert: good, host: "127.0.0.1", roots: pool(ours), verifiedBy: "system"},
		{name: "system, final dot and capitals", cert: good, host: "Turn.Example.com.", roots: pool(ours), verifiedBy: "system"},
		{name: "CA file", cert: good, roots: x509.NewCertPool(), trust: netcheck.Trust{CAPEM: ours.PEM()}, verifiedBy: "ca_file"},
		{name: "pin", cert: good, trust: netcheck.Trust{Pins: append(foreign, pin...)}, verifiedBy: "pin"},
		{name: "pin, whatever name and date", cert: expired, host: "other.example.com", trust: netcheck.Trust{Pins: []netcheck.SPKIHash{expired.SPKI()}}, verifiedBy: "pin"},
		{name: "CA file and pin", cert: good, trust: netcheck.Trust{CAPEM: ours.PEM(), Pins: pin}, verifiedBy: "ca_file+pin"},

		{name: "unknown CA", cert: good, roots: pool(other), code: netcheck.ReasonTLSUntrusted, words: []string{`"Our CA"`, "--turn-ca FILE", "--turn-pin sha256/"}},
		{name: "CA file of another", cert: good, roots: pool(ours), trust: netcheck.Trust{CAPEM: other.PEM()}, code: netcheck.ReasonTLSUntrusted, words: []string{`"Our CA"`, "not by the given CA"}},
		{name: "CA file without CA", cert: good, trust: netcheck.Trust{CAFile: "ca.txt", CAPEM: []byte("hello")}, code: netcheck.ReasonTLSUntrusted, words: []string{"ca.txt", "PEM"}},
		{name: "foreign pin", cert: good, roots: pool(ours), trust: netcheck.Trust{Pins: foreign}, code: netcheck.ReasonTLSPin,
			words: []string{"another certificate than the pinned one: TLS is being intercepted, or the server changed", pin[0].String()}},
		{name: "right CA, foreign pin", cert: good, trust: netcheck.Trust{CAPEM: ours.PEM(), Pins: foreign}, code: netcheck.ReasonTLSPin},
		{name: "right pin, other CA", cert: good, trust: netcheck.Trust{CAPEM: other.PEM(), Pins: pin}, code: netcheck.ReasonTLSUntrusted},
		{name: "other name", cert: good, host: "relay.example.com", roots: pool(ours), code: netcheck.ReasonTLSName, words: []string{"relay.example.com", "turn.example.com, 127.0.0.1"}},
		{name: "no name", cert: nameless, roots: pool(ours), code: netcheck.ReasonTLSName, words: []string{"no name at all"}},
		{name: "expired", cert: expired, roots: pool(ours), code: netcheck.ReasonTLSDate, words: []string{"expired", "2 days ago", "renew"}},
		{name: "not yet valid", cert: early, roots: pool(ours), code: netcheck.ReasonTLSDate, words: []string{"valid from", "clock"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{tt.cert.TLS}, NextProtos: []string{"stun.turn"}})
			if tt.host == "" {
				tt.host = "turn.example.com"
			}
			srv := turn(t, "turns", tt.host, addr)
			srv.Trust = tt.trust
			var got netchecktest.Steps
			conn, evidence, err := (&dial.Dialer{Proxy: noProxy, Roots: tt.roots}).Stream(within(t), srv, addr, got.Trace)
			seen := got[len(got)-1].TLS
			if seen == nil || seen.Issuer != "Our CA" || seen.SPKISHA256 != netcheck.SPKIHash(tt.cert.SPKI()).String() || seen.VerifiedBy != tt.verifiedBy ||
				seen.Version != "TLS 1.3" || seen.ALPN != "stun.turn" {
				t.Errorf("traced evidence %+v", seen)
			}
			if tt.code != "" {
				netchecktest.WantFailure(t, err, tt.code, tt.words...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantEcho(t, conn)
			if *evidence.TLS != *seen || got.Names() != "dial tls" {
				t.Errorf("evidence %+v, steps %q", evidence.TLS, got.Names())
			}
		})
	}
}

// The name is sent as SNI, an address is not; a server without ALPN is as good.
func TestTLSServerName(t *testing.T) {
	ca := coturntest.NewAuthority(t, "Our CA")
	cert := ca.Issue(t, coturntest.Leaf{Names: []string{"xn--bcher-kva.example", "127.0.0.1"}}).TLS
	sni := make(chan string, 1)
	addr := tlsServer(t, &tls.Config{
		MaxVersion: tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			sni <- hello.ServerName
			return &cert, nil
		},
	})
	for host, want := range map[string]string{"bücher.example": "xn--bcher-kva.example", "127.0.0.1": ""} {
		conn, evidence, err := (&dial.Dialer{Proxy: noProxy, Roots: pool(ca)}).Stream(within(t), turn(t, "turns", host, addr), addr, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		if got := <-sni; got != want || evidence.TLS.ALPN != "" || evidence.TLS.Version != "TLS 1.2" {
			t.Errorf("%s: SNI %q, evidence %+v", host, got, evidence.TLS)
		}
	}
}

func TestTLSServerSpeaksSomethingElse(t *testing.T) {
	t.Parallel() // it waits for limits
	says := func(answer string) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 16))
			_, _ = io.WriteString(conn, answer)
			silent(conn)
		}
	}
	ca := coturntest.NewAuthority(t, "Our CA")
	cert := ca.Issue(t, coturntest.Leaf{Names: []string{"127.0.0.1"}}).TLS
	over := func(config *tls.Config) func(net.Conn) {
		config.Certificates = []tls.Certificate{cert}
		return func(conn net.Conn) { echo(tls.Server(conn, config)) }
	}
	tests := []struct {
		name   string
		handle func(net.Conn)
		code   netcheck.ReasonCode
		words  []string
	}{
		{"plain STUN", says("\x01\x13\x00\x00\x21\x12\xa4\x42"), netcheck.ReasonTLSFailed, []string{"does not speak TLS on that port", "plain STUN", "5349"}},
		{"HTTP", says("HTTP/1.1 400 Bad Request\r\n\r\n"), netcheck.ReasonTLSFailed, []string{"does not speak TLS on that port", "plain HTTP"}},
		{"closes", func(conn net.Conn) { _, _ = io.ReadAtLeast(conn, make([]byte, 4096), 50) }, netcheck.ReasonTLSFailed, []string{"closed during the TLS handshake"}},
		{"silent", silent, netcheck.ReasonNoAnswer, []string{"accepts TCP and does not answer TLS"}},
		{"other ALPN", over(&tls.Config{NextProtos: []string{"h2"}}), netcheck.ReasonTLSFailed, []string{"refused the TLS handshake", "protocol"}},
		{"TLS 1.1", over(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}), netcheck.ReasonTLSFailed, []string{"refused", "TLS 1.2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr := server(t, tt.handle)
			var got netchecktest.Steps
			_, _, err := (&dial.Dialer{Proxy: noProxy, Roots: pool(ca)}).Stream(within(t), turn(t, "turns", "127.0.0.1", addr), addr, got.Trace)
			netchecktest.WantFailure(t, err, tt.code, tt.words...)
			if got.Names() != "dial tls!" {
				t.Errorf("steps %q", got.Names())
			}
		})
	}
}

// A proxy that reads along shows its own key: that works with the system's authorities, and a pin tells.
func TestTLSInterceptingProxy(t *testing.T) {
	ours, corp := coturntest.NewAuthority(t, "Our CA"), coturntest.NewAuthority(t, "Corp Inspect CA")
	names := coturntest.Leaf{Names: []string{"turn.example.com"}}
	own, fake := ours.Issue(t, names), corp.Issue(t, names)
	inspector := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{fake.TLS}})
	proxy := server(t, connectProxy(established, inspector, nil))
	d := &dial.Dialer{Proxy: via("http://" + proxy.String()), Roots: pool(corp)}
	addr := netip.MustParseAddrPort("203.0.113.7:443")
	srv := turn(t, "turns", "turn.example.com", addr)

	conn, evidence, err := d.Stream(within(t), srv, addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEcho(t, conn)
	if evidence.TLS.Issuer != "Corp Inspect CA" || evidence.ViaProxy != proxy.String() {
		t.Errorf("evidence %+v", evidence)
	}
	srv.Trust.Pins = []netcheck.SPKIHash{own.SPKI()}
	_, _, err = d.Stream(within(t), srv, addr, nil)
	netchecktest.WantFailure(t, err, netcheck.ReasonTLSPin, "intercepted", netcheck.SPKIHash(fake.SPKI()).String(), "Corp Inspect CA")
}
