package model

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

var hostAddresses = []HostAddress{
	{Addr: netip.MustParseAddr("127.0.0.1"), Iface: "lo"},
	{Addr: netip.MustParseAddr("10.8.0.3"), Iface: "tun0"},
	{Addr: netip.MustParseAddr("2001:db8::7"), Iface: "eth0", Default: true},
	{Addr: netip.MustParseAddr("192.0.2.7"), Iface: "eth0", Default: true},
}

func newTestHost() *Host {
	h := NewHost(Units{}, "ANNA-PC")
	h.SetAddresses(hostAddresses, "")
	return h
}

func TestTheUsualAddressComesFirst(t *testing.T) {
	var got []string
	for _, a := range newTestHost().Addresses() {
		got = append(got, a.Title())
	}
	want := []string{"192.0.2.7 (eth0)", "2001:db8::7 (eth0)", "10.8.0.3 (tun0)", "127.0.0.1 (this computer only)"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestTheFormOfAFirstTimeHost(t *testing.T) {
	c := newTestHost().Checked()
	if c.Problem != "" || c.Config.Address.String() != "192.0.2.7" || !c.Config.Approve || c.Config.AnyCandidate || c.Config.Name != "ANNA-PC" {
		t.Errorf("%+v", c)
	}
	if len(c.Config.STUN) != len(netcheck.PublicSTUN()) || !c.Config.STUN[0].Public {
		t.Errorf("%+v", c.Config.STUN)
	}
}

func TestHostForms(t *testing.T) {
	tests := []struct {
		name  string
		edit  func(*HostForm)
		field Field // that a problem stands under; "" if there is none
		good  func(hosting.Config) bool
	}{
		{"ports", func(f *HostForm) {
			f.TLSPort, f.TCPPort, f.UDPPort, f.PeerPorts = " 8443 ", "3479", "3480", "50000 - 50100"
		}, "", func(c hosting.Config) bool {
			return c.TLSPort == 8443 && c.TCPPort == 3479 && c.UDPPort == 3480 && c.PeerPortMin == 50000 && c.PeerPortMax == 50100
		}},
		{"a port beyond all", func(f *HostForm) { f.UDPPort = "65536" }, FieldUDPPort, nil},
		{"a port in words", func(f *HostForm) { f.TLSPort = "https" }, FieldTLSPort, nil},
		{"one port for two", func(f *HostForm) { f.TLSPort, f.TCPPort = "443", "443" }, FieldTCPPort, nil},
		{"one peer port", func(f *HostForm) { f.PeerPorts = "50000" }, FieldPeerPorts, nil},
		{"few peer ports", func(f *HostForm) { f.PeerPorts = "50000-50003" }, FieldPeerPorts, nil},
		{"low peer ports", func(f *HostForm) { f.PeerPorts = "80-443" }, FieldPeerPorts, nil},
		{"backwards", func(f *HostForm) { f.PeerPorts = "50100-50000" }, FieldPeerPorts, nil},
		{"public", func(f *HostForm) { f.Public = "198.51.100.7" }, "", func(c hosting.Config) bool { return c.Public.String() == "198.51.100.7" }},
		{"public by name", func(f *HostForm) { f.Public = "host.example.com" }, FieldPublic, nil},
		{"public of another version", func(f *HostForm) { f.Public = "2001:db8::1" }, FieldPublic, nil},
		{"public nowhere", func(f *HostForm) { f.Public = "0.0.0.0" }, FieldPublic, nil},
		{"announce", func(f *HostForm) { f.Announce = "host.example.com, 198.51.100.7:8443\n[2001:db8::1]:443" }, "", func(c hosting.Config) bool {
			return slices.Equal(c.Announce, []string{"host.example.com", "198.51.100.7:8443", "[2001:db8::1]:443"})
		}},
		{"announce a link", func(f *HostForm) { f.Announce = "https://x" }, FieldAnnounce, nil},
		{"announce a port too many", func(f *HostForm) { f.Announce = "x:70000" }, FieldAnnounce, nil},
		{"announce too many", func(f *HostForm) { f.Announce = "a b c d e f g" }, FieldAnnounce, nil},
		{"own STUN", func(f *HostForm) { f.STUN = "stun:a.example.com # mine\n\n# none\nstun:stun.l.google.com:19302" }, "", func(c hosting.Config) bool {
			return len(c.STUN) == 2 && !c.STUN[0].Public && c.STUN[1].Public
		}},
		{"TURN as STUN", func(f *HostForm) { f.STUN = "turn:x" }, FieldSTUN, nil},
		{"a password in STUN", func(f *HostForm) { f.STUN = "stun:a:secret@x" }, FieldSTUN, nil},
		{"loopback", func(f *HostForm) { f.Address = "127.0.0.1" }, "", func(c hosting.Config) bool { return c.Address.IsLoopback() && c.STUN == nil }},
		{"an address that is gone", func(f *HostForm) { f.Address = "192.0.2.99" }, FieldHostAddress, nil},
		{"a long name", func(f *HostForm) { f.Name = strings.Repeat("x", 65) }, FieldHostName, nil},
	}
	for _, tt := range tests {
		h := newTestHost()
		f := h.Form()
		tt.edit(&f)
		h.SetForm(f)
		c := h.Checked()
		switch {
		case tt.field == "" && (c.Problem != "" || !tt.good(c.Config)):
			t.Errorf("%s: %q %+v", tt.name, c.Problem, c.Config)
		case tt.field != "" && (c.Problems[tt.field] == "" || c.Problem != c.Problems[tt.field]):
			t.Errorf("%s: %q", tt.name, c.Problems)
		case strings.Contains(c.Problem, "secret"):
			t.Errorf("%s repeats what may be a password: %q", tt.name, c.Problem)
		}
		if can, _ := h.canAct(); can != (tt.field == "") {
			t.Errorf("%s: can be started: %v", tt.name, can)
		}
	}
}

func TestWithoutANetwork(t *testing.T) {
	h := NewHost(Units{}, "")
	if v := h.View(time.Time{}); v.CanAct || !strings.Contains(v.Banner.Text, "no network address") {
		t.Errorf("%+v", v.Banner)
	}
	h.SetAddresses(nil, "not permitted")
	if v := h.View(time.Time{}); v.CanAct || !strings.Contains(v.Banner.Text, "Not permitted.") {
		t.Errorf("%+v", v.Banner)
	}
}

var hostNow = time.Date(2026, 11, 21, 19, 30, 0, 0, time.UTC)

func snapshotOf(guests ...hosting.Guest) hosting.Snapshot {
	return hosting.Snapshot{Address: netip.MustParseAddr("192.0.2.7"), Signalling: []string{"192.0.2.7:443"}, Guests: guests, Budget: 4000}
}

func aGuest(id string, s hosting.GuestState) hosting.Guest {
	return hosting.Guest{ID: id, Name: "PC-" + id, State: s, Way: "websocket", Address: netip.MustParseAddrPort("198.51.100.23:5000"), Since: hostNow}
}

func hostingHost(guests ...hosting.Guest) *Host {
	h := newTestHost()
	h.Begin()
	h.Started()
	h.SetSnapshot(snapshotOf(guests...))
	return h
}

func TestTheCourseOfHosting(t *testing.T) {
	h := newTestHost()
	words := func() string { return h.View(hostNow).Banner.Mark.Word }
	steps := []struct {
		do   func()
		word string
		can  bool
	}{
		{func() {}, "NOT HOSTING", true},
		{h.Begin, "STARTING", true},
		{func() { h.Started(); h.SetSnapshot(snapshotOf()) }, "HOSTING", true},
		{h.Stopping, "STOPPING", false},
		{func() { h.Stopped(nil) }, "NOT HOSTING", true},
		{func() { h.Begin(); h.Stopped(errors.New("port 3478 is taken")) }, "NOT HOSTING", true},
	}
	for i, s := range steps {
		s.do()
		if v := h.View(hostNow); words() != s.word || v.CanAct != s.can || v.ActWhy == "" {
			t.Errorf("step %d: %q, %v %q", i, words(), v.CanAct, v.ActWhy)
		}
	}
	if b := h.View(hostNow).Banner; b.Text != "Port 3478 is taken." || b.More == "" {
		t.Errorf("%+v", b)
	}
}

func TestTheInviteIsASecret(t *testing.T) {
	h := hostingHost()
	if v := h.View(hostNow).Invite; v.Can || v.Short != "" {
		t.Errorf("%+v", v)
	}
	secret := "EP1-" + strings.Repeat("abcdefgh", 12)
	h.Invited(netcheck.Secret(secret), netcheck.Secret("echopath:"+secret), [8]byte{1}, hostNow.Add(10*time.Minute))
	v := h.View(hostNow)
	if !v.Invite.Can || !strings.Contains(v.Invite.Expiry, "10:00 left") || len(v.Invite.Short) > 30 {
		t.Errorf("%+v", v.Invite)
	}
	if all := fmt.Sprintf("%+v %+v", v, h.Log()); strings.Contains(all, secret[10:40]) {
		t.Error("the invite comes through to what is shown or logged")
	}
	if v := h.View(hostNow.Add(11 * time.Minute)).Invite; !strings.Contains(v.Expiry, "Expired") {
		t.Errorf("%+v", v)
	}
	s := snapshotOf()
	s.Invites = []hosting.InviteState{{Room: [8]byte{1}, Guests: 1, Used: 1}}
	h.SetSnapshot(s)
	if v := h.View(hostNow).Invite; !strings.Contains(v.Expiry, "Used") {
		t.Errorf("%+v", v)
	}
	h.InviteFailed(errors.New("too many invites"))
	if v := h.View(hostNow).Invite; v.Expiry != "Too many invites." || !v.CanNew {
		t.Errorf("%+v", v)
	}
	h.Stopped(nil)
	if _, _, ok := h.Invite(); ok {
		t.Error("an invite outlives its host")
	}
}

func TestGuestsKeepTheirPlaces(t *testing.T) {
	h := hostingHost(aGuest("a", hosting.GuestWaiting), aGuest("b", hosting.GuestActive), aGuest("c", hosting.GuestWaiting))
	ids := func() string {
		var out []string
		for _, r := range h.View(hostNow).Guests {
			out = append(out, r.ID+" "+r.State.Word)
		}
		return strings.Join(out, ", ")
	}
	if got := ids(); got != "a waits to be let in, b measuring, c waits to be let in" || h.Selected() != "a" {
		t.Errorf("%q, selected %q", got, h.Selected())
	}
	if w := h.View(hostNow).Waiting; w == nil || w.ID != "a" || w.Text != "PC-a (198.51.100.23) asks to be let in. 1 more waits." {
		t.Errorf("%+v", w)
	}
	h.ApplyRun("b", "r", remoteRun(t), time.Second)
	h.SetSnapshot(snapshotOf(aGuest("c", hosting.GuestIn)))
	if got := ids(); got != "c in, b left" || h.Selected() != "b" || h.View(hostNow).Waiting != nil { // what b measured stays
		t.Errorf("%q, selected %q", got, h.Selected())
	}
	if m := h.may("b"); m.Accept || m.Refuse || m.Remove || m.RemoveWhy != "This guest has left." {
		t.Errorf("%+v", m)
	}
	h.Stopped(nil)
	if got := ids(); got != "b left" {
		t.Errorf("%q", got)
	}
	h.Begin()
	if got := ids(); got != "" {
		t.Errorf("%q of the host before", got)
	}
}

func TestGuestsThatLeftAreNotKeptForEver(t *testing.T) {
	h := hostingHost()
	for i := range 3 * maxLeft {
		id := fmt.Sprint(i)
		h.SetSnapshot(snapshotOf(aGuest(id, hosting.GuestActive)))
		h.ApplyRun(id, "r", remoteRun(t)[:1], 0)
	}
	h.SetSnapshot(snapshotOf())
	if n := len(h.View(hostNow).Guests); n != maxLeft {
		t.Errorf("%d are kept", n)
	}
	if h.find(h.Selected()) == nil {
		t.Error("the selected guest is not among them")
	}
}

func TestWhatGuestsSayIsMadePrintable(t *testing.T) {
	g := aGuest("a", hosting.GuestWaiting)
	g.Name, g.OS, g.AppVersion, g.Title = "x\x1b[31m\n\u202e", "a\nb", "1\t2", "t\r"
	for _, r := range hostingHost(g).View(hostNow).Guests {
		if all := fmt.Sprint(r); strings.ContainsAny(all, "\x1b\n\r\u202e") {
			t.Errorf("%q", all)
		}
	}
}

// remoteRun is the run of a guest.
func remoteRun(t *testing.T) []netcheck.Event {
	t.Helper()
	plan := netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite}, Paths: netcheck.AllPaths(), Loss: netcheck.Presets()[0].Loss}
	var events []netcheck.Event
	if _, err := presenttest.TwoComputers(t.Context(), plan, func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

// A guest's run on the host's screen says the same as the guest's own.
func TestTheRunOfAGuestIsThatOfItsOwnScreen(t *testing.T) {
	events := remoteRun(t)
	own := NewTest(Units{})
	h := hostingHost(aGuest("a", hosting.GuestActive), aGuest("b", hosting.GuestIn))
	if v, _, ok := h.RunView(); ok || v.CanSave || h.RunHeader()[ColLossOut].Title != "Loss up" {
		t.Errorf("before any run: %+v", v)
	}
	for i, e := range events {
		own.Apply(e)
		h.ApplyRun("a", "r1", []netcheck.Event{e}, e.At)
		if i%50 == 0 {
			v, _, _ := h.RunView()
			if got, want := fmt.Sprint(v.Rows), fmt.Sprint(own.View(e.At).Rows); got != want {
				t.Fatalf("event %d:\n%s\n%s", i, got, want)
			}
			if v.CanStart || v.CanSave {
				t.Error("a run of a guest can be started, or exported before its end")
			}
		}
	}
	own.End(Outcome{})
	h.EndRun("a", "r1", Outcome{})
	v, _, _ := h.RunView()
	if got, want := fmt.Sprint(v.Rows, v.Findings), fmt.Sprint(own.View(0).Rows, own.View(0).Findings); got != want || !v.CanSave {
		t.Errorf("\n%s\n%s", got, want)
	}
	if !strings.Contains(h.RunNote(), "PC-a") {
		t.Errorf("%q", h.RunNote())
	}
	key := func() string { run, _, _ := h.Run(); return run.RunKey() }
	first := key()
	h.ApplyRun("b", "r2", events[:3], 0)
	h.Select("b")
	if key() == first {
		t.Error("two runs have the same key: the charts would not be drawn anew")
	}
	h.ApplyRun("a", "r3", events[:2], 0)
	h.Select("a")
	if run, id, _ := h.Run(); id != "r3" || run.Phase() != PhaseRunning {
		t.Errorf("the next run of a guest: %q %v", id, run.Phase())
	}
}

func TestTheLogOfAHost(t *testing.T) {
	h := hostingHost()
	h.Apply(hosting.Event{Kind: hosting.EventStarted, Time: hostNow})
	h.Apply(hosting.Event{Kind: hosting.EventRun, Time: hostNow})
	h.Apply(hosting.Event{Kind: hosting.EventLegFailed, Time: hostNow, Name: "LAB", Path: netcheck.PathDirect, Text: "no answer"})
	got := h.Log()
	if len(got) != 2 || got[0].Time != "19:30:00" || got[1].Path != "Direct" || !strings.Contains(got[1].Text, "no answer.") {
		t.Errorf("%+v", got)
	}
	for range 2 * maxHostLines {
		h.Apply(hosting.Event{Kind: hosting.EventInvited, Time: hostNow})
	}
	if n := len(h.Log()); n > maxHostLines {
		t.Errorf("%d lines", n)
	}
}
