package webprobe_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/webprobe"
)

// asks gives the plan that asks a server on loopback by a name.
func asks(addr, body string) netcheck.NetworkPlan {
	_, port, _ := strings.Cut(addr, ":")
	return netcheck.NetworkPlan{Portal: "http://connect.example.com:" + port + "/generate_204", PortalBody: body}
}

func TestPortal(t *testing.T) {
	portal := want{netcheck.NetBlocked, netcheck.ReasonPortal, []string{"Log in to the network first", "http://connect.example.com:"}, nil}
	undecided := want{netcheck.NetNotTested, netcheck.ReasonUndecided, nil, nil}
	with := func(w want, words ...string) want {
		w.words = append(append([]string(nil), w.words...), words...)
		return w
	}
	tests := []struct {
		name   string
		server *middlebox.Portal
		body   string // known
		want   want
	}{
		{"204", &middlebox.Portal{}, "", want{state: netcheck.NetOK, words: []string{"No log-in page"}}},
		{"known body", &middlebox.Portal{Body: "success\n"}, "success", want{state: netcheck.NetOK}},
		{"known body, and more", &middlebox.Portal{Body: "success" + strings.Repeat("x", 1<<20)}, "success", want{state: netcheck.NetOK}},
		{"redirect", &middlebox.Portal{Location: "https://login.hotel.example/start?mac=00:11:22:33:44:55&ticket=s3cret"}, "",
			want{netcheck.NetBlocked, netcheck.ReasonPortal, []string{"leads to https://login.hotel.example/start (status 302)", "Log in to the network first"}, []string{"s3cret", "00:11", "Until somebody logs in"}}}, // which the finding says
		{"redirect on its own address", &middlebox.Portal{Location: "/login"}, "", with(portal, "/login")},
		{"redirect with a user", &middlebox.Portal{Location: "http://u:s3cret@login.example/"}, "", want{netcheck.NetBlocked, netcheck.ReasonPortal, []string{"http://login.example/"}, []string{"s3cret"}}},
		{"redirect to nowhere", &middlebox.Portal{Location: "::"}, "", with(portal, "can not be read")},
		{"307", &middlebox.Portal{Status: 307, Location: "http://login.example/"}, "success", portal},
		{"511", &middlebox.Portal{Status: 511, Body: "log in"}, "", portal},
		{"another body", &middlebox.Portal{Body: "<html>Welcome to Hotel Wi-Fi"}, "success", with(portal, "a page of its own", "web filter")},
		{"a body in place of none", &middlebox.Portal{Body: "<html>Welcome"}, "", portal},
		{"no body in place of one", &middlebox.Portal{}, "success", portal},
		{"to https itself", &middlebox.Portal{Location: "https://CONNECT.example.com/generate_204"}, "", with(undecided, "https")},
		{"503", &middlebox.Portal{Status: 503, Body: "later"}, "", with(undecided, "503", "neither")},
		{"404", &middlebox.Portal{Status: 404, Body: "no"}, "success", undecided},
		{"empty 200", &middlebox.Portal{Status: 200}, "", undecided},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := asks(started(t, tt.server), tt.body)
			// A proxy that is set is not for this probe, and is not there either.
			p := &webprobe.Prober{Resolve: names, Dialer: &dial.Dialer{Proxy: via("http://" + closedPort(t))}}
			r := p.Portal(within(t), plan)
			check(t, r, tt.want)
			if r.Server != plan.Portal || r.Kind != netcheck.ProbePortal || r.Port == 0 || r.Local == "" || !strings.HasPrefix(r.Remote, "127.0.0.1:") {
				t.Errorf("result %+v", r)
			}
			if got := tt.server.Asked(); len(got) != 1 || !strings.HasPrefix(got[0], "GET connect.example.com:") || !strings.HasSuffix(got[0], "/generate_204") {
				t.Errorf("the server was asked %q", got)
			}
			if r.Steps[len(r.Steps)-1].Code == 0 {
				t.Errorf("steps %+v", r.Steps)
			}
		})
	}
}

// What does not answer is no portal, and the result says so.
func TestNoPortalAnswers(t *testing.T) {
	t.Parallel() // it waits for limits
	none := []string{"so that is not what is in the way"}
	tests := []struct {
		name string
		addr string
		want want
	}{
		{"silent", started(t, &middlebox.Portal{Silent: true}), want{netcheck.NetNotTested, netcheck.ReasonNoAnswer, append(none, "accepts TCP and does not answer"), nil}},
		{"refused", closedPort(t), want{netcheck.NetNotTested, netcheck.ReasonRefused, append(none, "refused"), nil}},
		{"closes", started(t, &middlebox.Proxy{Manner: middlebox.Cut}), want{netcheck.NetNotTested, netcheck.ReasonRefused, append(none, "closes the connection"), nil}},
		{"no HTTP", started(t, &talker{words: "220 mail\r\n\r\n"}), want{netcheck.NetNotTested, netcheck.ReasonServerError, []string{"no web server"}, nil}},
		{"endless head", started(t, &talker{words: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20)}), want{netcheck.NetNotTested, netcheck.ReasonServerError, nil, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, plain().Portal(within(t), asks(tt.addr, "")), tt.want)
		})
	}
}

func TestPortalWithoutQuestion(t *testing.T) {
	p := plain()
	check(t, p.Portal(within(t), netcheck.NetworkPlan{}), want{netcheck.NetNotTested, netcheck.ReasonNoServer, nil, nil})
	for _, bad := range []string{"https://example.com/", "ftp://example.com", "http://", "::", "http://u:p@example.com/", "http://example.com:0/"} {
		check(t, p.Portal(within(t), netcheck.NetworkPlan{Portal: bad}), want{netcheck.NetNotTested, netcheck.ReasonLocal, nil, nil})
	}
	p.Resolve = func(context.Context, string, netcheck.Family) ([]netip.Addr, error) {
		return nil, &netcheck.Failure{Code: netcheck.ReasonNameNotFound, Text: "The name connect.example.com does not exist.", Advice: "Check."}
	}
	r := p.Portal(within(t), netcheck.NetworkPlan{Portal: "http://connect.example.com"})
	check(t, r, want{netcheck.NetNotTested, netcheck.ReasonNameNotFound, []string{"has no address here"}, nil})
	if len(r.Steps) != 1 || r.Steps[0].OK || r.Steps[0].Name != string(netcheck.StepResolve) {
		t.Errorf("steps %+v", r.Steps)
	}
}

// The prober's own dialer keeps its proxy.
func TestPortalLeavesTheDialerAlone(t *testing.T) {
	d := &dial.Dialer{Proxy: via("http://proxy.example.com:3128")}
	p := &webprobe.Prober{Resolve: names, Dialer: d}
	_ = p.Portal(within(t), asks(started(t, &middlebox.Portal{}), ""))
	if u, err := d.ProxyTo("x:1"); err != nil || u.Host != "proxy.example.com:3128" {
		t.Errorf("proxy %v, %v", u, err)
	}
}
