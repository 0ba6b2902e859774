package localprobe

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// native writes an address as this machine's /proc/net/route does.
func native(a string) string {
	b := netip.MustParseAddr(a).As4()
	return fmt.Sprintf("%08X", binary.NativeEndian.Uint32(b[:]))
}

func TestParseRoutes4(t *testing.T) {
	table := strings.Join([]string{
		"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
		"eth0\t00000000\t" + native("192.168.1.1") + "\t0003\t0\t0\t100\t00000000\t0\t0\t0",
		"eth0\t" + native("192.168.1.0") + "\t00000000\t0001\t0\t0\t100\t" + native("255.255.255.0") + "\t0\t0\t0",
		"tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0",
		"tun0\t00000000\t" + native("10.8.0.1") + "\t0003\t0\t0\t0\t" + native("128.0.0.0") + "\t0\t0\t0",
		"wlan0\t00000000\t" + native("192.168.9.1") + "\t0002\t0\t0\t0\t00000000\t0\t0\t0",
		"*\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0",
		"eth1\t00000000\tXYZ\t0003\t0\t0\t0\t00000000",
		"eth2 00000000",
	}, "\n")
	want := []Router{{"eth0", netip.MustParseAddr("192.168.1.1")}, {Interface: "tun0"}}
	if got := parseRoutes4(table); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseRoutes6(t *testing.T) {
	const none, router = "00000000000000000000000000000000", "fe800000000000000000000000000001"
	line := func(to, bits, from, fromBits, hop, flags, iface string) string {
		return strings.Join([]string{to, bits, from, fromBits, hop, "00000400", "00000001", "00000000", flags, iface}, " ")
	}
	table := strings.Join([]string{
		line(none, "00", none, "00", router, "00000003", "eth0"),
		line(none, "00", none, "00", none, "00000001", "tun0"),
		line(none, "00", none, "00", none, "00200200", "lo"), // unreachable
		line("20010db8000000000000000000000000", "40", none, "00", none, "00000001", "eth0"),
		line(none, "00", none, "40", router, "00000003", "eth1"), // for one source alone
		line(none, "00", none, "00", "fe80", "00000003", "eth2"),
		"short line",
	}, "\n")
	want := []Router{{"eth0", netip.MustParseAddr("fe80::1")}, {Interface: "tun0"}}
	if got := parseRoutes6(table); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzParseRoutes(f *testing.F) {
	f.Add("eth0 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0\n")
	f.Add("00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 1 0 00000003 eth0")
	f.Fuzz(func(t *testing.T, table string) {
		for _, r := range append(parseRoutes4(table), parseRoutes6(table)...) {
			if r.Interface == "" {
				t.Errorf("a route by no interface in %q", table)
			}
		}
	})
}
