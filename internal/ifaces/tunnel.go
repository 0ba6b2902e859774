package ifaces

import "strings"

// Tunnel tells whether an interface's name is one that VPNs give theirs: a kind of tunnel with a number, or a product. Others may
// be a VPN's as well: ppp is a modem's or a DSL line's too, and a VPN that works below the interfaces has none.
func Tunnel(name string) bool {
	name = strings.ToLower(name)
	for _, kind := range []string{"tun", "tap", "wg", "utun", "ipsec"} {
		if rest, ok := strings.CutPrefix(name, kind); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return true
		}
	}
	for _, product := range []string{
		"wireguard", "openvpn", "tap-windows", "tailscale", "zerotier", "nordlynx", "cscotun", "anyconnect", "globalprotect", "gpd0", "fortissl", "forticlient",
		"fortinet", "pangp", "mullvad", "proton0", "protonvpn", "softether", "wintun", "cloudflarewarp", "zscaler",
	} {
		if strings.Contains(name, product) {
			return true
		}
	}
	return false
}
