package webprobe_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/webprobe"
)

const target = "turn.example.com:443"

func TestProxyAnswers(t *testing.T) {
	t.Parallel() // it waits for limits
	server := &middlebox.Portal{}
	there := started(t, server)
	reached := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, there)
	}
	dead := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	tests := []struct {
		name    string
		proxy   *middlebox.Proxy
		user    string // of the setting
		status  int
		schemes string
		want    want
	}{
		{"200", &middlebox.Proxy{Dial: reached}, "", 200, "", want{state: netcheck.NetOK, words: []string{"from the environment", target}}},
		{"403 for the host", &middlebox.Proxy{Allow: func(to string) bool { return to == "other.example.com:443" }}, "", 403, "",
			want{netcheck.NetBlocked, netcheck.ReasonProxyRefused, []string{"forbids connections to " + target, "CONNECT to turn.example.com port 443 to be allowed"}, nil}},
		{"405", &middlebox.Proxy{Status: 405}, "", 405, "", want{netcheck.NetBlocked, netcheck.ReasonProxyRefused, []string{"forbids"}, nil}},
		{"407 Negotiate and NTLM", &middlebox.Proxy{Schemes: []string{"Negotiate", "NTLM"}}, "", 407, "Negotiate NTLM",
			want{netcheck.NetBlocked, netcheck.ReasonProxyAuth, []string{"407", "Negotiate, NTLM", "can not do", "Ask for an exception", target}, nil}},
		{"407 Negotiate, with a user", &middlebox.Proxy{Schemes: []string{"Negotiate"}}, "jane:s3cret@", 407, "Negotiate",
			want{netcheck.NetBlocked, netcheck.ReasonProxyAuth, []string{"Ask for an exception"}, []string{"s3cret", "jane"}}},
		{"407 Basic", &middlebox.Proxy{Schemes: []string{`Basic realm="corp, all"`}, User: "jane", Secret: "s3cret"}, "", 407, "Basic",
			want{netcheck.NetBlocked, netcheck.ReasonProxyAuth, []string{"Put user and password into HTTPS_PROXY"}, nil}},
		{"Basic, wrong password", &middlebox.Proxy{Schemes: []string{"NTLM", "Basic realm=x"}, User: "jane", Secret: "s3cret"}, "jane:other@", 407, "NTLM Basic",
			want{netcheck.NetBlocked, netcheck.ReasonProxyAuth, []string{"does not accept the user and password"}, []string{"s3cret", "other@", "jane"}}},
		{"Basic, right password", &middlebox.Proxy{Schemes: []string{"Basic"}, User: "jane", Secret: "s3cret", Dial: reached}, "jane:s3cret@", 200, "",
			want{netcheck.NetOK, "", nil, []string{"s3cret", "jane"}}},
		{"502", &middlebox.Proxy{Dial: dead(errors.New("no"))}, "", 502, "",
			want{netcheck.NetFailed, netcheck.ReasonProxyRefused, []string{"can not reach " + target, "502", "TCP 443 from the proxy"}, nil}},
		{"503", &middlebox.Proxy{Status: 503}, "", 503, "", want{netcheck.NetFailed, netcheck.ReasonProxyRefused, []string{"can not reach", "503"}, nil}},
		{"504", &middlebox.Proxy{Dial: dead(os.ErrDeadlineExceeded)}, "", 504, "", want{netcheck.NetFailed, netcheck.ReasonProxyRefused, []string{"can not reach", "504"}, nil}},
		{"hanging", &middlebox.Proxy{Manner: middlebox.Hang}, "", 0, "", want{netcheck.NetBlocked, netcheck.ReasonNoAnswer, []string{"does not answer CONNECT"}, nil}},
		{"closing", &middlebox.Proxy{Manner: middlebox.Cut}, "", 0, "", want{netcheck.NetFailed, netcheck.ReasonProxyRefused, []string{"closed the connection"}, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at := started(t, tt.proxy)
			p := &webprobe.Prober{Setting: setting("http://" + tt.user + at)}
			r := p.Proxy(within(t), target)
			check(t, r, tt.want)
			f := r.Facts.Proxy
			if f == nil || f.Address != at || f.From != dial.FromEnvironment || f.Status != tt.status || strings.Join(f.Schemes, " ") != tt.schemes {
				t.Errorf("facts %+v, want %s, status %d, schemes %q", f, at, tt.status, tt.schemes)
			}
			if r.Server != target || r.Port != 443 || r.Remote != at || r.Local == "" || r.Kind != netcheck.ProbeProxy {
				t.Errorf("result %+v", r)
			}
			if last := r.Steps[len(r.Steps)-1]; last.Name != string(netcheck.StepProxy) || last.Code != tt.status {
				t.Errorf("last step %+v", last)
			}
			if got := tt.proxy.Asked(); len(got) != 1 || got[0] != "CONNECT "+target {
				t.Errorf("the proxy was asked %q", got)
			}
		})
	}
}

