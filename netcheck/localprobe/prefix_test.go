package localprobe

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/pion/stun/v3"
)

// The forms of RFC 6052, section 2.4, with the well-known addresses of RFC 7050.
func TestNAT64Prefix(t *testing.T) {
	for text, want := range map[string]string{
		"2001:db8:c000:aa::":            "2001:db8::/32",
		"2001:db8:1c0:0:aa::":           "2001:db8:100::/40",
		"2001:db8:122:c000:0:aa00::":    "2001:db8:122::/48",
		"2001:db8:122:3c0:0:aa::":       "2001:db8:122:300::/56",
		"2001:db8:122:344:c0:0:aa00::":  "2001:db8:122:344::/64",
		"2001:db8:122:344::c000:aa":     "2001:db8:122:344::/96",
		"64:ff9b::192.0.0.171":          "64:ff9b::/96",
		"64:ff9b::192.0.0.172":          "",
		"2001:db8:122:344:1c0:0:aa00:0": "", // bits 64 to 71 are not zero
		"::ffff:192.0.0.170":            "",
		"192.0.0.170":                   "",
		"2001:db8::1":                   "",
	} {
		got, ok := nat64Prefix(netip.MustParseAddr(text))
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%s: %v, want %q", text, got, want)
		}
	}
	both := nat64Prefixes([]netip.Addr{netip.MustParseAddr("64:ff9b::192.0.0.170"), netip.MustParseAddr("64:ff9b::192.0.0.171"), netip.MustParseAddr("2001:db8:c000:aa::")})
	if !slices.Equal(both, []netip.Prefix{netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2001:db8::/32")}) {
		t.Errorf("prefixes %v", both)
	}
}

func FuzzNAT64Prefix(f *testing.F) {
	f.Add([]byte(netip.MustParseAddr("64:ff9b::192.0.0.170").AsSlice()))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		if p, ok := nat64Prefix(a); ok && !p.Contains(a) {
			t.Errorf("%v is not in %v", a, p)
		}
	})
}

func FuzzParseBinding(f *testing.F) {
	id := [stun.TransactionIDSize]byte{1}
	good := stun.MustBuild(stun.NewTransactionIDSetter(id), stun.BindingSuccess, &stun.XORMappedAddress{IP: net.IPv4(203, 0, 113, 7), Port: 4242})
	f.Add(good.Raw)
	f.Add(stun.MustBuild(stun.NewTransactionIDSetter(id), stun.BindingSuccess).Raw)
	f.Add(stun.MustBuild(stun.NewTransactionIDSetter(id), stun.BindingError, &stun.XORMappedAddress{IP: net.IPv6loopback, Port: 1}).Raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, ok := parseBinding(b, id); ok && (!a.IsValid() || a.Port() == 0) {
			t.Errorf("%v of %x", a, b)
		}
	})
}

func TestParseBinding(t *testing.T) {
	id := [stun.TransactionIDSize]byte{1}
	build := func(set ...stun.Setter) []byte {
		return stun.MustBuild(append([]stun.Setter{stun.NewTransactionIDSetter(id)}, set...)...).Raw
	}
	mapped := &stun.XORMappedAddress{IP: net.ParseIP("2001:db8::7"), Port: 4242}
	if got, ok := parseBinding(build(stun.BindingSuccess, mapped), id); !ok || got != netip.MustParseAddrPort("[2001:db8::7]:4242") {
		t.Errorf("got %v, %v", got, ok)
	}
	for name, b := range map[string][]byte{
		"error":          build(stun.BindingError, mapped),
		"request":        build(stun.BindingRequest, mapped),
		"no address":     build(stun.BindingSuccess),
		"port 0":         build(stun.BindingSuccess, &stun.XORMappedAddress{IP: net.IPv6loopback}),
		"of another":     stun.MustBuild(stun.NewTransactionIDSetter([stun.TransactionIDSize]byte{2}), stun.BindingSuccess, mapped).Raw,
		"nothing":        nil,
		"cut":            build(stun.BindingSuccess, mapped)[:30],
		"another letter": {1, 2, 3},
	} {
		if got, ok := parseBinding(b, id); ok {
			t.Errorf("%s: %v", name, got)
		}
	}
}
