package host

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/app/session"
	"echopath/netcheck"
)

var secondLoopback = netip.MustParseAddr("127.0.0.2")

func requireSecondLoopback(t *testing.T) {
	t.Helper()
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(secondLoopback, 0)))
	if err != nil {
		t.Skipf("SKIPPED: this system has no address %s: %v", secondLoopback, err)
	}
	_ = c.Close()
}

func startWithAlt(t *testing.T) *Host {
	t.Helper()
	requireSecondLoopback(t)
	h, _ := startTest(t, usual, func(c *hosting.Config) { c.AltAddress = secondLoopback })
	return h
}

// A host says which ports must be let in to its second address, and where its server has another one.
func TestAltAddressIsTold(t *testing.T) {
	h := startWithAlt(t)
	s := h.Snapshot()
	if s.AltAddress != secondLoopback || h.turn.OtherAddr() != netip.AddrPortFrom(secondLoopback, h.turn.AltUDPAddr().Port()) {
		t.Errorf("second address %s, other address %s", s.AltAddress, h.turn.OtherAddr())
	}
	var there []int
	for _, p := range s.Ports {
		if p.Address == secondLoopback && p.Protocol == "udp" && p.From == p.To && strings.Contains(p.Why, "127.0.0.2") {
			there = append(there, p.From)
		} else if p.Address.IsValid() {
			t.Errorf("%+v", p)
		}
	}
	if want := []int{int(h.turn.UDPAddr().Port()), int(h.turn.AltUDPAddr().Port())}; !slices.Equal(there, want) {
		t.Errorf("ports %v of the second address, want %v", there, want)
	}
}

// One host alone decides how a guest's network maps and filters.
func TestGuestAsksBothAddresses(t *testing.T) {
	h := startWithAlt(t)
	_, text := newInvite(t, h, 1)
	plan := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite, Invite: text}, Network: netcheck.NetworkPlan{On: true, Only: true}, Interface: "127.0.0.1"}
	ctx, cancel := context.WithTimeout(t.Context(), hostingtest.Within)
	defer cancel()
	r, err := session.Run(ctx, plan, session.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b *netcheck.NATBehavior
	for _, p := range r.Network.Results {
		if p.Facts.NAT != nil {
			b = p.Facts.NAT
		}
	}
	if b == nil || b.Method != netcheck.NATByTwoAddresses || b.Mapping != netcheck.BehaviorNone || b.Filtering != netcheck.BehaviorEndpointIndependent {
		t.Errorf("%+v", b)
	}
}

// Another program, which knows nothing of Echopath, finds the same.
func TestAltAddressForCoturn(t *testing.T) {
	const program = "turnutils_natdiscovery"
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed: run scripts/setup.sh test, which installs coturn", program)
	}
	h := startWithAlt(t)
	ctx, cancel := context.WithTimeout(t.Context(), hostingtest.Within)
	defer cancel()
	port := strconv.Itoa(int(h.turn.UDPAddr().Port()))
	out, err := exec.CommandContext(ctx, path, "-m", "-f", "-p", port, "127.0.0.1").CombinedOutput()                      //nolint:gosec // coturn's own
	for _, want := range []string{"NAT with Endpoint Independent Mapping!", "NAT with Endpoint Independent Filtering!"} { // its words without -L
		if !strings.Contains(string(out), want) {
			t.Errorf("%v, without %q:\n%s", err, want, out)
		}
	}
}

