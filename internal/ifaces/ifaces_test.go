package ifaces

import (
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	list, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, ifc := range list {
		loopback := ifc.Flags&net.FlagLoopback != 0
		asked := []string{ifc.Name}
		addrs, _ := ifc.Addrs()
		for _, a := range addrs {
			prefix, err := netip.ParsePrefix(a.String())
			if err != nil {
				t.Fatal(err)
			}
			asked = append(asked, prefix.Addr().String(), prefix.Addr().WithZone(ifc.Name).String())
		}
		for _, name := range asked {
			if err := Check(name, false); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := Check(name, true); (err == nil) != loopback || !loopback && !strings.Contains(err.Error(), "leave the interface out") {
				t.Errorf("%s, loopback wanted: %v", name, err)
			}
		}
	}
	for _, name := range []string{"", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"} {
		if err := Check(name, true); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"no-such0", "203.0.113.77", "300.1.1.1", "2001:db8::77"} {
		err := Check(name, false)
		if err == nil || !strings.Contains(err.Error(), "no interface or address \""+name+"\": use one of ") || strings.HasSuffix(err.Error(), "of ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
