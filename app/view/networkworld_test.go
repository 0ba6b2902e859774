package view

import (
	"context"
	"testing"
	"time"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// onNetwork goes to the screen "Network", with servers of one's own.
func (d *world) onNetwork() {
	d.turn()
	d.w.show(screenNetwork)
}

// networkEvents are those of a run that found some results.
func networkEvents(t *testing.T, plan netcheck.Plan, results []netcheck.NetResult) []netcheck.Event {
	t.Helper()
	var events []netcheck.Event
	if _, err := presenttest.Probed(results, nil)(context.Background(), plan, func(e netcheck.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

// playNetwork starts the network test as a person would, and plays it until some time.
func (d *world) playNetwork(results []netcheck.NetResult, until time.Duration) {
	d.w.actions.start.run()
	events := networkEvents(d.t, d.n.Checked().Plan, results)
	for _, e := range events {
		if e.At > until {
			break
		}
		d.n.Apply(e)
	}
	d.w.SetNow(min(until, events[len(events)-1].At))
}

// doneNetwork plays it to its end.
func (d *world) doneNetwork(results []netcheck.NetResult) {
	d.playNetwork(results, 1<<62)
	d.n.End(model.Outcome{Folder: kept.Folder})
	d.w.Refresh()
}

var networkShots = []shot{
	{"network_idle_light", look.ModeLight, narrow, func(d *world) { d.w.show(screenNetwork) }},
	{"network_idle_dark_wide", look.ModeDark, wide, func(d *world) { d.onNetwork() }},
	{"network_running_light", look.ModeLight, narrow, func(d *world) { d.onNetwork(); d.playNetwork(presenttest.HomeNAT, 100*time.Millisecond) }},
	{"network_home_light", look.ModeLight, narrow, func(d *world) { d.onNetwork(); d.doneNetwork(presenttest.HomeNAT) }},
	{"network_home_dark_wide", look.ModeDark, wide, func(d *world) {
		d.onNetwork()
		d.doneNetwork(presenttest.HomeNAT)
		d.w.net.open(netcheck.AreaNAT)
	}},
	{"network_blocked_dark", look.ModeDark, narrow, func(d *world) { d.onNetwork(); d.doneNetwork(presenttest.OnlyTLS) }},
	{"network_blocked_light_wide", look.ModeLight, wide, func(d *world) { d.onNetwork(); d.doneNetwork(presenttest.OnlyTLS) }},
	{"network_evidence_light", look.ModeLight, narrow, func(d *world) {
		d.onNetwork()
		d.doneNetwork(presenttest.OnlyTLS)
		d.w.net.open(netcheck.AreaTURN)
	}},
	{"network_findings_dark", look.ModeDark, narrow, func(d *world) {
		d.onNetwork()
		d.doneNetwork(presenttest.OnlyTLS)
		d.w.actions.findings.run()
	}},
	{"network_options_light", look.ModeLight, narrow, func(d *world) { d.onNetwork(); d.w.actions.options.run() }},
}
