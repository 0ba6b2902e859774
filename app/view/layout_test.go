package view

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

// Nothing may move between idle, running and done, whatever there is to say.
func TestNothingMoves(t *testing.T) {
	for _, size := range []fyne.Size{narrow, fyne.NewSize(1120, 760-menuBar), fyne.NewSize(1160, 760-menuBar), wide, fyne.NewSize(2560, 1440-menuBar)} {
		d := newWorld(t, look.ModeLight, size)
		d.turn()
		places := func() map[string][4]float32 {
			d.settle()
			s, c := d.w.test, d.w.test.lower.charts
			return map[string][4]float32{"form": areaOf(s.form.object), "target": areaOf(s.form.target), "start": areaOf(s.form.start), "banner": areaOf(s.banner),
				"table": areaOf(s.table), "charts": areaOf(c.group), "follow": areaOf(c.follow), "status": areaOf(d.w.status), "rail": areaOf(d.w.rail.object)}
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
		d.play(nothingYet(t), 0)
		check("starting")
		d.m.End(model.Outcome{Err: errPorts})
		d.w.Refresh()
		check("not started")
		d.play(poorLine(t), 8*time.Second)
		check("running")
		d.w.actions.stop.run()
		check("stopping")
		d.m.End(model.Outcome{SaveErr: errDisk})
		d.w.Refresh()
		check("stopped")
		d.done(poorLine(t), kept)
		check("poor")
		d.form(func(f *model.Form) { f.Target, f.Servers.URLs = netcheck.TargetTURN, "https://turn.example.com" })
		check("bad form")
	}
}

// nothingYet is a stream of which nothing has come.
func nothingYet(t *testing.T) []netcheck.Event {
	e := allGood(t)[:1]
	e[0].At = time.Hour
	return e
}

// Sheets must fit the smallest window with everything that they can have to say.
func TestSheetsFitTheSmallestWindow(t *testing.T) {
	for name, open := range map[string]func(*world){
		"options":  func(d *world) { d.w.actions.options.run() },
		"video":    func(d *world) { d.w.show(screenVideo); d.w.actions.options.run() },
		"servers":  func(d *world) { d.w.actions.servers.run() },
		"about":    func(d *world) { d.w.actions.about.run() },
		"glossary": func(d *world) { d.w.actions.glossary.run() },
	} {
		d := newWorld(t, look.ModeLight, narrow)
		d.turn()
		open(d)
		d.settle()
		if least := d.win.Canvas().Overlays().Top().MinSize(); least.Width > narrow.Width || least.Height > narrow.Height {
			t.Errorf("%s need %v", name, least)
		}
	}
}
