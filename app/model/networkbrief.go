package model

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// cardText is what a card says: where all is well a few words, else the sentence of the result that weighs most, what does not work
// before what works before what was not tested. The whole of it is among the evidence.
func cardText(ended []netcheck.NetResult) string {
	weight := map[netcheck.NetState]int{netcheck.NetFailed: 5, netcheck.NetBlocked: 4, netcheck.NetDegraded: 3, netcheck.NetOK: 2, netcheck.NetNotTested: 1}
	var top netcheck.NetResult
	for _, r := range ended {
		if weight[r.State] > weight[top.State] {
			top = r
		}
	}
	if top.State == netcheck.NetOK {
		if text := brief(top, ended); text != "" {
			return text
		}
	}
	if top.ID == "" {
		return ""
	}
	return probeText(top)
}

// brief is what an area says where nothing is wrong; "" where the probe's own words are short enough.
func brief(r netcheck.NetResult, ended []netcheck.NetResult) string {
	switch r.Kind {
	case netcheck.ProbeUDP:
		return briefUDP(r)
	case netcheck.ProbeNAT:
		return briefNAT(r.Facts.NAT)
	case netcheck.ProbeTURN:
		return briefTURN(ended)
	case netcheck.ProbeTLS:
		return briefTLS(r)
	}
	return ""
}

func briefUDP(r netcheck.NetResult) string {
	if r.Facts.RTT <= 0 || r.Facts.Mapped == "" {
		return ""
	}
	text := "UDP passes: an answer in " + present.Millis(r.Facts.RTT) + " ms."
	if host, _, err := net.SplitHostPort(r.Facts.Mapped); err == nil {
		text += " Outside, this computer is " + forWindow(host) + "."
	}
	return text
}

func briefNAT(b *netcheck.NATBehavior) string {
	if b == nil {
		return ""
	}
	switch b.NAT {
	case netcheck.No:
		return "No NAT lies between: the servers see this computer under its own address."
	case netcheck.Yes:
		text := "There is a NAT."
		if b.Mapping != "" && b.Mapping != netcheck.BehaviorNotTested {
			text = "NAT with " + behaviorWords(b.Mapping, "") + " mapping."
		}
		if host, _, err := net.SplitHostPort(b.Mapped); err == nil {
			text += " Seen outside as " + forWindow(host) + "."
		}
		if b.Filtering != "" {
			text += " " + sentence("filtering: "+behaviorWords(b.Filtering, ""))
		}
		return text
	}
	return ""
}

// briefTURN names the ways by which relays work.
func briefTURN(ended []netcheck.NetResult) string {
	var by []string
	for _, r := range ended {
		if name := strings.ToUpper(r.Transport); r.State == netcheck.NetOK && name != "" && !slices.Contains(by, name) {
			by = append(by, name)
		}
	}
	if len(by) == 0 {
		return ""
	}
	return "Relays work over " + list(by) + ": packets went through and came back."
}

func briefTLS(r netcheck.NetResult) string {
	if r.Facts.TLS == nil || r.Server == "" {
		return ""
	}
	to := r.Server
	if u, err := netcheck.ParseServerURL(r.Server); err == nil {
		to = net.JoinHostPort(u.Host, strconv.Itoa(u.Port))
	}
	return "TLS with " + forWindow(to) + " is as it should be."
}

// parts names each question that was answered with its mark, those that tell nothing last; nil if there is only one.
func parts(here []netcheck.NetResult) []present.Mark {
	hosts := map[string]bool{}
	for _, r := range here {
		if u, err := netcheck.ParseServerURL(r.Server); err == nil {
			hosts[u.Host] = true
		}
	}
	var told, open []present.Mark
	for _, r := range endedOf(here) {
		mark := present.NetStateMark(r.State)
		mark.Word += ": " + partTitle(r, len(hosts) > 1)
		switch {
		case slices.Contains(told, mark) || slices.Contains(open, mark):
		case r.State == netcheck.NetNotTested:
			open = append(open, mark)
		default:
			told = append(told, mark)
		}
	}
	if len(told)+len(open) < 2 {
		return nil
	}
	return append(told, open...)
}

// partTitle names a question by what makes it differ from its neighbours: "TLS 443", "captive portal".
func partTitle(r netcheck.NetResult, byHost bool) string {
	title := present.ProbeTitle(r)
	if (r.Kind == netcheck.ProbeTURN || r.Kind == netcheck.ProbeUDP) && r.Port != 0 {
		title = strings.ToUpper(r.Transport) + " " + strconv.Itoa(r.Port)
	}
	u, err := netcheck.ParseServerURL(r.Server)
	switch {
	case r.Kind == netcheck.ProbeDNS && r.Server != "":
		return forWindow(r.Server)
	case err == nil && byHost:
		return title + ", " + forWindow(u.Host)
	}
	return title
}
