package host

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/turnserver"
)

// The range of ports is the same whatever the budget is measured to be, and as many runs go on at once as budget and ports have room for.
func TestPortsAndRuns(t *testing.T) {
	stun := make([]netcheck.ICEServer, 6)
	public := netip.MustParseAddr("192.0.2.7")
	for name, tt := range map[string]struct {
		c        hosting.Config
		runs     int
		of       int // ports of one run
		low, top int
	}{
		"100 guests":            {hosting.Config{MaxGuests: 100, Budget: 5000}, 100, 8, 49152, 50175},
		"the budget is less":    {hosting.Config{MaxGuests: 100, Budget: 1000}, 25, 8, 49152, 50175},
		"one":                   {hosting.Config{MaxGuests: 1, Budget: 40}, 1, 8, 49152, 50175},
		"two outside servers":   {hosting.Config{MaxGuests: 128, Budget: 5000, STUN: stun[:2]}, 48, 16, 49152, 50175},
		"many outside servers":  {hosting.Config{MaxGuests: 128, Budget: 5000, STUN: stun}, 32, 24, 49152, 50175},
		"servers of guests":     {hosting.Config{MaxGuests: 128, Budget: 5000, AnyCandidate: true}, 32, 24, 49152, 50175},
		"behind a 1:1 NAT":      {hosting.Config{MaxGuests: 100, Budget: 5000, STUN: stun, Public: public}, 96, 8, 49152, 50175},
		"many guests":           {hosting.Config{MaxGuests: 200, Budget: 5000}, 125, 8, 49152, 50751},
		"as much as there is":   {hosting.Config{MaxGuests: maxGuests, Budget: mostBudget, STUN: stun}, 500, 24, 49152, 65535},
		"as whoever hosts says": {hosting.Config{MaxGuests: 100, Budget: 5000, PeerPortMin: 5000, PeerPortMax: 6000}, 98, 8, 5000, 6000},
		"few":                   {hosting.Config{MaxGuests: 100, Budget: 5000, PeerPortMin: 5000, PeerPortMax: 5015}, 1, 8, 5000, 5015},
		"any":                   {hosting.Config{MaxGuests: 100, Budget: 5000, PeerPortMin: hosting.AnyPort, PeerPortMax: hosting.AnyPort}, 100, 8, 0, 0},
	} {
		low, top := peerPorts(tt.c)
		if mostRuns(tt.c) != tt.runs || portsOfRun(tt.c) != tt.of || low != tt.low || top != tt.top {
			t.Errorf("%s: %d runs of %d ports, %d to %d", name, mostRuns(tt.c), portsOfRun(tt.c), low, top)
		}
		if relays := legsAtOnce*2*tt.runs + allocationsOfIdle*tt.c.MaxGuests; maxAllocations(tt.c) < relays {
			t.Errorf("%s: %d allocations for %d relays", name, maxAllocations(tt.c), relays)
		}
		if notes := fewPorts(tt.c); (len(notes) == 1 && strings.Contains(notes[0], "5000 to 5015")) != (name == "few") {
			t.Errorf("%s: %q", name, notes)
		}
	}
}

// Every guest can have its connections at the same time, wires and TURN, and so can as many of one address as may be in.
func TestConnectionsFollowFromTheGuests(t *testing.T) {
	c := hosting.Config{MaxGuests: 100, MaxPerAddress: 100, Budget: 5000}
	conns, ofAddress := maxConns(c)
	wires, wiresOfAddress := maxWires(c)
	if conns < 300 || ofAddress != conns || wires < 200 || wiresOfAddress != wires || wires > conns || joinsPerMinute(c) < 100 {
		t.Errorf("%d connections, %d of an address; %d wires, %d of an address; %d joins a minute", conns, ofAddress, wires, wiresOfAddress, joinsPerMinute(c))
	}
	need := files(c)
	if need < conns+800 {
		t.Errorf("%d files", need)
	}
	if n := fewFiles(c, need, true); n != nil {
		t.Errorf("with enough of them: %q", n)
	}
	if n := fewFiles(c, 10, false); n != nil {
		t.Errorf("where the system says nothing: %q", n)
	}
	if n := fewFiles(c, need-1, true); len(n) != 1 || !strings.Contains(n[0], "100 guests with 100 tests at once") {
		t.Errorf("with too few: %q", n)
	}
}

// The second STUN port is next to the first if that can be had, in invites, and told of.
func TestSecondSTUNPort(t *testing.T) {
	requireOwnLoopback(t)
	pair, err := net.ListenPacket("udp4", ownLoopback.String()+":0")
	if err != nil {
		t.Fatal(err)
	}
	first := pair.LocalAddr().(*net.UDPAddr).Port
	taken, err := net.ListenPacket("udp4", netip.AddrPortFrom(ownLoopback, uint16(first+1)).String())
	_ = pair.Close()
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	defer func() { _ = taken.Close() }()
	start := func(change func(*hosting.Config)) (alt int, s hosting.Snapshot) {
		t.Helper()
		h, _ := startTest(t, usual, func(c *hosting.Config) { c.Address, c.UDPPort = ownLoopback, first; change(c) })
		i, _ := newInvite(t, h, 1)
		s = h.Snapshot()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		told := slices.ContainsFunc(s.Ports, func(p hosting.Port) bool {
			return p.Protocol == "udp" && p.From == i.AltPort && p.To == i.AltPort && strings.Contains(p.Why, "second port")
		})
		if told != (i.AltPort != 0) || i.AltPort != int(h.turn.AltUDPAddr().Port()) {
			t.Errorf("second port %d; ports %+v", i.AltPort, s.Ports)
		}
		return i.AltPort, s
	}
	if alt, s := start(func(*hosting.Config) {}); alt != 0 || !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "no second STUN port") }) {
		t.Errorf("though it is taken: %d, notes %q", alt, s.Notes)
	}
	_ = taken.Close()
	if alt, _ := start(func(*hosting.Config) {}); alt != first+1 {
		t.Errorf("next to %d: %d", first, alt)
	}
	if alt, s := start(func(c *hosting.Config) { c.AltUDPPort = hosting.NoPort }); alt != 0 || len(s.Notes) != 1 {
		t.Errorf("though none is wanted: %d, notes %q", alt, s.Notes)
	}
	if alt, _ := start(func(c *hosting.Config) { c.AltUDPPort = hosting.AnyPort }); alt == 0 || alt == first {
		t.Errorf("any: %d", alt)
	}
	if alt, _ := start(func(c *hosting.Config) { c.UDPPort = hosting.AnyPort }); alt == 0 {
		t.Error("none next to any")
	}
	if got := altPort(hosting.Config{UDPPort: 65535}); got != turnserver.PortOff {
		t.Errorf("above the last port: %d", got)
	}
}
