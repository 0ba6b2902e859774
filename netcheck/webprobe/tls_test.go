package webprobe_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/webprobe"
)

const name = "turn.example.com"

func TestTLSVerdicts(t *testing.T) {
	public, corp, zscaler := authority(t, "Public Root"), authority(t, "Corp Inspect CA"), authority(t, "Zscaler Root CA")
	trusted := x509.NewCertPool()
	for _, a := range []*middlebox.Authority{public, corp, zscaler} {
		trusted.AppendCertsFromPEM(a.PEM())
	}
	past := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-72*time.Hour), time.Now().Add(-48*time.Hour)
	}
	early := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(48*time.Hour), time.Now().Add(72*time.Hour)
	}
	client := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }
	mine := issue(t, corp, nil, name)
	const alpn = "stun.turn"
	works := []string{"works, but somebody on the way can read along", "Ask for an exception from TLS inspection for " + name}
	tests := []struct {
		name  string
		cert  *tls.Certificate
		alpn  []string
		trust netcheck.Trust
		roots *x509.CertPool // nil = trusted
		host  string
		pub   bool
		want  want
	}{
		{name: "public authority", cert: logged(issue(t, public, nil, name)), alpn: []string{alpn}, want: want{state: netcheck.NetOK, words: []string{`"Public Root"`, "public logs"}}},
		{name: "public authority, without ALPN", cert: logged(issue(t, public, nil, name)), want: want{state: netcheck.NetOK}},
		{name: "pinned", cert: mine, alpn: []string{alpn}, trust: netcheck.Trust{Pins: []netcheck.SPKIHash{pinOf(mine)}}, want: want{state: netcheck.NetOK, words: []string{"the pinned one", "nobody"}}},
		{name: "given CA", cert: mine, trust: netcheck.Trust{CAPEM: corp.PEM()}, want: want{state: netcheck.NetOK, words: []string{"the CA that was given"}}},

		{name: "other key", cert: mine, trust: netcheck.Trust{Pins: []netcheck.SPKIHash{{1}}},
			want: want{netcheck.NetFailed, netcheck.ReasonTLSPin, []string{"is intercepted", `"Corp Inspect CA"`, "read along", "Ask for an exception"}, nil}},
		{name: "other key of a public certificate", cert: logged(issue(t, public, nil, name)), trust: netcheck.Trust{Pins: []netcheck.SPKIHash{{1}}},
			want: want{netcheck.NetFailed, netcheck.ReasonTLSPin, []string{"got a new one", "present pin"}, []string{"intercepted"}}},
		{name: "reads along, in place of a public server", cert: mine, pub: true, alpn: []string{alpn}, want: want{netcheck.NetDegraded, netcheck.ReasonIntercepted, append(works, "in no public log"), nil}},
		{name: "reads along, without ALPN", cert: mine, want: want{netcheck.NetDegraded, netcheck.ReasonSuspicious, []string{"looks as if", "stun.turn", "may look the same", "give the server's pin"}, nil}},
		{name: "reads along, by a product", cert: issue(t, zscaler, nil, name), alpn: []string{alpn}, want: want{netcheck.NetDegraded, netcheck.ReasonIntercepted, append(works, "(Zscaler)"), nil}},
		{name: "a product that is not trusted", cert: issue(t, zscaler, nil, name), roots: public.Pool(), want: want{netcheck.NetFailed, netcheck.ReasonIntercepted, []string{"is intercepted", "Zscaler"}, nil}},
		{name: "in place of a public server, not trusted", cert: mine, roots: public.Pool(), pub: true, want: want{netcheck.NetFailed, netcheck.ReasonIntercepted, []string{"takes the place of", "log in first"}, nil}},
		{name: "a private authority", cert: mine, alpn: []string{alpn}, want: want{netcheck.NetNotTested, netcheck.ReasonUndecided, []string{"can not be told from here", "pin"}, nil}},

		{name: "wrong name", cert: logged(issue(t, public, nil, "www.example.com", "192.0.2.7")),
			want: want{netcheck.NetFailed, netcheck.ReasonTLSName, []string{"the wrong one", "www.example.com, 192.0.2.7", "no sign of anybody who reads along"}, nil}},
		{name: "expired", cert: issue(t, public, past, name), want: want{netcheck.NetFailed, netcheck.ReasonTLSDate, []string{"has expired on", "no sign of anybody", "renew"}, nil}},
		{name: "not yet valid", cert: issue(t, public, early, name), want: want{netcheck.NetFailed, netcheck.ReasonTLSDate, []string{"is valid from", "clock"}, nil}},
		{name: "unknown authority", cert: mine, roots: public.Pool(),
			want: want{netcheck.NetFailed, netcheck.ReasonTLSUntrusted, []string{`"Corp Inspect CA"`, "does not know", "can not be told", pinOf(mine).String()}, nil}},
		{name: "for clients", cert: issue(t, public, client, name), want: want{netcheck.NetFailed, netcheck.ReasonTLSUntrusted, []string{"not fit for a TLS server"}, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			roots := tt.roots
			if roots == nil {
				roots = trusted
			}
			p := &webprobe.Prober{Dialer: &dial.Dialer{Proxy: noProxy, Roots: roots}}
			target := to(t, name, serving(t, tt.cert, tt.alpn...))
			target.Trust, target.Public, target.Server = tt.trust, tt.pub, "turns:turn.example.com"
			r := p.TLS(within(t), target)
			check(t, r, tt.want)
			e := r.Facts.TLS
			if e == nil || e.SPKISHA256 != pinOf(tt.cert).String() || e.Version != "TLS 1.3" || e.ServerName != name || e.ALPN != strings.Join(tt.alpn, "") || e.Issuer == "" {
				t.Errorf("evidence %+v", e)
			}
			if last := r.Steps[len(r.Steps)-1]; last.Name != "certificate" || !strings.Contains(last.Detail, "issued by") || !strings.Contains(last.Detail, "of stun.turn") {
				t.Errorf("steps %+v", r.Steps)
			}
			if r.Server != target.Server || r.Port != target.Port || r.Transport != "tls" || r.Local == "" || r.Remote != target.Addr.String() {
				t.Errorf("result %+v", r)
			}
		})
	}
}

