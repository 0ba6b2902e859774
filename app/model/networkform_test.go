package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

var everyLong = []netcheck.ProbeKind{netcheck.ProbeLifetime, netcheck.ProbeRate, netcheck.ProbeIdle}

// asked fills in the part of the form that only this screen reads.
func asked(n *Network, change func(*Form)) Checked {
	f := n.Form()
	change(&f)
	n.SetForm(f)
	return n.Checked()
}

func TestPortalPageIsNamedBeforeItIsAsked(t *testing.T) {
	n := NewNetwork(Units{})
	const page = "http://cp.cloudflare.com/generate_204"
	c := n.Checked()
	if c.Plan.Network.Portal != page || !strings.Contains(c.Cost, "Cloudflare") || !strings.Contains(c.CostHint, page) || !strings.Contains(n.View(0).Banner.More, page) {
		t.Errorf("%q %q %q %q", c.Plan.Network.Portal, c.Cost, c.CostHint, n.View(0).Banner.More)
	}
	if text := inviteAnnouncement(netcheck.Plan{Network: netcheck.NetworkPlan{Portal: page}}); !strings.Contains(text, page) {
		t.Errorf("with an invite: %q", text)
	}
	c = asked(n, func(f *Form) { f.Target, f.Network.Portal = netcheck.TargetSelf, PortalNone })
	if c.Plan.Network.Portal != "" || strings.Contains(c.Cost, "page") || strings.Contains(n.View(0).Banner.More, "http") {
		t.Errorf("none is asked, and yet: %+v %q", c.Plan.Network, c.Cost)
	}
}

func TestEveryPortalPageCanBeAsked(t *testing.T) {
	for _, choice := range PortalChoices() {
		n := NewNetwork(Units{})
		c := asked(n, func(f *Form) { f.Network.Portal, f.Network.Page = choice.Name, " http://page.example:8080/empty " })
		want := choice.Address
		if choice.Name == PortalOwn {
			want = "http://page.example:8080/empty"
		}
		if c.Problem != "" || c.Plan.Network.Portal != want {
			t.Errorf("%s: %q, %q", choice.Name, c.Plan.Network.Portal, c.Problem)
		}
		if strings.HasSuffix(want, "204") != (c.Plan.Network.PortalBody == "") && want != "" && choice.Name != PortalOwn {
			t.Errorf("%s: %q", want, c.Plan.Network.PortalBody)
		}
	}
}

func TestPageOfOnesOwnIsChecked(t *testing.T) {
	for page, want := range map[string]string{
		"": "Type the address", "https://page.example/": "must begin with http://", "page.example": "must be an address", "http://ann:secret@page.example/": "without user",
		"ftp://page.example/": "must be an address", "http://": "must be an address",
	} {
		n := NewNetwork(Units{})
		c := asked(n, func(f *Form) { f.Network.Portal, f.Network.Page = PortalOwn, page })
		if why := c.Problems[FieldPortal]; !strings.Contains(why, want) || strings.Contains(why, "secret") || c.Plan.Network.Portal != "" {
			t.Errorf("%q: %q", page, why)
		}
		if v := n.View(0); v.CanStart || v.Banner.More != "Press “Options…” to mend it." {
			t.Errorf("%q: %+v", page, v.Banner)
		}
	}
}

func TestLongQuestionsAreAskedOnlyWhereTheyCanBe(t *testing.T) {
	n := NewNetwork(Units{})
	all := func(f *Form) { f.Network.Lifetime, f.Network.Rate, f.Network.Idle = true, true, true }
	if c := asked(n, all); len(c.Plan.Network.Long) > 0 || len(n.LongChoices()) > 0 {
		t.Errorf("nothing was offered: %v", c.Plan.Network.Long)
	}
	n.OfferLong(everyLong)
	if got := n.Checked().Plan.Network.Long; !slices.Equal(got, everyLong[:1]) {
		t.Errorf("of public STUN servers: %v", got)
	}
	for _, c := range n.LongChoices() {
		if off := c.Kind != netcheck.ProbeLifetime; (c.Off != "") != off || !c.On || !strings.Contains(c.Title, " min)") || c.Hint == "" {
			t.Errorf("%+v", c)
		}
	}
	askTURN(n)
	if c := n.Checked(); !slices.Equal(c.Plan.Network.Long, everyLong) || !strings.Contains(c.Cost, "about 11 min") || n.LongChoices()[1].Off != "" {
		t.Errorf("of TURN servers: %v, %q", c.Plan.Network.Long, c.Cost)
	}
	f := n.Form()
	f.Network.Choose(netcheck.ProbeRate, false)
	f.Network.Choose(netcheck.ProbeUDP, true) // which is asked always
	n.SetForm(f)
	if got := n.Checked().Plan.Network.Long; !slices.Equal(got, []netcheck.ProbeKind{netcheck.ProbeLifetime, netcheck.ProbeIdle}) {
		t.Errorf("%v", got)
	}
}

