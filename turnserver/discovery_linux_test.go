package turnserver

import (
	"context"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"golang.org/x/sys/unix"

	"echopath/internal/netns"
)

// inside calls do with what it opens belonging to a node of a network: sockets stay where they were opened.
func inside(t *testing.T, n *netns.Network, node string, do func()) {
	t.Helper()
	runtime.LockOSThread()
	own, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		runtime.UnlockOSThread()
		t.Fatal(err)
	}
	defer own.Close()
	there, err := os.Open("/run/netns/" + n.Name(node))
	if err != nil {
		runtime.UnlockOSThread()
		t.Fatal(err)
	}
	defer there.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setns(int(own.Fd()), unix.CLONE_NEWNET); err != nil {
			t.Error(err) // and the thread ends with its goroutine, because it is still locked
			return
		}
		runtime.UnlockOSThread()
	}()
	do()
}

const networkPrefix = "epturn-"

// namespaces says what is missing here to make networks, and removes those of runs that were killed. It tries, and two that try at once are
// in each other's way.
var namespaces = sync.OnceValue(func() error {
	if err := netns.Available(); err != nil {
		return err
	}
	_, err := netns.Sweep(context.Background(), networkPrefix)
	return err
})

// routed is a client, a router and a server with two addresses.
func routed(t *testing.T) *netns.Network {
	t.Helper()
	if err := namespaces(); err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	prefixes := func(all ...string) (p []netip.Prefix) {
		for _, a := range all {
			p = append(p, netip.MustParsePrefix(a))
		}
		return p
	}
	n, err := netns.Build(ctx, networkPrefix, netns.Topology{
		Nodes: []netns.Node{
			{Name: "client", Routes: []netns.Route{{To: "default", Via: netip.MustParseAddr("10.7.1.1")}}},
			{Name: "router", Forward: true},
			{Name: "server", Routes: []netns.Route{{To: "default", Via: netip.MustParseAddr("10.7.2.1")}}},
		},
		Links: []netns.Link{
			{A: netns.End{Node: "client", Interface: "cable", Addresses: prefixes("10.7.1.2/24")}, B: netns.End{Node: "router", Interface: "inside", Addresses: prefixes("10.7.1.1/24")}},
			{A: netns.End{Node: "server", Interface: "cable", Addresses: prefixes("10.7.2.2/24", "10.7.2.3/24")}, B: netns.End{Node: "router", Interface: "outside", Addresses: prefixes("10.7.2.1/24")}},
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

// On a way back that is narrower than the way there, a padded answer is lost, however often it is asked for and although the kernel has been told
// by then that it must be smaller: the client learns what fits. What is longer than a packet comes in pieces, as it went.
func TestPaddedAnswersStayWhole(t *testing.T) {
	n := routed(t)
	if _, err := n.Run(t.Context(), "router", "", "ip", "route", "replace", "10.7.1.0/24", "dev", "inside", "mtu", "1400"); err != nil {
		t.Fatal(err)
	}
	var s *Server
	inside(t, n, "server", func() {
		s = start(t, Config{Address: netip.MustParseAddr("10.7.2.2"), AltAddress: netip.MustParseAddr("10.7.2.3"), AltUDPPort: PortAny, NATDiscovery: true})
	})
	var a *asker
	inside(t, n, "client", func() { a = newAsker(t, "10.7.1.2") })
	const overhead = 20 + 8 + stunHeaderSize + attrHeaderSize // of a request with PADDING, the headers of UDP and IP among it
	for _, flags := range []byte{0, flagChangePort, flagChangeIP} {
		for range 3 {
			a.send(s.UDPAddr(), padding(1450-overhead-8), change(flags))
			a.send(s.UDPAddr(), padding(1404-overhead-8), change(flags))
		}
		for range 3 {
			if r := a.ask(s.UDPAddr(), padding(1400-overhead-8), change(flags)); r.size != 1400-28 || !r.Contains(stun.AttrPadding) {
				t.Errorf("a packet of 1400 bytes is answered with %d: %s", r.size+28, r.Message)
			}
		}
		if r := a.ask(s.UDPAddr(), padding(1540-overhead-8), change(flags)); r.size != 1540-28 {
			t.Errorf("a packet of 1540 bytes is answered with %d: %s", r.size+28, r.Message)
		}
	}
	for _, row := range s.discovery.spots {
		for _, spot := range row {
			level, option, _ := discoverOption(spot.told.Addr())
			if mode, err := getOption(spot.conn, level, option); err != nil || mode != unix.IP_PMTUDISC_WANT {
				t.Errorf("%s is left in mode %d, %v", spot.told, mode, err)
			}
		}
	}
}

// The same questions over IPv6, for which a machine rarely has two addresses at hand.
func TestTwoAddressesOfIPv6(t *testing.T) {
	n := routed(t)
	first, second := netip.MustParseAddr("fd00:7::1"), netip.MustParseAddr("fd00:7::2")
	if _, err := n.Run(t.Context(), "server", "", "sysctl", "-q", "-w", "net.ipv6.conf.lo.disable_ipv6=0"); err != nil {
		t.Skipf("SKIPPED: no IPv6 here: %v", err)
	}
	for _, ip := range []netip.Addr{first, second} {
		if _, err := n.Run(t.Context(), "server", "", "ip", "-6", "addr", "add", ip.String()+"/128", "dev", "lo", "nodad"); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, func() bool { // the kernel makes the routes to its own addresses when it gets round to it
		routes, err := n.Run(t.Context(), "server", "", "ip", "-6", "route", "show", "table", "local")
		return err == nil && strings.Contains(routes, "local "+first.String()+" ") && strings.Contains(routes, "local "+second.String()+" ")
	})
	var s *Server
	var a *asker
	inside(t, n, "server", func() {
		s = start(t, Config{Address: first, AltAddress: second, AltUDPPort: PortAny, NATDiscovery: true})
		a = newAsker(t, first.String())
	})
	all := spotsOf(s)
	for i := range 2 {
		for j := range 2 {
			if r := a.ask(all[i][j]); r.from != all[i][j] || r.mapped() != a.addr() || r.other() != all[1-i][1-j] || r.size > 68 {
				t.Errorf("%s sees %s, and says that the other is %s", r.from, r.mapped(), r.other())
			}
			for _, flags := range []byte{0, flagChangePort, flagChangeIP, flagChangePort | flagChangeIP} {
				r := a.ask(all[i][j], change(flags), padding(200), askTOS)
				from := all[i^int(flags>>2&1)][j^int(flags>>1&1)]
				if r.from != from || r.origin() != from || r.mapped() != a.addr() || r.other() != all[1-i][1-j] || r.size != r.sent || !r.Contains(AttrEchopathTOS) {
					t.Errorf("%s, flags %#x: %s from %s", all[i][j], flags, r.Message, r.from)
				}
			}
		}
	}
	if _, err := n.Run(t.Context(), "server", "", "ip", "link", "set", "lo", "mtu", "1400"); err != nil {
		t.Fatal(err)
	}
	const overhead = 40 + 8 + stunHeaderSize + attrHeaderSize
	a.send(all[0][0], padding(1440-overhead)) // it goes in pieces, and its answer must not
	if r := a.ask(all[0][0], padding(1400-overhead)); r.size != 1400-48 {
		t.Errorf("a packet of 1400 bytes is answered with %d: %s", r.size+48, r.Message)
	}
}

// Of free ports of the first address those are taken that are free on the second as well.
func TestFreePortsOfTwoAddresses(t *testing.T) {
	n := routed(t)
	if _, err := n.Run(t.Context(), "server", "", "sysctl", "-q", "-w", "net.ipv4.ip_local_port_range=40000 40009"); err != nil {
		t.Fatal(err)
	}
	first, second := netip.MustParseAddr("10.7.2.2"), netip.MustParseAddr("10.7.2.3")
	inside(t, n, "server", func() {
		newAsker(t, second.String())
		newAsker(t, second.String())
		for range 20 { // 0.6 of them would succeed at once
			s, err := Start(t.Context(), Config{Address: first, AltAddress: second, AltUDPPort: PortAny, NATDiscovery: true, TCPPort: PortOff, TLSPort: PortOff})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
