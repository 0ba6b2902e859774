package view

import (
	"context"
	"slices"
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

// everyLong are the questions that take minutes.
var everyLong = []netcheck.ProbeKind{netcheck.ProbeLifetime, netcheck.ProbeRate, netcheck.ProbeIdle}

// withLong is a run of a form that asks all of them.
var withLong = append(slices.Clone(presenttest.HomeNAT),
	netcheck.NetResult{ID: "lifetime", Kind: netcheck.ProbeLifetime, State: netcheck.NetOK, Took: 3 * time.Minute, Text: "The NAT keeps the port of a quiet connection for 120 s."},
	netcheck.NetResult{ID: "rate", Kind: netcheck.ProbeRate, State: netcheck.NetOK, Took: 5 * time.Minute, Text: "No limit of a single flow was found up to 4 Mbit/s."},
	netcheck.NetResult{ID: "idle", Kind: netcheck.ProbeIdle, State: netcheck.NetOK, Took: 10 * time.Minute, Text: "A quiet relay lives for 5 minutes and more."})

// askLong asks them.
func (d *world) askLong() {
	d.onNetwork()
	d.n.OfferLong(everyLong)
	f := d.n.Form()
	f.Network.Lifetime, f.Network.Rate, f.Network.Idle = true, true, true
	d.n.SetForm(f)
	d.w.edited(TrialNetwork)
}

// noNetwork is what a computer finds that is connected to nothing.
var noNetwork = []netcheck.NetResult{
	{ID: "interfaces", Kind: netcheck.ProbeInterfaces, State: netcheck.NetFailed, Code: netcheck.ReasonLocal, Took: 300 * time.Microsecond,
		Text: "This computer has no address beside that of itself: it is connected to no network.", Advice: "Plug in the cable, or connect to the wireless network."},
	{ID: "dns:turn.example.com", Kind: netcheck.ProbeDNS, State: netcheck.NetBlocked, Code: netcheck.ReasonNameTimeout, Took: 3 * time.Second, Server: "turn.example.com",
		Text: "The name servers gave no answer for turn.example.com.", Advice: "Ask for DNS to be allowed, or give the server by its address."},
	{ID: "udp:turn.example.com:3478", Kind: netcheck.ProbeUDP, State: netcheck.NetNotTested, Code: netcheck.ReasonNameTimeout, Took: 3 * time.Second,
		Server: "turn:turn.example.com:3478?transport=udp", Transport: "udp", Port: 3478, Text: "Not asked: the name servers gave no answer for turn.example.com."},
	{ID: "nat:4", Kind: netcheck.ProbeNAT, State: netcheck.NetNotTested, Code: netcheck.ReasonNameTimeout, Took: 3 * time.Second, Text: "Not asked: the name servers gave no answer for turn.example.com."},
	{ID: "turn:udp:turn.example.com:3478", Kind: netcheck.ProbeTURN, State: netcheck.NetNotTested, Code: netcheck.ReasonNameTimeout, Took: 3 * time.Second,
		Server: "turn:turn.example.com:3478?transport=udp", Transport: "udp", Port: 3478, Text: "Not asked: the name servers gave no answer for turn.example.com."},
	{ID: "portal", Kind: netcheck.ProbePortal, State: netcheck.NetNotTested, Code: netcheck.ReasonNameTimeout, Took: 3 * time.Second, Server: "http://cp.cloudflare.com/generate_204",
		Text: "A log-in page could not be looked for: the name cp.cloudflare.com has no address here."},
}

// stopNetwork stops a run in its middle.
func (d *world) stopNetwork(results []netcheck.NetResult, at time.Duration) {
	d.playNetwork(results, at)
	d.w.actions.stop.run()
	d.n.Apply(netcheck.Event{Seq: 999, At: at, Body: netcheck.SessionEnded{Ended: netcheck.EndedCancelled, Duration: at}})
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
	{"network_options_light", look.ModeLight, narrow, func(d *world) { d.askLong(); d.w.actions.options.run() }},
	{"network_options_problems_dark", look.ModeDark, narrow, func(d *world) {
		d.w.show(screenNetwork)
		d.n.OfferLong(everyLong)
		f := d.n.Form()
		f.Network.Portal, f.Network.Page, f.Iface = model.PortalOwn, "https://page.example.com/", "eth9"
		d.n.SetForm(f)
		d.w.edited(TrialNetwork)
		d.w.actions.options.run()
	}},
	{"network_stopped_light", look.ModeLight, narrow, func(d *world) { d.onNetwork(); d.stopNetwork(presenttest.OnlyTLS, time.Second) }},
	{"network_none_light", look.ModeLight, narrow, func(d *world) { d.onNetwork(); d.doneNetwork(noNetwork) }},
	{"network_long_dark", look.ModeDark, narrow, func(d *world) { d.askLong(); d.playNetwork(withLong, 4*time.Minute) }},
	{"network_password_light", look.ModeLight, narrow, func(d *world) {
		d.onNetwork()
		d.w.editServers()
		press(d, "Save list…")
	}},
}
