package nat

import (
	"net/netip"
	"testing"

	"github.com/pion/stun/v3"
)

// No answer from the network does harm, and what is taken from one is of use.
func FuzzMessage(f *testing.F) {
	request := binding(filler(), change(changeIP|changePort))
	f.Add(request.Raw)
	f.Add(binding(responsePort(40000)).Raw)
	s := fakeServer{a1: "198.51.100.1", a2: "198.51.100.2", p1: 3478, p2: 3479, tells: true}
	for _, from := range []string{"203.0.113.1:1001", "[2001:db8::1]:1001"} {
		f.Add(s.success(request, at(a1p1), at(from), 0xb8))
	}
	f.Add(stun.MustBuild(request, stun.BindingError, stun.CodeUnknownAttribute, stun.Fingerprint).Raw)
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := message(b)
		if err != nil {
			return
		}
		a := read(m)
		for _, addr := range []netip.AddrPort{a.mapped, a.other} {
			if addr.IsValid() && (addr.Port() == 0 || addr.Addr().IsUnspecified() || addr.Addr().IsMulticast() || addr.Addr().Is4In6()) {
				t.Errorf("took %s", addr)
			}
		}
		if a.arrived < -1 || a.arrived > 255 || a.code < 0 || a.code > 799 || !a.success && a.mapped.IsValid() {
			t.Errorf("%+v", a)
		}
		if second(at(a1p1), a.other) == announcedSecond && private(a.other.Addr()) {
			t.Errorf("would send to %s", a.other)
		}
	})
}
