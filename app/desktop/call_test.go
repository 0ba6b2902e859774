package desktop

import (
	"context"
	"image"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"echopath/app/hosting"
	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
	"echopath/netcheck/video/picture"
)

// gray is a picture of one brightness.
func gray(v uint8) *image.YCbCr {
	img := picture.New(64, 36)
	for i := range img.Y {
		img.Y[i] = v
	}
	return img
}

// brightness is that of a picture's middle.
func brightness(img *image.RGBA) int {
	if img == nil {
		return -1
	}
	return int(img.RGBAAt(img.Rect.Dx()/2, img.Rect.Dy()/2).G)
}

// seenScreen remembers what it was shown.
type seenScreen struct {
	sent     int
	captured *image.YCbCr
	number   uint32
}

func (s *seenScreen) Sent(netcheck.Path, uint32, *image.YCbCr) { s.sent++ }
func (s *seenScreen) Echoed(_ netcheck.Path, number uint32, captured, _ *image.YCbCr) {
	s.captured, s.number = captured, number
}

// In a call nothing comes back: beside the other end's picture stands the newest own one.
func TestTheOwnPictureStandsBesideTheOther(t *testing.T) {
	seen := &seenScreen{}
	c := &callScreen{to: seen}
	c.Echoed(netcheck.PathDirect, 7, nil, gray(200))
	if seen.captured != nil {
		t.Error("there is an own picture before the first")
	}
	own := gray(100)
	c.Sent(netcheck.PathDirect, 1, own)
	own.Y[0] = 1 // the sender goes on with it
	c.Echoed(netcheck.PathDirect, 9, nil, gray(200))
	if seen.sent != 1 || seen.captured == nil || seen.captured == own || seen.captured.Y[0] != 100 || seen.number != 0 {
		t.Errorf("%+v", seen)
	}
	if screenOf(netcheck.Plan{Video: netcheck.DefaultVideoPlan(netcheck.VideoAlone)}, nil) == nil {
		t.Error("an echo has no screen")
	}
	if _, ok := screenOf(netcheck.Plan{Video: netcheck.DefaultVideoPlan(netcheck.VideoCall)}, nil).(*callScreen); !ok {
		t.Error("a call is shown as an echo")
	}
}

// Only the chosen guest's pictures are shown, and none of another one in their place.
func TestOnlyTheChosenGuestIsSeen(t *testing.T) {
	posts := make(chan func(), 64)
	var own, guest *image.RGBA
	g := &guestPictures{post: func(f func()) { posts <- f }, show: func(a, b *image.RGBA) { own, guest = a, b }}
	g.Watch(image.Pt(64, 36), image.Pt(64, 36), image.Point{})
	a, b := g.screen("a"), g.screen("b")
	show := func(s netcheck.Screen, v uint8) {
		s.Sent(netcheck.PathDirect, 1, gray(50))
		s.Echoed(netcheck.PathDirect, 1, nil, gray(v))
	}
	show(a, 200) // nobody is chosen
	if _, s, _ := g.Stills(); s != nil || g.Every() != 1 {
		t.Error("there is a picture of nobody")
	}
	g.choose("a", "r1")
	show(b, 120)
	show(a, 200)
	select {
	case f := <-posts:
		f()
	case <-t.Context().Done():
	}
	if brightness(guest) < 190 || brightness(own) < 30 || brightness(own) > 70 {
		t.Errorf("own %d, guest %d", brightness(own), brightness(guest))
	}
	guest = nil
	g.choose("b", "r2") // what is left of the one before goes
	for {
		select {
		case f := <-posts:
			f()
			continue
		default:
		}
		break
	}
	if _, s, _ := g.Stills(); guest != nil || s != nil {
		t.Error("the guest before is shown in the place of the chosen one")
	}
	g.choose("", "")
	if g.chosen() != nil {
		t.Error("pictures go on without a guest")
	}
}

