package view

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"echopath/app/hosting"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

// hosts tells the actions that need a host, or another computer as the target.
func hosts(a *actions, x *action) bool {
	switch x {
	case a.connect, a.hostMore, a.newInvite, a.copyInvite, a.copyLink, a.showQR, a.copyPorts, a.accept, a.refuse, a.remove, a.invite, a.totals, a.pasteInvite, a.film:
		return true
	}
	return false
}

func TestHostingIsStartedAndStopped(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.actions.host.run()
	if got := words(d.w.host.object); !strings.Contains(got, "Start hosting. This computer then listens") {
		t.Errorf("the empty screen does not say what hosting is: %q", got)
	}
	if d.win.Canvas().Focused() == nil {
		d.w.FocusStart()
	}
	d.focus("Start hosting")
	d.press(fyne.KeyReturn)
	same(t, "Enter on Start hosting", d.asked(), []string{"host"})
	if d.h.Phase() != model.HostStarting || !d.w.host.form.address.Disabled() || d.w.host.lower.frame.chosen != hostInvite {
		t.Error("starting does not show")
	}
	d.host(emptyHost(d))
	d.focus("Stop hosting")
	d.press(fyne.KeySpace)
	same(t, "Space on Stop hosting", d.asked(), []string{"stop hosting"})
	if !d.w.host.form.start.Disabled() {
		t.Error("stopping can be asked for again")
	}
	d.h.Stopped(nil)
	d.w.Refresh()
	if d.w.host.form.start.Text != "Start hosting" || d.w.rail.buttons[screenHost].busy {
		t.Error("the end does not show")
	}
}

func TestTheHostFormIsTaken(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.show(screenHost)
	f := d.w.host.form
	want := []string{"192.0.2.7 (eth0)", "2001:db8::7 (eth0)", "10.8.0.3 (tun0)", "127.0.0.1 (this computer only)"}
	same(t, "addresses", f.address.Options, want)
	if f.address.Selected != want[0] {
		t.Errorf("%q is proposed", f.address.Selected)
	}
	f.address.SetSelected(want[3])
	test.Type(f.name, "Lab")
	f.ask.SetChecked(false)
	c := d.h.Checked().Config
	if c.Address.String() != "127.0.0.1" || c.Name != "Lab" || c.Approve || len(c.STUN) != 0 {
		t.Errorf("%+v", c)
	}
	d.w.actions.options.run() // on this screen they are those of the host
	e := d.entries()
	e[0].SetText("8443")
	e[3].SetText("50000-50100")
	d.button("None").OnTapped()
	if got := d.h.Form(); got.TLSPort != "8443" || got.PeerPorts != "50000-50100" || got.STUN != "" {
		t.Errorf("%+v", got)
	}
	d.button("Public list").OnTapped()
	if !strings.Contains(d.h.Form().STUN, "# public") {
		t.Error("the public list is not marked as such")
	}
	e[1].SetText("port")
	if got := words(d.win.Canvas().Overlays().Top()); !strings.Contains(got, "A port is a number") {
		t.Errorf("%q", got)
	}
	d.press(fyne.KeyEscape)
	if got := d.h.Form(); got.TLSPort != "" || d.sheets() != 0 || d.h.Checked().Problem != "" {
		t.Errorf("cancelling leaves %+v", got)
	}
}

func TestTheInviteIsGivenAway(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.host(emptyHost(d))
	for _, all := range [][]string{{"Copy invite", inviteText.Reveal()}, {"Copy link", inviteLink.Reveal()}} {
		d.focus(all[0])
		d.press(fyne.KeyReturn)
		if d.clip != all[1] {
			t.Errorf("%s gives %q", all[0], d.clip)
		}
	}
	d.focus("Copy ports")
	d.press(fyne.KeyReturn)
	if !strings.Contains(d.clip, "UDP 49152 to 49407") || strings.Contains(d.clip, inviteText.Reveal()) {
		t.Errorf("%q", d.clip)
	}
	d.focus("QR code…")
	d.press(fyne.KeyReturn)
	if d.sheets() != 1 {
		t.Error("there is no sheet with the code")
	}
	d.press(fyne.KeyEscape)
	d.asked()
	d.focus("New invite")
	d.press(fyne.KeyReturn)
	same(t, "New invite", d.asked(), []string{"new invite"})
	for _, secret := range []string{inviteText.Reveal(), inviteText.Reveal()[20:60]} {
		if strings.Contains(words(d.w.content), secret) {
			t.Error("the whole invite stands on the screen")
		}
	}
	d.focus("invite")
	d.w.host.lower.card.text.TypedShortcut(&fyne.ShortcutCopy{})
	if got := fyne.CurrentApp().Clipboard().Content(); got != inviteText.Reveal() {
		t.Errorf("Ctrl+C on the shortened invite gives %q", got)
	}
}

