package view

import (
	"math"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"echopath/app/hosting"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// An invite is a secret: Ctrl+V covers it just as the button does, and another one can be put over it.
func TestAPastedInviteIsCovered(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.form(func(f *model.Form) { f.Target = netcheck.TargetInvite })
	entry := d.w.test.form.join.invite
	paste := func(text netcheck.Secret) {
		board := fyne.CurrentApp().Clipboard()
		board.SetContent(text.Reveal())
		d.win.Canvas().Focus(entry)
		entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: board})
	}
	for _, text := range []netcheck.Secret{inviteText, inviteLink} {
		paste(text)
		if strings.Contains(entry.Text, text.Reveal()[20:]) || entry.Text == "" || d.m.Form().Invite != text {
			t.Errorf("%q shows", entry.Text)
		}
	}
	d.w.test.form.join.connect.OnTapped()
	same(t, "Connect", d.asked(), []string{"connect"})
}

// What is missing is no mistake as long as nothing was put in; what is wrong is.
func TestAMissingInviteIsNoMistake(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.form(func(f *model.Form) { f.Target = netcheck.TargetInvite })
	head := d.w.test.form
	if got := head.cost.text.Color; head.cost.whole == "" || got != theme.Color(look.ColorMuted) {
		t.Errorf("%q is %v", head.cost.whole, got)
	}
	d.form(func(f *model.Form) { f.Invite = "hello" })
	if got := head.cost.text; got.Color != theme.Color(look.ColorPoor) || got.Text != "This is not an invite." {
		t.Errorf("%q is %v", got.Text, got.Color)
	}
	if got := head.join.line; got.text.Text != got.whole || !strings.Contains(got.whole, "begins with EP1-") {
		t.Errorf("%q of %q", got.text.Text, got.whole)
	}
}

// News of a guest are over when it measures, or when they are old.
func TestNewsEnd(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	s := hostingNow(d)
	s.Guests = s.Guests[:1]
	s.Guests[0].State = hosting.GuestIn
	d.host(s)
	const news = "MEETING-ROOM-12 is back."
	d.w.Say(news)
	d.now = d.now.Add(messageTime - time.Second)
	d.w.Refresh()
	if got := d.w.status.shown.Text; got != news {
		t.Errorf("%q", got)
	}
	s.Guests[0].State = hosting.GuestActive
	d.h.SetSnapshot(s)
	d.w.Refresh()
	if got := d.w.status.shown.Text; got == news {
		t.Errorf("%q while it measures", got)
	}
	d.w.Say(news)
	d.now = d.now.Add(messageTime)
	d.w.Refresh()
	if got := d.w.status.shown.Text; got == news {
		t.Errorf("%q for ever", got)
	}
}

// The tip of a button goes with it.
func TestTheTipOfAcceptGoes(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	s := hostingNow(d)
	d.host(s)
	tips := d.win.Canvas().Content().(*widgets.Tips)
	point := func() {
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.w.strip.accept).AddXY(5, 5)
		test.MoveMouse(d.win.Canvas(), fyne.NewPos(1, 1))
		test.MoveMouse(d.win.Canvas(), at)
	}
	point()
	if tips.Shown() == "" {
		t.Fatal("the button has no tip")
	}
	d.w.strip.accept.OnTapped()
	if got := tips.Shown(); got != "" {
		t.Errorf("%q after the guest was let in", got)
	}
	point()
	s.Guests = s.Guests[:2]
	d.h.SetSnapshot(s)
	d.w.Refresh()
	if got := tips.Shown(); got != "" {
		t.Errorf("%q and nobody waits", got)
	}
}

// When a guest that was turned away is gone, the run of an earlier one comes into sight, and the invite stays where it is: somebody
// is about to send the next one.
func TestARefusalLeavesTheInviteInSight(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	s := hostingNow(d)
	caller, refused := s.Guests[0], s.Guests[2]
	s.Guests = []hosting.Guest{caller}
	d.host(s)
	d.endRunOf("g1", callEvents(t, unevenCall))
	s.Guests = []hosting.Guest{refused}
	d.h.SetSnapshot(s)
	d.h.Select("g3")
	d.w.Refresh()
	d.w.host.lower.choose(hostInvite)
	s.Guests = nil
	d.h.SetSnapshot(s)
	d.w.Refresh()
	if got := d.w.host.lower.frame.chosen; d.h.Selected() != "g1" || got != hostInvite {
		t.Errorf("%q is selected, and %q is in sight", d.h.Selected(), hostPaneNames[got])
	}
	film := d.w.host.lower.film
	if empty, detail := film.empty(0), film.detail(0); strings.Contains(empty, "Waiting") || detail != "" {
		t.Errorf("%q with %q above it", empty, detail)
	}
}

// As many guests as fit are shown whole.
func TestGuestsAreShownWhole(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.host(hostingNow(d))
	var least float32
	for height := float32(570); height < 1500; height += 45 {
		d.win.Resize(fyne.NewSize(1000, height))
		got := d.w.host.scroll.Size().Height
		if least == 0 {
			least = got
		}
		if rows := float64((got - least) / widgets.RowHeight()); math.Abs(rows-math.Round(rows)) > 0.1 {
			t.Errorf("%v high: %.2f rows more than at least", height, rows)
		}
	}
}

// A question about a guest is taken back when the guest has left.
func TestAQuestionIsTakenBack(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	s := hostingNow(d)
	d.host(s)
	d.w.removeGuest("g1")
	d.w.Refresh()
	if d.sheets() != 1 {
		t.Fatal("nothing is asked")
	}
	s.Guests = s.Guests[1:]
	d.h.SetSnapshot(s)
	d.w.Refresh()
	if d.sheets() != 0 || d.w.question != nil {
		t.Error("the guest has left, and the question stays")
	}
	same(t, "removed", d.asked(), nil)
	d.w.removeGuest("g2")
	d.button("Remove").OnTapped()
	same(t, "removed", d.asked(), []string{"remove g2"})
}
