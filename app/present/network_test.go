package present

import (
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func networkPlan(t *testing.T, change func(*netcheck.Plan), urls ...string) netcheck.Plan {
	t.Helper()
	p := turnPlan(t, urls...)
	p.Network = netcheck.NetworkPlan{Only: true}
	if change != nil {
		change(&p)
	}
	granted, err := p.Grant()
	if err != nil {
		t.Fatal(err)
	}
	return granted
}

func TestAreaMark(t *testing.T) {
	of := func(states ...netcheck.NetState) (results []netcheck.NetResult) {
		for _, s := range states {
			results = append(results, netcheck.NetResult{State: s})
		}
		return results
	}
	ok, blocked, open := netcheck.NetOK, netcheck.NetBlocked, netcheck.NetNotTested
	for want, results := range map[string][]netcheck.NetResult{
		"● ok": of(ok, open), "▲ degraded": of(ok, netcheck.NetDegraded), "▲ in part": of(blocked, ok, open), "■ blocked": of(blocked, open),
		"■ failed": of(blocked, netcheck.NetFailed), "○ not tested": of(open),
	} {
		if got := AreaMark(results).String(); got != want {
			t.Errorf("%+v: %s, want %s", results, got, want)
		}
	}
	if m := AreaMark(nil); m.Word != "not tested" {
		t.Errorf("of nothing: %s", m)
	}
}

// Every area, kind and peer has words, and no two have the same.
func TestNetworkWords(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range netcheck.AllAreas() {
		if title := AreaTitle(a); title == string(a) || seen[title] {
			t.Errorf("%s is called %q", a, title)
		} else {
			seen[title] = true
		}
	}
	for _, p := range netcheck.AllPeers() {
		if peerWords(p) == string(p) {
			t.Errorf("no words for %s", p)
		}
	}
	for want, r := range map[string]netcheck.NetResult{
		"TURN over DTLS": {Kind: netcheck.ProbeTURN, Transport: "dtls", Port: 5349}, "UDP port 443": {Kind: netcheck.ProbeUDP, Port: 443},
		"idle time-out": {Kind: netcheck.ProbeIdle}, "new": {Kind: "new"},
	} {
		if got := ProbeTitle(r); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What is not known leaves several ways open, and is never rounded to one.
func TestExpectedCalls(t *testing.T) {
	words := func(n netcheck.NATBehavior) string {
		var s []string
		for _, e := range ExpectedCalls(n) {
			s = append(s, e.How+": "+strings.Join(e.With, ", "))
		}
		return strings.Join(s, "; ")
	}
	const easy = "without NAT or behind a full cone NAT, behind a restricted cone NAT, behind a port-restricted cone NAT"
	const never = "; by a relay over TCP or TLS: without UDP"
	tests := []struct {
		mapping, filtering netcheck.Behavior
		want               string
	}{
		{netcheck.BehaviorNone, netcheck.BehaviorNone, "direct: " + easy + ", behind a symmetric NAT" + never},
		{netcheck.BehaviorEndpointIndependent, netcheck.BehaviorAddressAndPortDependent, "direct: " + easy + "; by a relay: behind a symmetric NAT" + never},
		{netcheck.BehaviorNotSeenToVary, netcheck.BehaviorNotTested, "direct: " + easy + "; direct or by a relay: behind a symmetric NAT" + never},
		{netcheck.BehaviorEndpointIndependent, netcheck.BehaviorIndependentOrAddress, "direct: " + easy + ", behind a symmetric NAT" + never},
		{netcheck.BehaviorEndpointIndependent, netcheck.BehaviorDependent, "direct: " + easy + "; direct or by a relay: behind a symmetric NAT" + never},
		{netcheck.BehaviorDependent, netcheck.BehaviorNotTested, "direct: without NAT or behind a full cone NAT, behind a restricted cone NAT; " +
			"by a relay: behind a port-restricted cone NAT, behind a symmetric NAT" + never},
		{netcheck.BehaviorIndependentOrAddress, netcheck.BehaviorAddressDependent, "direct: without NAT or behind a full cone NAT, behind a restricted cone NAT; " +
			"direct or by a relay: behind a port-restricted cone NAT, behind a symmetric NAT" + never},
		{netcheck.BehaviorNotTested, netcheck.BehaviorNotTested, ""},
	}
	for _, tt := range tests {
		if got := words(netcheck.NATBehavior{Mapping: tt.mapping, Filtering: tt.filtering}); got != tt.want {
			t.Errorf("%q, %q:\n%s\nwant\n%s", tt.mapping, tt.filtering, got, tt.want)
		}
	}
}

func TestNetworkAnnouncement(t *testing.T) {
	const asking = " what passes on the way there, and what NATs and firewalls do with it: a few small packets for each question; about "
	public := func(p *netcheck.Plan) { p.Target.Servers = append(p.Target.Servers, netcheck.PublicSTUN()...) }
	for want, plan := range map[string]netcheck.Plan{
		"Asking a.example and b.example" + asking + "5 s, at most 15 s.": networkPlan(t, nil, "turn:a.example", "turns:a.example", "stun:b.example"),
		"Asking a.example, stun.l.google.com and stun1.l.google.com" + asking + "5 s, at most 15 s. Of these, stun.l.google.com and stun1.l.google.com are public STUN servers of others, " +
			"which see this computer's address. The page http://p.example/ is fetched.": networkPlan(t, func(p *netcheck.Plan) { public(p); p.Network.Portal = "http://p.example/" }, "turn:a.example"),
		"Asking a.example" + asking + "4 min, most of it for the lifetime of the NAT's binding.": networkPlan(t, func(p *netcheck.Plan) { p.Network.Long = []netcheck.ProbeKind{netcheck.ProbeLifetime} }, "stun:a.example"),
	} {
		if got := Announcement(plan); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
	both := networkPlan(t, func(p *netcheck.Plan) { p.Network = netcheck.NetworkPlan{On: true} }, "turn:a.example")
	if got := Announcement(both); !strings.HasPrefix(got, "Asking a.example") || !strings.Contains(got, " Sending over Direct, STUN, Relay UDP") && !strings.Contains(got, " Sending over STUN, Relay UDP") {
		t.Errorf("%s", got)
	}
}

func TestNetworkProgress(t *testing.T) {
	p := NewProgress(networkPlan(t, nil, "turn:a.example"))
	if share := p.Share(0); share != 0 {
		t.Errorf("%v is done before anything was", share)
	}
	p.Apply(netcheck.Event{Body: netcheck.NetworkStarted{Probes: []netcheck.NetPlanned{{ID: "a"}, {ID: "b"}}}})
	if line := p.Line(time.Second); line != "Network: 0 of 2 probes, 0:04 left" {
		t.Errorf("%q", line)
	}
	result := netcheck.NetResult{ID: "a", Kind: netcheck.ProbeTURN, Transport: "tls", State: netcheck.NetOK}
	for range 2 { // it counts once
		p.Apply(netcheck.Event{Body: netcheck.NetProbed{Result: result}})
	}
	if line := p.Line(9 * time.Second); line != "Network: 1 of 2 probes, 0:01 left, TURN over TLS ok" {
		t.Errorf("%q", line)
	}
	p.Apply(netcheck.Event{Body: netcheck.NetworkEnded{}})
	if left := p.Left(9 * time.Second); left != 0 || p.Share(9*time.Second) != 1 {
		t.Errorf("%v left", left)
	}
}

// Whatever the width, no line is longer, and nothing of another end moves the cursor.
func TestNetworkReportNarrow(t *testing.T) {
	results := append([]netcheck.NetResult{}, presenttest.OnlyTLS...)
	results[0].Text = "Bad \x1b[2J text."
	r, v := played(t, presenttest.Probed(results, nil), networkPlan(t, nil, "turn:turn.example.com", "turns:turn.example.com:443"))
	for _, width := range []int{30, 40, 59} {
		text := textOf(Style{Width: width, Unicode: true}, r, v)
		wantWrapped(t, "network", width, text)
		if strings.Contains(text, "\x1b") {
			t.Errorf("an escape sequence in\n%s", text)
		}
	}
	if text := textOf(Style{Width: 80, Unicode: true, Colour: true}, r, v); !strings.Contains(text, "\x1b[31;1m■\x1b[0m UDP: blocked") {
		t.Errorf("without colour:\n%s", text)
	}
}
