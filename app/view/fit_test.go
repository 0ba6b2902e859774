package view

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/prefs"
	"echopath/netcheck"
)

// testDeps is a world that answers nothing.
func testDeps(m *model.Test) Deps {
	settings := prefs.Defaults()
	none := func() {}
	guest := func(string) {}
	host := model.NewHost(model.Units{}, "ANNA-PC")
	host.SetAddresses(someAddresses, "")
	return Deps{
		Host: host, Join: model.NewJoin(), Connect: none, Disconnect: none, PasteText: func() string { return "" },
		Now: time.Now, ListAddresses: none, StartHost: none, StopHost: none, NewInvite: none, AcceptGuest: guest, RefuseGuest: guest, RemoveGuest: guest,
		Model: m, Video: model.NewVideo(model.Units{}), Network: model.NewNetwork(model.Units{}), Pictures: &fakePictures{}, GuestPictures: &fakePictures{}, Version: "test", Start: func(Trial) {}, Stop: func() {}, Quit: func() {},
		Settings:    func() prefs.Settings { return settings },
		SetSettings: func(s prefs.Settings) { settings = s },
		CopyText:    func(string) {}, OpenFolder: func(string) {}, DefaultResults: "/home/me/Documents/Echopath",
	}
}

// Everything must have its place in a window of 900 x 600, of which Fyne's menu bar takes the top.
func TestScreensFitTheSmallestWindow(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.New(look.ModeLight))
	win := test.NewTempWindow(t, nil)
	w := New(win, testDeps(model.NewTest(model.Units{})))
	const menuBar = 30
	f := w.deps.Model.Form()
	f.Target = netcheck.TargetInvite // it has a line of its own
	w.deps.Model.SetJoin(w.deps.Join)
	w.deps.Video.SetJoin(w.deps.Join)
	w.deps.Network.SetJoin(w.deps.Join)
	w.deps.Model.SetForm(f)
	w.FormChanged()
	for _, id := range []screenID{screenTest, screenVideo, screenNetwork, screenHost, screenSettings} {
		w.show(id)
		least := win.Content().MinSize()
		if least.Width > 900 || least.Height > 600-menuBar {
			t.Errorf("the screen %s needs %v", id, least)
		}
	}
	s := w.test
	t.Logf("form %v banner %v table %v lower %v status %v", s.form.object.MinSize(), s.banner.MinSize(), s.table.MinSize(), s.lower.object.MinSize(), w.status.MinSize())
	v := w.video
	h := w.host
	t.Logf("form %v banner %v lower %v", h.form.object.MinSize(), h.banner.MinSize(), h.lower.object.MinSize())
	n := w.net
	t.Logf("form %v banner %v map %v lower %v", n.form.object.MinSize(), n.banner.MinSize(), n.route.MinSize(), n.lower.object.MinSize())
	t.Logf("form %v banner %v film %v lower %v", v.form.object.MinSize(), v.banner.MinSize(), v.film.object.MinSize(), v.lower.object.MinSize())
}
