package localprobe_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/localprobe"
)

func TestInterfaces(t *testing.T) {
	down := iface("wlan0", "192.168.9.9")
	down.Up = false
	ppp := iface("ppp0", "203.0.113.50")
	ppp.PointToPoint = true
	eth := iface("eth0", "192.168.1.5", "fe80::5", "2001:db8:7::5")
	tests := []struct {
		name                    string
		p                       *localprobe.Prober
		chosen                  string
		family                  netcheck.Family
		want                    want
		default4, default6, vpn string // interfaces
	}{
		{name: "usual", p: computer("192.168.1.5", "2001:db8:7::5", lo, eth, down), default4: "eth0", default6: "eth0",
			want: want{netcheck.NetOK, "", []string{"eth0 (192.168.1.5)", "over IPv6 too (2001:db8:7::5)"}, []string{"VPN", "wlan0"}}},
		{name: "IPv4 alone", p: computer("192.168.1.5", "", lo, iface("eth0", "192.168.1.5", "fe80::5")), default4: "eth0",
			want: want{netcheck.NetOK, "", nil, []string{"IPv6"}}},
		{name: "private IPv6", p: computer("192.168.1.5", "fd00::5", iface("eth0", "192.168.1.5", "fd00::5")), default4: "eth0", default6: "eth0",
			want: want{netcheck.NetOK, "", []string{"over IPv6 too (fd00::5, a private address)"}, nil}},
		{name: "a way each", p: computer("192.168.1.5", "2001:db8:8::5", iface("eth0", "192.168.1.5"), iface("wlan0", "2001:db8:8::5")), default4: "eth0", default6: "wlan0",
			want: want{netcheck.NetOK, "", []string{"over IPv6 by wlan0 (2001:db8:8::5)"}, nil}},

		{name: "VPN", p: computer("10.8.0.2", "", eth, iface("tun0", "10.8.0.2")), default4: "tun0", vpn: "tun0",
			want: want{netcheck.NetOK, "", []string{"You are on the VPN tun0", "all results describe the VPN"}, nil}},
		{name: "VPN for IPv4 alone", p: computer("10.8.0.2", "2001:db8:7::5", eth, iface("wg0", "10.8.0.2")), default4: "wg0", default6: "eth0", vpn: "wg0",
			want: want{netcheck.NetOK, "", []string{"You are on the VPN wg0 for IPv4 alone"}, nil}},
		{name: "VPN for IPv6 alone", p: computer("192.168.1.5", "2001:db8:9::5", eth, iface("wg0", "2001:db8:9::5")), default4: "eth0", default6: "wg0", vpn: "wg0",
			want: want{netcheck.NetOK, "", []string{"for IPv6 alone"}, nil}},
		{name: "VPN beside", p: computer("192.168.1.5", "", iface("eth0", "192.168.1.5"), iface("utun4", "100.64.1.1")), default4: "eth0", vpn: "utun4",
			want: want{netcheck.NetOK, "", []string{"The VPN utun4 is up too"}, []string{"You are on"}}},
		{name: "a Mac's own tunnels", p: computer("192.168.1.5", "", iface("en0", "192.168.1.5"), iface("utun0", "fe80::1"), iface("utun1", "fe80::2")), default4: "en0",
			want: want{netcheck.NetOK, "", nil, []string{"VPN"}}},
		{name: "a modem or a VPN", p: computer("203.0.113.50", "", ppp), default4: "ppp0",
			want: want{netcheck.NetOK, "", []string{"ppp0 is a line to a single other end"}, []string{"You are on"}}},

		{name: "IPv6 alone", p: computer("", "2001:db8:7::5", iface("eth0", "2001:db8:7::5")), default6: "eth0",
			want: want{netcheck.NetDegraded, netcheck.ReasonNoIPv4, []string{"no IPv4 address", "NAT64"}, nil}},
		{name: "IPv6 alone, IPv4 without a way out", p: computer("", "2001:db8:7::5", eth), default6: "eth0",
			want: want{netcheck.NetDegraded, netcheck.ReasonNoIPv4, []string{"an IPv4 address (eth0 192.168.1.5) and no default route for IPv4"}, nil}},
		{name: "no way out", p: computer("", "", lo, iface("eth0", "192.168.1.5")),
			want: want{netcheck.NetFailed, netcheck.ReasonNoRoute, []string{"eth0 192.168.1.5", "no default route", "router"}, nil}},
		{name: "no address", p: computer("", "", lo, iface("eth0", "fe80::5"), down),
			want: want{netcheck.NetFailed, netcheck.ReasonNoAddress, []string{"eth0 is up"}, nil}},
		{name: "an address of its own", p: computer("169.254.7.7", "", lo, iface("eth0", "169.254.7.7", "fe80::5")),
			want: want{netcheck.NetFailed, netcheck.ReasonNoAddress, []string{"169.254.7.7", "DHCP"}, nil}},
		{name: "nothing up", p: computer("", "", lo, down),
			want: want{netcheck.NetFailed, netcheck.ReasonNoAddress, []string{"wlan0 (192.168.9.9) is down", "in no network", "cable"}, nil}},
		{name: "no interface", p: computer("", ""), want: want{netcheck.NetFailed, netcheck.ReasonNoAddress, nil, nil}},
		{name: "link-local source is no way", p: computer("", "fe80::5", iface("eth0", "fd00::5", "fe80::5")),
			want: want{netcheck.NetFailed, netcheck.ReasonNoRoute, nil, nil}},

		{name: "IPv4 asked for", p: computer("192.168.1.5", "", eth), family: netcheck.Family4, default4: "eth0", want: want{state: netcheck.NetOK}},
		{name: "IPv4 asked for, none", p: computer("", "2001:db8:7::5", iface("eth0", "2001:db8:7::5")), family: netcheck.Family4, default6: "eth0",
			want: want{netcheck.NetFailed, netcheck.ReasonNoFamily, []string{"no IPv4 address"}, nil}},
		{name: "IPv6 asked for", p: computer("192.168.1.5", "2001:db8:7::5", eth), family: netcheck.Family6, default4: "eth0", default6: "eth0",
			want: want{netcheck.NetOK, "", []string{"2001:db8:7::5"}, []string{"192.168.1.5"}}},
		{name: "IPv6 asked for, none", p: computer("192.168.1.5", "", iface("eth0", "192.168.1.5")), family: netcheck.Family6, default4: "eth0",
			want: want{netcheck.NetFailed, netcheck.ReasonNoFamily, []string{"no IPv6 address"}, nil}},
		{name: "IPv6 asked for, no way", p: computer("192.168.1.5", "", eth), family: netcheck.Family6, default4: "eth0",
			want: want{netcheck.NetFailed, netcheck.ReasonNoRoute, []string{"for IPv6", "2001:db8:7::5"}, []string{"192.168.1.5"}}},

		{name: "chosen by name", p: computer("192.168.1.5", "", eth, iface("wlan0", "192.168.9.9")), chosen: "wlan0", default4: "eth0",
			want: want{netcheck.NetOK, "", []string{"chosen interface wlan0 192.168.9.9", "Other programs leave by eth0"}, nil}},
		{name: "chosen by address", p: computer("192.168.1.5", "", eth), chosen: "192.168.1.5", default4: "eth0", want: want{netcheck.NetOK, "", []string{"eth0"}, []string{"Other"}}},
		{name: "chosen VPN", p: computer("192.168.1.5", "", eth, iface("tun0", "10.8.0.2")), chosen: "tun0", default4: "eth0", vpn: "tun0",
			want: want{netcheck.NetOK, "", []string{"the VPN tun0"}, nil}},
		{name: "chosen loopback", p: computer("192.168.1.5", "", lo, eth), chosen: "lo", default4: "eth0", want: want{netcheck.NetOK, "", []string{"itself"}, nil}},
		{name: "chosen, gone", p: computer("192.168.1.5", "", eth), chosen: "wlan7", default4: "eth0",
			want: want{netcheck.NetFailed, netcheck.ReasonLocal, []string{"no interface or address wlan7", "eth0 (192.168.1.5)"}, nil}},
		{name: "chosen, down", p: computer("", "", down), chosen: "wlan0", want: want{netcheck.NetFailed, netcheck.ReasonLocal, []string{"is down", "there is none"}, nil}},
		{name: "chosen, other family", p: computer("192.168.1.5", "", iface("eth0", "192.168.1.5")), chosen: "eth0", family: netcheck.Family6, default4: "eth0",
			want: want{netcheck.NetFailed, netcheck.ReasonNoFamily, nil, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.p.Interfaces(tt.chosen, tt.family)
			check(t, r, tt.want)
			if r.Kind != netcheck.ProbeInterfaces || len(r.Steps) != 2 || r.Steps[0].OK != (tt.default4 != "") || r.Steps[1].OK != (tt.default6 != "") {
				t.Errorf("result %+v", r)
			}
			for _, f := range r.Facts.Interfaces {
				if f.Default4 != (f.Name == tt.default4) || f.Default6 != (f.Name == tt.default6) || (f.VPN == netcheck.Yes) != (f.Name == tt.vpn) || f.VPN == netcheck.No {
					t.Errorf("interface %+v", f)
				}
				if len(f.Addresses) == 0 || f.MTU != 1500 || slices.ContainsFunc(f.Addresses, func(a string) bool { return strings.HasPrefix(a, "fe80") }) {
					t.Errorf("interface %+v", f)
				}
			}
		})
	}
}