// While questions that take minutes go on, what the others have shown is there to be read.
func TestLongQuestionsInProgress(t *testing.T) {
	n := longNetwork(t)
	v := n.View(0)
	if !strings.Contains(v.Banner.Text, "NAT lifetime, which takes about 3 min; then 1 more") || !strings.HasPrefix(v.Banner.More, "So far: ") || !strings.Contains(v.Banner.More, "Stop keeps") {
		t.Errorf("%+v", v.Banner)
	}
	if c := cardOf(t, v, netcheck.AreaNAT); c.Mark.Word != "1 of 2" || !strings.Contains(c.Text, "NAT") {
		t.Errorf("%+v", c)
	}
	n.Begin()
	if v := n.View(0); strings.Contains(v.Banner.More, "So far") {
		t.Errorf("the next run begins with what the last one has shown: %+v", v.Banner)
	}
}

// longNetwork is a run whose quick questions have been answered, and whose long ones have not.
func longNetwork(t *testing.T) *Network {
	t.Helper()
	n := NewNetwork(Units{})
	n.OfferLong(everyLong)
	askTURN(n)
	asked(n, func(f *Form) { f.Network.Lifetime, f.Network.Idle = true, true })
	n.Begin()
	long := []netcheck.NetResult{{ID: "lifetime", Kind: netcheck.ProbeLifetime, Took: 3 * time.Minute, State: netcheck.NetOK},
		{ID: "idle", Kind: netcheck.ProbeIdle, Took: 8 * time.Minute, State: netcheck.NetOK}}
	for _, e := range networkEvents(t, n, slices.Concat(presenttest.HomeNAT, long)) {
		if e.At < time.Minute {
			n.Apply(e)
		}
	}
	return n
}

func TestBriefCards(t *testing.T) {
	_, v := networked(t, presenttest.HomeNAT, nil)
	for area, want := range map[netcheck.Area]string{
		netcheck.AreaUDP:  "UDP passes: an answer in 9 ms. Outside, this computer is 198.51.100.4.",
		netcheck.AreaNAT:  "NAT with endpoint-independent mapping. Seen outside as 198.51.100.4. Filtering: address-and-port-dependent.",
		netcheck.AreaTURN: "Relays work over UDP and TLS: packets went through and came back.",
	} {
		if c := cardOf(t, v, area); c.Text != want {
			t.Errorf("%s: %q", area, c.Text)
		}
	}
	none := netcheck.NetResult{Kind: netcheck.ProbeNAT, State: netcheck.NetOK, ID: "nat:4", Facts: netcheck.NetFacts{NAT: &netcheck.NATBehavior{NAT: netcheck.No}}}
	if text := cardText([]netcheck.NetResult{none}); !strings.HasPrefix(text, "No NAT") {
		t.Errorf("%q", text)
	}
	tls := netcheck.NetResult{Kind: netcheck.ProbeTLS, State: netcheck.NetOK, ID: "tls", Server: "turns:t.example:5349", Facts: netcheck.NetFacts{TLS: &netcheck.TLSEvidence{}}}
	if text := cardText([]netcheck.NetResult{tls}); text != "TLS with t.example:5349 is as it should be." {
		t.Errorf("%q", text)
	}
	for _, r := range []netcheck.NetResult{{Kind: netcheck.ProbeUDP}, {Kind: netcheck.ProbeNAT}, {Kind: netcheck.ProbeTURN}, {Kind: netcheck.ProbeTLS}} {
		r.ID, r.State, r.Text = "x", netcheck.NetOK, "Its own words."
		if text := cardText([]netcheck.NetResult{r}); text != "Its own words." {
			t.Errorf("%s without figures: %q", r.Kind, text)
		}
	}
}

func TestAnswersOfACard(t *testing.T) {
	_, v := networked(t, presenttest.HomeNAT, nil)
	var words []string
	for _, p := range cardOf(t, v, netcheck.AreaTURN).Parts {
		words = append(words, p.Shape+" "+p.Word)
	}
	if want := []string{"● ok: UDP 3478", "● ok: TLS 443"}; !slices.Equal(words, want) {
		t.Errorf("%q", words)
	}
	for _, a := range []netcheck.Area{netcheck.AreaNames, netcheck.AreaWeb} { // one answer, and one that is the same twice
		if c := cardOf(t, v, a); c.Parts != nil {
			t.Errorf("%+v", c)
		}
	}
	two := []netcheck.NetResult{{Kind: netcheck.ProbeUDP, Transport: "udp", Port: 3478, Server: "stun:a.example:3478", State: netcheck.NetOK},
		{Kind: netcheck.ProbeUDP, Transport: "udp", Port: 3478, Server: "stun:b.example:3478", State: netcheck.NetBlocked}}
	if got := parts(two); len(got) != 2 || got[1].Word != "blocked: UDP 3478, b.example" {
		t.Errorf("%+v", got)
	}
}

// The advice has the second line to itself where the first says what is wrong.
func TestBannerSaysNothingTwice(t *testing.T) {
	_, v := networked(t, presenttest.OnlyTLS, nil)
	if title := strings.TrimSuffix(v.Findings[0].Title, "."); strings.Contains(v.Banner.Text, title) && strings.Contains(v.Banner.More, title) {
		t.Errorf("%+v", v.Banner)
	}
	if v.Banner.More == "" {
		t.Error("there is no advice")
	}
}
