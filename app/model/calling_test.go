package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"echopath/app/chart/plot"
	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// callForm is that of a guest who wants a call.
func callForm(t *testing.T) Form {
	t.Helper()
	f := remoteForm(anInvite(t))
	f.Video.Call = true
	return f
}

// caller is the screen "Video echo" with such a form, joined to a host.
func caller(t *testing.T) (*Video, *Join) {
	t.Helper()
	v, j := NewVideo(Units{}), NewJoin()
	v.SetJoin(j)
	v.SetForm(callForm(t))
	return v, j
}

func TestTheChoiceOfACall(t *testing.T) {
	v, _ := caller(t)
	c := v.Checked()
	if c.Problem != "" || c.Plan.Video.Mode != netcheck.VideoCall || !v.CanChooseCall() || !v.View(0).Call {
		t.Errorf("%+v", c)
	}
	if want := "5 calls of 10 s each, at most 2500 kbit/s each way, about 55 s"; c.Cost != want {
		t.Errorf("%q, want %q", c.Cost, want)
	}
	if b := v.View(0).Banner; !strings.HasPrefix(b.Text, "Call: both computers send") {
		t.Errorf("%+v", b)
	}
	f := v.Form()
	f.Video.Record, f.Video.RecordFile, f.Video.UnderLoad = true, "/tmp/a.webm", true
	v.SetForm(f)
	if c, off := v.Checked(), v.View(0).Off; c.Record != nil || c.Plan.Video.Mode != netcheck.VideoCall || off[FieldRecord] == "" || off[FieldUnderLoad] == "" {
		t.Errorf("a call is recorded, or under load: %+v", c)
	}
	f.Target = netcheck.TargetSelf
	v.SetForm(f)
	if c := v.Checked(); c.Plan.Video.Mode != netcheck.VideoUnderLoad || v.CanChooseCall() || v.View(0).Call || c.Record == nil {
		t.Errorf("a call inside this computer: %+v", c)
	}
	f = callForm(t)
	f.Video.Call = false
	v.SetForm(f)
	if v.View(0).Call || !strings.HasPrefix(v.View(0).Banner.Text, "Echo: ") {
		t.Error("an echo is taken for a call")
	}
}

// What a host can do is known once it was joined; then it is said before anything is started.
func TestAHostWithoutCalls(t *testing.T) {
	v, j := caller(t)
	j.Begin()
	j.Calls(false)
	if ok, _ := v.canStart(); !ok {
		t.Error("refused before the host is joined")
	}
	j.Joined(netcheck.OtherEnd{Name: "LONDON"})
	view := v.View(0)
	if view.CanStart || !strings.Contains(view.StartWhy, "LONDON sends no pictures") || view.Banner.Mark.Word != "NOT READY" || !strings.Contains(v.ModeHint(), "LONDON sends") {
		t.Errorf("%+v", view.Banner)
	}
	f := v.Form()
	f.Video.Call = false
	v.SetForm(f)
	if !v.View(0).CanStart {
		t.Errorf("an echo is refused: %q", v.View(0).StartWhy)
	}
	j.Begin()
	f.Video.Call = true
	v.SetForm(f)
	j.Joined(netcheck.OtherEnd{Name: "PARIS"})
	if !v.View(0).CanStart {
		t.Error("what one host can not do is held against the next")
	}
}

// playCall applies a call to a screen and looks after each event; at the end it is looked at once more.
func playCall(t *testing.T, v *Video, run presenttest.RunFunc, look func(netcheck.Event)) {
	t.Helper()
	for _, e := range callEvents(t, run, 1, netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP) {
		v.Apply(e)
		look(e)
	}
	v.End(Outcome{})
}

