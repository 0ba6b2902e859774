package lab

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// wantPaths wants some paths measured and all others blocked, in words.
func wantPaths(t *testing.T, r Report, measured ...string) {
	t.Helper()
	for _, name := range Paths {
		p := r.Path(name)
		if p == nil {
			t.Errorf("no word about %s", name)
			continue
		}
		describe(t, p)
		switch {
		case slices.Contains(measured, name):
			if p.Outcome() != "ok" || p.Direction != "up_down" {
				t.Errorf("%s is %s, %s; want ok, up_down: %s (%s)", name, p.Outcome(), p.Direction, p.Reason, p.Cause)
			}
		case p.State != "blocked" || p.ReasonCode == "" || p.Reason == "":
			t.Errorf("%s is %s with the reason %q; want blocked, and why", name, p.Outcome(), p.Reason)
		}
	}
}

// scenarioUDPBlocked has a firewall before the guest that lets no UDP out: silently, or with a refusal.
func scenarioUDPBlocked(t *testing.T) {
	for name, rule := range map[string]string{"drop": "-p udp -j DROP", "reject": "-p udp -j REJECT"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Layout{A: Side{NAT: Cone, Out: []string{rule}}, B: Side{NAT: None}}, 4*time.Minute)
			w.coturn()
			w.host(5349)
			r, code := w.report(w.guest(nil, slices.Concat(w.outside(), []string{"--path", "all"}, pace)...), 3*time.Minute)
			t.Logf("exit %d: %s", code, r.Verdict.Sentence)
			wantPaths(t, r, "relay-tcp", "relay-tls")
		})
	}
}

// scenarioOnly443 has a firewall before the guest that lets nothing out but TCP to port 443, where the host is. No other server helps.
func scenarioOnly443(t *testing.T) {
	w := newWorld(t, Layout{A: Side{NAT: Cone, Out: []string{"-p tcp --dport 443 -j ACCEPT", "-j DROP"}}, B: Side{NAT: None}}, 4*time.Minute)
	w.host(443)
	r, code := w.report(w.guest(nil, slices.Concat([]string{"--path", "all"}, pace)...), 3*time.Minute)
	t.Logf("exit %d: %s", code, r.Verdict.Sentence)
	wantPaths(t, r, "relay-tls")
}

// proxied is a network in which the guest reaches nothing but an HTTP proxy.
func proxied(t *testing.T, status int) (*world, []string) {
	t.Helper()
	out := []string{fmt.Sprintf("-p tcp -d %s --dport %d -j ACCEPT", AddrSrv, proxyPort), "-j DROP"}
	w := newWorld(t, Layout{A: Side{NAT: Cone, Out: out}, B: Side{NAT: None}}, 4*time.Minute)
	return w, []string{"HTTPS_PROXY=http://" + w.proxy(status)}
}

// proxy starts an HTTP proxy on srv, which answers with a status or serves if it is 0, and gives its address.
func (w *world) proxy(status int) string {
	w.t.Helper()
	at := fmt.Sprintf("%s:%d", AddrSrv, proxyPort)
	p := w.helper("srv", "proxy", at, fmt.Sprint(status))
	if _, err := p.Await(w.ctx, 0, func(line []byte) bool { return bytes.Contains(line, []byte("listening")) }); err != nil {
		w.t.Fatal(err)
	}
	return at
}

// scenarioProxy lets the guest out by an HTTP proxy alone, which leads to ports of TLS.
func scenarioProxy(t *testing.T) {
	w, env := proxied(t, 0)
	w.coturn()
	w.host(443)
	r, code := w.report(w.guest(env, slices.Concat(w.outside(), []string{"--path", "all"}, pace)...), 3*time.Minute)
	t.Logf("exit %d: %s", code, r.Verdict.Sentence)
	wantPaths(t, r, "relay-tls")
	if p := r.Path("relay-tls"); p != nil && p.Pair != nil {
		if local := p.Pair.Local; !strings.Contains(local.ViaProxy, AddrSrv.String()) || local.TLS == nil || local.RelayProtocol != "tls" {
			t.Errorf("relay-tls by the proxy %q, with TLS %v, over %q", local.ViaProxy, local.TLS, local.RelayProtocol)
		}
	}
}

// scenarioProxyRefuses has a proxy that forbids, or wants to know who asks. The guest can do nothing, and says which of both it is.
func scenarioProxyRefuses(t *testing.T) {
	said := map[int]string{}
	for _, status := range []int{403, 407} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			w, env := proxied(t, status)
			w.host(443)
			p := w.guest(env, slices.Concat([]string{"--path", "all"}, pace)...)
			code, err := p.Wait(w.ctx)
			said[status] = string(p.Trouble())
			t.Logf("exit %d: %s", code, said[status])
			if err != nil || code != 3 {
				t.Errorf("exit %d, %v; want 3", code, err)
			}
			if !strings.Contains(strings.ToLower(said[status]), "proxy") {
				t.Errorf("nothing about the proxy: %s", said[status])
			}
		})
	}
	if said[403] == said[407] {
		t.Errorf("a proxy that forbids and one that wants a password give the same message: %s", said[403])
	}
}