// Two addresses that are one for guests, or that not both can reach, are no settings; nothing is opened then.
func TestAltAddressConfig(t *testing.T) {
	requireSecondLoopback(t)
	public, other := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.8")
	for name, tt := range map[string]struct {
		change func(*hosting.Config)
		want   string
	}{
		"the same":             {func(c *hosting.Config) { c.AltAddress = c.Address }, "is the first one"},
		"the same, mapped":     {func(c *hosting.Config) { c.AltAddress = netip.MustParseAddr("::ffff:127.0.0.1") }, "is the first one"},
		"the public one":       {func(c *hosting.Config) { c.Public, c.AltAddress = secondLoopback, secondLoopback }, "is the first one"},
		"public, the same":     {func(c *hosting.Config) { c.Public, c.AltAddress, c.AltPublic = public, secondLoopback, public }, "is the first one"},
		"other family":         {func(c *hosting.Config) { c.AltAddress = netip.IPv6Loopback() }, "one IP version"},
		"public, other family": {func(c *hosting.Config) { c.AltAddress, c.AltPublic = secondLoopback, netip.IPv6Loopback() }, "one IP version"},
		"another computer's":   {func(c *hosting.Config) { c.AltAddress = netip.MustParseAddr("203.0.113.77") }, "none of this computer's"},
		"every address":        {func(c *hosting.Config) { c.AltAddress = netip.IPv4Unspecified() }, "none of this computer's"},
		"no second port":       {func(c *hosting.Config) { c.AltAddress, c.AltUDPPort = secondLoopback, hosting.NoPort }, "second UDP port"},
		"public alone":         {func(c *hosting.Config) { c.AltPublic = other }, "and there is none"},
		"behind a NAT":         {func(c *hosting.Config) { c.Public, c.AltAddress = public, secondLoopback }, "give the public address of that one too"},
	} {
		c := hostingtest.Config(nil)
		tt.change(&c)
		h, err := Start(t.Context(), c)
		if !errors.Is(err, hosting.ErrConfig) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
		if h != nil {
			_ = h.Close()
		}
	}
}

// Behind a 1:1 NAT guests are told the second address under its public name.
func TestAltAddressBehindNAT(t *testing.T) {
	requireSecondLoopback(t)
	h, _ := startTest(t, usual, func(c *hosting.Config) {
		c.Public, c.AltAddress, c.AltPublic = netip.MustParseAddr("192.0.2.7"), secondLoopback, netip.MustParseAddr("192.0.2.8")
	})
	if other := h.turn.OtherAddr().Addr(); other != netip.MustParseAddr("192.0.2.8") {
		t.Errorf("guests are told %s", other)
	}
	s := h.Snapshot()
	if s.AltPublic != netip.MustParseAddr("192.0.2.8") || !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "192.0.2.8 on to 127.0.0.2") }) {
		t.Errorf("%s, notes %q", s.AltPublic, s.Notes)
	}
}

// Who asks for a second address gets it or an error: without it guests would learn less than was promised.
func TestAltAddressIsNotDoneWithout(t *testing.T) {
	requireSecondLoopback(t)
	requireOwnLoopback(t)
	taken, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(secondLoopback, 0)))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := hostingtest.Config(nil)
	c.Address, c.AltAddress, c.AltUDPPort = ownLoopback, secondLoopback, taken.LocalAddr().(*net.UDPAddr).Port
	h, err := Start(t.Context(), c)
	if err == nil {
		_ = h.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "on 127.0.0.2 is in use") {
		t.Errorf("%v", err)
	}
}

// The second address is the host's own: the echo peer sends no checks to the server that answers there.
func TestAltAddressIsNoTarget(t *testing.T) {
	requireSecondLoopback(t)
	h, l := startTest(t, usual, func(c *hosting.Config) { c.AltAddress = secondLoopback })
	i, _ := newInvite(t, h, 1)
	raw(t, i)
	l.Wait(t, hosting.EventGuestJoined, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range h.guests {
		if g.allowedPort(netip.AddrPortFrom(secondLoopback, h.turn.UDPAddr().Port())) || g.allowedPort(netip.AddrPortFrom(secondLoopback, 5000)) {
			t.Error("checks are sent to the second address, where nobody was seen")
		}
	}
	if len(h.guests) == 0 {
		t.Error("there is no guest")
	}
}