func TestACallOnTheScreen(t *testing.T) {
	v, _ := caller(t)
	v.Begin()
	seen := false
	playCall(t, v, presenttest.CallUneven, func(e netcheck.Event) {
		s, ok := e.Body.(netcheck.CallSampleTaken)
		if !ok || s.Sample.Index != 40 || !s.Sample.Whole {
			return
		}
		seen = true
		view := v.View(e.At)
		c := view.Caption
		if !view.Call || c.Path != netcheck.PathSTUN || c.Names != [2]string{"This computer", "Lab-PC"} ||
			c.Sent != "arrives there as 480x270@30, 420 kbit/s" || c.Echoed != "arrives here as 640x360@30, 1500 kbit/s" || c.Frozen {
			t.Errorf("%+v", c)
		}
		cells := view.Rows[1].Cells
		for i, want := range map[int]string{VideoColFPS: "28 / 30", VideoColFrozen: "1.3 / 0", VideoColBitrate: "420 / 1500", VideoColLossBefore: present.None, VideoColConnect: "31"} {
			if cells[i].Text != want || cells[i].Soft != (want != present.None && i != VideoColConnect) {
				t.Errorf("while it runs, column %d: %+v, want %q", i, cells[i], want)
			}
		}
		if text := fmt.Sprint(v.Details(netcheck.PathSTUN)); !strings.Contains(text, "So far.") || !strings.Contains(text, "480x270") {
			t.Errorf("%s", text)
		}
		if view.Banner.Text != "Call over STUN" {
			t.Errorf("%q", view.Banner.Text)
		}
	})
	view := v.View(0)
	for i, want := range map[int]string{VideoColShown: "284 / 300", VideoColFPS: "28.4 / 30", VideoColFrozen: "1.3 / 0", callColRTT: "60 / 62", VideoColLossBefore: "5 % / 0 %",
		VideoColBitrate: "420 / 1500", callColJitter: "1.85 / 1.85", callColDropped: "0 / 0", VideoColConnect: "31", callColTarget: "420 / 1500"} {
		if got := view.Rows[1].Cells[i]; got.Text != want || got.Soft || got.Hint == "" {
			t.Errorf("column %d: %+v, want %q", i, got, want)
		}
	}
	if !seen || view.Status.Text != "Call complete" || v.Header()[callColRTT].Title != "RTT" || v.Header()[VideoColShown].Unit != "up / down" {
		t.Errorf("%+v", view.Status)
	}
	checkCallCurves(t, v.CallCurves())
}