func TestTheInviteRunsOut(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.host(emptyHost(d))
	if got := d.w.host.lower.card.expiry.Text; !strings.Contains(got, "9:41 left") {
		t.Errorf("%q", got)
	}
	d.now = d.now.Add(time.Minute)
	d.w.Refresh()
	if got := d.w.host.lower.card.expiry.Text; !strings.Contains(got, "8:41 left") {
		t.Errorf("%q", got)
	}
	d.now = d.now.Add(time.Hour)
	d.w.Refresh()
	if got := d.w.host.lower.card.expiry.Text; !strings.Contains(got, "Expired") {
		t.Errorf("%q", got)
	}
}

// A guest that waits is told of on every screen, and nothing moves when it comes.
func TestAGuestThatWaitsIsToldOfEverywhere(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.host(emptyHost(d))
	for _, id := range []screenID{screenTest, screenVideo, screenHost, screenSettings} {
		d.h.SetSnapshot(emptyHost(d))
		d.w.show(id)
		d.settle()
		before := [][4]float32{areaOf(d.w.host.lower.object), areaOf(d.w.test.lower.object), areaOf(d.w.settings.object)}
		d.h.SetSnapshot(hostingNow(d))
		d.w.Refresh()
		d.settle()
		after := [][4]float32{areaOf(d.w.host.lower.object), areaOf(d.w.test.lower.object), areaOf(d.w.settings.object)}
		same(t, "places on "+string(id), after, before)
		if !d.w.strip.object.Visible() || !strings.Contains(d.w.strip.line.whole, "BORIS-LAPTOP (198.51.100.77) asks") {
			t.Errorf("on %s nobody is told of the guest", id)
		}
		d.focus("Accept")
		d.press(fyne.KeyReturn)
		d.w.actions.refuse.run()
		d.w.actions.accept.run()
		same(t, "answers on "+string(id), d.asked(), []string{"accept g3", "refuse g3", "accept g3"})
	}
}

func TestGuestsAreManagedByKeyboard(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.host(hostingNow(d))
	d.focus("table")
	d.press(fyne.KeyDown) // who waits stands above who is in the queue
	if d.h.Selected() != "g3" {
		t.Fatalf("%q is selected", d.h.Selected())
	}
	d.press(fyne.KeyA, fyne.KeyR, fyne.KeyDelete) // it is not in yet: there is nothing to remove
	same(t, "keys on a guest that waits", d.asked(), []string{"accept g3", "refuse g3"})
	d.press(fyne.KeyHome, fyne.KeyA, fyne.KeyDelete)
	if d.sheets() != 1 {
		t.Fatal("Remove does not ask")
	}
	d.button("Remove").OnTapped()
	same(t, "keys on a guest that is in", d.asked(), []string{"remove g1"})
	if items := d.w.host.menu(); !items[0].Disabled || !items[1].Disabled || items[2].Disabled {
		t.Error("the menu of a guest that is in")
	}
}

func TestARunOfAGuestShows(t *testing.T) {
	d := newWorld(t, look.ModeLight, wide)
	d.host(hostingNow(d))
	d.endRunOf("g1", betweenTwo(t))
	l := d.w.host.lower
	if got := words(l.object); !strings.Contains(got, "MEETING-ROOM-12: Test complete") {
		t.Errorf("%q", got)
	}
	l.choose(hostPaths)
	if got := l.table.Text(); !strings.Contains(got, "Loss up") || !strings.Contains(got, "Relay TLS\tgood") {
		t.Errorf("%q", got)
	}
	if n := len(l.charts.rtt.Lines); n != 10 {
		t.Errorf("%d lines of RTT", n)
	}
	for _, a := range []*action{d.w.actions.exportJSON, d.w.actions.copyText} {
		if ok, why := a.enabled(); !ok {
			t.Errorf("%s: %s", a.name, why)
		}
	}
	d.w.actions.copyText.run()
	if !strings.Contains(d.clip, "Relay TLS") {
		t.Errorf("%q", d.clip)
	}
	d.h.Select("g2")
	d.w.Refresh()
	if got := words(l.object); !strings.Contains(got, "LAB-3 has run nothing yet") || len(l.charts.rtt.Lines) != 0 {
		t.Errorf("%q", got)
	}
	if ok, why := d.w.actions.exportJSON.enabled(); ok || !strings.Contains(why, "no run of a guest") {
		t.Errorf("%v %q", ok, why)
	}
	if ok, why := d.w.actions.start.enabled(); ok || !strings.Contains(why, "Guests start") {
		t.Errorf("%v %q", ok, why)
	}
}

