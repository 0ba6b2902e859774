package view

import (
	"image"
	"testing"
	"time"

	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// callEvents are the events of a two-way call.
func callEvents(t *testing.T, run presenttest.RunFunc) []netcheck.Event {
	t.Helper()
	var events []netcheck.Event
	if _, err := run(t.Context(), presenttest.CallPlan(0, threePaths...), func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

var unevenCall = presenttest.CallUneven

// onCall goes to the screen "Video echo" of a guest who wants a call with the host that it has joined.
func (d *world) onCall() {
	d.joined()
	d.onVideo()
	d.videoForm(func(f *model.Form) { f.Video.Call = true })
}

// guestCall is a host whose first guest makes a call, until a time.
func (d *world) guestCall(events []netcheck.Event, until time.Duration) {
	s := hostingNow(d)
	s.Guests = s.Guests[:2]
	d.host(s)
	d.runOf("g1", events, until)
	d.w.ShowGuestPictures(callPictures())
	d.w.Refresh()
}

// callPictures are those of two ends.
func callPictures() (own, other *image.RGBA) {
	sent, echoed, _ := testPictures(640, 360)
	return sent, echoed
}
