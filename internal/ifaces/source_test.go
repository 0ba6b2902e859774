package ifaces

import (
	"net"
	"net/netip"
	"testing"
)

func TestSource(t *testing.T) {
	list, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	loop := ""
	for _, i := range list {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			loop = i.Name
		}
	}
	for _, tt := range []struct {
		in   string
		ip4  bool
		want string // "" is an error
	}{
		{"192.0.2.7", true, "192.0.2.7"},
		{"::ffff:192.0.2.7", true, "192.0.2.7"},
		{"192.0.2.7", false, ""},
		{"2001:db8::1", false, "2001:db8::1"},
		{"2001:db8::1", true, ""},
		{"no-such-interface", true, ""},
		{loop, true, "127.0.0.1"},
	} {
		a, err := Source(tt.in, tt.ip4)
		if want, _ := netip.ParseAddr(tt.want); a != want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %v, %v; want %q", tt.in, a, err, tt.want)
		}
	}
}