func TestProxyItself(t *testing.T) {
	tests := []struct {
		name, proxy string
		want        want
	}{
		{"refuses", "http://" + closedPort(t), want{netcheck.NetBlocked, netcheck.ReasonRefused, []string{"could not be reached", "is refused", "Check the proxy setting"}, nil}},
		{"has no name", "http://proxy.invalid:3128", want{netcheck.NetBlocked, netcheck.ReasonNameNotFound, []string{"proxy.invalid"}, nil}},
		{"speaks no HTTP", "http://" + started(t, &talker{words: "SSH-2.0-OpenSSH\r\n\r\n"}), want{netcheck.NetFailed, netcheck.ReasonProxyRefused, []string{"no HTTP proxy"}, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &webprobe.Prober{Setting: setting(tt.proxy), Dialer: &dial.Dialer{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
				if strings.HasPrefix(addr, "proxy.invalid") {
					return nil, &net.DNSError{Name: "proxy.invalid", IsNotFound: true}
				}
				return (&net.Dialer{}).DialContext(ctx, network, addr)
			}}}
			r := p.Proxy(within(t), target)
			check(t, r, tt.want)
			if f := r.Facts.Proxy; f == nil || f.Status != 0 {
				t.Errorf("facts %+v", f)
			}
		})
	}
}

func TestProxySettings(t *testing.T) {
	tests := []struct {
		name    string
		setting dial.ProxySetting
		err     error
		want    want
		facts   *netcheck.ProxyFacts
	}{
		{name: "none", want: want{state: netcheck.NetOK, words: []string{"No proxy is set"}}},
		{name: "excepted", setting: dial.ProxySetting{From: dial.FromSystem, Excepted: true}, want: want{state: netcheck.NetOK, words: []string{"excepted", target}}},
		{name: "script", setting: dial.ProxySetting{From: dial.FromSystem, Script: "http://wpad.example.com/proxy.pac"},
			want:  want{netcheck.NetNotTested, netcheck.ReasonPAC, []string{"http://wpad.example.com/proxy.pac", "not run", "HTTPS_PROXY"}, nil},
			facts: &netcheck.ProxyFacts{From: "system", PACURL: "http://wpad.example.com/proxy.pac"}},
		{name: "unreadable", err: &netcheck.Failure{Code: netcheck.ReasonProxyRefused, Text: "The proxy setting can not be read.", Advice: "Correct it."},
			want: want{netcheck.NetNotTested, netcheck.ReasonProxyRefused, []string{"was not asked", "can not be read", "Correct"}, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &webprobe.Prober{Setting: func(_ context.Context, asked string) (dial.ProxySetting, error) {
				if asked != target {
					t.Errorf("the setting for %q was read", asked)
				}
				return tt.setting, tt.err
			}}
			r := p.Proxy(within(t), target)
			check(t, r, tt.want)
			if got := r.Facts.Proxy; (got == nil) != (tt.facts == nil) || got != nil && (got.From != tt.facts.From || got.PACURL != tt.facts.PACURL || got.Address != "") {
				t.Errorf("facts %+v", got)
			}
		})
	}
	for _, bad := range []string{"", "turn.example.com", ":443", "h:0", "h:99999", "h:x"} {
		check(t, plain().Proxy(within(t), bad), want{netcheck.NetNotTested, netcheck.ReasonLocal, nil, nil})
	}
}
