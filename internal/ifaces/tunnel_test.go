package ifaces

import "testing"

func TestTunnel(t *testing.T) {
	for _, name := range []string{"tun0", "tap12", "wg0", "utun4", "ipsec0", "TUN1", "tailscale0", "WireGuard Tunnel", "OpenVPN TAP-Windows6", "cscotun0", "Cisco AnyConnect Virtual Miniport"} {
		if !Tunnel(name) {
			t.Errorf("%s is not taken for a tunnel", name)
		}
	}
	for _, name := range []string{"", "eth0", "en0", "wlan0", "tun", "tunnel", "tune0", "ppp0", "wgx", "docker0", "Ethernet 2", "Wi-Fi", "lo"} {
		if Tunnel(name) {
			t.Errorf("%s is taken for a tunnel", name)
		}
	}
}
