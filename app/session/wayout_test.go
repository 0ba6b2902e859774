package session

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"echopath/netcheck"
)

func TestWayOutIsDown(t *testing.T) {
	own := wayOut{"eth0", netip.MustParseAddr("192.0.2.7")}
	well := iface{name: "eth0", up: true, running: true, addrs: []netip.Addr{own.addr}}
	change := func(do func(*iface)) []iface {
		f := well
		do(&f)
		return []iface{{name: "lo", up: true, running: true}, f}
	}
	for name, tt := range map[string]struct {
		own  wayOut
		now  []iface
		want string
	}{
		"well":            {own, change(func(*iface) {}), ""},
		"down":            {own, change(func(f *iface) { f.up = false }), "eth0 of this computer (192.0.2.7), by which the host was reached, is down."},
		"no carrier":      {own, change(func(f *iface) { f.running = false }), "has no connection."},
		"no address":      {own, change(func(f *iface) { f.addrs = nil }), "has lost its address 192.0.2.7."},
		"gone":            {own, change(func(f *iface) { f.name = "wlan0" }), "is gone."},
		"nothing known":   {own, nil, ""},
		"it is not known": {wayOut{}, change(func(f *iface) { f.up = false }), ""},
	} {
		if got := tt.own.down(tt.now); tt.want == "" && got != "" || !strings.HasSuffix(got, tt.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A session whose host does not answer while this computer's interface is gone tells of the interface.
func TestOffline(t *testing.T) {
	w := newWires(nil)
	why := errors.New("no route")
	if f := w.offline(why); f != nil {
		t.Errorf("nothing is known: %v", f)
	}
	w.own = wayOut{"echopath-gone0", netip.MustParseAddr("192.0.2.7")}
	if f := w.offline(why); f == nil || f.Code != netcheck.ReasonOwnLink || !errors.Is(f, why) || !strings.Contains(f.Advice, "nothing about the host") {
		t.Errorf("%+v", f)
	}
	if own := linkTo(netip.MustParseAddrPort("127.0.0.1:443")); own != (wayOut{}) {
		t.Errorf("%+v", own)
	}
}