func TestTLSSelfSigned(t *testing.T) {
	own := authority(t, "turn") // its certificate is its own
	lone := selfSigned(t)
	p := &webprobe.Prober{Dialer: &dial.Dialer{Proxy: noProxy, Roots: own.Pool()}}
	target := to(t, name, serving(t, lone))
	check(t, p.TLS(within(t), target), want{netcheck.NetFailed, netcheck.ReasonTLSUntrusted, []string{"its owner vouches for it alone", "--turn-pin"}, nil})
	target.Trust.Pins = []netcheck.SPKIHash{{7}}
	check(t, p.TLS(within(t), target), want{netcheck.NetFailed, netcheck.ReasonTLSPin, []string{"or it has a new key", "present pin"}, []string{"is intercepted"}})
}

// A box reads along, on the way itself and as part of a proxy: the probe tells, by the pin for certain.
func TestTLSInterceptor(t *testing.T) {
	ours, corp := authority(t, "Our CA"), authority(t, "Corp Inspect CA")
	own := issue(t, ours, nil, name)
	server := serving(t, own, "stun.turn")
	on := started(t, &middlebox.Interceptor{Authority: corp, Server: server})
	through := started(t, &middlebox.Proxy{Interceptor: &middlebox.Interceptor{Authority: corp, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}})
	trusting := &dial.Dialer{Proxy: noProxy, Roots: corp.Pool()}
	passing := &dial.Dialer{Proxy: via("http://" + through), Roots: corp.Pool()}
	pinned := func(addr string) webprobe.TLSTarget {
		target := to(t, name, addr)
		target.Trust.Pins = []netcheck.SPKIHash{pinOf(own)}
		return target
	}
	public := func(addr string) webprobe.TLSTarget {
		target := to(t, name, addr)
		target.Public = true
		return target
	}
	const away = "203.0.113.7:443"
	read := []string{"works, but somebody on the way can read along", `"Corp Inspect CA"`}
	for _, tt := range []struct {
		name   string
		dialer *dial.Dialer
		target webprobe.TLSTarget
		want   want
	}{
		{"direct", &dial.Dialer{Proxy: noProxy}, pinned(server), want{state: netcheck.NetOK}},
		{"box, pinned", trusting, pinned(on), want{netcheck.NetFailed, netcheck.ReasonTLSPin, []string{"intercepted", `"Corp Inspect CA"`}, nil}},
		{"box", trusting, to(t, name, on), want{netcheck.NetDegraded, netcheck.ReasonSuspicious, []string{"looks as if", `"Corp Inspect CA"`}, nil}},
		{"box, of a public server", trusting, public(on), want{netcheck.NetDegraded, netcheck.ReasonIntercepted, read, nil}},
		{"proxy, pinned", passing, pinned(away), want{netcheck.NetFailed, netcheck.ReasonTLSPin, []string{"went through the proxy " + through}, nil}},
		{"proxy, of a public server", passing, public(away), want{netcheck.NetDegraded, netcheck.ReasonIntercepted, append(read, "went through the proxy "+through), nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := (&webprobe.Prober{Dialer: tt.dialer}).TLS(within(t), tt.target)
			check(t, r, tt.want)
			if alpn := map[bool]string{true: "stun.turn"}[tt.name == "direct"]; r.Facts.TLS == nil || r.Facts.TLS.ALPN != alpn {
				t.Errorf("evidence %+v", r.Facts.TLS)
			}
		})
	}
}

