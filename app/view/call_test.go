package view

import (
	"image"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/hosting"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

func TestEchoOrCall(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	f := d.w.video.form
	if f.mode.Visible() || !f.label.Visible() {
		t.Error("there is a choice inside this computer")
	}
	d.joined()
	d.w.show(screenVideo)
	if !f.mode.Visible() || f.label.Visible() || f.mode.Selected() != 0 {
		t.Error("there is no choice with another Echopath")
	}
	d.win.Canvas().Focus(f.mode)
	d.press(fyne.KeyRight)
	if !d.v.Form().Video.Call || !d.m.Form().Video.Call || !d.v.View(0).Call {
		t.Error("the choice is not taken over")
	}
	if got := words(d.w.video.banner); !strings.Contains(got, "Call: both computers send pictures of their own") {
		t.Errorf("%q", got)
	}
	d.playVideo(callEvents(t, unevenCall), 12*time.Second)
	d.win.Canvas().Focus(f.mode)
	d.press(fyne.KeyLeft)
	if !f.mode.Fixed() || !d.v.Form().Video.Call {
		t.Error("the choice can be changed while a call goes on")
	}
	film := d.w.video.film
	if film.pictures[0].Name() != "This computer" || film.pictures[1].Name() != "Lab-PC" || film.pictures[pictureDifference].Visible() || film.count() != 2 {
		t.Errorf("%q and %q, %d pictures", film.pictures[0].Name(), film.pictures[1].Name(), film.count())
	}
	if !strings.HasPrefix(film.detail(0), "arrives there as 480x270@30") || !strings.HasPrefix(film.detail(1), "arrives here as 640x360@30") {
		t.Errorf("%q, %q", film.detail(0), film.detail(1))
	}
	d.w.actions.wholeScreen.run()
	if got := d.w.whole.film.line(d.w.whole.picture); !strings.HasPrefix(got, "Lab-PC: ") {
		t.Errorf("%q", got)
	}
	d.press(fyne.KeyEscape)
	d.doneVideo(callEvents(t, unevenCall), kept)
	if got := film.fileName(0) + " " + film.fileName(1); got != "own other" {
		t.Errorf("%q", got)
	}
}

// Between echo and call nothing may move but the pictures themselves.
func TestNothingMovesBetweenEchoAndCall(t *testing.T) {
	for _, size := range []fyne.Size{narrow, wide, fyne.NewSize(2560, 1440-menuBar)} {
		d := newWorld(t, look.ModeLight, size)
		d.joined()
		d.onVideo()
		places := func() map[string][4]float32 {
			d.settle()
			s := d.w.video
			return map[string][4]float32{"form": areaOf(s.form.object), "mode": areaOf(s.form.mode), "source": areaOf(s.form.source), "start": areaOf(s.form.start), "banner": areaOf(s.banner),
				"film": areaOf(s.film.object), "own picture": areaOf(s.film.pictures[0]), "charts": areaOf(s.lower.charts.group), "choice": areaOf(s.lower.charts.choice),
				"table": areaOf(s.lower.table), "status": areaOf(d.w.status)}
		}
		before := places()
		check := func(when string) {
			t.Helper()
			for name, now := range places() {
				if name == "own picture" { // what is said of it has more room, and the picture itself stays
					now[2] = before[name][2]
				}
				if now != before[name] {
					t.Errorf("%v, %s: %s moves from %v to %v", size, when, name, before[name], now)
				}
			}
			if least := d.win.Content().MinSize(); least.Width > 900 || least.Height > 600-menuBar {
				t.Errorf("%s: the window needs %v", when, least)
			}
		}
		d.w.video.form.mode.Select(1)
		check("a call is chosen")
		d.playVideo(callEvents(t, unevenCall), 12*time.Second)
		check("it runs")
		d.doneVideo(callEvents(t, unevenCall), kept)
		check("it is over")
		d.w.video.form.mode.Select(0)
		check("an echo is chosen")
	}
}

// A host shows the pictures of the guest that is chosen, and asks for them only while they are seen.
func TestTheHostShowsTheGuestsVideo(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	events := callEvents(t, unevenCall)
	d.guestCall(events, 12*time.Second)
	l := d.w.host.lower
	if l.frame.chosen != hostVideo || !l.films.object.Visible() || l.charts.object.Visible() || !l.videos.Visible() || l.table.Visible() {
		t.Error("the video does not come to the front")
	}
	if l.film.pictures[0].Image() == nil || l.film.pictures[1].Image() == nil || l.film.pictures[1].Name() != "MEETING-ROOM-12" {
		t.Errorf("no pictures, or those of %q", l.film.pictures[1].Name())
	}
	if d.guestFilm.asked[0].X < 100 || d.guestFilm.asked[1].X < 100 || d.guestFilm.asked[2] != (image.Point{}) || d.film.asked[0] != (image.Point{}) {
		t.Errorf("asked for %v and %v", d.guestFilm.asked, d.film.asked)
	}
	if got := words(l.shot); !strings.Contains(got, "From the guest") {
		t.Errorf("%q", got)
	}
	d.w.actions.log.run()
	if d.guestFilm.asked != [numPictures]image.Point{} {
		t.Errorf("nobody looks: %v", d.guestFilm.asked)
	}
	d.w.actions.film.run()
	if d.guestFilm.asked[1] == (image.Point{}) {
		t.Error("they are not asked for again")
	}
	d.h.Select("g2")
	d.w.Refresh()
	if l.film.pictures[0].Image() != nil || l.filming {
		t.Error("another guest is shown with the pictures of the first")
	}
	d.runOf("g2", livelyBetweenTwo(t), 12*time.Second)
	if l.films.object.Visible() || !l.charts.object.Visible() || !l.table.Visible() {
		t.Error("a run of packets is shown as a video")
	}
}

func TestWhatAHostShowsInCalls(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.show(screenHost)
	d.cameras = []string{"Integrated"}
	d.w.actions.hostMore.run()
	selects := all[*widgets.Select](d.win.Canvas().Overlays().Top())
	kinds, camera := selects[0], selects[1]
	if kinds.Selected != syntheticName || !camera.Disabled() {
		t.Errorf("at first: %q, camera disabled %v", kinds.Selected, camera.Disabled())
	}
	kinds.SetSelected(cameraName)
	camera.SetSelected("Integrated")
	if f := d.h.Form(); f.Pictures != netcheck.SourceCamera || f.Camera != "Integrated" || camera.Disabled() {
		t.Errorf("%+v", f)
	}
	d.press(fyne.KeyEscape)
	if f := d.h.Form(); f.Pictures != netcheck.SourceSynthetic || f.Camera != "" {
		t.Errorf("cancelled: %+v", f)
	}
}

func TestAHostWithoutCallsIsSaid(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onCall()
	d.j.Calls(false)
	d.w.Refresh()
	if !d.w.video.form.start.Disabled() || !strings.Contains(words(d.w.video.banner), "LONDON-HOST sends no pictures of its own") {
		t.Errorf("%q", words(d.w.video.banner))
	}
}

func TestTheSheetOfAnInviteByPaste(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.pasteSheet("")
	same(t, "an invite is asked for", d.asked(), []string{"paste invite"})
	d.button("Copy invite").OnTapped()
	if d.clip != inviteText.Reveal() {
		t.Error("the invite is not copied")
	}
	if got := words(d.win.Canvas().Overlays().Top()); strings.Contains(got, inviteText.Reveal()) {
		t.Error("the invite is shown in plain")
	}
	d.clip = "hello"
	d.button("Paste").OnTapped()
	if !d.button("Connect").Disabled() || d.w.paste.typed() != "hello" {
		t.Error("anything is taken for an answer")
	}
	d.clip = answerText
	d.w.paste.answer.SetText("")
	d.button("Paste").OnTapped()
	d.asked()
	d.win.Canvas().Focus(d.w.paste.answer)
	d.press(fyne.KeyReturn)
	same(t, "Enter connects", d.asked(), []string{"answer " + answerText})
	d.h.Answered(errExpired)
	d.w.Refresh()
	if got := words(d.win.Canvas().Overlays().Top()); !strings.Contains(got, errExpired.Text) {
		t.Errorf("what is wrong is not said: %q", got)
	}
	d.button("Connect").OnTapped()
	d.h.Answered(nil)
	d.h.Apply(hosting.Event{Kind: hosting.EventGuestWaiting, Time: d.now})
	d.w.Refresh()
	if d.sheets() != 0 || d.w.paste != nil {
		t.Error("the sheet stays though the guest has come")
	}
	d.w.openPaste()
	d.press(fyne.KeyEscape)
	if d.sheets() != 0 || d.h.Phase() != model.HostOn {
		t.Error("Escape does not close it")
	}
}

func TestTheSheetOfTheAnswer(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.answerSheet()
	if got := words(d.win.Canvas().Overlays().Top()); d.sheets() != 1 || !strings.Contains(got, "8:21 more") {
		t.Errorf("%d sheets: %q", d.sheets(), got)
	}
	d.press(fyne.KeyReturn)
	if d.clip != answerText {
		t.Error("Enter does not copy the answer")
	}
	d.w.Refresh()
	if d.sheets() != 1 {
		t.Errorf("%d sheets", d.sheets())
	}
	d.j.Joined(netcheck.OtherEnd{Name: "LONDON"})
	d.w.Refresh()
	if d.sheets() != 0 {
		t.Error("the sheet stays though the two have met")
	}
	d.answerSheet()
	d.asked()
	d.press(fyne.KeyEscape)
	same(t, "Escape gives up", d.asked(), []string{"disconnect"})
}

// An invite that was used is covered, and can be replaced.
func TestTheUsedInviteIsCovered(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.joined()
	d.j.Gone(errExpired)
	d.w.Refresh()
	e := d.w.test.form.join.invite
	if strings.Contains(e.Text, inviteText.Reveal()[14:]) || e.Disabled() || d.m.Form().Invite != inviteText {
		t.Errorf("%q", e.Text)
	}
	d.clip = "EP1-another"
	d.w.test.form.join.paste.OnTapped()
	if d.m.Form().Invite != "EP1-another" || e.Text != "EP1-another" {
		t.Errorf("%q, %q", d.m.Form().Invite.Reveal(), e.Text)
	}
	d.form(func(f *model.Form) { f.Invite = inviteText })
	d.w.Refresh()
	e.SetText(e.Text + "x")
	if d.m.Form().Invite != "x" {
		t.Errorf("what is typed behind the cover gives %q", d.m.Form().Invite.Reveal())
	}
}

func TestOutsideServersInTheSettings(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.actions.settings.run()
	s := d.w.settings
	if !strings.Contains(s.stun.Text, "# public") {
		t.Errorf("%q", s.stun.Text)
	}
	s.stun.SetText("stun:own.example\nturn:x.example")
	if d.m.Form().STUN != s.stun.Text || d.v.Form().STUN != s.stun.Text || !strings.Contains(words(s.stunBox), "Line 2 can not be used") {
		t.Errorf("%q: %q", d.m.Form().STUN, words(s.stunBox))
	}
	d.turn()
	d.w.actions.servers.run()
	d.button("Add public").OnTapped()
	if c := d.m.Checked(); c.Problem != "" || !strings.Contains(d.m.Form().Servers.URLs, "# public") {
		t.Errorf("%+v", c.Problems)
	}
}
