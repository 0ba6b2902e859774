package localprobe

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"echopath/netcheck"
)

func FuzzParseNameServers(f *testing.F) {
	f.Add("nameserver 203.0.113.53\n")
	f.Fuzz(func(t *testing.T, config string) {
		if got := parseNameServers(config); len(got) > 8 {
			t.Errorf("%d name servers", len(got))
		}
	})
}

func TestParseNameServers(t *testing.T) {
	const config = "# made by hand\nsearch example.com\nnameserver 203.0.113.53\n  nameserver\tfe80::1%eth0 \nnameserver\nnameserver word\nnameserver ::ffff:192.0.2.1\noptions edns0\n;nameserver 192.0.2.9"
	var got []string
	for _, a := range parseNameServers(config) {
		got = append(got, a.String())
	}
	if want := []string{"203.0.113.53", "fe80::1", "192.0.2.1"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestDNSNamesWhoWasAsked(t *testing.T) {
	at := netip.MustParseAddr("203.0.113.53")
	p := &Prober{NameServers: func() []netip.Addr { return []netip.Addr{at} }, Resolve: func(context.Context, string, netcheck.Family) ([]netip.Addr, error) {
		return nil, &netcheck.Failure{Code: netcheck.ReasonNameTimeout, Text: "No answer."}
	}}
	r := p.DNS(t.Context(), "turn:turn.example.com", "turn.example.com", netcheck.FamilyAuto)
	if r.Code != netcheck.ReasonNameTimeout || !slices.Equal(r.Facts.NameServers, []string{"203.0.113.53"}) {
		t.Errorf("%+v", r)
	}
}