func TestTLSThatDoesNotComeAbout(t *testing.T) {
	t.Parallel() // it waits for limits
	cert := issue(t, authority(t, "CA"), nil, name)
	tests := []struct {
		name string
		addr string
		want want
	}{
		{"refused", closedPort(t), want{netcheck.NetNotTested, netcheck.ReasonRefused, []string{"was not seen", "is refused"}, nil}},
		{"silent", started(t, &talker{}), want{netcheck.NetBlocked, netcheck.ReasonNoAnswer, []string{"does not answer TLS", "exception"}, nil}},
		{"closes", started(t, &middlebox.Interceptor{}), want{netcheck.NetFailed, netcheck.ReasonTLSFailed, []string{"closed during the TLS handshake"}, nil}},
		{"no TLS", started(t, &talker{words: "HTTP/1.1 400 Bad Request\r\n\r\n"}), want{netcheck.NetFailed, netcheck.ReasonTLSFailed, []string{"plain HTTP"}, nil}},
		{"other ALPN", serving(t, cert, "h2"), want{netcheck.NetFailed, netcheck.ReasonTLSFailed, []string{"refused the TLS handshake"}, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, plain().TLS(within(t), to(t, name, tt.addr)), tt.want)
		})
	}
}

func TestTLSNames(t *testing.T) {
	ca := authority(t, "CA")
	addr := serving(t, logged(issue(t, ca, nil, name)), "stun.turn")
	target := to(t, name, addr)
	target.Addr = netip.AddrPort{}
	p := &webprobe.Prober{Dialer: &dial.Dialer{Proxy: noProxy, Roots: ca.Pool()}, Resolve: names, Family: netcheck.Family4}
	r := p.TLS(within(t), target) // the first address refuses, and the second is tried
	check(t, r, want{state: netcheck.NetOK})
	if got := stepNames(r); got != "resolve dial! dial tls certificate" {
		t.Errorf("steps %q", got)
	}
	if r.Server != net.JoinHostPort(name, strings.TrimPrefix(addr, "127.0.0.1:")) || r.Steps[0].Name != string(netcheck.StepResolve) {
		t.Errorf("result %+v", r)
	}
	p.Resolve = func(context.Context, string, netcheck.Family) ([]netip.Addr, error) {
		return nil, errors.New("strange")
	}
	check(t, p.TLS(within(t), target), want{netcheck.NetNotTested, netcheck.ReasonNameTimeout, []string{"gave no answer for " + name}, nil})
	p.Resolve = func(context.Context, string, netcheck.Family) ([]netip.Addr, error) {
		return nil, &netcheck.Failure{Code: netcheck.ReasonNameNotFound, Text: "No such name.", Advice: "Check."}
	}
	check(t, p.TLS(within(t), target), want{netcheck.NetNotTested, netcheck.ReasonNameNotFound, []string{"No such name"}, nil})
	target.Host = "127.0.0.1"
	check(t, p.TLS(within(t), target), want{netcheck.NetFailed, netcheck.ReasonTLSName, nil, nil})
}

func TestTLSOf(t *testing.T) {
	for text, want := range map[string]bool{"turns:turn.example.com:443": true, "turn:turn.example.com?transport=tcp": false, "stun:turn.example.com": false} {
		u, err := netcheck.ParseServerURL(text)
		if err != nil {
			t.Fatal(err)
		}
		srv := netcheck.ICEServer{URL: u, Trust: netcheck.Trust{Pins: []netcheck.SPKIHash{{1}}}}
		got, ok := webprobe.TLSOf(srv)
		if ok != want || got.Server != u.String() || got.Host != u.Host || got.Port != u.Port || len(got.Trust.Pins) != 1 || got.Public {
			t.Errorf("%s: %+v, %v", text, got, ok)
		}
	}
}
