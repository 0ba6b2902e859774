package localprobe_test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"echopath/netcheck"
	"echopath/netcheck/localprobe"
)

// Networks of their own, with real interfaces and routing tables, and nobody at the other end.
func TestInterfacesOfRealNetworks(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil || os.Getuid() != 0 {
		t.Skip("SKIPPED: needs root and ip")
	}
	const wire = "tuntap add dev eth9 mode tap;link set eth9 up"
	v4, v6 := "addr add 192.168.1.5/24 dev eth9", "addr add 2001:db8:7::5/64 dev eth9 nodad"
	out4, out6 := "route add default via 192.168.1.1", "-6 route add default via 2001:db8:7::1"
	vpn := "tuntap add dev tun7 mode tun;addr add 10.8.0.2/24 dev tun7;link set tun7 up"
	tests := []struct {
		name, setUp        string
		want               want
		default4, default6 string
		ipv6, nat64        want // of the other probes, with an AAAA record by NAT64
	}{
		{"both", join(wire, v4, v6, out4, out6), want{netcheck.NetOK, "", []string{"eth9 (192.168.1.5, router 192.168.1.1)", "2001:db8:7::5"}, []string{"VPN"}}, "eth9", "eth9",
			want{netcheck.NetNotTested, netcheck.ReasonNoIPv6Server, nil, nil}, want{state: netcheck.NetOK, words: []string{"beside IPv4"}}},
		{"IPv4 alone", join(wire, v4, out4), want{netcheck.NetOK, "", nil, []string{"IPv6"}}, "eth9", "",
			want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}, want{state: netcheck.NetOK}},
		{"IPv6 alone", join(wire, v6, out6), want{netcheck.NetDegraded, netcheck.ReasonNoIPv4, []string{"eth9 (2001:db8:7::5, router 2001:db8:7::1)"}, nil}, "", "eth9",
			want{netcheck.NetNotTested, netcheck.ReasonNoIPv6Server, nil, nil}, want{netcheck.NetDegraded, netcheck.ReasonNAT64, []string{"by name"}, nil}},
		{"IPv6 without a way out", join(wire, v4, v6, out4), want{netcheck.NetOK, "", nil, []string{"IPv6"}}, "eth9", "",
			want{netcheck.NetDegraded, netcheck.ReasonNoRoute, nil, nil}, want{state: netcheck.NetOK}},
		{"no way out", join(wire, v4), want{netcheck.NetFailed, netcheck.ReasonNoRoute, []string{"eth9 192.168.1.5"}, nil}, "", "",
			want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}, want{netcheck.NetNotTested, netcheck.ReasonNoRoute, nil, nil}},
		{"no address", wire, want{netcheck.NetFailed, netcheck.ReasonNoAddress, nil, nil}, "", "",
			want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}, want{netcheck.NetNotTested, netcheck.ReasonNoRoute, nil, nil}},
		{"VPN by a default route", join(wire, v4, vpn, "route add default dev tun7"), want{netcheck.NetOK, "", []string{"You are on the VPN tun7"}, nil}, "tun7", "",
			want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}, want{state: netcheck.NetOK}},
		{"VPN by two halves", join(wire, v4, out4, vpn, "route add 0.0.0.0/1 dev tun7", "route add 128.0.0.0/1 dev tun7"), want{netcheck.NetOK, "", []string{"You are on the VPN tun7"}, nil}, "tun7", "",
			want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}, want{state: netcheck.NetOK}},
		{"VPN by a table of its own", join(wire, v4, out4, vpn, "route add default dev tun7 table 77", "rule add to all table 77"), want{netcheck.NetOK, "", []string{"You are on the VPN tun7"}, nil}, "tun7", "",
			want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}, want{state: netcheck.NetOK}},
		{"VPN for one network", join(wire, v4, out4, vpn), want{netcheck.NetOK, "", []string{"The VPN tun7 is up too"}, nil}, "eth9", "",
			want{netcheck.NetNotTested, netcheck.ReasonNoFamily, nil, nil}, want{state: netcheck.NetOK}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inNetwork(t, tt.setUp, func() {
				p := new(localprobe.Prober)
				r := p.Interfaces("", netcheck.FamilyAuto)
				check(t, r, tt.want)
				four, six := "", ""
				for _, f := range r.Facts.Interfaces {
					if f.Default4 {
						four += f.Name
					}
					if f.Default6 {
						six += f.Name
					}
				}
				if four != tt.default4 || six != tt.default6 {
					t.Errorf("default routes by %q and %q: %+v", four, six, r.Facts.Interfaces)
				}
				check(t, p.IPv6(within(t), nil, netip.Addr{}), tt.ipv6)
				p.Resolve = nameServers(said{}, said{addrs: []string{"64:ff9b::c000:aa"}}).Resolve
				check(t, p.NAT64(within(t)), tt.nat64)
			})
		})
	}
}

func join(cmds ...string) string { return strings.Join(cmds, ";") }

// inNetwork runs do on a thread that has a network of its own, set up with ip.
func inNetwork(t *testing.T, setUp string, do func()) {
	t.Helper()
	var why string
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with its network
		if why = newNetwork(setUp); why == "" {
			do()
		}
	}()
	<-done
	if why != "" {
		t.Skip("SKIPPED: " + why)
	}
}

func newNetwork(setUp string) (why string) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err.Error()
	}
	for cmd := range strings.SplitSeq("link set lo up;"+setUp, ";") {
		if out, err := exec.Command("ip", strings.Fields(cmd)...).CombinedOutput(); err != nil {
			return fmt.Sprintf("ip %s: %v %s", cmd, err, out)
		}
	}
	return ""
}
