package netns

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func two() Topology {
	plug := func(node, addr string) End {
		return End{Node: node, Interface: "eth0", Addresses: []netip.Prefix{netip.MustParsePrefix(addr)}}
	}
	return Topology{
		Nodes: []Node{{Name: "one"}, {Name: "two", Forward: true, Routes: []Route{{"default", netip.MustParseAddr("10.9.0.1")}}}},
		Links: []Link{{plug("one", "10.9.0.1/24"), plug("two", "10.9.0.2/24")}},
	}
}

func TestCheck(t *testing.T) {
	if err := two().Check(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		spoil func(*Topology)
		want  string
	}{
		"a name with a blank":         {func(t *Topology) { t.Nodes[0].Name = "o ne" }, "letters and digits"},
		"a name twice":                {func(t *Topology) { t.Nodes[0].Name = "two" }, "twice"},
		"a cable to nowhere":          {func(t *Topology) { t.Links[0].A.Node = "three" }, "no node"},
		"no name for an interface":    {func(t *Topology) { t.Links[0].A.Interface = "a-name-that-is-long" }, "no name"},
		"an interface with two ends":  {func(t *Topology) { t.Links = append(t.Links, t.Links[0]) }, "two cables"},
		"an interface without one":    {func(t *Topology) { t.Links[0].A.Addresses = nil }, "no address"},
		"a route to nowhere":          {func(t *Topology) { t.Nodes[1].Routes[0].To = "somewhere" }, "a route to"},
		"a next hop that is far away": {func(t *Topology) { t.Nodes[1].Routes[0].Via = netip.MustParseAddr("10.8.0.1") }, "none of its networks"},
	}
	for name, tt := range tests {
		top := two()
		tt.spoil(&top)
		if err := top.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestCommands(t *testing.T) {
	top := two()
	want := "link set lo up\naddr add 10.9.0.2/24 dev eth0\nlink set dev eth0 up\nroute add default via 10.9.0.1\n"
	if got := top.commands(top.Nodes[1]); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestOwner(t *testing.T) {
	tests := map[string]int{"lab-12-3-a": 12, "lab-12": 0, "lab--3-a": 0, "lab-x-3-a": 0, "lab-0-1-a": 0, "other-12-3-a": 0, "": 0}
	for name, want := range tests {
		if pid, ok := owner("lab-", name); pid*map[bool]int{true: 1}[ok] != want {
			t.Errorf("%q belongs to %d, %t; want %d", name, pid, ok, want)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		six, forward bool
		want         []string
	}{
		{false, true, []string{"net.ipv6.conf.all.disable_ipv6=1", "net.ipv4.ip_forward=1"}},
		{true, false, []string{"net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.all.forwarding=0", "net.ipv6.conf.default.accept_dad=0"}},
		{true, true, []string{"net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1"}},
	} {
		got := Topology{IPv6: tt.six}.settings(Node{Forward: tt.forward})
		for _, want := range tt.want {
			if !slices.Contains(got, want) {
				t.Errorf("IPv6 %t, forward %t: %v lacks %s", tt.six, tt.forward, got, want)
			}
		}
	}
}