// callOfGuest has a guest make a call, until its n-th event.
func callOfGuest(t *testing.T, h *fakeHost, guest string) {
	t.Helper()
	_, err := presenttest.CallGood(t.Context(), presenttest.CallPlan(1, netcheck.PathDirect, netcheck.PathSTUN), func(e netcheck.Event) {
		h.config.Observe(hosting.Event{Kind: hosting.EventRun, Guest: guest, RunID: "r", Run: &e})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheHostFollowsTheChosenGuest(t *testing.T) {
	s, h := hostingStage(t, presenttest.AllGood)
	if h.config.Screens == nil || h.config.Pictures.Kind == netcheck.SourceCamera {
		t.Fatalf("%+v", h.config)
	}
	h.come("a", hosting.GuestActive)
	callOfGuest(t, h, "a")
	s.until("the call", func() bool { return s.host.CallOf() == "a" })
	s.until("its pictures", func() bool { return s.guestFilm.of("a") != nil })
	if s.guestFilm.of("b") != nil {
		t.Error("another guest is looked at")
	}
	h.mu.Lock()
	h.guests = nil
	h.mu.Unlock()
	h.config.Observe(hosting.Event{Kind: hosting.EventGuestLeft, Time: time.Now(), Guest: "a", Name: "PC-a"})
	s.until("that it is said", func() bool { return strings.Contains(s.statusText(), "PC-a has left") })
}

// statusText is all that is written in the window.
func (s *stage) statusText() string { return allTexts(s.win.Content()) }

func TestPasteAtTheHost(t *testing.T) {
	s, h := hostingStage(t, presenttest.AllGood)
	s.pasteInvite()
	s.until("an invite", func() bool { _, ok := s.host.PasteText(); return ok })
	text, err := invite.Answer{Room: [8]byte{1}, Description: []byte{1}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	s.giveAnswer(text)
	s.until("the answer", func() bool { return len(h.done()) == 1 })
	if got := h.done()[0]; got != "answer "+text {
		t.Errorf("%q", got)
	}
	s.stopHosting()
	s.until("the end", func() bool { return s.host.Phase() == model.HostOff })
	s.pasteInvite()
	s.until("no invite", func() bool { return s.host.Paste(time.Now(), "").Invite.Why != "" && s.host.NeedsPaste(time.Now()) })
}

func TestTheAnswerOfAGuest(t *testing.T) {
	s := guestStage(t, nil)
	remote := &fakeRemote{done: make(chan struct{})}
	carried := make(chan struct{})
	s.desk.opt.Join = func(ctx context.Context, _ netcheck.Secret, o session.JoinOptions) (runner.Remote, error) {
		if len(o.Servers) != len(netcheck.PublicSTUN()) {
			t.Errorf("%d outside servers", len(o.Servers))
		}
		o.Paste("EPA1-the-answer")
		select {
		case <-carried:
			return remote, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.connect()
	s.until("the answer", func() bool { return s.join.AnswerView(time.Now()).Open })
	if n := len(s.win.Canvas().Overlays().List()); n != 1 {
		t.Errorf("%d sheets", n)
	}
	close(carried)
	s.until("that they have met", func() bool { return s.join.Phase() == model.JoinIn })
	if n := len(s.win.Canvas().Overlays().List()); n != 0 {
		t.Errorf("%d sheets", n)
	}
	_ = remote.Close()
	s.until("the end", func() bool { return s.join.Phase() == model.JoinGone })
}

// allTexts are the texts below an object, a line each.
func allTexts(o fyne.CanvasObject) string {
	var out []string
	var find func(o fyne.CanvasObject)
	find = func(o fyne.CanvasObject) {
		var children []fyne.CanvasObject
		switch o := o.(type) {
		case *canvas.Text:
			out = append(out, o.Text)
		case *fyne.Container:
			children = o.Objects
		case fyne.Widget:
			children = test.WidgetRenderer(o).Objects()
		}
		for _, child := range children {
			find(child)
		}
	}
	find(o)
	return strings.Join(out, "\n")
}
