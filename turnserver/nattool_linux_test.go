package turnserver

import (
	"context"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What coturn's client finds through real NATs with this server's help, in the words of RFC 4787.
func TestNATDiscoveryThroughNATs(t *testing.T) {
	if _, err := exec.LookPath("turnutils_natdiscovery"); err != nil {
		t.Skip("SKIPPED: turnutils_natdiscovery is not installed: run scripts/setup.sh test, which installs coturn")
	}
	const drop = "*filter\n-A FORWARD -i outside -m conntrack --ctstate NEW -j DROP\n-A INPUT -i outside -j DROP\nCOMMIT\n"
	for _, tt := range []struct{ name, rules, mapping, filtering string }{
		{"a firewall alone", drop, "No NAT! (Endpoint Independent Mapping)", "NAT with Address and Port Dependent Filtering!"},
		{"the port kept", "*nat\n-A POSTROUTING -o outside -j MASQUERADE\nCOMMIT\n" + drop,
			"NAT with Endpoint Independent Mapping!", "NAT with Address and Port Dependent Filtering!"},
		{"a random port for each destination", "*nat\n-A POSTROUTING -o outside -j MASQUERADE --random-fully\nCOMMIT\n" + drop,
			"NAT with Address and Port Dependent Mapping!", "NAT with Address and Port Dependent Filtering!"},
		{"all let in", "*nat\n-A POSTROUTING -o outside -p udp -j SNAT --to-source 10.7.2.1\n-A PREROUTING -i outside -p udp -j DNAT --to-destination 10.7.1.2\nCOMMIT\n",
			"NAT with Endpoint Independent Mapping!", "NAT with Endpoint Independent Filtering!"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // the tool waits 3 s for each answer that does not come
			n := routed(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
			defer cancel()
			if _, err := n.Run(ctx, "router", tt.rules, "iptables-restore", "-w", "10"); err != nil {
				t.Fatal(err)
			}
			inside(t, n, "server", func() {
				start(t, Config{Address: netip.MustParseAddr("10.7.2.2"), AltAddress: netip.MustParseAddr("10.7.2.3"), UDPPort: 3478, AltUDPPort: 3479, NATDiscovery: true})
			})
			out, _ := n.Run(ctx, "client", "", "turnutils_natdiscovery", "-m", "-f", "-L", "10.7.1.2", "10.7.2.2") // its exit status says nothing
			var found []string
			for _, m := range verdicts.FindAllStringSubmatch(out, -1) {
				if text := strings.TrimSpace(m[1]); !strings.HasPrefix(text, "STUN receive") {
					found = append(found, text)
				}
			}
			if !slices.Contains(found, tt.mapping) || len(found) == 0 || found[len(found)-1] != tt.filtering {
				t.Errorf("%q, want %q and %q:\n%s", found, tt.mapping, tt.filtering, out)
			}
		})
	}
}
