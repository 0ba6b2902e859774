package view

import (
	"image"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// Both screens show one form: what is chosen on one holds on the other.
func TestBothScreensShareTheForm(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.show(screenVideo)
	d.w.video.form.paths[netcheck.PathSTUN].SetChecked(false)
	if d.m.Form().Paths[netcheck.PathSTUN] || d.w.test.form.paths[netcheck.PathSTUN].Checked {
		t.Error("a path switched off on the screen Video is still on in the screen Test")
	}
	d.w.show(screenTest)
	d.w.test.form.paths[netcheck.PathRelayTLS].SetChecked(false)
	if d.v.Form().Paths[netcheck.PathRelayTLS] || d.w.video.form.paths[netcheck.PathRelayTLS].Checked {
		t.Error("the other way round it is too")
	}
	d.turn()
	if d.v.Form().Target != netcheck.TargetTURN || d.w.video.form.target.Selected != turnName || !d.w.video.form.edit.Visible() {
		t.Error("the target is not shared")
	}
	d.w.video.form.size.SetSelected("1280x720")
	if d.m.Form().Video.Size.Width != 1280 || d.v.Checked().Plan.Video.Width != 1280 {
		t.Error("the size is not taken over")
	}
}

// One run at a time: it shows on every screen, and can be stopped on each.
func TestARunShowsOnBothScreens(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	d.w.actions.start.run()
	same(t, "start", d.asked(), []string{"start video"})
	d.w.show(screenTest)
	f := d.w.test.form
	if f.start.Text != "Stop" || f.start.Disabled() || !f.preset.Disabled() || !f.paths[netcheck.PathDirect].Disabled() {
		t.Errorf("on the screen Test: %q, disabled %v", f.start.Text, f.start.Disabled())
	}
	if ok, why := d.w.actions.start.enabled(); ok || !strings.Contains(why, "Video echo") {
		t.Errorf("a test could be started: %q", why)
	}
	if !d.w.rail.buttons[screenVideo].busy || d.w.rail.buttons[screenTest].busy || !d.w.status.shown.Busy {
		t.Error("the rail and the status bar do not show where it runs")
	}
	f.start.OnTapped()
	same(t, "stop", d.asked(), []string{"stop"})
	if d.v.Phase() != model.PhaseStopping {
		t.Errorf("the video is %s", d.v.Phase())
	}
}

func TestPicturesAreAskedForOnlyWhenTheyAreSeen(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	if d.film.asked != [numPictures]image.Point{} {
		t.Errorf("on the screen Test: %v", d.film.asked)
	}
	d.onVideo()
	d.w.Refresh()
	for i, size := range d.film.asked {
		if size.X < 150 || size.X*9-size.Y*16 > 32 {
			t.Errorf("%s: %v", pictureNames[i], size)
		}
	}
	d.w.actions.difference.run()
	if d.film.asked[pictureDifference] != (image.Point{}) || d.film.asked[pictureEchoed] == (image.Point{}) {
		t.Errorf("without the difference: %v", d.film.asked)
	}
	if d.settings.ShowDifference {
		t.Error("the choice is not kept")
	}
	d.w.actions.settings.run()
	if d.film.asked != [numPictures]image.Point{} {
		t.Errorf("on the screen Settings: %v", d.film.asked)
	}
}

// With everything that can be seen, nothing may move between idle, running and done.
func TestNothingMovesOnTheVideoScreen(t *testing.T) {
	for _, size := range []fyne.Size{narrow, fyne.NewSize(1160, 760-menuBar), wide, fyne.NewSize(2560, 1440-menuBar)} {
		d := newWorld(t, look.ModeLight, size)
		d.w.show(screenVideo)
		events := videoEvents(t, freezingRun, netcheck.VideoAlone, netcheck.AllPaths()...)
		places := func() map[string][4]float32 {
			d.settle()
			s := d.w.video
			return map[string][4]float32{"form": areaOf(s.form.object), "start": areaOf(s.form.start), "banner": areaOf(s.banner), "echoed": areaOf(s.film.pictures[1]),
				"charts": areaOf(s.lower.charts.group), "choice": areaOf(s.lower.charts.choice), "table": areaOf(s.lower.table), "status": areaOf(d.w.status)}
		}
		before := places()
		check := func(when string) {
			t.Helper()
			for name, now := range places() {
				if now != before[name] {
					t.Errorf("%v, %s: %s moves from %v to %v", size, when, name, before[name], now)
				}
			}
			if least := d.win.Content().MinSize(); least.Width > 900 || least.Height > 600-menuBar {
				t.Errorf("%s: the window needs %v", when, least)
			}
		}
		d.playVideo(events, 0)
		check("starting")
		d.playVideo(events, 2600*time.Millisecond)
		check("frozen")
		d.film.every = 2
		d.doneVideo(events, kept)
		check("done")
		d.w.ShowPictures(testPictures(480, 270))
		check("another size")
	}
}

func TestThePictureOnTheWholeScreen(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	d.playVideo(freezing(t), 3*time.Second)
	sent, echoed, _ := testPictures(64, 36)
	echo := d.w.video.film.pictures[pictureEchoed]
	d.win.Canvas().Focus(echo)
	echo.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !d.w.whole.overlay.Open() || !d.win.FullScreen() || d.w.content.Visible() {
		t.Fatal("Enter does not open it")
	}
	if got := d.film.asked; got[pictureSent] != (image.Point{}) || got[pictureEchoed].X < 800 {
		t.Errorf("asked for %v", got)
	}
	d.w.ShowPictures(nil, echoed, nil)
	d.w.SetNow(3 * time.Second)
	d.press(fyne.KeyLeft)
	if d.film.asked[pictureSent].X < 800 || d.w.whole.picture != pictureSent {
		t.Errorf("Left: %v", d.film.asked)
	}
	d.w.ShowPictures(sent, nil, nil)
	d.film.stills[pictureSent] = sent
	d.settings.Folders = map[string]string{folderPNG: t.TempDir()}
	d.w.actions.savePicture.run()
	if _, ok := d.win.Canvas().Overlays().Top().(*widgets.Dialog); !ok {
		t.Fatal("Ctrl+S opens no dialog above it")
	}
	d.asked()
	d.press(fyne.KeyReturn)
	if calls := d.asked(); len(calls) != 1 || !strings.HasSuffix(calls[0], "_sent.png") || d.picture != image.Image(sent) {
		t.Errorf("%v", calls)
	}
	d.press(fyne.KeyEscape)
	if d.w.whole.overlay.Open() || d.win.FullScreen() || !d.w.content.Visible() || d.win.Canvas().Focused() != fyne.Focusable(d.w.video.film.pictures[pictureSent]) {
		t.Error("Escape does not lead back to where it was opened")
	}
}

func TestPicturesHaveAMenu(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	d.playVideo(freezing(t), 3*time.Second)
	d.w.video.film.pictures[pictureEchoed].TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if d.sheets() != 1 {
		t.Fatal("no menu")
	}
	if got := words(d.win.Canvas().Overlays().Top()); !strings.Contains(got, "Save this picture") || !strings.Contains(got, "Whole screen") {
		t.Errorf("%s", got)
	}
}

func TestPicturesOfTheLastRunGo(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	d.doneVideo(freezing(t), kept)
	if d.w.video.film.pictures[pictureEchoed].Image() == nil {
		t.Fatal("the last picture does not stay when the run has ended")
	}
	d.w.actions.start.run()
	if d.w.video.film.pictures[pictureEchoed].Image() != nil {
		t.Error("the next run begins with it")
	}
}

func TestExportsAreThoseOfTheScreen(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.onVideo()
	if d.w.actions.exportJSON.item.Disabled == false {
		t.Error("there is no result of a video, and it could be exported")
	}
	d.doneVideo(freezing(t), kept)
	d.settings.Folders = map[string]string{folderJSON: t.TempDir()}
	d.asked()
	d.w.actions.exportJSON.run()
	d.press(fyne.KeyReturn)
	if calls := d.asked(); len(calls) != 1 || !strings.HasPrefix(calls[0], "video json ") {
		t.Errorf("%v", calls)
	}
	d.w.actions.copyData.run()
	if !strings.Contains(d.clip, "PSNR") && !strings.Contains(d.clip, "Picture delay") {
		t.Errorf("the data: %.80q", d.clip)
	}
	d.w.actions.copyTable.run()
	if !strings.Contains(d.clip, "Frozen") {
		t.Errorf("the table: %.80q", d.clip)
	}
}

func TestVideoOptions(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	before := d.v.Form().Video
	d.cameras, d.problem = []string{"Integrated"}, "There is no file of this name."
	d.w.video.form.source.SetSelected(model.SourceTitle(netcheck.SourceFile))
	if d.sheets() != 1 {
		t.Fatal("choosing a file as the source does not ask for one")
	}
	entries := d.entries()
	entries[0].SetText(" /nowhere.y4m ")
	same(t, "calls", d.asked()[:2], []string{"cameras", "look at /nowhere.y4m"})
	if d.v.Checked().Problem != "There is no file of this name." || d.v.Form().Video.File != "/nowhere.y4m" {
		t.Errorf("%q, %q", d.v.Checked().Problem, d.v.Form().Video.File)
	}
	d.problem = ""
	for _, c := range all[*widgets.Check](d.win.Canvas().Overlays().Top()) {
		if c.Text == "Record" {
			c.SetChecked(true)
		}
	}
	if r := d.v.Checked().Record; d.v.Form().Video.RecordFile != "/home/ann/Documents/Echopath/video.webm" || r != nil && r.Sent {
		t.Errorf("the recording has no place: %+v", d.v.Form().Video)
	}
	d.press(fyne.KeyEscape)
	if got := d.v.Form().Video; got.RecordFile != before.RecordFile || got.Record || d.sheets() != 0 {
		t.Errorf("cancelling leaves %+v", got)
	}
	d.w.actions.record.run()
	if r := d.v.Checked().Record; r == nil || r.File != "/home/ann/Documents/Echopath/video.webm" || !strings.Contains(d.w.status.shown.Text, r.File) {
		t.Errorf("switched on in the menu: %+v, %q", r, d.w.status.shown.Text)
	}
	d.w.actions.record.run()
	if d.v.Checked().Record != nil {
		t.Error("it can not be switched off again")
	}
	d.videoForm(func(f *model.Form) { f.Video.RecordWhy = "You may not write there." })
	d.w.actions.record.run()
	if d.sheets() != 1 {
		t.Error("a place that can not be written is not asked for")
	}
}

func TestABuildWithoutVideoSaysSo(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.v.NoVideo("This program was built without a video codec.")
	d.onVideo()
	f := d.w.video.form
	if !f.start.Disabled() || !f.source.Disabled() || !strings.Contains(f.startTip(), "without a video codec") {
		t.Errorf("start %v, source %v, %q", f.start.Disabled(), f.source.Disabled(), f.startTip())
	}
	if got := words(d.w.video.film.object); !strings.Contains(got, "without a video codec") {
		t.Errorf("the pictures say %q", got)
	}
	d.w.show(screenTest)
	if d.w.test.form.start.Disabled() {
		t.Error("a test can not be started either")
	}
}

// The overview shows as many charts as there is room for, the weightiest first.
func TestTheOverviewFollowsTheRoom(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.show(screenVideo)
	d.settle()
	c := d.w.video.lower.charts
	few := len(c.group.Panels())
	d.win.Resize(fyne.NewSize(1920, 1050))
	d.settle()
	many := len(c.group.Panels())
	if few < 2 || many <= few || c.group.Panels()[0] != c.rate {
		t.Errorf("%d charts in a small window, %d in a large one", few, many)
	}
	c.choice.SetSelected("Quality")
	if got := c.group.Panels(); len(got) != 3 || got[0] != c.fps {
		t.Errorf("the choice shows %d charts", len(got))
	}
}

// A run on one screen does not make the time axis of the other one longer.
func TestEachScreenHasItsOwnTime(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	d.doneVideo(freezing(t), kept)
	axis := func() float64 { _, to := d.w.video.lower.charts.group.View(); return to }
	d.settle()
	before := axis()
	if before > 33 {
		t.Errorf("30 s of video end at %v s", before)
	}
	d.w.show(screenTest)
	d.done(poorLine(t), kept)
	d.w.show(screenVideo)
	d.settle()
	if got := axis(); got != before {
		t.Errorf("it ended at %v s, and at %v s after a test", before, got)
	}
}

func TestTabOrderOfTheVideoScreen(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onVideo()
	pictures := []string{"*widgets.Picture", "*widgets.Picture", "*widgets.Picture"}
	same(t, "idle", d.walk(), join([]string{"screen Test", "screen Video", "screen Network", "screen Host", "screen Settings", "This computer", model.SourceTitle(netcheck.SourceSynthetic), "640x360", "Options…", "Start",
		"Direct", "STUN", "Relay UDP", "Relay TCP", "Relay TLS"}, pictures, []string{"panes", "Overview", "Follow", "whole run", "charts"}))
	d.doneVideo(freezing(t), kept)
	d.w.actions.comparison.run()
	got := d.walk()
	same(t, "paths", got[len(got)-4:], []string{"panes", "table", "Export", "Copy"})
}
