package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// askTURN fills in servers whose network is looked at.
func askTURN(n *Network) {
	f := n.Form()
	f.Target = netcheck.TargetTURN
	f.Servers = Servers{URLs: "turn:turn.example.com:3478\nturns:turn.example.com:443", User: "ann", Password: "secret"}
	n.SetForm(f)
}

// networkEvents are those of a run that found some results.
func networkEvents(t *testing.T, n *Network, results []netcheck.NetResult) []netcheck.Event {
	t.Helper()
	return filmed(t, presenttest.Probed(results, nil), n.Checked().Plan, false)
}

// networked replays a run until an event, or to its end.
func networked(t *testing.T, results []netcheck.NetResult, until func(netcheck.Event) bool) (*Network, NetworkView) {
	t.Helper()
	n := NewNetwork(Units{})
	askTURN(n)
	n.Begin()
	var now time.Duration
	for _, e := range networkEvents(t, n, results) {
		n.Apply(e)
		now = e.At
		if until != nil && until(e) {
			return n, n.View(now)
		}
	}
	n.End(Outcome{Folder: "/home/ann/echopath"})
	return n, n.View(now)
}

func cardOf(t *testing.T, v NetworkView, a netcheck.Area) NetCard {
	t.Helper()
	i := slices.IndexFunc(v.Cards, func(c NetCard) bool { return c.Area == a })
	if i < 0 {
		t.Fatalf("there is no card for %s", a)
	}
	return v.Cards[i]
}

func laneOf(t *testing.T, v NetworkView, title string) NetLane {
	t.Helper()
	i := slices.IndexFunc(v.Map.Lanes, func(l NetLane) bool { return l.Title == title })
	if i < 0 {
		t.Fatalf("there is no lane %s", title)
	}
	return v.Map.Lanes[i]
}

func TestIdleNetworkSaysWhatItWillAskWhom(t *testing.T) {
	n := NewNetwork(Units{})
	v := n.View(0)
	if !v.CanStart || !strings.HasPrefix(v.Banner.Text, "Press Start") || !strings.Contains(v.Banner.More, "stun.l.google.com") || !strings.Contains(v.StartWhy, "which see this computer's address") {
		t.Errorf("%+v, %q", v.Banner, v.StartWhy)
	}
	p := n.Checked().Plan
	if !p.Network.Only || p.Target.Kind != netcheck.TargetTURN || len(p.Target.Servers) != 2 {
		t.Errorf("%+v", p)
	}
	askTURN(n)
	if v = n.View(0); !strings.Contains(v.Banner.More, "turn.example.com") || strings.Contains(v.Banner.More, "public") || n.Checked().Cost != "small packets to 1 server and a page of Cloudflare, about 5 s" {
		t.Errorf("%+v %q", v.Banner, n.Checked().Cost)
	}
	for _, c := range v.Cards {
		if c.Mark.Word != "not asked" || c.Text == "" {
			t.Errorf("%+v", c)
		}
	}
}

func TestNetworkOfAnotherEchopath(t *testing.T) {
	n := NewNetwork(Units{})
	f := n.Form()
	f.Target = netcheck.TargetInvite
	n.SetForm(f)
	if v := n.View(0); v.CanStart || n.Checked().Problem == "" {
		t.Errorf("it can be started without an invite: %+v", v.Banner)
	}
}

func TestNetworkWithoutOutsideServers(t *testing.T) {
	n := NewNetwork(Units{})
	f := n.Form()
	f.STUN = ""
	n.SetForm(f)
	if v := n.View(0); v.CanStart || !strings.Contains(v.Banner.Text, "outside STUN server") {
		t.Errorf("%+v", v.Banner)
	}
}