func TestInterfacesNamesTheRouter(t *testing.T) {
	p := computer("192.168.1.5", "", iface("eth0", "192.168.1.5"))
	p.Routers = func() []localprobe.Router {
		return []localprobe.Router{{Interface: "wlan0", Address: netip.MustParseAddr("192.168.9.1")}, {Interface: "eth0"},
			{Interface: "eth0", Address: netip.MustParseAddr("fe80::1")}, {Interface: "eth0", Address: netip.MustParseAddr("192.168.1.1")}}
	}
	check(t, p.Interfaces("", netcheck.FamilyAuto), want{netcheck.NetOK, "", []string{"eth0 (192.168.1.5, router 192.168.1.1)"}, nil})
}

func TestInterfacesNotListed(t *testing.T) {
	p := computer("", "")
	p.List = func() ([]localprobe.Interface, error) { return nil, errors.New("not permitted") }
	r := p.Interfaces("", netcheck.FamilyAuto)
	check(t, r, want{netcheck.NetNotTested, netcheck.ReasonLocal, nil, nil})
	if r.Cause != "not permitted" {
		t.Errorf("cause %q", r.Cause)
	}
}

// The system itself is asked: whatever it is, the result is sound, and says of each interface what the system says.
func TestInterfacesOfThisComputer(t *testing.T) {
	r := new(localprobe.Prober).Interfaces("", netcheck.FamilyAuto)
	check(t, r, want{r.State, r.Code, nil, nil})
	if r.State == netcheck.NetRunning || r.State == netcheck.NetNotTested {
		t.Errorf("result %+v", r)
	}
	t.Log(r.Text)
	for _, f := range r.Facts.Interfaces {
		if f.MTU <= 0 || len(f.Addresses) == 0 {
			t.Errorf("interface %+v", f)
		}
	}
}
