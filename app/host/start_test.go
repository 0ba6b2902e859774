package host

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/turnserver"
)

// ownLoopback is an address of this computer whose ports nobody else uses.
var ownLoopback = netip.MustParseAddr("127.0.77.1")

func requireOwnLoopback(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp4", ownLoopback.String()+":0")
	if err != nil {
		t.Skipf("SKIPPED: this system has no address %s: %v", ownLoopback, err)
	}
	_ = l.Close()
}

// Port 443 is taken, so TLS goes to 5349, and whoever hosts is told.
func TestTLSPortFallsBack(t *testing.T) {
	requireOwnLoopback(t)
	taken, err := net.Listen("tcp4", ownLoopback.String()+":443")
	if err == nil {
		defer taken.Close()
	} // else it may not be had at all, which comes to the same
	h, err := Start(t.Context(), hosting.Config{Address: ownLoopback, Budget: 1000})
	if err != nil {
		t.Fatal(err)
	}
	s := h.Snapshot()
	if !slices.Contains(s.Signalling, "127.0.77.1:5349") || !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "443") }) {
		t.Errorf("signalling %q, notes %q", s.Signalling, s.Notes)
	}
	// The range for tests is the same at each start, whatever the budget.
	want := []hosting.Port{{Protocol: "tcp", From: 5349, To: 5349}, {Protocol: "udp", From: 3478, To: 3478}, {Protocol: "tcp", From: 3478, To: 3478},
		{Protocol: "udp", From: 3479, To: 3479}, {Protocol: "udp", From: 49152, To: 50175}}
	for i := range s.Ports {
		s.Ports[i].Why = ""
	}
	if !slices.Equal(s.Ports, want) {
		t.Errorf("ports %+v", s.Ports)
	}
	_, err = Start(t.Context(), hosting.Config{Address: ownLoopback, Budget: 1000, TLSPort: 5349, UDPPort: hosting.AnyPort, TCPPort: hosting.AnyPort})
	var port *turnserver.PortError
	if !errors.As(err, &port) || port.Port != 5349 || !strings.Contains(err.Error(), "5349/tcp") {
		t.Errorf("a second host: %v", err)
	}
	for range 2 {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := h.Invite(1, 0); !errors.Is(err, hosting.ErrClosed) {
		t.Errorf("an invite after the end: %v", err)
	}
	if err := h.Remove("nobody", ""); !errors.Is(err, hosting.ErrNoGuest) {
		t.Errorf("nobody was removed: %v", err)
	}
}

// Behind a 1:1 NAT the public address comes first, names before it, and who comes from this side gets addresses of this side before those.
func TestAddressesBehindNAT(t *testing.T) {
	h, _ := startTest(t, usual, func(c *hosting.Config) {
		c.Public, c.Announce, c.TLSPort = netip.MustParseAddr("192.0.2.7"), []string{"host.example", "host.example:8443"}, hosting.AnyPort
	})
	i, _ := newInvite(t, h, 1)
	_, port, _ := strings.Cut(h.turn.TLSAddr().String(), ":")
	if want := []string{"host.example:" + port, "host.example:8443", "192.0.2.7:" + port, "127.0.0.1:" + port}; !slices.Equal(i.Addresses, want) {
		t.Errorf("addresses %q, want %q", i.Addresses, want)
	}
	session, err := h.turn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]struct {
		first string
		count int
	}{"198.51.100.9:1": {"stun:192.0.2.7:", 6}, "127.0.0.9:1": {"stun:127.0.0.1:", 10}} {
		list := h.servers(&guest{h: h, turn: session, address: netip.MustParseAddrPort(from)})
		last := list[len(list)-1]
		if !strings.HasPrefix(list[0].URL, want.first) || len(list) != want.count || last.URL != "turns:host.example:8443?transport=tcp" || len(last.Pins) != 1 {
			t.Errorf("from %s: %+v", from, list)
		}
	}
	if s := h.Snapshot(); !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "192.0.2.7") }) {
		t.Errorf("notes %q", s.Notes)
	}
}

// A private address alone does not put a guest on this side of the NAT: networks between which there is a VPN have private addresses too.
func TestSidesOfTheNAT(t *testing.T) {
	public, local := []string{"public"}, []string{"local"}
	own := prefixes("10.1.0.0/16", "fd00:7::/64")
	for from, want := range map[string]string{
		"10.1.2.3": "local public", "fd00:7::9": "local public", "127.0.0.1": "local public", "::1": "local public",
		"10.20.0.10": "public local", "192.168.1.9": "public local", "100.64.0.9": "public local", "fd00:8::9": "public local",
		"198.51.100.9": "public", "2600::1": "public",
	} {
		if got := strings.Join(sides(public, local, netip.MustParseAddr(from), own), " "); got != want {
			t.Errorf("from %s: %s, want %s", from, got, want)
		}
	}
	if got := sides(public, local, netip.Addr{}, own); !slices.Equal(got, public) {
		t.Errorf("from an unknown address: %q", got)
	}
}