func TestNothingMovesWhileTheNetworkAnswers(t *testing.T) {
	n := NewNetwork(Units{})
	askTURN(n)
	before := n.View(0)
	n.Begin()
	for _, e := range networkEvents(t, n, presenttest.OnlyTLS) {
		n.Apply(e)
		v := n.View(e.At)
		if len(v.Cards) != len(before.Cards) || len(v.Map.Lanes) != len(before.Map.Lanes) {
			t.Fatalf("after %T there are %d cards and %d lanes", e.Body, len(v.Cards), len(v.Map.Lanes))
		}
		for i, c := range v.Cards {
			if c.Area != before.Cards[i].Area || c.Mark.Word == "" || c.Text == "" {
				t.Errorf("%+v", c)
			}
		}
		for i, l := range v.Map.Lanes {
			if l.Title != before.Map.Lanes[i].Title || l.Mark.Word == "" {
				t.Errorf("%+v", l)
			}
		}
	}
}

func TestNetworkWhileItAnswers(t *testing.T) {
	_, v := networked(t, presenttest.HomeNAT, func(e netcheck.Event) bool {
		b, ok := e.Body.(netcheck.NetProbed)
		return ok && b.Result.Kind == netcheck.ProbeDNS
	})
	if v.Phase != PhaseRunning || v.Banner.Text != "2 of 10 questions answered" || v.Status.Text != v.Banner.Text || v.Status.Left == "" {
		t.Errorf("%+v %+v", v.Banner, v.Status)
	}
	if c := cardOf(t, v, netcheck.AreaNames); c.Mark.Word != "ok" {
		t.Errorf("%+v", c)
	}
	if c := cardOf(t, v, netcheck.AreaTURN); c.Mark.Word != "0 of 2" {
		t.Errorf("%+v", c)
	}
	if l := laneOf(t, v, "Relay UDP"); l.Mark.Word != "waiting" || l.Reach != StopComputer {
		t.Errorf("%+v", l)
	}
}

func TestNetworkAtHome(t *testing.T) {
	n, v := networked(t, presenttest.HomeNAT, nil)
	for title, want := range map[string]NetLane{
		"UDP":       {Mark: present.NetStateMark(netcheck.NetOK), Reach: StopServer, Text: "3478"},
		"Relay UDP": {Mark: present.NetStateMark(netcheck.NetOK), Reach: StopFar, Text: "3478"},
		"Relay TLS": {Mark: present.NetStateMark(netcheck.NetOK), Reach: StopFar, Text: "443"},
	} {
		if l := laneOf(t, v, title); l.Mark != want.Mark || l.Reach != want.Reach || l.Ended || l.Text != want.Text {
			t.Errorf("%s: %+v", title, l)
		}
	}
	if l := laneOf(t, v, "Relay TCP"); l.Mark.Word != "not asked" || l.Reach != StopComputer {
		t.Errorf("%+v", l)
	}
	var stops []string
	for _, s := range v.Map.Stops {
		stops = append(stops, s.Text)
	}
	if want := []string{"192.168.1.20", "198.51.100.4", "3 of 3 ways pass", "turn.example.com", "relay over UDP, TLS"}; !slices.Equal(stops, want) {
		t.Errorf("%q", stops)
	}
	if !v.CanSave || v.Status.Text != "Network test complete" || v.Status.Progress != 1 {
		t.Errorf("%+v", v.Status)
	}
	if text, ok := n.FirewallText(); !ok || !strings.Contains(text, "203.0.113.7") {
		t.Errorf("%q", text)
	}
}

func TestNetworkThatBlocks(t *testing.T) {
	_, v := networked(t, presenttest.OnlyTLS, nil)
	for title, word := range map[string]string{"UDP": "blocked", "Relay UDP": "blocked", "Relay TCP": "blocked"} {
		if l := laneOf(t, v, title); l.Mark.Word != word || l.Reach != StopFirewall || !l.Ended || l.Text != "not 3478" || l.Hint == "" {
			t.Errorf("%s: %+v", title, l)
		}
	}
	if l := laneOf(t, v, "Relay TLS"); l.Reach != StopFar || l.Ended {
		t.Errorf("%+v", l)
	}
	if c := cardOf(t, v, netcheck.AreaTURN); c.Mark.Word != "in part" || !strings.Contains(c.Text, "did not answer over UDP") {
		t.Errorf("%+v", c)
	}
	if c := cardOf(t, v, netcheck.AreaPath); c.Mark.Word != "not asked" {
		t.Errorf("%+v", c)
	}
	if len(v.Findings) == 0 || v.Findings[0].Advice == "" {
		t.Errorf("%+v", v.Findings)
	}
}

