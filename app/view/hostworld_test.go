package view

import (
	"net/netip"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/hosting"
	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

var someAddresses = []model.HostAddress{
	{Addr: netip.MustParseAddr("127.0.0.1"), Iface: "lo"},
	{Addr: netip.MustParseAddr("192.0.2.7"), Iface: "eth0", Default: true},
	{Addr: netip.MustParseAddr("2001:db8::7"), Iface: "eth0", Default: true},
	{Addr: netip.MustParseAddr("10.8.0.3"), Iface: "tun0"},
}

// large is a window on a large screen.
var large = fyne.NewSize(2560, 1440-menuBar)

var inviteText, inviteLink = testInvite()

func testInvite() (text, link netcheck.Secret) {
	i := invite.Invite{Version: 1, Room: [8]byte{1}, Secret: [16]byte{2, 3, 4}, Pin: [32]byte{5, 6, 7}, Expiry: time.Date(2026, 11, 21, 19, 41, 51, 0, time.UTC),
		Addresses: []string{"192.0.2.7:443"}}
	word, err := i.Text()
	if err != nil {
		panic(err)
	}
	address, err := i.Link()
	if err != nil {
		panic(err)
	}
	return netcheck.Secret(word), netcheck.Secret(address)
}

// hostingNow is how a host with some guests stands.
func hostingNow(d *world) hosting.Snapshot {
	guest := func(id, name, address string, s hosting.GuestState, way string) hosting.Guest {
		return hosting.Guest{ID: id, Name: name, Address: netip.MustParseAddrPort(address), AppVersion: "0.5.0", OS: "windows/amd64", Way: way, State: s, Since: d.now.Add(-4 * time.Minute)}
	}
	active := guest("g1", "MEETING-ROOM-12", "198.51.100.23:50412", hosting.GuestActive, "websocket")
	active.Path, active.PacketsIn, active.PacketsOut, active.BytesIn, active.BytesOut, active.Allocations, active.Run = netcheck.PathRelayUDP, 12_345, 12_331, 2_469_000, 2_466_200, 2, "r1"
	queued := guest("g2", "LAB-3", "203.0.113.9:61000", hosting.GuestQueued, "sse")
	queued.Position, queued.Run = 2, "r2"
	return hosting.Snapshot{
		Since: d.now.Add(-5 * time.Minute), Address: netip.MustParseAddr("192.0.2.7"),
		URLs:       []string{"stun:192.0.2.7:3478", "turn:192.0.2.7:3478?transport=udp", "turn:192.0.2.7:3478?transport=tcp", "turns:192.0.2.7:443?transport=tcp"},
		Signalling: []string{"192.0.2.7:443"},
		Ports: []hosting.Port{{Protocol: "tcp", From: 443, To: 443, Why: "invites, and TURN over TLS"}, {Protocol: "udp", From: 3478, To: 3478, Why: "STUN and TURN"},
			{Protocol: "tcp", From: 3478, To: 3478, Why: "TURN over TCP"}, {Protocol: "udp", From: 49152, To: 49407, Why: "test packets of direct paths and relays"}},
		Invites: []hosting.InviteState{{Room: [8]byte{1}, Expiry: d.now.Add(9*time.Minute + 41*time.Second), Guests: 1}},
		Guests:  []hosting.Guest{active, queued, guest("g3", "BORIS-LAPTOP", "198.51.100.77:40001", hosting.GuestWaiting, "websocket")},
		Budget:  4000, Used: 200, Active: 1, Queued: 2, Allocations: 2, BytesIn: 12_400_000, BytesOut: 12_100_000,
	}
}

// host starts a host that has begun, with its invite.
func (d *world) host(s hosting.Snapshot) {
	d.w.show(screenHost)
	d.h.Begin()
	d.h.Started()
	d.h.SetSnapshot(s)
	d.h.Invited(inviteText, inviteLink, [8]byte{1}, d.now.Add(9*time.Minute+41*time.Second))
	at := netip.MustParseAddrPort("198.51.100.23:50412")
	d.h.Apply(hosting.Event{Kind: hosting.EventStarted, Time: d.now.Add(-5 * time.Minute)})
	d.h.Apply(hosting.Event{Kind: hosting.EventInvited, Time: d.now.Add(-5 * time.Minute)})
	d.h.Apply(hosting.Event{Kind: hosting.EventGuestJoined, Time: d.now.Add(-4 * time.Minute), Name: "MEETING-ROOM-12", Address: at})
	d.h.Apply(hosting.Event{Kind: hosting.EventLegOpened, Time: d.now.Add(-time.Minute), Name: "MEETING-ROOM-12", Path: netcheck.PathDirect})
	d.w.Refresh()
}

// emptyHost is a host that nobody has come to.
func emptyHost(d *world) hosting.Snapshot {
	s := hostingNow(d)
	s.Guests, s.Active, s.Queued, s.Allocations, s.Used, s.BytesIn, s.BytesOut = nil, 0, 0, 0, 0, 0, 0
	return s
}

// betweenTwo is a session of two computers.
func betweenTwo(t *testing.T) []netcheck.Event {
	t.Helper()
	p := plan(t, netcheck.TargetInvite)
	var events []netcheck.Event
	if _, err := presenttest.TwoComputers(t.Context(), p, func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

// livelyBetweenTwo is one with samples for the charts.
func livelyBetweenTwo(t *testing.T) []netcheck.Event {
	t.Helper()
	s := newStream(t, plan(t, netcheck.TargetInvite))
	for i, p := range s.plan.Paths {
		line := calm(time.Duration(18+9*i) * time.Millisecond)
		if p == netcheck.PathRelayUDP {
			line = line.losing(14).spiky(40 * time.Millisecond)
		}
		s.measure(p, line)
	}
	return s.close()
}

// runOf lets a guest's run go on until a time.
func (d *world) runOf(guest string, events []netcheck.Event, until time.Duration) {
	var past []netcheck.Event
	for _, e := range events {
		if e.At <= until {
			past = append(past, e)
		}
	}
	d.h.ApplyRun(guest, "r-"+guest, past, min(until, events[len(events)-1].At))
	d.w.Refresh()
}

// endRunOf plays a guest's run to its end.
func (d *world) endRunOf(guest string, events []netcheck.Event) {
	d.runOf(guest, events, 1<<62)
	d.h.EndRun(guest, "r-"+guest, model.Outcome{})
	d.w.Refresh()
}

var errExpired = &netcheck.Failure{Code: netcheck.ReasonInvite, Text: "This invite was valid until 19:22 by the host's clock.", Advice: "Ask the person at the host for a new one."}

// joined brings the window to the point where a host has let it in.
func (d *world) joined() {
	d.form(func(f *model.Form) { f.Target, f.Invite = netcheck.TargetInvite, inviteText })
	d.j.By(inviteText)
	d.j.Begin()
	d.j.Joined(netcheck.OtherEnd{Name: "LONDON-HOST", AppVersion: "0.5.0", OS: "linux/amd64", Way: "websocket", Host: true})
	d.w.Refresh()
}