func TestAnotherEchopathIsTheTarget(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	f := d.w.test.form
	f.target.SetSelected(remoteName)
	if form, banner := areaOf(f.object), areaOf(d.w.test.banner); form[1]+form[3] > banner[1] {
		t.Errorf("the header %v lies over the banner %v: nobody has laid the screen out anew", form, banner)
	}
	if !f.join.object.Visible() || !f.join.connect.Disabled() || !f.start.Disabled() {
		t.Error("without an invite")
	}
	if got := d.w.view.Banner.Text; !strings.Contains(got, "Paste the invite") {
		t.Errorf("%q", got)
	}
	d.clip = " " + inviteText.Reveal() + "\n"
	d.focus("paste")
	d.press(fyne.KeyReturn)
	if f.join.connect.Disabled() || f.start.Disabled() || d.v.Form().Invite == "" || d.w.video.form.target.Selected != remoteName {
		t.Errorf("with an invite: %q", d.w.view.Banner.Text)
	}
	d.focus("Connect")
	d.press(fyne.KeyReturn)
	same(t, "Connect", d.asked(), []string{"connect"})
	d.j.Begin()
	d.w.Refresh()
	if f.join.connect.Text != "Cancel" || !f.join.invite.Disabled() || strings.Contains(f.join.invite.Text, inviteText.Reveal()) {
		t.Errorf("while connecting the invite shows: %q", f.join.invite.Text)
	}
	d.j.Joined(netcheck.OtherEnd{Name: "LONDON-HOST", Way: "sse"})
	d.w.Refresh()
	if got := f.join.line.whole; got != "Connected to LONDON-HOST by HTTP (server-sent events)." {
		t.Errorf("%q", got)
	}
	if h := d.m.Header(); h[model.ColLossOut].Title != "Loss up" || h[model.ColLossBack].Title != "Loss down" {
		t.Errorf("%+v", h)
	}
	d.focus("Disconnect")
	d.press(fyne.KeyReturn)
	same(t, "Disconnect", d.asked(), []string{"disconnect"})
	d.j.Leaving()
	d.j.Left()
	d.w.Refresh()
	if strings.TrimSpace(d.m.Form().Invite.Reveal()) != inviteText.Reveal() || f.join.invite.Disabled() || f.join.connect.Disabled() {
		t.Error("the invite can not be used again")
	}
}

// Guests by the hundred keep their places, and the selected one stays in sight.
func TestManyGuests(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	s := hostingNow(d)
	for len(s.Guests) < 100 {
		g := s.Guests[1]
		g.ID, g.State = "n"+count(len(s.Guests)), hosting.GuestIn
		s.Guests = append(s.Guests, g)
	}
	d.host(s)
	d.settle()
	d.focus("table")
	d.press(fyne.KeyEnd)
	y, height, ok := d.w.host.guests.Place()
	top := d.w.host.scroll.Offset.Y
	if !ok || y < top || y+height > top+d.w.host.scroll.Size().Height+1 {
		t.Errorf("the last guest is at %v, shown from %v on", y, top)
	}
	if d.h.Selected() != "n99" {
		t.Errorf("%q", d.h.Selected())
	}
}

func TestEnterInTheInviteConnects(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.form(func(f *model.Form) { f.Target = netcheck.TargetInvite })
	d.win.Canvas().Focus(d.w.test.form.join.invite)
	d.press(fyne.KeyReturn)
	if len(d.calls) != 0 {
		t.Errorf("Enter without an invite: %v", d.calls)
	}
	d.form(func(f *model.Form) { f.Invite = inviteText })
	d.win.Canvas().Focus(d.w.test.form.join.invite)
	d.press(fyne.KeyReturn)
	same(t, "Enter with an invite", d.calls, []string{"connect"})
}
