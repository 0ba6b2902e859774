package view

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/chart"
	"echopath/app/chart/plot"
	"echopath/app/look"
	"echopath/app/model"
	"echopath/netcheck"
)

func TestARowOpens(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.w.test.table.OnOpen(netcheck.PathRelayTLS)
	l := d.w.test.lower
	if l.frame.chosen != paneDetails || !l.details.Visible() || d.w.test.table.Selected() != netcheck.PathRelayTLS {
		t.Fatalf("pane %d, selected %v", l.frame.chosen, d.w.test.table.Selected())
	}
	tls := l.details.Text()
	d.w.test.table.Select(netcheck.PathDirect)
	if l.opened != netcheck.PathDirect || l.details.Text() == tls {
		t.Error("the details do not follow the selection")
	}
}

func TestDetailsAreNeverEmpty(t *testing.T) {
	for _, phase := range phases(t) {
		d := newWorld(t, look.ModeLight, narrow)
		phase.do(d)
		d.w.actions.details.run()
		if d.w.test.lower.details.Text() == "" {
			t.Errorf("%s: nothing", phase.name)
		}
		for _, p := range netcheck.AllPaths() {
			d.w.test.open(p)
			if d.w.test.lower.details.Text() == "" {
				t.Errorf("%s: nothing about %s", phase.name, p.Title())
			}
		}
	}
}

func TestFindingsHaveABadge(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.turn()
	d.done(poorLine(t), kept)
	n := 0
	for _, f := range d.w.view.Findings {
		if f.Mark.Word == "critical" || f.Mark.Word == "warning" {
			n++
		}
	}
	l := d.w.test.lower
	if got := words(l.all); n == 0 || actionable(d.w.view.Findings) != n || got != "Charts  Findings "+count(n)+" Details  Log " {
		t.Errorf("%d findings, %q", n, got)
	}
	if got := len(l.findings.column.Objects); got != len(d.w.view.Findings)+1 { // and the verdict above them
		t.Errorf("%d cards for %d findings", got, len(d.w.view.Findings))
	}
	d.done(allGood(t), kept)
	if got := words(l.all); got != "Charts  Findings  Details  Log " {
		t.Errorf("after a good run %q", got)
	}
}

func TestThePaneIsRemembered(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	l := d.w.test.lower
	for _, pane := range []int{paneDetails, paneLog} {
		l.choose(pane)
		d.w.actions.settings.run()
		d.w.actions.test.run()
		d.win.Resize(wide)
		if l.beside.Selected() != pane-1 || !l.panes[pane].Visible() || !l.frame.wide {
			t.Errorf("wide: pane %d is not beside the charts", pane)
		}
		d.win.Resize(narrow)
		d.done(allGood(t), kept)
		if l.frame.chosen != pane || l.all.Selected() != pane {
			t.Errorf("pane %d became %d", pane, l.frame.chosen)
		}
	}
	l.choose(paneFindings)
	d.play(allGood(t), time.Second)
	if l.frame.chosen != paneCharts {
		t.Error("a run begins, and its curves are not to be seen")
	}
}

// In a wide window the charts stay beside whichever pane is chosen.
func TestWide(t *testing.T) {
	d := newWorld(t, look.ModeLight, wide)
	for pane := paneCharts; pane < numPanes; pane++ {
		d.w.test.lower.choose(pane)
		d.settle()
		seen := len(all[*chart.Group](d.w.test.lower.object))
		if side := d.w.test.lower.frame.sidePane(); seen != 1 || !d.w.test.lower.panes[side].Visible() {
			t.Errorf("pane %d: %d charts, side %d", pane, seen, side)
		}
	}
}

func TestCurvesHaveTheirColours(t *testing.T) {
	for _, mode := range []look.Mode{look.ModeLight, look.ModeDark} {
		d := newWorld(t, mode, narrow)
		d.done(allGood(t), kept)
		c := d.w.test.lower.charts
		if len(c.rtt.Lines) != 10 || len(c.loss.Marks) != 10 || len(c.rate.Lines) != 20 {
			t.Fatalf("%d, %d, %d lines", len(c.rtt.Lines), len(c.loss.Marks), len(c.rate.Lines))
		}
		for i, k := range d.m.Curves() {
			want, dash := look.PathColor(k.Key.Path, look.Variant()), plot.Solid
			if k.Key.Carrier == netcheck.CarrierDataChannel {
				dash = plot.Dashed
			}
			if l := c.rtt.Lines[i]; l.Color != want || l.Dash != dash || l.Series != k.RTT {
				t.Errorf("%s: %v %v", l.Name, l.Color, l.Dash)
			}
		}
		if got := d.chips(); got != 7 { // too low for the bitrate, and its chip
			t.Errorf("%d chips", got)
		}
		d.win.Resize(wide)
		if got := d.chips(); got != 8 {
			t.Errorf("%d chips in a large window", got)
		}
	}
}

func (d *world) chips() int {
	n := 0
	for _, o := range all[fyne.Widget](d.w.test.lower.charts.legend) {
		if f, ok := o.(fyne.Focusable); ok && spoken(f) == chips[0] {
			n++
		}
	}
	return n
}

func TestTheThemeRecoloursCurves(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.done(allGood(t), kept)
	d.w.actions.dark.run()
	if got, want := d.w.test.lower.charts.rtt.Lines[0].Color, look.PathColor(netcheck.PathDirect, look.Variant()); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestFollow(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.play(allGood(t), 12*time.Second)
	c := d.w.test.lower.charts
	d.w.actions.follow.run()
	if !c.follow.Checked || !c.group.Following() {
		t.Fatal("the box and the charts differ")
	}
	d.w.updateMenu()
	if !d.w.actions.follow.item.Checked {
		t.Error("the menu has no mark")
	}
	c.follow.OnChanged(false)
	if c.group.Following() {
		t.Error("the box does not end it")
	}
	d.w.actions.follow.run()
	d.m.End(model.Outcome{})
	d.w.Refresh()
	d.w.actions.start.run()
	if c.group.Following() || c.follow.Checked {
		t.Error("a new run begins and the charts still follow")
	}
}

// The time axis has the whole run from its start: the curves grow into it.
func TestTheAxisIsPlanned(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	axis := func() float64 { _, to := d.w.test.lower.charts.group.View(); return to }
	idle := axis()
	d.play(nothingYet(t), 0)
	if got := axis(); got != idle {
		t.Errorf("starting: the axis goes from %v to %v s", idle, got)
	}
	d.m.End(model.Outcome{Err: errPorts})
	d.w.Refresh()
	if got := axis(); got != idle {
		t.Errorf("not started: the axis goes from %v to %v s", idle, got)
	}
	d.play(allGood(t), 2*time.Second)
	if got := axis(); got < 25 || got > 35 {
		t.Errorf("running: %v s", got)
	}
	d.done(allGood(t), kept)
	if got := axis(); got < 28 || got > 30 {
		t.Errorf("done: %v s", got)
	}
}
