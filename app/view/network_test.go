package view

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func newNetworkWorld(t *testing.T) *world {
	d := newWorld(t, look.ModeLight, narrow)
	d.onNetwork()
	return d
}

func TestNetworkIsStartedStoppedAndCopied(t *testing.T) {
	d := newNetworkWorld(t)
	if ok, why := d.w.actions.copyFirewall.enabled(); ok || !d.w.net.form.copy.Disabled() || why == "" {
		t.Errorf("there is something to copy before the start: %q", why)
	}
	d.playNetwork(presenttest.OnlyTLS, 100*time.Millisecond)
	if !slices.Equal(d.calls, []string{"start network"}) || !d.w.rail.buttons[screenNetwork].busy || d.w.net.form.start.Text != "Stop" {
		t.Errorf("%v", d.calls)
	}
	if why := d.w.view.StartWhy; d.w.view.CanStart || !strings.Contains(why, "“Network”") {
		t.Errorf("a test can be started beside it: %q", why)
	}
	d.w.actions.stop.run()
	if d.n.Phase() != model.PhaseStopping {
		t.Error(d.n.Phase())
	}
}

func TestNetworkForTheFirewallTeam(t *testing.T) {
	d := newNetworkWorld(t)
	d.doneNetwork(presenttest.OnlyTLS)
	d.w.actions.copyFirewall.run()
	if !strings.Contains(d.clip, "203.0.113.7") || !strings.Contains(d.clip, "3478") || !strings.Contains(d.w.status.shown.Text, "clipboard") {
		t.Errorf("%q %q", d.clip, d.w.status.shown.Text)
	}
	d.w.actions.copyText.run()
	if !strings.Contains(d.clip, "UDP is blocked: packets are dropped") {
		t.Errorf("%q", d.clip)
	}
	d.w.actions.copyTable.run()
	if lines := strings.Split(strings.TrimSpace(d.clip), "\n"); len(lines) != len(netcheck.AllAreas()) || !strings.HasPrefix(lines[2], "UDP\tblocked\t") {
		t.Errorf("%q", d.clip)
	}
	for _, a := range []*action{d.w.actions.exportSummary, d.w.actions.exportTables, d.w.actions.savePNG, d.w.actions.zoomIn} {
		if ok, why := a.enabled(); ok || why == "" {
			t.Errorf("%s can be done", a.name)
		}
	}
	d.w.actions.zoomIn.run() // there is nothing to zoom: it must do nothing
	if ok, why := d.w.actions.exportJSON.enabled(); !ok {
		t.Error(why)
	}
}

func TestNetworkByKeyboard(t *testing.T) {
	d := newNetworkWorld(t)
	d.doneNetwork(presenttest.HomeNAT)
	d.focus("*widgets.NetCards")
	d.press(fyne.KeyRight, fyne.KeyDown, fyne.KeyRight, fyne.KeyHome, fyne.KeyDown)
	if got := d.w.net.cards.Selected(); got != netcheck.AreaTURN {
		t.Errorf("the keys lead to %s", got)
	}
	d.press(fyne.KeyReturn)
	if l := d.w.net.lower; l.frame.chosen != networkEvidence || !strings.Contains(l.evidence.Text(), "TURN over TLS") {
		t.Errorf("Enter shows pane %d: %q", l.frame.chosen, l.evidence.Text())
	}
	d.w.actions.areas.run()
	if d.w.net.lower.frame.chosen != networkAreas {
		t.Error("the areas do not come back")
	}
	d.w.actions.log.run()
	if d.w.net.lower.frame.chosen != networkLog || d.w.screen != screenNetwork {
		t.Error("the log is not the one of the network")
	}
}

func TestNetworkIsReachedByTab(t *testing.T) {
	d := newNetworkWorld(t)
	got := d.walk()
	for _, want := range []string{"screen Network", "TURN servers", "Servers…", "Options…", "Start", "panes", "*widgets.NetCards"} {
		if !slices.Contains(got, want) {
			t.Errorf("Tab does not reach %q: %q", want, got)
		}
	}
}

func TestMapOpensWhatIsKnown(t *testing.T) {
	d := newNetworkWorld(t)
	d.doneNetwork(presenttest.HomeNAT)
	d.settle()
	m := d.w.net.route
	tap := func(x, y float32) { m.Tapped(&fyne.PointEvent{Position: fyne.NewPos(x, y)}) }
	tap(m.Size().Width*0.32, 6)
	if l := d.w.net.lower; l.opened != netcheck.AreaNAT || l.frame.chosen != networkEvidence {
		t.Errorf("the stop opens %s", l.opened)
	}
	tap(m.Size().Width*0.5, m.Size().Height-4)
	if l := d.w.net.lower; l.opened != netcheck.AreaTURN {
		t.Errorf("the lane opens %s", l.opened)
	}
}

// The form is one: what is chosen here holds on the other screens.
func TestNetworkSharesTheForm(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.show(screenNetwork)
	d.w.actions.targets[2].run()
	if d.m.Form().Target != netcheck.TargetInvite || d.v.Form().Target != netcheck.TargetInvite || d.w.screen != screenNetwork {
		t.Errorf("%v %v on %s", d.m.Form().Target, d.v.Form().Target, d.w.screen)
	}
	d.w.actions.targets[0].run()
	if got := d.w.net.form.target.Selected; got != "Public STUN servers" || d.w.test.form.target.Selected != "This computer" {
		t.Errorf("%q, %q", got, d.w.test.form.target.Selected)
	}
}

// Nothing moves while the answers come: map, panes and cards stay where they were before the start.
func TestNetworkScreenStandsStill(t *testing.T) {
	d := newNetworkWorld(t)
	d.settle()
	parts := func() [][4]float32 {
		return [][4]float32{areaOf(d.w.net.banner), areaOf(d.w.net.route), areaOf(d.w.net.cards), areaOf(d.w.net.lower.all)}
	}
	before := parts()
	d.playNetwork(presenttest.OnlyTLS, time.Second)
	d.settle()
	same(t, "while it runs", parts(), before)
	for _, e := range networkEvents(t, d.n.Checked().Plan, presenttest.OnlyTLS) {
		d.n.Apply(e)
	}
	d.n.End(model.Outcome{})
	d.w.Refresh()
	d.settle()
	same(t, "afterwards", parts(), before)
}