func checkCallCurves(t *testing.T, curves []*CallCurves) {
	t.Helper()
	if len(curves) != 3 || curves[1].Path != netcheck.PathSTUN {
		t.Fatalf("%d sets of curves", len(curves))
	}
	c := curves[1]
	last := func(s *plot.Series) float64 {
		if s.Len() == 0 {
			return -1
		}
		return s.At(s.Len() - 1).Y
	}
	for name, tt := range map[string]struct {
		series *plot.Series
		want   float64
	}{"up received": {c.Up.Received, 420}, "up sent": {c.Up.Sent, 420}, "down received": {c.Down.Received, 1500}, "down sent": {c.Down.Sent, 1500},
		"up shown": {c.Up.FPS, 30}, "down shown": {c.Down.FPS, 30}, "lost down": {c.Down.LostBefore, 0}, "rtt": {c.RTT, 60}} {
		if got := last(tt.series); got < 0.99*tt.want || got > 1.01*tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	if c.Up.Freezes.Len() != 2 || c.Down.Freezes.Len() != 0 {
		t.Errorf("%d and %d freezes", c.Up.Freezes.Len(), c.Down.Freezes.Len())
	}
	if from, to := c.Up.Freezes.At(0); to-from < 0.64 || to-from > 0.66 {
		t.Errorf("a freeze of %v s", to-from)
	}
	if curves[0].Up.Received.Len() != 0 {
		t.Error("a path without a call has curves")
	}
}

// Without the other end's account nothing is said of how the own picture arrives.
func TestACallWithoutAnAccount(t *testing.T) {
	v, _ := caller(t)
	v.Begin()
	playCall(t, v, presenttest.CallNoAccount, func(e netcheck.Event) {
		if s, ok := e.Body.(netcheck.CallSampleTaken); ok && s.Sample.Index == 30 {
			if c := v.View(e.At).Caption; c.Sent != "how it arrives is not known yet" || !strings.HasPrefix(c.Echoed, "arrives here as 640x360@30") {
				t.Errorf("%+v", c)
			}
		}
	})
	cells := v.View(0).Rows[1].Cells
	if cells[VideoColShown].Text != "– / 300" || cells[VideoColLossBefore].Text != present.None || !strings.Contains(cells[VideoColLossBefore].Hint, "account") {
		t.Errorf("%+v", cells)
	}
}

// Of another computer anything may come.
func TestImpossibleCallWindows(t *testing.T) {
	c := newCallFilm(netcheck.PathDirect)
	for _, i := range []int{-1, maxCallWindows, 1 << 40} {
		c.put(netcheck.CallSample{Index: i, Down: netcheck.CallWindow{Shown: 1}})
	}
	if c.begun || c.curves.Down.FPS.Len() != 0 {
		t.Error("an impossible window counts")
	}
	for _, i := range []int{5, maxCallWindows - 1, 5} {
		c.put(netcheck.CallSample{Index: i, Whole: true, Down: netcheck.CallWindow{Shown: 6, Frozen: time.Second}})
	}
	if len(c.windows) > keepCallWindows+1 {
		t.Errorf("%d windows are kept", len(c.windows))
	}
}

// A host sees its own picture and the guest's, and both directions from its end.
func TestTheHostSeesACall(t *testing.T) {
	h := hostingHost(aGuest("a", hosting.GuestActive))
	if film, _, _ := h.Film(); film != nil || h.CallOf() != "" || h.Filming() {
		t.Error("there is a film before a run")
	}
	for _, e := range callEvents(t, presenttest.CallUneven, 1, netcheck.PathDirect, netcheck.PathSTUN) {
		h.ApplyRun("a", "r1", []netcheck.Event{e}, e.At)
		s, ok := e.Body.(netcheck.CallSampleTaken)
		if !ok || s.Sample.Index != 40 || !s.Sample.Whole {
			continue
		}
		film, id, now := h.Film()
		c := film.View(now).Caption
		if id != "r1" || h.CallOf() != "a" || !h.Filming() || c.Names[0] != "This computer" || c.Names[1] != h.GuestName("a") ||
			c.Sent != "640x360@30, 1500 kbit/s" || c.Echoed != "480x270@30, 420 kbit/s" {
			t.Errorf("%s %+v", id, c)
		}
		if f := film.Figures(c.Path); len(f) != 1 || f[0].Columns[1] != "From the guest" {
			t.Errorf("%+v", f)
		}
	}
	h.EndRun("a", "r1", Outcome{})
	film, _, _ := h.Film()
	if again, _, _ := h.Film(); again != film || film.View(0).Phase != PhaseDone || len(film.CallCurves()) != 2 {
		t.Error("the film is another one each time, or not the run's")
	}
	for _, e := range videoEventsOf(t) {
		h.ApplyRun("a", "r2", []netcheck.Event{e}, e.At)
	}
	if film, _, _ := h.Film(); h.CallOf() != "" || !h.Filming() || !strings.Contains(film.View(0).Caption.Why, "unopened") {
		t.Error("an echo is shown as a call")
	}
}

// videoEventsOf are those of a guest's echo.
func videoEventsOf(t *testing.T) []netcheck.Event {
	t.Helper()
	var events []netcheck.Event
	if _, err := presenttest.VideoGood(t.Context(), presenttest.VideoPlan(netcheck.VideoAlone, netcheck.PathDirect), func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

// Nobody's camera is opened because a guest wants it.
func TestThePicturesOfAHost(t *testing.T) {
	h := newTestHost()
	if p := h.Checked().Config.Pictures; p != (netcheck.VideoSource{}) {
		t.Errorf("at first: %+v", p)
	}
	f := h.Form()
	f.Camera = "Integrated"
	h.SetForm(f)
	if p := h.Checked().Config.Pictures; p.Kind == netcheck.SourceCamera {
		t.Error("the camera is used though nobody chose it")
	}
	f.Pictures = netcheck.SourceCamera
	h.SetForm(f)
	if c := h.Checked(); c.Problem != "" || c.Config.Pictures != (netcheck.VideoSource{Kind: netcheck.SourceCamera, Name: "Integrated"}) {
		t.Errorf("%+v", c)
	}
	h.SetCameras([]string{"Other"}, "")
	if c := h.Checked(); !strings.Contains(c.Problems[FieldHostCamera], "not there any more") || !c.More {
		t.Errorf("%+v", c.Problems)
	}
	h.NoVideo("this build has no video")
	if c := h.Checked(); c.Problem != "" || c.Config.Pictures.Kind == netcheck.SourceCamera || h.PicturesWhy() == "" {
		t.Errorf("%+v", c)
	}
}
