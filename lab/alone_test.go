package lab

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// scenarioAlone measures with nobody at the other end: a server of somebody else, and firewalls between. Nothing of it needs a host.
func scenarioAlone(t *testing.T) {
	proxy := fmt.Sprintf("%s:%d", AddrSrv, proxyPort)
	tests := []struct {
		name     string
		nat      NAT
		out      []string
		env      []string
		measured []string
	}{
		{"cone", Cone, nil, nil, []string{"relay-udp", "relay-tcp", "relay-tls"}},
		{"no UDP", Symmetric, []string{"-p udp -j DROP"}, nil, []string{"relay-tcp", "relay-tls"}},
		{"proxy", Cone, []string{"-p tcp -d " + AddrSrv.String() + " --dport 3128 -j ACCEPT", "-j DROP"}, []string{"HTTPS_PROXY=http://" + proxy}, []string{"relay-tls"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Layout{A: Side{NAT: tt.nat, Out: tt.out}}, 3*time.Minute)
			w.coturn()
			w.proxy(0)
			r, code := w.report(w.guestOf("turn", tt.env, slices.Concat(w.outside(), []string{"--path", "relay-udp,relay-tcp,relay-tls"}, pace)...), 2*time.Minute)
			t.Logf("exit %d: %s", code, r.Verdict.Sentence)
			for i := range r.Paths {
				p := &r.Paths[i]
				describe(t, p)
				if want := slices.Contains(tt.measured, p.Path); want != (p.Outcome() == "ok") || !want && p.State != "blocked" {
					t.Errorf("%s is %s: %s (%s)", p.Path, p.Outcome(), p.Reason, p.Cause)
				}
				if p.Direction != "loop" {
					t.Errorf("%s: both ends are one computer, and the direction is %s", p.Path, p.Direction)
				}
			}
			if len(r.Paths) != 3 {
				t.Errorf("%d paths", len(r.Paths))
			}
			if tls := r.Path("relay-tls"); tls != nil && tls.Pair != nil && (tls.Pair.Local.ViaProxy == proxy) != (tt.env != nil) {
				t.Errorf("relay-tls by the proxy %q", tls.Pair.Local.ViaProxy)
			}
		})
	}
}
