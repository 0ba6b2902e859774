package cli

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
)

// twoAddresses is a computer with two addresses of a network, the second of which may go.
func twoAddresses(gone func() bool) *system {
	s := testSystem()
	own := s.addresses
	s.addresses = func() []address {
		if gone != nil && gone() {
			return own()
		}
		return append(own(), address{testAddress("192.0.2.8"), "eth1"})
	}
	return s
}

func TestHostWrongUseOfAltAddress(t *testing.T) {
	wantHostWrongUse(t, []wrong{
		{line: "--alt-address=", want: "leave the flag out"},
		{line: "--alt-address eth0", want: "is not an address of this computer: it has none beside 192.0.2.7"},
		{line: "--alt-address 192.0.2.7", want: "is the address that is listened on"},
		{line: "--alt-address ::ffff:192.0.2.7", want: "is the address that is listened on"},
		{line: "--alt-address 2001:db8::7", want: "version of IP"},
		{line: "--alt-address 127.0.0.2", want: "guests that reach 192.0.2.7"},
		{line: "--alt-address 0.0.0.0", want: "guests that reach"},
		{line: "--listen 127.0.0.1 --alt-address 192.0.2.7", want: "guests that reach"},
		{line: "--listen 127.0.0.1 --alt-address 127.0.0.2 --alt-udp-port none", want: "leave out --alt-udp-port none"},
		{line: "--listen 127.0.0.1 --alt-address 127.0.0.2 --udp-port 65535", want: "give --alt-udp-port"},
		{line: "--alt-public-address 203.0.113.8", want: "give that as --alt-address"},
		{line: "--listen 127.0.0.1 --alt-address 127.0.0.2 --alt-public-address two", want: "--alt-public-address \"two\" is not an address"},
		{line: "--listen 127.0.0.1 --alt-address 127.0.0.2 --alt-public-address ::1", want: "version of IP"},
	})
}

// A second address that is not there now may come up later: that is no wrong use.
func TestHostAltAddressNotThere(t *testing.T) {
	c := (&command{args: words("host --print-invite --alt-address 192.0.2.99"), system: twoAddresses(nil)}).do(t.Context())
	if c.code != ExitError || c.ran || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, "give one of 192.0.2.8 (eth1)") {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
}

// hostWithAlt runs a host with a second address for a while.
func hostWithAlt(t *testing.T, sys *system, args string) string {
	t.Helper()
	h := &fakeHost{}
	c := &command{args: words("host --print-invite --name server1 --listen 192.0.2.7 --alt-address 192.0.2.8 " + args), system: sys}
	return hostDone(t, c, h)
}

func hostDone(t *testing.T, c *command, h *fakeHost) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute+time.Second)
	defer stop()
	c.host = hosted(t, h, nil)
	c = c.do(ctx)
	if c.code != ExitOK || c.err != "" || h.closed != 1 {
		t.Errorf("exit %d, closed %d times, stderr %q", c.code, h.closed, c.err)
	}
	link, err := h.made[0].Link()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(c.out, link, "LINK"), h.text(t, 0), "INVITE")
}

// The second address is told at the start, with what a NAT makes of it.
func TestHostAltGolden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		presenttest.Golden(t, "host-alt.txt", hostWithAlt(t, twoAddresses(nil), "--public-address 203.0.113.7 --alt-public-address 203.0.113.8"))
	})
}

func TestHostAltJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := hostWithAlt(t, twoAddresses(nil), "--json - --public-address 203.0.113.7 --alt-public-address 203.0.113.8")
		first, _, _ := strings.Cut(out, "\n")
		var l struct {
			AltAddress string `json:"alt_address"`
			AltPublic  string `json:"alt_public"`
		}
		if err := json.Unmarshal([]byte(first), &l); err != nil || l.AltAddress != "192.0.2.8" || l.AltPublic != "203.0.113.8" {
			t.Errorf("%v: %s", err, first)
		}
	})
}

// A port of the second address tells whose it is.
func TestHostAltPort(t *testing.T) {
	s := &service{plan: &hostPlan{}, host: &fakeHost{}}
	now := hosting.Snapshot{Ports: []hosting.Port{{Protocol: "udp", From: 1, To: 1}, {Protocol: "udp", From: 1, To: 1, Address: testAddress("192.0.2.8")}}}
	ports := startedLine(s, now).Ports
	if ports[0].Address != "" || ports[1].Address != "192.0.2.8" {
		t.Errorf("%+v", ports)
	}
}

// That the second address has gone is told once, and the host goes on.
func TestHostAltAddressGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		out := hostWithAlt(t, twoAddresses(func() bool { return time.Since(begin) > 90*time.Second }), "")
		if strings.Count(out, "does not have the address 192.0.2.8 of --alt-address any more") != 1 || !strings.Contains(out, "Stopped.") {
			t.Error(out)
		}
	})
}