func TestAServerThatRefuses(t *testing.T) {
	r := netcheck.NetResult{Kind: netcheck.ProbeTURN, State: netcheck.NetFailed, Transport: "tls", Port: 443,
		Steps: []netcheck.NetStep{{Name: string(netcheck.StepDial), OK: true}, {Name: netcheck.NetStepAllocate, Code: 401}}}
	if stop, ends := reachOf(r); stop != StopServer || !ends {
		t.Error(stop, ends)
	}
	r.Steps = r.Steps[:1] // something took the connection: that it was the server is not known
	if stop, ends := reachOf(r); stop != StopFirewall || !ends {
		t.Error(stop, ends)
	}
}

func TestEvidenceOfAnArea(t *testing.T) {
	n, _ := networked(t, presenttest.HomeNAT, nil)
	var titles []string
	for _, s := range n.Details(netcheck.AreaTURN) {
		titles = append(titles, s.Title)
	}
	if want := []string{"Relays (TURN)", "TURN over UDP, turn.example.com:3478: ok", "Timeline of TURN over UDP, turn.example.com:3478",
		"TURN over TLS, turn.example.com:443: ok", "Timeline of TURN over TLS, turn.example.com:443"}; !slices.Equal(titles, want) {
		t.Errorf("%q", titles)
	}
	nat := n.Details(netcheck.AreaNAT)
	if len(nat) != 4 || nat[2].Rows[0][1].Text != "endpoint-independent" || nat[2].Rows[1][1].Text != "address-and-port-dependent" || nat[3].Title != "What that means for calls" {
		t.Errorf("%+v", nat)
	}
	if empty := n.Details(netcheck.AreaPath); len(empty) != 1 || !strings.Contains(empty[0].Intro, "Nothing was asked") {
		t.Errorf("%+v", empty)
	}
	if idle := NewNetwork(Units{}).Details(netcheck.AreaUDP); len(idle) != 1 || idle[0].Intro == "" {
		t.Errorf("%+v", idle)
	}
}

func TestLogOfTheNetwork(t *testing.T) {
	n, _ := networked(t, presenttest.OnlyTLS, nil)
	log := n.Log()
	if len(log) < len(presenttest.OnlyTLS)+2 || !strings.HasPrefix(log[0].Text, "The network test begins") {
		t.Fatalf("%+v", log)
	}
	for _, l := range log {
		if l.Text == "" || strings.Contains(l.Text, "..") || strings.Contains(l.Text, "%!") || strings.Contains(l.Text, "paths") {
			t.Errorf("%q", l.Text)
		}
	}
}

// What was stopped keeps what was answered, and says of the rest that it was not.
func TestStoppedNetwork(t *testing.T) {
	n, _ := networked(t, presenttest.HomeNAT, func(e netcheck.Event) bool { return isBody[netcheck.NetProbed](e) })
	n.Stopping()
	n.Apply(netcheck.Event{Seq: 99, At: time.Second, Body: netcheck.SessionEnded{Ended: netcheck.EndedCancelled, Duration: time.Second}})
	n.End(Outcome{})
	v := n.View(time.Second)
	if c := cardOf(t, v, netcheck.AreaComputer); c.Mark.Word != "ok" {
		t.Errorf("%+v", c)
	}
	if c := cardOf(t, v, netcheck.AreaTURN); c.Mark.Word != "not tested" || !strings.Contains(c.Text, "ended before") {
		t.Errorf("%+v", c)
	}
	if v.Status.Busy || v.Phase != PhaseDone {
		t.Errorf("%+v", v.Status)
	}
}
