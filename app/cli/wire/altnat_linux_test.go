package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"echopath/internal/netns"
)

const networkPrefix = "epwire-"

// namespaces says what is missing here to make networks, and removes those of runs that were killed.
var namespaces = sync.OnceValue(func() error {
	if err := netns.Available(); err != nil {
		return err
	}
	_, err := netns.Sweep(context.Background(), networkPrefix)
	return err
})

// office is a guest behind a router, and a host with two addresses on the other side.
func office(t *testing.T, rules string) *netns.Network {
	t.Helper()
	if err := namespaces(); err != nil {
		t.Skipf("SKIPPED: what the kernel's NATs do can not be tested here: %v", err)
	}
	plug := func(node, name string, addrs ...string) netns.End {
		e := netns.End{Node: node, Interface: name}
		for _, a := range addrs {
			e.Addresses = append(e.Addresses, netip.MustParsePrefix(a+"/24"))
		}
		return e
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	n, err := netns.Build(ctx, networkPrefix, netns.Topology{
		Nodes: []netns.Node{
			{Name: "guest", Routes: []netns.Route{{To: "default", Via: netip.MustParseAddr("10.1.0.1")}}},
			{Name: "router", Forward: true, Rules: rules},
			{Name: "host"},
		},
		Links: []netns.Link{
			{A: plug("guest", "eth0", "10.1.0.2"), B: plug("router", "lan", "10.1.0.1")},
			{A: plug("router", "wan", "11.0.0.1"), B: plug("host", "eth0", "11.0.0.7", "11.0.0.8")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// program starts this program in a node, with a folder for what it keeps, which is made.
func program(t *testing.T, n *netns.Network, node, dir string, args ...string) *netns.Process {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := []string{childVariable + "=1", "HOME=" + dir, "XDG_CACHE_HOME=" + dir, "ECHOPATH_INVITE=", "HTTPS_PROXY=", "https_proxy="}
	p, err := n.Start(node, netns.Program{Name: node, Dir: dir, Command: append([]string{self}, args...), Env: env})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// One host, with two addresses, tells what a router does as two servers do: no guess is left.
func TestNATOfAHostThroughNATs(t *testing.T) {
	const (
		filter     = "*filter\n-A INPUT -i wan -m conntrack --ctstate NEW,INVALID -j DROP\n-A FORWARD -i wan -m conntrack --ctstate NEW,INVALID -j DROP\nCOMMIT\n*nat\n"
		masquerade = filter + "-A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n"
		random     = filter + "-A POSTROUTING -o wan -j MASQUERADE --random-fully\nCOMMIT\n"
		open       = "*nat\n-A PREROUTING -i wan -p udp -d 11.0.0.1 -j DNAT --to-destination 10.1.0.2\n-A POSTROUTING -o wan -j SNAT --to-source 11.0.0.1\nCOMMIT\n"
	)
	for _, tt := range []struct{ name, rules, mapping, filtering string }{
		{"a cone", masquerade, "endpoint_independent", "address_and_port_dependent"},
		{"symmetric", random, "address_and_port_dependent", "address_and_port_dependent"},
		{"a full cone", open, "endpoint_independent", "endpoint_independent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, dir := office(t, tt.rules), t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			invite := filepath.Join(dir, "invite")
			host := program(t, n, "host", dir, "host", "--listen", "11.0.0.7", "--alt-address", "11.0.0.8", "--tls-port", "5349", "--budget", "1000", "--invite-file", invite, "--json", "-")
			if _, err := host.Await(ctx, 0, func(l []byte) bool { return bytes.Contains(l, []byte(`"started"`)) }); err != nil {
				t.Fatalf("%v\n%s", err, host.Trouble())
			}
			guest := program(t, n, "guest", dir, "nat", "--quiet", "--target", "@"+invite, "--json", "-")
			if code, err := guest.Wait(ctx); err != nil || code != 0 {
				t.Fatalf("exit %d, %v\n%s", code, err, guest.Trouble())
			}
			var r natReport
			if err := json.Unmarshal(guest.Output(), &r); err != nil {
				t.Fatal(err)
			}
			if r.NAT.Method != "two_addresses" || r.NAT.Mapping != tt.mapping || r.NAT.Filtering != tt.filtering {
				t.Errorf("mapping %s, filtering %s by %s; want %s, %s\n%s", r.NAT.Mapping, r.NAT.Filtering, r.NAT.Method, tt.mapping, tt.filtering, guest.Output())
			}
		})
	}
}
