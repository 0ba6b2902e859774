package model

import (
	"fmt"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// NetCard is an area of the network at a glance.
type NetCard struct {
	Area  netcheck.Area
	Title string
	Mark  present.Mark
	Text  string         // the weightiest sentence; what is asked here while nothing is known
	Hint  string         // what is asked here
	Parts []present.Mark // one for each question that was answered, if there are several: shown where there is room
}

// areaHints say what is asked in each area.
var areaHints = map[netcheck.Area]string{
	netcheck.AreaComputer: "Interfaces, addresses, VPN, the way to the Internet, and whether the clock is right.",
	netcheck.AreaNames:    "Whether the names of the servers can be looked up, and what they lead to.",
	netcheck.AreaUDP:      "Whether UDP passes, and on which ports. Calls need it to be good.",
	netcheck.AreaNAT:      "Whether a router changes addresses, and whether others can reach this computer behind it.",
	netcheck.AreaTURN:     "Whether relays work over UDP, TCP, TLS and DTLS, up to a packet that goes through and comes back.",
	netcheck.AreaWeb:      "Whether a proxy stands in the way, somebody reads along, or a portal wants a login first.",
	netcheck.AreaIPv6:     "Whether IPv6 works here, or is made from IPv4.",
	netcheck.AreaPath:     "How large packets may be, whether their marks arrive, and what limits a flow.",
}

// unaskedTexts say why nothing was asked in an area.
var unaskedTexts = map[netcheck.Area]string{
	netcheck.AreaNames: "Nothing had to be looked up: the servers are given by their addresses.",
	netcheck.AreaTURN:  "Relays need a TURN server, and none was asked. Choose “TURN servers” as the target, or “Another Echopath”.",
	netcheck.AreaWeb:   "Nothing was asked here: no server is given that is reached by TCP or TLS, and no page is fetched (see “Options…”).",
}

// cardTitle is what an area is called where there is little room: what it is about in full the card's hint says.
func cardTitle(a netcheck.Area) string {
	title := present.AreaTitle(a)
	if a == netcheck.AreaWeb || a == netcheck.AreaPath {
		title, _, _ = strings.Cut(title, " (")
	}
	return title
}

// waiting and notAsked are marks of what has no state yet, or gets none.
var (
	waiting  = present.Mark{Shape: "◌", Word: "waiting", Tone: present.ToneFaint}
	notAsked = present.Mark{Shape: present.None, Word: "not asked", Tone: present.ToneFaint}
)

// cards gives a card for each area, from this computer outwards.
func (n *Network) cards() []NetCard {
	probes := n.probes()
	var out []NetCard
	for _, a := range netcheck.AllAreas() {
		var here []netcheck.NetResult
		for _, p := range probes {
			if p.Kind.Area() == a {
				here = append(here, p)
			}
		}
		c := NetCard{Area: a, Title: cardTitle(a), Hint: areaHints[a]}
		c.Mark, c.Text = n.cardState(a, here)
		c.Parts = parts(here)
		out = append(out, c)
	}
	return out
}

// cardState is what is known of an area.
func (n *Network) cardState(a netcheck.Area, here []netcheck.NetResult) (present.Mark, string) {
	ended := endedOf(here)
	switch {
	case n.report.Network == nil && n.phase.Busy():
		return waiting, areaHints[a]
	case n.report.Network == nil:
		return notAsked, areaHints[a]
	case len(here) == 0:
		return notAsked, orElse(unaskedTexts[a], "Nothing was asked here: the servers at hand have no use for it.")
	case len(ended) < len(here) && n.phase.Busy():
		return present.Mark{Shape: "◌", Word: fmt.Sprintf("%d of %d", len(ended), len(here)), Tone: present.ToneFaint}, orElse(cardText(ended), areaHints[a])
	case len(ended) == 0:
		return present.NetStateMark(netcheck.NetNotTested), "The test ended before an answer came."
	}
	return present.AreaMark(ended), cardText(ended)
}

func endedOf(all []netcheck.NetResult) []netcheck.NetResult {
	var out []netcheck.NetResult
	for _, r := range all {
		if r.State != netcheck.NetRunning {
			out = append(out, r)
		}
	}
	return out
}

// probeText is what a probe says of itself.
func probeText(r netcheck.NetResult) string {
	return forWindow(orElse(r.Text, sentence(present.ProbeTitle(r)+": "+present.NetStateMark(r.State).Word)))
}
