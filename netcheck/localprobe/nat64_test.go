package localprobe_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
)

func TestNAT64(t *testing.T) {
	six := said{addrs: []string{"64:ff9b::c000:aa", "64:ff9b::c000:ab"}}
	none := said{code: netcheck.ReasonNoFamily}
	tests := []struct {
		name       string
		aaaa       said
		four, way6 string
		want       want
		prefix     string
	}{
		{"none, and IPv4", none, "192.168.1.5", "", want{state: netcheck.NetOK, words: []string{"no NAT64, and needs none"}}, ""},
		{"none, not even the name", said{code: netcheck.ReasonNameNotFound}, "192.168.1.5", "", want{state: netcheck.NetOK}, ""},
		{"an answer of no NAT64", said{addrs: []string{"2001:db8::1", "::ffff:192.0.0.170"}}, "192.168.1.5", "", want{state: netcheck.NetOK}, ""},
		{"none, and IPv6 alone", none, "", "2001:db8:7::5", want{netcheck.NetDegraded, netcheck.ReasonNoIPv4, []string{"IPv6 alone", "tell of no NAT64"}, nil}, ""},
		{"none, and nothing", none, "", "", want{netcheck.NetNotTested, netcheck.ReasonNoRoute, nil, nil}, ""},
		{"IPv6 alone", six, "", "2001:db8:7::5", want{netcheck.NetDegraded, netcheck.ReasonNAT64, []string{"64:ff9b::/96", "literal IPv4 addresses fail", "by name"}, nil}, "64:ff9b::/96"},
		{"IPv4 of its own making is no way", six, "169.254.1.1", "2001:db8:7::5", want{netcheck.NetDegraded, netcheck.ReasonNAT64, nil, nil}, "64:ff9b::/96"},
		{"464XLAT", six, "192.0.0.4", "2001:db8:7::5", want{state: netcheck.NetOK, words: []string{"464XLAT", "192.0.0.4"}}, "64:ff9b::/96"},
		{"beside IPv4", said{addrs: []string{"2001:db8:64:c000:0:aa00::"}}, "192.168.1.5", "2001:db8:7::5", want{state: netcheck.NetOK, words: []string{"beside IPv4"}}, "2001:db8:64::/48"},
		{"silence", said{code: netcheck.ReasonNameTimeout, after: 2 * time.Second}, "192.168.1.5", "", want{netcheck.NetNotTested, netcheck.ReasonNameTimeout, []string{"could not be found out"}, nil}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := computer(tt.four, tt.way6)
				p.Resolve = nameServers(said{}, tt.aaaa).Resolve
				r := p.NAT64(t.Context())
				check(t, r, tt.want)
				if r.Kind != netcheck.ProbeNAT64 || r.Server != "ipv4only.arpa" || r.Facts.Prefix != tt.prefix || len(r.Facts.Addresses) != len(tt.aaaa.addrs) {
					t.Errorf("result %+v", r)
				}
			})
		})
	}
}

func TestNAT64Stopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p := computer("192.168.1.5", "")
		p.Resolve = nameServers(said{}, said{after: time.Minute}).Resolve
		check(t, p.NAT64(ctx), want{netcheck.NetNotTested, netcheck.ReasonCancelled, nil, nil})
	})
}
